// SPDX-License-Identifier: GPL-3.0-or-later
// The axes of the chart: made anew for what they show, their ranges, names and colours.
#include "ui/pareto/pareto_chart.h"

#include <QtCharts/QLineSeries>
#include <QtCharts/QLogValueAxis>
#include <QtCharts/QScatterSeries>
#include <QtCharts/QValueAxis>

#include <algorithm>
#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

/// Digits after the point that tell ticks of this distance apart.
int digits_of(double step)
{
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 3);
}

void apply_range(QAbstractAxis &axis, const AxisRange &range)
{
    if (auto *linear = qobject_cast<QValueAxis *>(&axis)) {
        linear->setLabelFormat(u"%.%1f"_s.arg(digits_of(range.step)));
        linear->setTickInterval(range.step);
    }
    axis.setRange(range.low, range.high);
}

QFont font_of(const QFont &base, int pixels)
{
    QFont font = base;
    font.setPixelSize(pixels);
    return font;
}

} // namespace

void ParetoChart::set_axes(ParetoAxes axes)
{
    if (axes == axes_)
        return;
    axes_ = axes;
    make_axes();
    style_axes();
    show_points();
}

void ParetoChart::make_axes()
{
    for (QAbstractAxis *old : {x_, y_})
        if (old) {
            chart()->removeAxis(old);
            delete old;
        }
    x_ = make_axis(axes_.x);
    y_ = make_axis(axes_.y);
    chart()->addAxis(x_, Qt::AlignBottom);
    chart()->addAxis(y_, Qt::AlignLeft);
    attach(*front_);
    attach(*float_);
    for (const auto &[kind, series] : marks_)
        attach(*series);
    name_axes();
}

QAbstractAxis *ParetoChart::make_axis(ParetoAxis axis)
{
    QAbstractAxis *made = nullptr;
    if (axis == ParetoAxis::size) {
        auto *logarithmic = new QLogValueAxis(this);
        logarithmic->setBase(2);
        logarithmic->setLabelFormat(u"%g"_s);
        logarithmic->setMinorTickCount(0);
        made = logarithmic;
    } else {
        auto *linear = new QValueAxis(this);
        linear->setTickType(QValueAxis::TicksDynamic);
        linear->setTickAnchor(0);
        made = linear;
    }
    made->setTitleText(axis_title(axis));
    return made;
}

void ParetoChart::name_axes()
{
    const QString name = tr("Pareto chart of %1 and %2; the trials table holds the same facts")
                             .arg(axis_name(axes_.x).toLower(), axis_name(axes_.y).toLower());
    setAccessibleName(name);
    viewport()->setAccessibleName(name);
}

void ParetoChart::attach(QAbstractSeries &series)
{
    series.attachAxis(x_);
    series.attachAxis(y_);
}

void ParetoChart::apply_ranges()
{
    x_range_ = axis_range(axes_.x, shown_, limits_);
    y_range_ = axis_range(axes_.y, shown_, limits_);
    apply_range(*x_, x_range_);
    apply_range(*y_, y_range_);
}

void ParetoChart::style_axes()
{
    for (QAbstractAxis *axis : {x_, y_}) {
        axis->setGridLinePen(QPen(theme_.grid, 1));
        axis->setLinePen(QPen(theme_.grid, 1));
        axis->setLabelsFont(font_of(font(), 11));
        axis->setTitleFont(font_of(font(), 11));
        axis->setLabelsBrush(theme_.dim);
        axis->setTitleBrush(theme_.dim);
    }
}

} // namespace ca
