// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <optional>
#include <string>
#include <vector>

namespace ca::report {

struct Bar {
    std::string name;            ///< `Float`, `T7`
    double value = 0;            ///< not negative
    std::string text;            ///< the value as it stands beside the bar, with its unit: "11.2 MB"
    std::optional<double> low{}; ///< its interval, in the value's unit; drawn where both ends are there
    std::optional<double> high{};
};
/// Bars that are compared with each other: they share a scale from 0.
struct BarGroup {
    std::string name;             ///< `Size`
    std::string note{};           ///< what is better, or what is compared: "smaller is better"
    std::vector<Bar> bars;        ///< the first is the float model: another colour
    std::optional<double> full{}; ///< the value of a whole width, of shares; absent: the largest of the group
};

/// Groups one under the other, 960 wide.
[[nodiscard]] Drawing bars_drawing(const std::vector<BarGroup> &groups, const std::string &title);

} // namespace ca::report
