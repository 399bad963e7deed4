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
constexpr int kSmallText = 12;  // px
constexpr int kMostReason = 8;  // lines; the tooltip has it whole
constexpr int kBar = 6;         // px high
constexpr int kButtonRoom = 88; // px at the right that the last line leaves to the button
constexpr int kButtonLine = 26;
constexpr int kScrollBar = 10; // px, whether it is there or not: with it a reason must not need more lines

QFont bold(QFont font)
{
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont small(QFont font)
{
    font.setPixelSize(kSmallText);
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

bool has_button(const PickerRow &row)
{
    return row.there && row.there->state != State::ready && row.there->state != State::impossible;
}

int reason_width(const QStyleOptionViewItem &option)
{
    const auto *list = qobject_cast<const QListView *>(option.widget);
    return (list ? list->width() - kScrollBar : option.rect.width()) - 2 * kSide;
}

int reason_height(const PickerRow &row, const QStyleOptionViewItem &option)
{
    const QFontMetrics metrics(small(option.font));
    const QRect needed = metrics.boundingRect(QRect(0, 0, reason_width(option), 10'000), Qt::TextWordWrap, row.there->words);
    return std::min(needed.height(), kMostReason * metrics.lineSpacing());
}

void paint_bar(QPainter &painter, const QRect &line, double share, const Theme &theme)
{
    QRectF bar(line.left(), line.center().y() - kBar / 2.0 + 1, line.width(), kBar);
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
    return {room.right() - kSide - button.width() + 1, room.bottom() - kTop - button.height(), button.width(), button.height()};
}

QSize PickerDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QVariant value = index.data(RowRole);
    if (!value.isValid())
        return {0, kHeadingHeight};
    const auto row = value.value<PickerRow>();
    int height = 2 * kTop + kLine;
    if (has_reason(row))
        height += kLine + reason_height(row, option) + (has_button(row) ? kButtonLine : 0);
    else
        height += (row.facts.isEmpty() ? 0 : kLine) + (row.more.isEmpty() ? 0 : kButtonLine);
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
    painter->setFont(small(bold(option.font)));
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
         bold(option.font), row.name);
    if (!word.isEmpty())
        draw(line, Qt::AlignVCenter | Qt::AlignRight, state_color(row.there->state, theme), option.font, word);
    line.translate(0, kLine);
    paint_facts(painter, option, row, line);
}

void PickerDelegate::paint_facts(QPainter &painter, const QStyleOptionViewItem &option, const PickerRow &row, QRect line) const
{
    const Theme &theme = theme_of(option.palette);
    const bool arriving = row.there && row.there->state == State::arriving;
    const bool usable = !row.there || row.there->state != State::impossible;
    const QFont font = small(option.font);
    const auto draw = [&](const QString &text) {
        painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft,
                         QFontMetrics(font).elidedText(text, Qt::ElideRight, line.width()));
    };
    painter.setFont(font);
    painter.setPen(usable ? theme.dim : theme.faint);
    draw(arriving ? row.there->words : row.facts);
    line.translate(0, kLine);
    painter.setPen(theme.dim);
    if (has_reason(row)) {
        line.setSize({reason_width(option), reason_height(row, option)});
        painter.drawText(line, Qt::TextWordWrap, row.there->words);
        return;
    }
    line.setHeight(kButtonLine);
    line.setWidth(line.width() - (has_button(row) ? kButtonRoom : 0));
    if (arriving)
        paint_bar(painter, line, row.there->share, theme);
    else
        draw(row.more);
}

} // namespace ca
