// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/heat_delegate.h"

#include "ui/common/theme.h"
#include "ui/layers/layers_model.h"

#include <QPainter>

namespace ca {
namespace {

constexpr int kCellFont = 11; // px: a value must fit a cell of 44 px

void paint_cell(QPainter &painter, const QStyleOptionViewItem &option, const QColor &ground, const QString &text)
{
    const QRectF cell = QRectF(option.rect).adjusted(2, 2, -2, -3);
    QFont font = option.font;
    font.setPixelSize(kCellFont);
    painter.setBrush(ground);
    painter.drawRoundedRect(cell, 3, 3);
    painter.setPen(text_on(ground));
    painter.setFont(font);
    painter.drawText(cell, Qt::AlignCenter, text);
}

/// Of the size of a value: nothing moves when it comes.
void paint_waiting(QPainter &painter, const QStyleOptionViewItem &option)
{
    const QPointF middle = QRectF(option.rect).center();
    painter.setBrush(theme_of(option.palette).grid);
    painter.drawRoundedRect(QRectF(middle.x() - 12, middle.y() - 4, 24, 7), 3, 3);
}

} // namespace

HeatDelegate::HeatDelegate(QObject *parent) : RowDelegate(parent) { }

void HeatDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QVariant heat = index.data(LayersModel::HeatRole);
    const bool waits = index.data(LayersModel::WaitsRole).toBool();
    if (!heat.isValid() && !waits) {
        RowDelegate::paint(painter, option, index);
        return;
    }
    paint_ground(*painter, option);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    if (heat.isValid())
        paint_cell(*painter, option, viridis(heat.toDouble()), index.data().toString());
    else
        paint_waiting(*painter, option);
    painter->restore();
}

QColor HeatDelegate::color(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Theme &theme = theme_of(option.palette);
    return index.column() == LayersModel::Name ? theme.ink : theme.dim;
}

} // namespace ca
