// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_chart.h"

#include "ui/pareto/paint_item.h"

#include <QtCharts/QLineSeries>
#include <QtCharts/QLogValueAxis>
#include <QtCharts/QScatterSeries>
#include <QtCharts/QValueAxis>

#include <QGraphicsLayout>

#include <algorithm>
#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr double kReach = 14;      // px around a point that count as on it
constexpr double kFrontSize = 11;  // px across
constexpr double kFaintSize = 8;   // of dominated points
constexpr double kFloatSize = 15;  // of the diamond
constexpr double kUnderPoints = 2; // between the grid and the series
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

/// Digits after the point that tell ticks of this distance apart.
int digits_of(double step)
{
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 3);
}

/// The points that no smaller one equals or beats, by size. A trial may be on the front for its latency alone: it is filled like
/// the others, and the line over size and accuracy passes it by.
QList<QPointF> rising(QList<QPointF> points)
{
    std::sort(points.begin(), points.end(),
              [](const QPointF &a, const QPointF &b) { return a.x() != b.x() ? a.x() < b.x() : a.y() > b.y(); });
    QList<QPointF> kept;
    for (const QPointF &point : points)
        if (kept.isEmpty() || point.y() > kept.back().y())
            kept.append(point);
    return kept;
}

QFont font_of(const QFont &base, int pixels)
{
    QFont font = base;
    font.setPixelSize(pixels);
    return font;
}

} // namespace

ParetoChart::ParetoChart(QWidget *parent) : QChartView(parent), theme_(light_theme())
{
    setObjectName(u"pareto_chart"_s);
    setAccessibleName(tr("Pareto chart of size and accuracy; the trials table holds the same facts"));
    viewport()->setObjectName(u"pareto_chart_view"_s); // a graphics view's viewport takes the focus itself
    viewport()->setAccessibleName(accessibleName());
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
    make_axes();
    front_ = new QLineSeries(this);
    chart()->addSeries(front_);
    front_->attachAxis(size_);
    front_->attachAxis(accuracy_);
    float_ = new QScatterSeries(this);
    float_->setMarkerShape(QScatterSeries::MarkerShapeRotatedRectangle);
    chart()->addSeries(float_);
    float_->attachAxis(size_);
    float_->attachAxis(accuracy_);
    new PaintItem(chart(), kUnderPoints, [this](QPainter &painter) { paint_intervals(painter); });
    new PaintItem(chart(), kOverPoints, [this](QPainter &painter) { paint_marks(painter); });
    set_theme(theme_of(palette()));
    apply_ranges();
}

void ParetoChart::make_axes()
{
    size_ = new QLogValueAxis(this);
    size_->setBase(2);
    size_->setLabelFormat(u"%g"_s);
    size_->setMinorTickCount(0);
    size_->setTitleText(tr("Size of the exported file, MB (log)"));
    accuracy_ = new QValueAxis(this);
    accuracy_->setTickType(QValueAxis::TicksDynamic);
    accuracy_->setTickAnchor(0);
    accuracy_->setTitleText(tr("Top-1 on selection, %"));
    chart()->addAxis(size_, Qt::AlignBottom);
    chart()->addAxis(accuracy_, Qt::AlignLeft);
}

void ParetoChart::apply_ranges()
{
    const AxisRange size = size_range(points_);
    const AxisRange accuracy = accuracy_range(points_);
    size_->setRange(size.low, size.high);
    accuracy_->setLabelFormat(u"%.%1f"_s.arg(digits_of(accuracy.step)));
    accuracy_->setTickInterval(accuracy.step);
    accuracy_->setRange(accuracy.low, accuracy.high);
}

void ParetoChart::set_points(const std::vector<ParetoPoint> &points)
{
    if (points == points_)
        return;
    points_ = points;
    apply_ranges();
    QList<QPointF> line;
    QList<QPointF> diamond;
    std::map<Kind, QList<QPointF>> places;
    for (const ParetoPoint &point : points_) {
        const QPointF place(point.megabytes, point.percent);
        (point.is_float ? diamond : places[{point.origin, point.on_front}]).append(place);
        if (point.on_front)
            line.append(place);
    }
    front_->replace(rising(line));
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
        series->attachAxis(size_);
        series->attachAxis(accuracy_);
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
    const QList<QAbstractAxis *> axes{size_, accuracy_};
    for (QAbstractAxis *axis : axes) {
        axis->setGridLinePen(QPen(theme.grid, 1));
        axis->setLinePen(QPen(theme.grid, 1));
        axis->setLabelsFont(font_of(font(), 11));
        axis->setTitleFont(font_of(font(), 11));
        axis->setLabelsBrush(theme.dim);
        axis->setTitleBrush(theme.dim);
    }
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
    const auto place =
        std::find_if(points_.begin(), points_.end(), [&](const ParetoPoint &point) { return point.trial == trial; });
    return place == points_.end() ? nullptr : &*place;
}

QPointF ParetoChart::mapped(const ParetoPoint &point) const
{
    return chart()->mapToPosition({point.megabytes, point.percent}, front_);
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
    for (const ParetoPoint &point : points_) {
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
