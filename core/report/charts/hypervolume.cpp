// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/hypervolume.h"

#include "core/base/units.h"
#include "core/report/charts/plot.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kWidth = 960, kHeight = 320, kLeft = 76, kRight = 932, kTop = 56, kBottom = 252;

using Values = std::vector<std::pair<std::size_t, double>>;

void draw_steps(Drawing &drawing, const Values &values, const Axis &x, const Axis &y)
{
    LineShape steps{{}, {.colour = kAccent, .width = 2}};
    for (const auto &[evaluations, value] : values) {
        const double at = x.place(static_cast<double>(evaluations));
        if (!steps.points.empty())
            steps.points.push_back({at, steps.points.back().y});
        steps.points.push_back({at, y.place(value)});
    }
    if (!steps.points.empty())
        drawing.shapes.push_back({.what = CircleShape{steps.points.back(), 4, kAccent}});
    if (steps.points.size() > 1)
        drawing.shapes.push_back({.what = std::move(steps)});
}

} // namespace

Drawing hypervolume_drawing(const Values &given, const std::string &title)
{
    Values values;
    std::copy_if(given.begin(), given.end(), std::back_inserter(values),
                 [](const auto &entry) { return std::isfinite(entry.second); });
    std::sort(values.begin(), values.end());
    double last = 1, highest = 0;
    for (const auto &[evaluations, value] : values) {
        last = std::max(last, static_cast<double>(evaluations));
        highest = std::max(highest, value);
    }
    const double top = highest > 0 ? std::ceil(highest / round_step(highest, 5)) * round_step(highest, 5) : 1;
    const Axis x{0, last, kLeft, kRight}, y{0, top, kBottom, kTop};
    Drawing drawing = titled_drawing(kWidth, kHeight, title, kLeft);
    std::vector<double> whole = round_ticks(0, last, 12);
    std::erase_if(whole, [](double tick) { return tick != std::round(tick); });
    draw_ticks_below(drawing, x, y, whole);
    draw_ticks_beside(drawing, x, y, round_ticks(0, top, 5));
    draw_frame(drawing, x, y);
    draw_steps(drawing, values, x, y);
    drawing.shapes.push_back(
        text("Finished trials", {(kLeft + kRight) / 2, kBottom + 42}, TextShape::Anchor::middle, kTextSize, kText));
    drawing.shapes.push_back(text_upwards("Hypervolume, bit-points", {24, (kTop + kBottom) / 2}));
    if (values.empty())
        drawing.shapes.push_back(text("No trial has finished yet.", {(kLeft + kRight) / 2, (kTop + kBottom) / 2},
                                      TextShape::Anchor::middle, kTextSize, kNote));
    drawing.description = values.empty() ? "No trial has finished yet."
                                         : "The front's hypervolume after each of " + std::to_string(values.size())
            + " finished trials; at the end " + to_text(values.back().second, 2) + " bit-points.";
    return drawing;
}

} // namespace ca::report
