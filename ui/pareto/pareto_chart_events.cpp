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
