// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ca::report {

struct HeatmapCell {
    std::optional<double> value; ///< decides the colour; absent: not measured, an empty cell
    std::string text;            ///< the number as it stands in the cell, a few characters
};
struct HeatmapRow {
    std::string name;  ///< of the layer
    std::string block; ///< layers that stand together
    std::vector<HeatmapCell> cells;
};
struct Heatmap {
    std::string title;
    std::string measure; ///< what the numbers are, with their unit: "divergence of the output, nats"
    std::vector<std::string> columns;
    std::vector<HeatmapRow> rows; ///< as many cells as columns
};

/// Rows beyond which a heatmap shows blocks, each with the largest value of its layers.
inline constexpr std::size_t kMostHeatmapRows = 60;

/// `rows`, or where they are more than `most` their blocks; where those are too many as well, blocks beside each other become
/// one. A row of several layers says how many, and each of its cells is that of the largest value.
[[nodiscard]] std::vector<HeatmapRow> rolled_up(const std::vector<HeatmapRow> &rows, std::size_t most = kMostHeatmapRows);

/// Layers x formats in viridis on a log scale (zeros and negative values have the darkest colour), the number in each cell, with
/// a scale of the colours. 960 wide, as high as `rolled_up` rows make it.
[[nodiscard]] Drawing heatmap_drawing(const Heatmap &heatmap);

} // namespace ca::report
