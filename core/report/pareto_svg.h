// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ca {

/// A point of the chart.
struct ChartPoint {
    std::string label;   ///< `T3`
    std::string hint;    ///< what a reader sees on hovering: the recipe's name
    double bytes = 0;    ///< size of the exported file
    double accuracy = 0; ///< fraction
    double low = 0;      ///< its interval, fractions
    double high = 0;
    bool is_float = false; ///< drawn as a diamond
    bool on_front = false; ///< filled and joined by a line; others are small and faint
};

/// Accuracy against bytes (log axis with powers of two in MB or kB) as a self-contained SVG, 960 x 600, light, readable without a
/// font of its own. Text is escaped; an empty list gives the axes and a sentence.
[[nodiscard]] std::string pareto_svg(const std::vector<ChartPoint> &points, const std::string &title);

} // namespace ca
