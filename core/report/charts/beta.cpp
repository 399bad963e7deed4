// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/beta.h"

#include "core/base/json.h"
#include "core/report/charts/plot.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kWidth = 960, kTop = 52, kPanelWidth = 480, kPanelHeight = 268, kLegendHeight = 24;
// Of a panel: the plot inside, below a title and a note, above its axis.
constexpr double kPlotLeft = 60, kPlotRight = 440, kPlotTop = 46, kPlotBottom = 212;
constexpr int kSegments = 256;

/// On (0, 1): of weights as shares of their range, so that layers can be compared.
double density(const BetaPanel &panel, double share)
{
    const double a = panel.alpha, b = panel.beta;
    const double log_beta = std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b);
    return std::exp((a - 1) * std::log(share) + (b - 1) * std::log1p(-share) - log_beta);
}

bool has_density(const BetaPanel &panel)
{
    return panel.alpha > 0 && panel.beta > 0 && std::isfinite(panel.alpha + panel.beta);
}

bool has_range(const BetaPanel &panel)
{
    return panel.high > panel.low && std::isfinite(panel.high - panel.low);
}

/// Points of the curve: place in (0, 1) and density; nothing where there is none.
std::vector<Point> curve_of(const BetaPanel &panel)
{
    std::vector<Point> points;
    for (int i = 0; has_density(panel) && i < kSegments; ++i) {
        const double share = (i + 0.5) / kSegments;
        points.push_back({panel.low + share * (panel.high - panel.low), density(panel, share)});
    }
    return points;
}

/// Each bin's share as a density.
std::vector<double> bars_of(const BetaPanel &panel)
{
    std::vector<double> bars;
    for (const double share : panel.share)
        bars.push_back(share * static_cast<double>(panel.share.size()));
    return bars;
}

void draw_bars(Drawing &drawing, const std::vector<double> &bars, const Axis &x, const Axis &y)
{
    const double width = (x.to - x.from) / static_cast<double>(std::max<std::size_t>(bars.size(), 1));
    double left = x.from;
    for (const double bar : bars) {
        const double top = y.place(std::min(bar, y.high));
        drawing.shapes.push_back({.what = RectangleShape{{left, top}, width, y.from - top, blended(kFaint, 0.45)}});
        left += width;
    }
}

void draw_curve(Drawing &drawing, const std::vector<Point> &curve, const Axis &x, const Axis &y)
{
    LineShape drawn{{}, {.colour = kAccent, .width = 2}};
    for (const Point &point : curve)
        drawn.points.push_back({x.place(point.x), y.place(std::min(point.y, y.high))});
    if (!drawn.points.empty())
        drawing.shapes.push_back({.what = std::move(drawn)});
}

void draw_plot(Drawing &drawing, const BetaPanel &panel, Point corner)
{
    const std::vector<Point> curve = curve_of(panel);
    const std::vector<double> bars = bars_of(panel);
    double highest = 0;
    for (const Point &point : curve)
        highest = std::max(highest, point.y);
    // A density that rises without end at the ends would flatten all else.
    if (panel.alpha < 1 || panel.beta < 1)
        highest = std::min(highest, 8.0);
    for (const double bar : bars)
        highest = std::max(highest, bar);
    const Axis x{panel.low, panel.high, corner.x + kPlotLeft, corner.x + kPlotRight};
    const Axis y{0, highest > 0 ? highest * 1.05 : 1, corner.y + kPlotBottom, corner.y + kPlotTop};
    draw_ticks_below(drawing, x, y, round_ticks(x.low, x.high, 5));
    draw_ticks_beside(drawing, x, y, round_ticks(y.low, y.high, 5));
    draw_bars(drawing, bars, x, y);
    draw_curve(drawing, curve, x, y);
    draw_frame(drawing, x, y);
}

void draw_panel(Drawing &drawing, const BetaPanel &panel, Point corner)
{
    const double left = corner.x + kPlotLeft, room = kPlotRight - kPlotLeft, across = left + room / 2,
                 down = corner.y + (kPlotTop + kPlotBottom) / 2;
    drawing.shapes.push_back(
        text(fitted(panel.title, kTextSize, room), {left, corner.y + 18}, TextShape::Anchor::start, kTextSize, kInk, true));
    drawing.shapes.push_back(
        text(fitted(panel.note, kTextSize, room), {left, corner.y + 36}, TextShape::Anchor::start, kTextSize, kNote));
    if (has_range(panel) && (has_density(panel) || !panel.share.empty())) {
        draw_plot(drawing, panel, corner);
        drawing.shapes.push_back(
            text("Value of the weight", {across, corner.y + kPlotBottom + 38}, TextShape::Anchor::middle, kTextSize, kText));
        drawing.shapes.push_back(text_upwards("Density (range = 1)", {corner.x + 14, down}));
        return;
    }
    draw_frame(drawing, {0, 1, left, left + room}, {0, 1, corner.y + kPlotBottom, corner.y + kPlotTop});
    drawing.shapes.push_back(
        text("No Beta density fits these weights.", {across, down}, TextShape::Anchor::middle, kTextSize, kNote));
}

} // namespace

Drawing beta_drawing(const std::vector<BetaPanel> &panels, const std::string &title)
{
    const double rows = static_cast<double>((panels.size() + 1) / 2);
    Drawing drawing = titled_drawing(kWidth, kTop + kPanelHeight * rows + kLegendHeight, title, kPlotLeft);
    for (std::size_t i = 0; i < panels.size(); ++i) {
        draw_panel(drawing, panels[i], {i % 2 == 0 ? 0 : kPanelWidth, kTop + kPanelHeight * static_cast<double>(i / 2)});
        drawing.description += (i > 0 ? " " : "") + clean_text(panels[i].title + ": " + panels[i].note) + ".";
    }
    const bool has_bars = std::any_of(panels.begin(), panels.end(), [](const BetaPanel &panel) { return !panel.share.empty(); });
    drawing.shapes.push_back(
        text(has_bars ? "Line: the fitted Beta density. Bars: the weights." : "Line: the fitted Beta density.",
             {kPlotLeft, drawing.height - 10}, TextShape::Anchor::start, kTextSize, kNote));
    return drawing;
}

} // namespace ca::report
