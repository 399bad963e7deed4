// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <string>
#include <vector>

namespace ca::report {

/// The weights of a layer and the Beta density that was fitted to them.
struct BetaPanel {
    std::string title;           ///< the layer's name
    std::string note;            ///< a line under it: the shapes, the distance, in the words of the text
    double alpha = 0, beta = 0;  ///< not positive: there is no density to draw, and the panel says so
    double low = 0, high = 0;    ///< smallest and largest weight
    std::vector<double> share{}; ///< of the weights in equal bins from low to high; empty: the density alone
};

/// Panels beside each other, two in a row, 960 wide: density over the weight's value, shares as bars.
[[nodiscard]] Drawing beta_drawing(const std::vector<BetaPanel> &panels, const std::string &title);

} // namespace ca::report
