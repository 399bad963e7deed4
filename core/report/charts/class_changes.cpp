// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/class_changes.h"

#include "core/base/json.h"
#include "core/base/units.h"
#include "core/report/charts/plot.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kWidth = 960, kLeft = 16, kNames = 240, kPlotLeft = 320, kPlotRight = 880, kTop = 60;
constexpr double kRowHeight = 22, kBarHeight = 14, kBelow = 66;

/// In percentage points.
double change_of(const ShownClassChange &change)
{
    return 100 * static_cast<double>(change.quantized_right - change.float_right) / static_cast<double>(change.images);
}

std::string change_text(double points)
{
    return (points > 0 ? "+" : points < 0 ? "\u2212" : "") + to_text(std::abs(points), 2);
}

std::string name_of(const ShownClassChange &change)
{
    return change.name && !change.name->empty() ? *change.name : "class " + std::to_string(change.label);
}

/// Those with images, the largest loss first; of too many those that change most.
std::vector<ShownClassChange> shown(const std::vector<ShownClassChange> &changes)
{
    std::vector<ShownClassChange> rows;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(rows),
                 [](const ShownClassChange &change) { return change.images > 0; });
    if (rows.size() > kMostClassRows) {
        std::stable_sort(rows.begin(), rows.end(), [](const ShownClassChange &a, const ShownClassChange &b) {
            return std::abs(change_of(a)) > std::abs(change_of(b));
        });
        rows.resize(kMostClassRows);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const ShownClassChange &a, const ShownClassChange &b) { return change_of(a) < change_of(b); });
    return rows;
}

/// As far to the left as to the right, at least one point.
Axis axis_of(const std::vector<ShownClassChange> &rows)
{
    double largest = 1;
    for (const ShownClassChange &row : rows)
        largest = std::max(largest, std::abs(change_of(row)));
    const double step = round_step(2 * largest, 10);
    const double end = std::ceil(largest / step - 1e-9) * step;
    return {-end, end, kPlotLeft, kPlotRight};
}

void draw_row(Drawing &drawing, const ShownClassChange &row, const Axis &x, double y)
{
    const double points = change_of(row), zero = x.place(0), end = x.place(points);
    drawing.shapes.push_back(
        text(fitted(name_of(row), kTextSize, kNames - kLeft), {kNames, y + 15}, TextShape::Anchor::end, kTextSize, kText));
    Shape bar{RectangleShape{
        {std::min(zero, end), y + (kRowHeight - kBarHeight) / 2}, std::abs(end - zero), kBarHeight, points < 0 ? kLoss : kGain}};
    bar.hint = name_of(row) + ": " + std::to_string(row.float_right) + " of " + std::to_string(row.images) + " right before, "
        + std::to_string(row.quantized_right) + " after";
    drawing.shapes.push_back(std::move(bar));
    const bool loss = points < 0;
    drawing.shapes.push_back(text(change_text(points), {end + (loss ? -6 : 6), y + 15},
                                  loss ? TextShape::Anchor::end : TextShape::Anchor::start, kTextSize, kInk));
}

std::string description_of(const std::vector<ShownClassChange> &rows, std::size_t all)
{
    std::string content = "Change of the share of right answers by class, " + std::to_string(rows.size()) + " of "
        + std::to_string(all) + " classes.";
    for (const ShownClassChange &row : rows)
        content += " " + name_of(row) + " " + change_text(change_of(row)) + ".";
    return clean_text(content);
}

} // namespace

Drawing class_change_drawing(const std::vector<ShownClassChange> &changes, const std::string &title)
{
    const std::vector<ShownClassChange> rows = shown(changes);
    const auto with_images =
        std::count_if(changes.begin(), changes.end(), [](const ShownClassChange &change) { return change.images > 0; });
    const std::size_t left_out = static_cast<std::size_t>(with_images) - rows.size();
    const double bottom = kTop + kRowHeight * static_cast<double>(std::max<std::size_t>(rows.size(), 1)) + 8;
    Drawing drawing = titled_drawing(kWidth, bottom + kBelow, title, kLeft);
    drawing.description = description_of(rows, static_cast<std::size_t>(with_images));
    const Axis x = axis_of(rows), y{0, 1, bottom, kTop - 8};
    draw_ticks_below(drawing, x, y, round_ticks(x.low, x.high, 10));
    drawing.shapes.push_back(line({x.place(0), y.from}, {x.place(0), y.to}, {.colour = kFrame, .width = 1.5}));
    double at = kTop;
    for (const ShownClassChange &row : rows) {
        draw_row(drawing, row, x, at);
        at += kRowHeight;
    }
    if (rows.empty())
        drawing.shapes.push_back(
            text("No class has an image.", {x.place(0), kTop + 15}, TextShape::Anchor::middle, kTextSize, kNote));
    drawing.shapes.push_back(text("Change of right answers against float, percentage points", {x.place(0), bottom + 40},
                                  TextShape::Anchor::middle, kTextSize, kText));
    if (left_out > 0)
        drawing.shapes.push_back(
            text(std::to_string(left_out) + (left_out == 1 ? " class that changes" : " classes that change") + " less: not shown",
                 {kLeft, bottom + 40}, TextShape::Anchor::start, kTextSize, kNote));
    return drawing;
}

} // namespace ca::report
