// SPDX-License-Identifier: GPL-3.0-or-later
// What the chart paints itself: constraints and interval bars under the points; ring and words over them.
#include "ui/pareto/pareto_chart.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <tuple>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

/// Where words stand: in the plot, over no other words, over as few points as can be.
class WordPlaces {
public:
    WordPlaces(const QRectF &plot, std::vector<QPointF> points) : plot_(plot), points_(std::move(points)) { }

    /// The first of the best of `candidates`; it is taken from then on.
    QRectF take(const std::vector<QRectF> &candidates)
    {
        const auto best = std::min_element(candidates.begin(), candidates.end(),
                                           [this](const QRectF &one, const QRectF &other) { return cost(one) < cost(other); });
        return taken_.emplace_back(*best);
    }

private:
    using Cost = std::tuple<bool, std::ptrdiff_t, std::ptrdiff_t>; // outside, words and points that it hides

    [[nodiscard]] Cost cost(const QRectF &place) const
    {
        constexpr double kRoom = 6; // px
        const QRectF room = place.adjusted(-kRoom, -kRoom, kRoom, kRoom);
        return {!plot_.contains(place),
                std::count_if(taken_.begin(), taken_.end(), [&](const QRectF &other) { return place.intersects(other); }),
                std::count_if(points_.begin(), points_.end(), [&](const QPointF &point) { return room.contains(point); })};
    }

    QRectF plot_;
    std::vector<QPointF> points_;
    std::vector<QRectF> taken_;
};

/// Around a point. Above left and below right first: the line of a front runs through the other two corners.
std::vector<QRectF> around(const QPointF &point, const QSizeF &size, const QRectF &plot)
{
    constexpr double kAway = 12; // px from the point's middle
    const double left = point.x() - kAway - size.width();
    const double right = point.x() + kAway;
    const double above = point.y() - size.height() - 2;
    const double below = point.y() + 4;
    const double middle =
        std::clamp(point.x() - size.width() / 2, plot.left(), std::max(plot.left(), plot.right() - size.width()));
    return {{QPointF(left, above), size},
            {QPointF(right, below), size},
            {QPointF(right, above), size},
            {QPointF(left, below), size},
            {QPointF(middle, point.y() - kAway - size.height()), size},
            {QPointF(middle, point.y() + kAway), size}};
}

/// Along a line that stands upright at `x`: at its upper end, then at its lower.
std::vector<QRectF> along_upright(double x, const QSizeF &size, const QRectF &plot)
{
    constexpr double kAway = 5;
    const double left = x - kAway - size.width();
    const double right = x + kAway;
    const double low = plot.bottom() - size.height() - 2;
    return {{QPointF(right, plot.top() + 2), size},
            {QPointF(left, plot.top() + 2), size},
            {QPointF(right, low), size},
            {QPointF(left, low), size}};
}

/// Along a line that lies at `y`: at its right end, then at its left.
std::vector<QRectF> along_level(double y, const QSizeF &size, const QRectF &plot)
{
    const double left = plot.left() + 4;
    const double right = plot.right() - size.width() - 4;
    const double below = y + 2;
    const double above = y - size.height() - 2;
    return {
        {QPointF(right, below), size}, {QPointF(right, above), size}, {QPointF(left, below), size}, {QPointF(left, above), size}};
}

/// -1 below the axis, 1 above it, 0 on it.
int side_of(double value, const AxisRange &axis)
{
    return value < axis.low ? -1 : value > axis.high ? 1 : 0;
}

/// Points at a limit that lies beyond an end of its axis.
QString with_arrow(const QString &words, int side, bool upright)
{
    if (side == 0)
        return words;
    return words + u' ' + (upright ? (side < 0 ? u'←' : u'→') : (side < 0 ? u'↓' : u'↑'));
}

QFont word_font(const QFont &base, QFont::Weight weight)
{
    QFont font = base;
    font.setPixelSize(11);
    font.setWeight(weight);
    return font;
}

