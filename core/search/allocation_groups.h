// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/allocation.h"
#include "core/search/dominance.h"

#include <span>

namespace ca {

/// A format for all layers of a group, with the sums of (bytes, latency, damage): indexed by AllocationAxis.
struct GroupOption {
    Costs costs{};
    std::vector<std::size_t> choices; ///< by layer of the group
};

/// Layers that share one format, and what they may have: options that others dominate are gone.
struct LayerGroup {
    std::vector<std::size_t> layers;
    std::vector<GroupOption> options; ///< at least one
};

[[nodiscard]] constexpr std::size_t index_of(AllocationAxis axis)
{
    return static_cast<std::size_t>(axis);
}

/// The groups in the order of their first layers. Where latency does not count it is 0. Errors: those of `best_allocation` that
/// do not come from limits.
[[nodiscard]] Result<std::vector<LayerGroup>> layer_groups(const AllocationProblem &problem, bool latency_counts);

/// With the totals of these choices, added up in the layers' order.
[[nodiscard]] Allocation with_totals(const AllocationProblem &problem, std::vector<std::size_t> choices);

} // namespace ca
