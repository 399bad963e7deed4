// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_picker/picker_delegate.h"

#include "ui/common/theme.h"

#include <QCoreApplication>
#include <QListView>
#include <QPainter>

#include <cmath>

namespace ca {

namespace {

using State = Availability::State;

constexpr int kHeadingHeight = 32;
constexpr int kSide = 12;
constexpr int kTop = 6;
constexpr int kLine = 18;       // px from one line of a row to the next
constexpr int kMostReason = 6;  // lines; the tooltip has it whole
constexpr int kBar = 6;         // px high
constexpr int kButtonRoom = 84; // px at the right that the bar leaves to the button
constexpr int kButtonLine = 24;

QFont weighted(QFont font, QFont::Weight weight)
{
    font.setWeight(weight);
    return font;
}

bool has_reason(const PickerRow &row)
{
    return row.there && (row.there->state == State::failed || row.there->state == State::impossible);
}

QString state_word(const Availability &there)
{
    const auto tr = [](const char *text) { return QCoreApplication::translate("PickerDelegate", text); };
    switch (there.state) {
    case State::ready:
        return tr("Ready");
    case State::arriving:
        return tr("%1 %").arg(static_cast<int>(std::floor(there.share * 100)));
    case State::failed:
        return tr("Failed");
    case State::absent:
    case State::impossible:
        break;
    }
    return {};
}

QColor state_color(State state, const Theme &theme)
{
    if (state == State::failed)
        return theme.bad;
    return state == State::ready ? theme.good : theme.dim;
}

int reason_height(const PickerRow &row, const QFontMetrics &metrics, int width)
{
    const QRect needed = metrics.boundingRect(QRect(0, 0, width, 10'000), Qt::TextWordWrap, row.there->words);
    return std::min(needed.height(), kMostReason * metrics.lineSpacing());
}

int width_of(const QStyleOptionViewItem &option)
{
    const auto *list = qobject_cast<const QListView *>(option.widget);
    return (list ? list->viewport()->width() : option.rect.width()) - 2 * kSide;
}

void paint_bar(QPainter &painter, const QRect &line, double share, const Theme &theme)
{
    QRectF bar(line.left(), line.center().y() - kBar / 2.0 + 1, line.width() - kButtonRoom, kBar);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.line);
    painter.drawRoundedRect(bar, kBar / 2.0, kBar / 2.0);
    bar.setWidth(std::max<double>(kBar, bar.width() * share));
    painter.setBrush(theme.accent);
    painter.drawRoundedRect(bar, kBar / 2.0, kBar / 2.0);
    painter.restore();
}

} // namespace

PickerDelegate::PickerDelegate(QObject *parent) : QStyledItemDelegate(parent) { }

QRect PickerDelegate::button_place(const QRect &room, QSize button)
{
    return {room.right() - kSide - button.width() + 1, room.bottom() - 6 - button.height(), button.width(), button.height()};
}

QSize PickerDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QVariant value = index.data(RowRole);
    if (!value.isValid())
        return {0, kHeadingHeight};
    const auto row = value.value<PickerRow>();
    int height = 2 * kTop + kLine;
    if (has_reason(row))
        height += kLine + reason_height(row, option.fontMetrics, width_of(option))
            + (row.there->state == State::failed ? kButtonLine + 4 : 0);
    else
        height += (row.facts.isEmpty() ? 0 : kLine) + (row.more.isEmpty() ? 0 : kLine);
    return {0, height};
}

void PickerDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = theme_of(option.palette);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), theme.grid);
    const QVariant row = index.data(RowRole);
    if (row.isValid()) {
        paint_row(*painter, option, row.value<PickerRow>(), index.data(ArmedRole).toBool());
        return;
    }
    QFont font = weighted(option.font, QFont::DemiBold);
    font.setPixelSize(12);
    painter->setFont(font);
    painter->setPen(theme.dim);
    painter->drawText(option.rect.adjusted(kSide, 0, -kSide, 0), Qt::AlignVCenter | Qt::AlignLeft, index.data().toString());
}

void PickerDelegate::paint_row(QPainter &painter, const QStyleOptionViewItem &option, const PickerRow &row, bool armed) const
{
    const Theme &theme = theme_of(option.palette);
    const bool selected = option.state & QStyle::State_Selected;
    if (selected || armed || (option.state & QStyle::State_MouseOver))
        painter.fillRect(option.rect.adjusted(0, 0, 0, -1), selected && !armed ? theme.selection : theme.accent_soft);
    if (armed) {
        painter.setPen(QPen(theme.accent, 1, Qt::DashLine));
        painter.drawRect(option.rect.adjusted(2, 2, -3, -4));
    }
    QRect line(option.rect.left() + kSide, option.rect.top() + kTop, option.rect.width() - 2 * kSide, kLine);
    const auto draw = [&](const QRect &where, Qt::Alignment side, const QColor &color, const QFont &font, const QString &text) {
        painter.setPen(color);
        painter.setFont(font);
        painter.drawText(where, static_cast<int>(side), QFontMetrics(font).elidedText(text, Qt::ElideMiddle, where.width()));
    };
    const bool usable = !row.there || row.there->state != State::impossible;
    const QString word = row.there ? state_word(*row.there) : QString();
    const int word_width = word.isEmpty() ? 0 : option.fontMetrics.horizontalAdvance(word) + 8;
    draw(line.adjusted(0, 0, -word_width, 0), Qt::AlignVCenter | Qt::AlignLeft, usable ? theme.ink : theme.faint,
         weighted(option.font, QFont::DemiBold), row.name);
    if (!word.isEmpty())
        draw(line, Qt::AlignVCenter | Qt::AlignRight, state_color(row.there->state, theme), option.font, word);
    line.translate(0, kLine);
    const bool arriving = row.there && row.there->state == State::arriving;
    draw(line, Qt::AlignVCenter | Qt::AlignLeft, usable ? theme.dim : theme.faint, option.font,
         arriving ? row.there->words : row.facts);
    line.translate(0, kLine);
    if (arriving) {
        paint_bar(painter, line, row.there->share, theme);
    } else if (has_reason(row)) {
        line.setHeight(reason_height(row, option.fontMetrics, line.width()));
        painter.setPen(theme.dim);
        painter.setFont(option.font);
        painter.drawText(line, Qt::TextWordWrap, row.there->words);
    } else {
        draw(line, Qt::AlignVCenter | Qt::AlignLeft, theme.dim, option.font, row.more);
    }
}

} // namespace ca
