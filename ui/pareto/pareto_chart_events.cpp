// SPDX-License-Identifier: GPL-3.0-or-later
// The events of the chart: pointer, keys, focus, colours.
#include "ui/pareto/pareto_chart.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>

namespace ca {

void ParetoChart::hover(const QString &trial, const QPoint &place)
{
    if (trial == hovered_)
        return;
    hovered_ = trial;
    setCursor(trial.isEmpty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
    Q_EMIT trial_hovered(trial, place);
}

void ParetoChart::mouseMoveEvent(QMouseEvent *event)
{
    QChartView::mouseMoveEvent(event);
    hover(trial_at(event->position()).value_or(QString()), event->position().toPoint());
}

void ParetoChart::mousePressEvent(QMouseEvent *event)
{
    QChartView::mousePressEvent(event);
    const auto trial = trial_at(event->position());
    if (event->button() == Qt::LeftButton && trial)
        Q_EMIT trial_selected(*trial);
}

void ParetoChart::leaveEvent(QEvent *event)
{
    hover({}, {});
    QChartView::leaveEvent(event);
}

void ParetoChart::keyPressEvent(QKeyEvent *event)
{
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step == 0 || points_.empty()) {
        QChartView::keyPressEvent(event);
        return;
    }
    std::vector<const ParetoPoint *> by_size;
    for (const ParetoPoint &point : points_)
        by_size.push_back(&point);
    std::stable_sort(by_size.begin(), by_size.end(), [](const auto *a, const auto *b) { return a->megabytes < b->megabytes; });
    const auto now = std::find(by_size.begin(), by_size.end(), find(selected_));
    const auto last = static_cast<std::ptrdiff_t>(by_size.size()) - 1;
    const std::ptrdiff_t next =
        now == by_size.end() ? (step > 0 ? 0 : last) : std::clamp(now - by_size.begin() + step, std::ptrdiff_t{0}, last);
    Q_EMIT trial_selected(by_size[static_cast<std::size_t>(next)]->trial);
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
