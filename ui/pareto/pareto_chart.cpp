// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_chart.h"

#include "ui/pareto/paint_item.h"

#include <QtCharts/QLineSeries>
#include <QtCharts/QScatterSeries>

#include <QCoreApplication>
#include <QGraphicsLayout>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kReach = 14;        // px around a point that count as on it
constexpr double kFrontSize = 11;    // px across
constexpr double kFaintSize = 8;     // of dominated points
constexpr double kFloatSize = 15;    // of the diamond
constexpr double kUnderPoints = 3.5; // between the grid and the series, whose order follows from when axes were made
constexpr double kOverPoints = 8;

QScatterSeries::MarkerShape shape_of(TrialOrigin origin)
{
    switch (origin) {
    case TrialOrigin::baseline:
        return QScatterSeries::MarkerShapeRectangle;
    case TrialOrigin::planner:
        return QScatterSeries::MarkerShapeCircle;
    case TrialOrigin::advisor:
        return QScatterSeries::MarkerShapeTriangle;
    case TrialOrigin::user:
        return QScatterSeries::MarkerShapeStar;
    }
    return QScatterSeries::MarkerShapeCircle;
}

/// On an axis that shows it, or at the lower end of one that does not.
double drawn_value(ParetoAxis axis, const ParetoPoint &point, const AxisRange &range)
{
    constexpr double kFromEnd = 0.03; // of the axis's length, so that the mark is whole
    if (below_scale(axis, point, range))
        return range.low + kFromEnd * (range.high - range.low);
    return value_on(axis, point).value_or(range.low);
}

/// Those with a value on both axes. What is on the front of all three axes stays filled on two, and the line passes it by.
std::vector<ParetoPoint> shown_points(const std::vector<ParetoPoint> &points, ParetoAxes axes)
{
    std::vector<ParetoPoint> shown;
    std::copy_if(points.begin(), points.end(), std::back_inserter(shown), [axes](const ParetoPoint &point) {
        return value_on(axes.x, point).has_value() && value_on(axes.y, point).has_value();
    });
    for (const std::size_t i : pareto_line(shown, axes))
        shown[i].on_front = true;
    if (const auto knee = pareto_knee(shown, axes)) {
        ParetoPoint &point = shown[*knee];
        point.word =
            (point.word.isEmpty() ? point.trial + u' ' : point.word + u" · "_s) + QCoreApplication::translate("Pareto", "knee");
    }
    return shown;
}

} // namespace

ParetoChart::ParetoChart(QWidget *parent) : QChartView(parent), theme_(light_theme())
{
    setObjectName(u"pareto_chart"_s);
    viewport()->setObjectName(u"pareto_chart_view"_s); // a graphics view's viewport takes the focus itself
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(false); // a dropped file is the window's
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    chart()->legend()->hide();
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->setMargins(QMargins(4, 8, 12, 4));
    chart()->setBackgroundRoundness(0);
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    front_ = new QLineSeries(this);
    chart()->addSeries(front_);
    float_ = new QScatterSeries(this);
    float_->setMarkerShape(QScatterSeries::MarkerShapeRotatedRectangle);
    chart()->addSeries(float_);
    make_axes();
    new PaintItem(chart(), kUnderPoints, [this](QPainter &painter) {
        paint_limits(painter);
        paint_intervals(painter);
    });
    new PaintItem(chart(), kOverPoints, [this](QPainter &painter) {
        paint_arrows(painter);
        paint_marks(painter);
        paint_words(painter);
    });
    set_theme(theme_of(palette()));
    show_points();
}

void ParetoChart::set_points(const std::vector<ParetoPoint> &points)
{
    if (points == points_)
        return;
    points_ = points;
    show_points();
}

void ParetoChart::set_limits(const std::vector<ParetoLimit> &limits)
{
    std::vector<ParetoLimit> told = limits_;
    if (drag_)
        told[drag_->limit] = drag_->before;
    if (limits == told)
        return;
    drag_.reset(); // what was held may be another one now
    limits_ = limits;
    show_points();
}

