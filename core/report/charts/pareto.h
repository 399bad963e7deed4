// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <cstdint>
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
    bool is_float = false;           ///< drawn as a diamond
    bool on_front = false;           ///< filled and joined by a line; others are small and faint
    bool marked = false;             ///< with a ring around it: the recommended trial
    std::int64_t ended_early_at = 0; ///< images that it looked at; 0: all. Drawn hollow
};

} // namespace ca

namespace ca::report {

/// Accuracy against bytes, on a log axis with powers of two in MB or kB, 960 x 600, for the file `pareto.svg`. Points that are no
/// numbers stay out; without a point: the axes and a sentence. `quality`: what accuracy is, as the axis names it.
[[nodiscard]] Drawing pareto_drawing(const std::vector<ChartPoint> &points, const std::string &title,
                                     const std::string &quality = "Top-1 accuracy");

} // namespace ca::report
