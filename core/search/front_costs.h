// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/dominance.h"
#include "core/search/front.h"

namespace ca {

/// Which of bytes, accuracy and latency count.
using Counted = std::array<bool, 3>;
[[nodiscard]] Counted counted(FrontAxes axes, std::span<const OperatingPoint> points);

/// What counts of points, as costs: bytes, the accuracy below 0, milliseconds.
struct FrontCosts {
    std::vector<Costs> costs;
    std::vector<std::size_t> points; ///< the point of each: those that have all that counts
};
[[nodiscard]] FrontCosts front_costs(std::span<const OperatingPoint> points, const Counted &counts);

} // namespace ca
