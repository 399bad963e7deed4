// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsItem>
#include <QtCharts/QChart>

#include <functional>

namespace ca {

/// A layer of a chart that a function paints, in the chart's coordinates. Takes no mouse events.
class PaintItem final : public QGraphicsItem {
public:
    /// `z` is the place among the chart's own: grid and axes lie at 2 and 3, points at 4.
    PaintItem(QChart *chart, double z, std::function<void(QPainter &)> paint)
        : QGraphicsItem(chart), chart_(chart), paint_(std::move(paint))
    {
        setZValue(z);
        setAcceptedMouseButtons(Qt::NoButton);
    }

    [[nodiscard]] QRectF boundingRect() const override { return {QPointF(0, 0), chart_->size()}; }
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override { paint_(*painter); }

private:
    QChart *chart_;
    std::function<void(QPainter &)> paint_;
};

} // namespace ca
