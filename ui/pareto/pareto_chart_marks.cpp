// SPDX-License-Identifier: GPL-3.0-or-later
// What the chart paints itself: interval bars under the points; ring and words over them.
#include "ui/pareto/pareto_chart.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace ca {
namespace {

/// Where a word stands beside its point: the first of four corners that lies in the plot and hides no point; else the first.
QRectF word_place(const QPointF &point, const QSizeF &size, const QRectF &plot, const std::vector<QPointF> &others)
{
    constexpr double kAway = 12; // px from the point's middle
    const double left = point.x() - kAway - size.width();
    const double right = point.x() + kAway;
    const double above = point.y() - size.height() - 2;
    const double below = point.y() + 4;
    // Above left and below right first: the line of a front runs through the other two.
    const QRectF corners[] = {
        {QPointF(left, above), size}, {QPointF(right, below), size}, {QPointF(right, above), size}, {QPointF(left, below), size}};
    const auto is_free = [&](const QRectF &corner) {
        return plot.contains(corner) && std::none_of(others.begin(), others.end(), [&](const QPointF &other) {
                   return corner.adjusted(-6, -6, 6, 6).contains(other);
               });
    };
    const auto *const found = std::find_if(std::begin(corners), std::end(corners), is_free);
    return found == std::end(corners) ? corners[0] : *found;
}

} // namespace

void ParetoChart::paint_intervals(QPainter &painter) const
{
    for (const ParetoPoint &point : points_) {
        if (!point.on_front && !point.is_float)
            continue;
        ParetoPoint end = point;
        end.percent = point.low;
        const QPointF low = mapped(end);
        end.percent = point.high;
        QColor color = point.is_float ? theme_.dim : theme_.accent;
        color.setAlphaF(0.55F);
        painter.setPen(QPen(color, 1));
        painter.drawLine(low, mapped(end));
    }
}

void ParetoChart::paint_marks(QPainter &painter) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    if (const ParetoPoint *point = find(selected_)) {
        painter.setPen(QPen(theme_.accent, hasFocus() ? 3 : 2));
        painter.drawEllipse(mapped(*point), 10, 10);
    }
    QFont bold = font();
    bold.setPixelSize(11);
    bold.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(bold);
    std::vector<QPointF> places;
    for (const ParetoPoint &point : points_)
        places.push_back(mapped(point));
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const ParetoPoint &point = points_[i];
        const QString word = point.word.isEmpty() && point.trial == selected_ ? point.trial : point.word;
        if (word.isEmpty())
            continue;
        const QSizeF size(metrics.horizontalAdvance(word), metrics.height());
        const QRectF place = word_place(places[i], size, chart()->plotArea(), places);
        QPainterPath text;
        text.addText(place.left(), place.top() + metrics.ascent(), bold, word);
        painter.strokePath(text, QPen(theme_.panel, 3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin)); // a halo: lines lie behind
        painter.fillPath(text, theme_.ink);
    }
}

} // namespace ca
