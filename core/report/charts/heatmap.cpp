// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/heatmap.h"

#include "core/base/json.h"
#include "core/base/units.h"
#include "core/report/charts/plot.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr double kWidth = 960, kLeft = 16, kRight = 944, kNames = 284; // the names of rows up to kNames
constexpr double kTop = 84, kRowHeight = 18, kWidestCell = 110;
constexpr double kScaleHeight = 72; // below the rows: the scale of the colours

bool is_larger(const HeatmapCell &a, const HeatmapCell &b)
{
    return a.value && (!b.value || *a.value > *b.value);
}

/// Neighbours from `first` up to `last`, as one row.
HeatmapRow merged(const std::vector<HeatmapRow> &rows, std::size_t first, std::size_t last)
{
    HeatmapRow row = rows[first];
    for (std::size_t i = first + 1; i < last; ++i)
        for (std::size_t column = 0; column < std::min(row.cells.size(), rows[i].cells.size()); ++column)
            if (is_larger(rows[i].cells[column], row.cells[column]))
                row.cells[column] = rows[i].cells[column];
    if (last - first == 1)
        return row;
    const std::string &begin = row.block, &end = rows[last - 1].block;
    row.name = (begin == end ? begin : begin + " to " + end) + " (" + std::to_string(last - first) + " layers)";
    return row;
}

/// Where rows of another block begin, and the end.
std::vector<std::size_t> block_borders(const std::vector<HeatmapRow> &rows)
{
    std::vector<std::size_t> borders{0};
    for (std::size_t i = 1; i < rows.size(); ++i)
        if (rows[i].block != rows[i - 1].block)
            borders.push_back(i);
    borders.push_back(rows.size());
    return borders;
}

/// Colours of positive numbers by their logarithm.
struct ColourScale {
    double low = 0, high = 0; ///< log10; equal where there is at most one value
    bool any = false, has_gaps = false;

    [[nodiscard]] double place(double value) const
    {
        if (!(value > 0))
            return 0;
        return high > low ? std::clamp((std::log10(value) - low) / (high - low), 0.0, 1.0) : 0.5;
    }
};

ColourScale colour_scale(const std::vector<HeatmapRow> &rows)
{
    ColourScale scale;
    for (const HeatmapRow &row : rows) {
        for (const HeatmapCell &cell : row.cells) {
            scale.has_gaps = scale.has_gaps || !cell.value;
            if (!cell.value || !(*cell.value > 0) || !std::isfinite(*cell.value))
                continue;
            const double at = std::log10(*cell.value);
            scale.low = scale.any ? std::min(scale.low, at) : at;
            scale.high = scale.any ? std::max(scale.high, at) : at;
            scale.any = true;
        }
    }
    return scale;
}

void draw_cell(Drawing &drawing, const HeatmapCell &cell, const ColourScale &scale, Point corner, double width)
{
    RectangleShape box{corner, width - 1, kRowHeight - 1, kWhite, {.colour = kGrid, .width = 1}};
    if (!cell.value) {
        drawing.shapes.push_back({.what = box});
        return;
    }
    box.fill = viridis(scale.place(*cell.value));
    box.pen.width = 0;
    drawing.shapes.push_back({.what = box});
    drawing.shapes.push_back(text(fitted(cell.text, kTextSize, width - 4), {corner.x + (width - 1) / 2, corner.y + 13},
                                  TextShape::Anchor::middle, kTextSize, text_on(box.fill)));
}

std::string power_text(double power)
{
    const double value = std::pow(10, power);
    return power >= -4 && power <= 4 ? to_text(value, std::max(0, static_cast<int>(-power))) : "1e" + to_text(power, 0);
}

