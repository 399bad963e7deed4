// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ca {

/// One way to store a layer.
struct Choice {
    std::int64_t cost = 0; ///< in any unit, the budget's
    double damage = 0;     ///< additive over layers
};

/// For each layer the index of a choice, such that the costs add up to at most `budget` and the damages to the least: a
/// multiple-choice knapsack by dynamic programming over `cells` equal parts of the budget, exact where the budget is no larger
/// than that, else within a layer count's worth of parts; what rounding leaves of the budget is spent greedily. Nothing where
/// even the cheapest choices cost more. O(layers * choices * cells). `best_allocation` knows constraints and several budgets.
[[nodiscard]] std::optional<std::vector<std::size_t>> allocate(std::span<const std::vector<Choice>> layers, std::int64_t budget,
                                                               std::int64_t cells = 20000);

} // namespace ca
