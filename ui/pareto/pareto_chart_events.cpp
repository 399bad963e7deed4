// SPDX-License-Identifier: GPL-3.0-or-later
// The events of the chart: pointer, keys, focus, colours.
#include "ui/pareto/pareto_chart.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QtCharts/QLineSeries>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ca {
namespace {

constexpr double kReachOfLine = 5; // pixels

} // namespace

void ParetoChart::hover(const QString &trial, const QPoint &place)
{
    if (trial == hovered_)
        return;
    hovered_ = trial;
    Q_EMIT trial_hovered(trial, place);
}

void ParetoChart::mouseMoveEvent(QMouseEvent *event)
{
    QChartView::mouseMoveEvent(event);
    if (drag_)
        return drag(event->position());
    hover(trial_at(event->position()).value_or(QString()), event->position().toPoint());
    show_cursor(event->position());
}

void ParetoChart::mousePressEvent(QMouseEvent *event)
{
    QChartView::mousePressEvent(event);
    if (event->button() != Qt::LeftButton)
        return;
    if (const auto trial = trial_at(event->position()))
        Q_EMIT trial_selected(*trial);
    else if (const ParetoLimit *limit = limit_near(event->position()))
        drag_ = Drag{static_cast<std::size_t>(limit - limits_.data()), *limit};
}

void ParetoChart::mouseReleaseEvent(QMouseEvent *event)
{
    QChartView::mouseReleaseEvent(event);
    if (drag_ && event->button() == Qt::LeftButton)
        end_drag(true);
}

ParetoLimit *ParetoChart::limit_near(const QPointF &place)
{
    const QPointF inside = chart()->mapFromScene(mapToScene(place.toPoint()));
    const QRectF plot = chart()->plotArea();
    if (!plot.contains(inside))
        return nullptr;
    for (ParetoLimit &limit : limits_) {
        if (!is_shown(limit))
            continue;
        const QPointF away = place_of(limit) - inside;
        if (std::abs(limit.axis == axes_.x ? away.x() : away.y()) <= kReachOfLine)
            return &limit;
    }
    return nullptr;
}

/// To the place of the pointer, in the three digits that its words have, within the axis; accuracy ends at float's.
void ParetoChart::drag(const QPointF &place)
{
    ParetoLimit &limit = limits_[drag_->limit];
    const AxisRange &range = range_of(limit);
    const QPointF value = chart()->mapToValue(chart()->mapFromScene(mapToScene(place.toPoint())), front_);
    const auto reference = std::find_if(points_.begin(), points_.end(), [](const ParetoPoint &point) { return point.is_float; });
    const double of_float = reference != points_.end() ? reference->percent : 100;
    const double most = limit.axis == ParetoAxis::accuracy ? std::min(range.high, of_float) : range.high;
    const double there = std::clamp(limit.axis == axes_.x ? value.x() : value.y(), range.low, most);
    const bool is_drop = limit.axis == ParetoAxis::accuracy;
    const double rounded = QString::number(is_drop ? of_float - there : there, 'g', 3).toDouble();
    limit = limit_at(limit.axis, is_drop ? of_float - rounded : rounded, of_float);
    chart()->update();
    viewport()->update();
}

void ParetoChart::end_drag(bool keep)
{
    const Drag dragged = *std::exchange(drag_, std::nullopt);
    if (!keep)
        limits_[dragged.limit] = dragged.before;
    chart()->update();
    viewport()->update();
    if (keep && limits_[dragged.limit] != dragged.before)
        Q_EMIT limit_moved(limits_[dragged.limit]);
}

void ParetoChart::show_cursor(const QPointF &place)
{
    const ParetoLimit *limit = hovered_.isEmpty() ? limit_near(place) : nullptr;
    setCursor(!hovered_.isEmpty()          ? Qt::PointingHandCursor
                  : !limit                 ? Qt::ArrowCursor
                  : limit->axis == axes_.x ? Qt::SplitHCursor
                                           : Qt::SplitVCursor);
}

void ParetoChart::leaveEvent(QEvent *event)
{
    hover({}, {});
    QChartView::leaveEvent(event);
}

void ParetoChart::keyPressEvent(QKeyEvent *event)
{
    if (drag_ && event->key() == Qt::Key_Escape)
        return end_drag(false);
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step == 0 || shown_.empty()) {
        QChartView::keyPressEvent(event);
        return;
    }
    std::vector<const ParetoPoint *> across;
    for (const ParetoPoint &point : shown_)
        across.push_back(&point);
    std::stable_sort(across.begin(), across.end(),
                     [this](const auto *a, const auto *b) { return value_on(axes_.x, *a) < value_on(axes_.x, *b); });
    const auto now = std::find(across.begin(), across.end(), find(selected_));
    const auto last = static_cast<std::ptrdiff_t>(across.size()) - 1;
    const std::ptrdiff_t next =
        now == across.end() ? (step > 0 ? 0 : last) : std::clamp(now - across.begin() + step, std::ptrdiff_t{0}, last);
    Q_EMIT trial_selected(across[static_cast<std::size_t>(next)]->trial);
}

void ParetoChart::changeEvent(QEvent *event)
{
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        set_theme(theme_of(palette()));
}

void ParetoChart::focusInEvent(QFocusEvent *event)
{
    QChartView::focusInEvent(event);
    chart()->update();
}

void ParetoChart::focusOutEvent(QFocusEvent *event)
{
    QChartView::focusOutEvent(event);
    chart()->update();
}

} // namespace ca