/// A strip of the colours, with the powers of ten that lie in it.
void draw_scale(Drawing &drawing, const ColourScale &scale, const std::string &measure, double top)
{
    constexpr double kStripWidth = 320, kSlices = 64, kStripHeight = 12;
    const double from = kNames;
    drawing.shapes.push_back(
        text(fitted(measure, kTextSize, kRight - from), {from, top}, TextShape::Anchor::start, kTextSize, kText));
    if (!(scale.high > scale.low))
        return;
    constexpr double kNoteGap = 40;
    if (scale.has_gaps)
        drawing.shapes.push_back(
            text("Empty: not measured", {from + kStripWidth + kNoteGap, top + 21}, TextShape::Anchor::start, kTextSize, kNote));
    for (double i = 0; i < kSlices; ++i)
        drawing.shapes.push_back({.what = RectangleShape{{from + i * kStripWidth / kSlices, top + 10},
                                                         kStripWidth / kSlices + 0.5,
                                                         kStripHeight,
                                                         viridis((i + 0.5) / kSlices)}});
    const Axis axis{scale.low, scale.high, from, from + kStripWidth};
    std::vector<double> powers = round_ticks(std::ceil(scale.low), std::max(std::floor(scale.high), std::ceil(scale.low) + 1), 6);
    for (const double power : powers) {
        if (power != std::round(power) || power > scale.high)
            continue;
        const double x = axis.place(power);
        drawing.shapes.push_back(line({x, top + 10 + kStripHeight}, {x, top + 14 + kStripHeight}, {.colour = kFrame}));
        drawing.shapes.push_back(
            text(power_text(power), {x, top + 28 + kStripHeight}, TextShape::Anchor::middle, kTextSize, kText));
    }
}

std::string description_of(const Heatmap &heatmap, const std::vector<HeatmapRow> &rows)
{
    std::string content = heatmap.measure + ", for " + std::to_string(rows.size())
        + (rows.size() == heatmap.rows.size() ? " layers and " : " blocks of layers and ")
        + std::to_string(heatmap.columns.size()) + " formats.";
    for (std::size_t column = 0; column < heatmap.columns.size(); ++column) {
        const HeatmapRow *largest = nullptr;
        for (const HeatmapRow &row : rows)
            if (column < row.cells.size() && row.cells[column].value
                && (largest == nullptr || is_larger(row.cells[column], largest->cells[column])))
                largest = &row;
        if (largest != nullptr)
            content +=
                " Largest in " + heatmap.columns[column] + ": " + largest->name + " with " + largest->cells[column].text + ".";
    }
    return clean_text(content);
}

} // namespace

std::vector<HeatmapRow> rolled_up(const std::vector<HeatmapRow> &rows, std::size_t most)
{
    if (rows.size() <= most || most == 0)
        return rows;
    const std::vector<std::size_t> borders = block_borders(rows);
    const std::size_t blocks = borders.size() - 1, at_once = (blocks + most - 1) / most;
    std::vector<HeatmapRow> result;
    for (std::size_t i = 0; i < blocks; i += at_once)
        result.push_back(merged(rows, borders[i], borders[std::min(i + at_once, blocks)]));
    return result;
}

Drawing heatmap_drawing(const Heatmap &heatmap)
{
    const std::vector<HeatmapRow> rows = rolled_up(heatmap.rows);
    const ColourScale scale = colour_scale(rows);
    Drawing drawing =
        titled_drawing(kWidth, kTop + kRowHeight * static_cast<double>(rows.size()) + kScaleHeight, heatmap.title, kLeft);
    drawing.description = description_of(heatmap, rows);
    const double columns = static_cast<double>(std::max<std::size_t>(heatmap.columns.size(), 1));
    const double width = std::min(kWidestCell, (kRight - kNames) / columns);
    for (std::size_t column = 0; column < heatmap.columns.size(); ++column)
        drawing.shapes.push_back(text(fitted(heatmap.columns[column], kTextSize, width),
                                      {kNames + (static_cast<double>(column) + 0.5) * width, kTop - 8}, TextShape::Anchor::middle,
                                      kTextSize, kInk, true));
    double y = kTop;
    for (const HeatmapRow &row : rows) {
        drawing.shapes.push_back(text(fitted(row.name, kTextSize, kNames - kLeft - 10), {kNames - 8, y + 13},
                                      TextShape::Anchor::end, kTextSize, kText));
        for (std::size_t column = 0; column < std::min(row.cells.size(), heatmap.columns.size()); ++column)
            draw_cell(drawing, row.cells[column], scale, {kNames + static_cast<double>(column) * width, y}, width);
        y += kRowHeight;
    }
    draw_scale(drawing, scale, heatmap.measure, y + 24);
    return drawing;
}

} // namespace ca::report