void ParetoChart::show_points()
{
    shown_ = shown_points(points_, axes_);
    apply_ranges();
    QList<QPointF> line;
    for (const std::size_t i : pareto_line(shown_, axes_))
        line.append(place_on_axes(shown_[i]));
    QList<QPointF> diamond;
    std::map<Kind, QList<QPointF>> places;
    for (const ParetoPoint &point : shown_)
        (point.is_float ? diamond : places[{point.origin, point.on_front}]).append(place_on_axes(point));
    front_->replace(line);
    float_->replace(diamond);
    for (const auto &[kind, series] : marks_)
        if (!places.contains(kind))
            series->replace(QList<QPointF>());
    for (const auto &[kind, list] : places)
        series_of(kind)->replace(list);
    chart()->update();
}

QScatterSeries *ParetoChart::series_of(Kind kind)
{
    QScatterSeries *&series = marks_[kind];
    if (!series) {
        series = new QScatterSeries(this);
        series->setMarkerShape(shape_of(kind.first));
        style(*series, kind);
        chart()->addSeries(series);
        attach(*series);
    }
    return series;
}

void ParetoChart::style(QScatterSeries &series, Kind kind) const
{
    series.setColor(kind.second ? theme_.accent : theme_.faint);
    series.setBorderColor(theme_.panel);
    // A star or a triangle of one width covers less than a circle of it.
    const double scale = kind.first == TrialOrigin::user ? 1.7 : kind.first == TrialOrigin::advisor ? 1.25 : 1;
    series.setMarkerSize((kind.second ? kFrontSize : kFaintSize) * scale);
    series.setPen(QPen(theme_.panel, kind.second ? 1.5 : 1));
}

void ParetoChart::set_theme(const Theme &theme)
{
    theme_ = theme;
    setBackgroundBrush(theme.panel);
    chart()->setBackgroundBrush(theme.panel);
    chart()->setBackgroundPen(Qt::NoPen);
    style_axes();
    front_->setPen(QPen(theme.accent, 2));
    float_->setColor(theme.ink);
    float_->setPen(QPen(theme.panel, 1.5));
    float_->setMarkerSize(kFloatSize);
    for (const auto &[kind, series] : marks_)
        style(*series, kind);
    chart()->update();
}

int ParetoChart::drawn_points() const
{
    qsizetype count = float_->count();
    for (const auto &[kind, series] : marks_)
        count += series->count();
    return static_cast<int>(count);
}

int ParetoChart::points_below() const
{
    return static_cast<int>(std::count_if(shown_.begin(), shown_.end(), [this](const ParetoPoint &point) {
        return below_scale(axes_.x, point, x_range_) || below_scale(axes_.y, point, y_range_);
    }));
}

int ParetoChart::line_points() const
{
    return static_cast<int>(front_->count());
}

void ParetoChart::select(const QString &trial)
{
    selected_ = trial;
    chart()->update();
}

const ParetoPoint *ParetoChart::find(const QString &trial) const
{
    const auto place = std::find_if(shown_.begin(), shown_.end(), [&](const ParetoPoint &point) { return point.trial == trial; });
    return place == shown_.end() ? nullptr : &*place;
}

QPointF ParetoChart::place_on_axes(const ParetoPoint &point) const
{
    return {drawn_value(axes_.x, point, x_range_), drawn_value(axes_.y, point, y_range_)};
}

QPointF ParetoChart::mapped(const QPointF &place) const
{
    return chart()->mapToPosition(place, front_);
}

QPointF ParetoChart::mapped(const ParetoPoint &point) const
{
    return mapped(place_on_axes(point));
}

QPointF ParetoChart::place_of(const QString &trial) const
{
    const ParetoPoint *point = find(trial);
    return point ? QPointF(mapFromScene(chart()->mapToScene(mapped(*point)))) : QPointF();
}

std::optional<QString> ParetoChart::trial_at(const QPointF &place) const
{
    const QPointF inside = chart()->mapFromScene(mapToScene(place.toPoint()));
    std::optional<QString> nearest;
    double best = kReach;
    for (const ParetoPoint &point : shown_) {
        const QPointF away = mapped(point) - inside;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < best) {
            best = distance;
            nearest = point.trial;
        }
    }
    return nearest;
}

} // namespace ca
