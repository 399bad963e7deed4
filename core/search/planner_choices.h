// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_outlook.h"

#include <stop_token>

namespace ca {

/// A recipe that a round may propose.
struct PlannedRecipe {
    Plan plan;
    MethodRecipe recipe;
    std::string hash;
    double bytes = 0;              ///< of the file, to what its header takes
    std::optional<double> latency; ///< milliseconds, scaled to what was measured
    double damage = 0;
    PredictedDrop drop;
    std::string origin; ///< where it comes from, for its reason; empty: the curve
};

/// All that is worth carrying out by what the scan and the trials say: the curve of least damage over bytes, some hundred points
/// spread over its logarithm and the last that `constraints.bytes` allows, with no int8 inputs and, where latency counts, with
/// those that cost least in three steps to the fastest, or that the limit needs. Inputs and weights add to damage and inputs take
/// no bytes worth naming, so that each is allocated by itself. Errors: `cancelled`, those of the curve.
[[nodiscard]] Result<std::vector<PlannedRecipe>> curve_recipes(const PlannerState &state, const Outlook &outlook,
                                                               std::stop_token stop);

/// The recipe of a plan, and what is expected of it.
[[nodiscard]] PlannedRecipe planned_recipe(const PlannerState &state, const Outlook &outlook, Plan plan);

/// Which layers have int8 inputs so that the model takes at most `latency` milliseconds before scaling, with the least damage.
/// Errors: `constraint` where the fastest takes longer; `cancelled`.
[[nodiscard]] Result<std::vector<bool>> int8_inputs_within(const PlannerTable &table, std::optional<double> latency,
                                                           std::span<const double> gains, std::stop_token stop);

/// The least milliseconds that the layers allow, before scaling.
[[nodiscard]] double least_latency(const PlannerTable &table);

/// Each layer at its fewest bits.
[[nodiscard]] Plan smallest_plan(const PlannerTable &table);

} // namespace ca
