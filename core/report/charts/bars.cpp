// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/bars.h"

#include "core/base/json.h"
#include "core/report/charts/plot.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kWidth = 960, kTop = 52, kLeft = 16, kNames = 200, kRight = 740, kEdge = 944;
constexpr double kHeadHeight = 30, kBarHeight = 20, kBarStep = 26, kGroupGap = 14;

double length_of_group(const BarGroup &group)
{
    double full = group.full.value_or(0);
    for (const Bar &bar : group.bars)
        for (const double value : {bar.value, bar.high.value_or(0)})
            if (std::isfinite(value))
                full = std::max(full, value);
    return full > 0 ? full : 1;
}

/// From its low end to its high one, with a stop at each.
void draw_interval(Drawing &drawing, double from, double to, double middle)
{
    const Pen pen{.colour = kInk, .width = 1.2};
    drawing.shapes.push_back(line({from, middle}, {to, middle}, pen));
    for (const double x : {from, to})
        drawing.shapes.push_back(line({x, middle - 4}, {x, middle + 4}, pen));
}

void draw_bar(Drawing &drawing, const Bar &bar, bool is_first, double full, double y)
{
    const auto place = [&](double value) {
        return kNames + (std::isfinite(value) ? std::clamp(value / full, 0.0, 1.0) : 0.0) * (kRight - kNames);
    };
    drawing.shapes.push_back(
        text(fitted(bar.name, kTextSize, kNames - kLeft - 8), {kNames - 8, y + 14}, TextShape::Anchor::end, kTextSize, kText));
    const double end = place(bar.value);
    drawing.shapes.push_back(
        {.what = RectangleShape{{kNames, y}, end - kNames, kBarHeight, is_first ? blended(kFloat, 0.55) : kAccent}});
    double after = end;
    if (bar.low && bar.high) {
        draw_interval(drawing, place(*bar.low), place(*bar.high), y + kBarHeight / 2);
        after = std::max(after, place(*bar.high));
    }
    drawing.shapes.push_back(text(fitted(bar.text, kTextSize, kEdge - after - 8), {after + 8, y + 15}, TextShape::Anchor::start,
                                  kTextSize, kInk, true));
}

double height_of(const BarGroup &group)
{
    return kHeadHeight + kBarStep * static_cast<double>(group.bars.size()) + kGroupGap;
}

void draw_group(Drawing &drawing, const BarGroup &group, double y)
{
    drawing.shapes.push_back(
        text(fitted(group.name, kTextSize, kEdge - kLeft), {kLeft, y + 18}, TextShape::Anchor::start, kTextSize, kInk, true));
    const double used = text_width(group.name, kTextSize) + 12;
    drawing.shapes.push_back(text(fitted(group.note, kTextSize, kEdge - kLeft - used), {kLeft + used, y + 18},
                                  TextShape::Anchor::start, kTextSize, kNote));
    const double full = length_of_group(group);
    double at = y + kHeadHeight;
    for (const Bar &bar : group.bars) {
        draw_bar(drawing, bar, &bar == &group.bars.front(), full, at);
        at += kBarStep;
    }
    drawing.shapes.push_back(line({kNames, y + kHeadHeight - 3}, {kNames, at - kBarStep + kBarHeight + 3}, {.colour = kFrame}));
}

} // namespace

Drawing bars_drawing(const std::vector<BarGroup> &groups, const std::string &title)
{
    Drawing drawing = titled_drawing(kWidth, kTop, title, kLeft);
    for (const BarGroup &group : groups) {
        draw_group(drawing, group, drawing.height);
        drawing.height += height_of(group);
        std::string described = group.name + ":";
        for (const Bar &bar : group.bars)
            described += (&bar == &group.bars.front() ? " " : ", ") + bar.name + " " + bar.text;
        drawing.description += (drawing.description.empty() ? "" : " ") + clean_text(described) + ".";
    }
    return drawing;
}

} // namespace ca::report