/// With a halo of `ground`, for the lines that lie behind.
void draw_words(QPainter &painter, const QString &words, const QRectF &place, const QFont &font, const QColor &ink,
                const QColor &ground)
{
    QPainterPath text;
    text.addText(place.left(), place.top() + QFontMetricsF(font).ascent(), font, words);
    painter.strokePath(text, QPen(ground, 3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.fillPath(text, ink);
}

QSizeF size_of(const QString &words, const QFont &font)
{
    const QFontMetricsF metrics(font);
    return {metrics.horizontalAdvance(words), metrics.height()};
}

} // namespace

void ParetoChart::paint_intervals(QPainter &painter) const
{
    const auto end_at = [this](const ParetoPoint &point, double percent) {
        QPointF end = place_on_axes(point);
        if (axes_.x == ParetoAxis::accuracy)
            end.setX(std::clamp(percent, x_range_.low, x_range_.high));
        else if (axes_.y == ParetoAxis::accuracy)
            end.setY(std::clamp(percent, y_range_.low, y_range_.high));
        return mapped(end);
    };
    for (const ParetoPoint &point : shown_) {
        if (!point.on_front && !point.is_float)
            continue;
        QColor color = point.is_float ? theme_.dim : theme_.accent;
        color.setAlphaF(0.55F);
        painter.setPen(QPen(color, 1));
        painter.drawLine(end_at(point, point.low), end_at(point, point.high));
    }
}

void ParetoChart::paint_arrows(QPainter &painter) const
{
    constexpr double kFrom = 6, kTo = 12, kWing = 3; // px from the point's middle
    painter.setPen(QPen(theme_.dim, 1.4));
    for (const ParetoPoint &point : shown_) {
        const bool left = below_scale(axes_.x, point, x_range_);
        if (!left && !below_scale(axes_.y, point, y_range_))
            continue;
        const QPointF along = left ? QPointF(-1, 0) : QPointF(0, 1);
        const QPointF across(along.y(), along.x());
        const QPointF middle = mapped(point);
        const QPointF tip = middle + kTo * along;
        painter.drawLine(middle + kFrom * along, tip);
        painter.drawPolyline(QPolygonF{tip + kWing * (across - along), tip, tip - kWing * (across + along)});
    }
}

bool ParetoChart::is_shown(const ParetoLimit &limit) const
{
    return limit.axis == axes_.x || limit.axis == axes_.y;
}

const AxisRange &ParetoChart::range_of(const ParetoLimit &limit) const
{
    return limit.axis == axes_.x ? x_range_ : y_range_;
}

QPointF ParetoChart::place_of(const ParetoLimit &limit) const
{
    const AxisRange &range = range_of(limit);
    const double value = std::clamp(limit.value, range.low, range.high);
    return mapped(limit.axis == axes_.x ? QPointF(value, y_range_.low) : QPointF(x_range_.low, value));
}

void ParetoChart::paint_limits(QPainter &painter) const
{
    const QRectF plot = chart()->plotArea();
    QPen pen(theme_.warning, 1.2);
    pen.setDashPattern({4, 3});
    painter.setPen(pen);
    for (const ParetoLimit &limit : limits_) {
        if (!is_shown(limit) || side_of(limit.value, range_of(limit)) != 0)
            continue;
        const QPointF place = place_of(limit);
        if (limit.axis == axes_.x)
            painter.drawLine(QPointF(place.x(), plot.top()), QPointF(place.x(), plot.bottom()));
        else
            painter.drawLine(QPointF(plot.left(), place.y()), QPointF(plot.right(), place.y()));
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
}

void ParetoChart::paint_words(QPainter &painter) const
{
    const QRectF plot = chart()->plotArea();
    std::vector<QPointF> places;
    for (const ParetoPoint &point : shown_)
        places.push_back(mapped(point));
    WordPlaces room(plot, places);
    const QFont normal = word_font(font(), QFont::Normal);
    for (const ParetoLimit &limit : limits_) {
        if (!is_shown(limit))
            continue;
        const bool upright = limit.axis == axes_.x;
        const QString words = with_arrow(limit.words, side_of(limit.value, range_of(limit)), upright);
        const QSizeF size = size_of(words, normal);
        const QPointF place = place_of(limit);
        const QRectF beside = room.take(upright ? along_upright(place.x(), size, plot) : along_level(place.y(), size, plot));
        draw_words(painter, words, beside, normal, theme_.warning, theme_.panel);
    }
    const QFont bold = word_font(font(), QFont::DemiBold);
    for (std::size_t i = 0; i < shown_.size(); ++i) {
        const ParetoPoint &point = shown_[i];
        const QString word = point.word.isEmpty() && point.trial == selected_ ? point.trial : point.word;
        if (!word.isEmpty())
            draw_words(painter, word, room.take(around(places[i], size_of(word, bold), plot)), bold, theme_.ink, theme_.panel);
    }
}

} // namespace ca
