// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/layers/density_chart.h"

#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

constexpr int kFont = 11;    // px
constexpr int kKey = 18;     // px over the plot, for the names of its lines
constexpr int kAxis = 16;    // px under the plot, for its numbers
constexpr int kKeyLine = 16; // px
constexpr double kHeadroom = 1.08;
constexpr double kMostOfFit = 1.5; // heights of the histogram that a fit may add to the picture
constexpr double kOther = 0.05;    // of a shape: less is the same line

double peak(const BetaFacts &shapes)
{
    double highest = 0;
    for (int i = 1; i < 128; ++i)
        highest = std::max(highest, beta_density(shapes, i / 128.0));
    return highest;
}

QPen curve_pen(const Theme &theme, bool second)
{
    return second ? QPen(theme.dim, 1, Qt::DashLine) : QPen(theme.accent, 2);
}

QString axis_number(double value)
{
    return words::three_digits(value).replace(u'-', u'−');
}

} // namespace

double beta_density(const BetaFacts &shapes, double x)
{
    if (!(shapes.alpha > 0) || !(shapes.beta > 0) || x < 0 || x > 1)
        return 0;
    const double log_beta = std::lgamma(shapes.alpha) + std::lgamma(shapes.beta) - std::lgamma(shapes.alpha + shapes.beta);
    const auto power = [](double base, double exponent) { return exponent == 0 ? 0 : exponent * std::log(base); };
    return std::exp(power(x, shapes.alpha - 1) + power(1 - x, shapes.beta - 1) - log_beta);
}

DensityChart::DensityChart(QWidget *parent) : QWidget(parent)
{
    setObjectName(u"density_chart"_s);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    QFont text = font();
    text.setPixelSize(kFont);
    setFont(text);
}

void DensityChart::set_density(const DensityFacts &density)
{
    density_ = density;
    update();
}

bool DensityChart::has_second_line() const
{
    const BetaFacts &one = density_.likelihood, &other = density_.moments;
    const auto differs = [](double a, double b) { return std::abs(a - b) > kOther * std::max(a, b); };
    return other.alpha > 0 && (differs(one.alpha, other.alpha) || differs(one.beta, other.beta));
}

double DensityChart::top() const
{
    const auto bins = static_cast<double>(density_.histogram.size());
    const double bars = bins * static_cast<double>(*std::max_element(density_.histogram.begin(), density_.histogram.end()));
    return kHeadroom * std::max(bars, std::min(peak(density_.likelihood), kMostOfFit * bars));
}

void DensityChart::paintEvent(QPaintEvent *)
{
    if (!(density_.high > density_.low) || !(top() > 0))
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF plot = QRectF(rect()).adjusted(1, kKey, -1, -kAxis);
    paint_bars(painter, plot);
    painter.save();
    painter.setClipRect(plot);
    if (has_second_line()) {
        painter.setPen(curve_pen(theme_of(palette()), true));
        paint_curve(painter, plot, density_.moments);
    }
    painter.setPen(curve_pen(theme_of(palette()), false));
    paint_curve(painter, plot, density_.likelihood);
    painter.restore();
    paint_axis(painter, plot);
    paint_key(painter);
}

void DensityChart::paint_bars(QPainter &painter, const QRectF &plot) const
{
    const auto bins = static_cast<double>(density_.histogram.size());
    const double width = plot.width() / bins, unit = plot.height() / top();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme_of(palette()).faint);
    double left = plot.left();
    for (const float fraction : density_.histogram) {
        const double height = static_cast<double>(fraction) * bins * unit;
        painter.drawRect(QRectF(left, plot.bottom() - height, std::max(1.0, width - 1), height));
        left += width;
    }
}

void DensityChart::paint_curve(QPainter &painter, const QRectF &plot, const BetaFacts &shapes) const
{
    if (!(shapes.alpha > 0))
        return;
    const double highest = 2 * top(); // beyond the clip, and far from numbers that a painter cannot take
    QPainterPath path;
    for (double x = 0.5; x < plot.width(); x += 1) {
        const double density = std::min(beta_density(shapes, x / plot.width()), highest);
        const QPointF point(plot.left() + x, plot.bottom() - density * plot.height() / top());
        if (path.elementCount() == 0)
            path.moveTo(point);
        else
            path.lineTo(point);
    }
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

void DensityChart::paint_axis(QPainter &painter, const QRectF &plot) const
{
    const Theme &theme = theme_of(palette());
    painter.setPen(theme.faint);
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    painter.setPen(theme.dim);
    const QRectF under(plot.left(), plot.bottom() + 2, plot.width(), kAxis - 2);
    const QString low = axis_number(density_.low), high = axis_number(density_.high);
    painter.drawText(under, Qt::AlignLeft | Qt::AlignVCenter, low);
    painter.drawText(under, Qt::AlignRight | Qt::AlignVCenter, high);
    const double zero = plot.left() - density_.low / (density_.high - density_.low) * plot.width();
    const QFontMetricsF metrics(font());
    if (zero > plot.left() + metrics.horizontalAdvance(low) + 8 && zero < plot.right() - metrics.horizontalAdvance(high) - 8) {
        painter.drawText(QRectF(zero - 8, under.top(), 16, under.height()), Qt::AlignCenter, u"0"_s);
        painter.setPen(theme.faint);
        painter.drawLine(QPointF(zero, plot.bottom()), QPointF(zero, plot.bottom() + 3));
    }
}

void DensityChart::paint_key(QPainter &painter) const
{
    if (!(density_.likelihood.alpha > 0))
        return;
    const Theme &theme = theme_of(palette());
    const QFontMetricsF metrics(font());
    QStringList names{tr("Beta, most likely")};
    if (has_second_line())
        names << tr("by moments");
    const double y = (kKey - 3) / 2.0;
    double x = 1;
    for (int line = 0; line < names.size(); ++line) {
        painter.setPen(curve_pen(theme, line == 1));
        painter.drawLine(QPointF(x, y), QPointF(x + kKeyLine, y));
        painter.setPen(theme.dim);
        x += kKeyLine + 5;
        painter.drawText(QRectF(x, 0, width() - x, kKey - 3), Qt::AlignLeft | Qt::AlignVCenter, names[line]);
        x += metrics.horizontalAdvance(names[line]) + 14;
    }
}

} // namespace ca
