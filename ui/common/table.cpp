// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/table.h"

#include "ui/common/theme.h"

#include <QHeaderView>
#include <QHelpEvent>
#include <QPainter>

#include <algorithm>

namespace ca {
namespace {

constexpr int kRowHeight = 25;
constexpr int kHeadingHeight = 30;
constexpr int kSide = 8;
constexpr int kNameAtLeast = 100; // px of the flexible column; a smaller pane scrolls sideways

/// Names keep their beginning and end. A number is whole or not there: with digits missing it would be another number.
QString fitted(const QString &text, const QFontMetrics &metrics, int width)
{
    const bool is_number = !text.isEmpty() && (text.front().isDigit() || text.startsWith(u'−'));
    if (is_number && metrics.horizontalAdvance(text) > width)
        return QStringLiteral("…");
    return metrics.elidedText(text, Qt::ElideMiddle, width);
}

} // namespace

Table::Table(const QString &object_name, const QString &accessible_name, QWidget *parent) : QTableView(parent)
{
    setObjectName(object_name);
    setAccessibleName(accessible_name);
    setShowGrid(false);
    setWordWrap(false);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false); // Tab leads on to the next pane; arrows move inside
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setTextElideMode(Qt::ElideMiddle);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(kRowHeight);
    horizontalHeader()->setFixedHeight(kHeadingHeight);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(36);
}

void Table::set_widths(const std::vector<int> &widths)
{
    for (int column = 0; column < static_cast<int>(widths.size()); ++column) {
        const int width = widths[static_cast<std::size_t>(column)];
        if (width == 0)
            flexible_ = column;
        else
            setColumnWidth(column, width);
    }
    stretch();
}

void Table::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    stretch();
}

void Table::stretch()
{
    if (flexible_ < 0 || flexible_ >= horizontalHeader()->count())
        return;
    const int others = horizontalHeader()->length() - columnWidth(flexible_);
    setColumnWidth(flexible_, std::max(kNameAtLeast, viewport()->width() - others));
}

RowDelegate::RowDelegate(QObject *parent) : QStyledItemDelegate(parent) { }

void RowDelegate::paint_ground(QPainter &painter, const QStyleOptionViewItem &option) const
{
    const Theme &theme = theme_of(option.palette);
    if (option.state & QStyle::State_Selected)
        painter.fillRect(option.rect, theme.selection);
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), theme.grid);
}

QColor RowDelegate::color(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return theme_of(option.palette).ink;
}

void RowDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    paint_ground(*painter, option);
    const QRect room = option.rect.adjusted(kSide, 0, -kSide, 0);
    const auto alignment = static_cast<Qt::Alignment>(index.data(Qt::TextAlignmentRole).toInt());
    painter->setPen(color(option, index));
    painter->setFont(option.font);
    painter->drawText(room, static_cast<int>(alignment), fitted(index.data().toString(), option.fontMetrics, room.width()));
}

} // namespace ca
