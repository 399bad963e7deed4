// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/flow_layout.h"

#include <algorithm>

namespace ca {

FlowLayout::FlowLayout(QWidget *parent, int gap) : QLayout(parent), gap_(gap)
{
    setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() = default;

void FlowLayout::addItem(QLayoutItem *item)
{
    items_.emplace_back(item);
    invalidate();
}

QLayoutItem *FlowLayout::itemAt(int index) const
{
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)].get() : nullptr;
}

QLayoutItem *FlowLayout::takeAt(int index)
{
    if (index < 0 || index >= count())
        return nullptr;
    QLayoutItem *item = items_[static_cast<std::size_t>(index)].release();
    items_.erase(items_.begin() + index);
    invalidate();
    return item;
}

int FlowLayout::heightForWidth(int width) const
{
    return place({0, 0, width, 0}, false);
}

/// All in one line.
QSize FlowLayout::sizeHint() const
{
    QSize size;
    for (const auto &item : items_)
        if (!item->isEmpty())
            size = {size.width() + item->sizeHint().width() + (size.isEmpty() ? 0 : gap_),
                    std::max(size.height(), item->sizeHint().height())};
    return size;
}

QSize FlowLayout::minimumSize() const
{
    QSize size;
    for (const auto &item : items_)
        if (!item->isEmpty())
            size = size.expandedTo(item->minimumSize());
    return size;
}

void FlowLayout::setGeometry(const QRect &room)
{
    QLayout::setGeometry(room);
    place(room, true);
}

int FlowLayout::place(const QRect &room, bool moves) const
{
    int x = 0, y = 0, line = 0;
    for (const auto &item : items_) {
        if (item->isEmpty())
            continue;
        const QSize wanted = item->sizeHint();
        const QSize size(std::clamp(wanted.width(), 0, std::max(item->minimumSize().width(), room.width())), wanted.height());
        if (x > 0 && x + size.width() > room.width()) {
            x = 0;
            y += line + gap_;
            line = 0;
        }
        if (moves)
            item->setGeometry({room.topLeft() + QPoint(x, y), size});
        x += size.width() + gap_;
        line = std::max(line, size.height());
    }
    return y + line;
}

} // namespace ca
