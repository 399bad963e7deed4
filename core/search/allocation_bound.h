// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/allocation_groups.h"

namespace ca {

/// The option of each group.
using OptionPicks = std::vector<std::size_t>;

/// One cost of all groups together is to be least and others stay within limits, each indexed by AllocationAxis.
struct LimitedProblem {
    const std::vector<LayerGroup> *groups = nullptr;
    std::size_t objective = 0;
    Costs limits{}; ///< infinite where there is none, and for the objective
};

[[nodiscard]] double weighted(const Costs &costs, const Costs &weights);
[[nodiscard]] Costs total_costs(const std::vector<LayerGroup> &groups, const OptionPicks &picks);
[[nodiscard]] bool within_limits(const Costs &costs, const Costs &limits);
/// Of each group the option of least weighted cost, the first of equals.
[[nodiscard]] OptionPicks cheapest_picks(const std::vector<LayerGroup> &groups, const Costs &weights);

/// Prices for what is limited: 1 for the objective, multipliers for the limited costs. No allocation within the limits has less
/// of the objective than `value`, the least weighted cost of all less the priced limits.
struct LagrangianBound {
    Costs weights{};
    double value = 0;
    double priced_limits = 0;
    OptionPicks best; ///< the best allocation within the limits that came up on the way; empty without one
};

/// The multipliers of the largest bound, by nested bisection of the concave dual, a limit a level: at most some 4,000 times all
/// options for two limits. Source: Fisher 1981.
[[nodiscard]] LagrangianBound lagrangian_bound(const LimitedProblem &problem);

} // namespace ca
