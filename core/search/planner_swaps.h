// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_choices.h"

namespace ca {

/// Recipes around those on the front, in which a layer has the next more bits and another the next fewer, at about the same bytes
/// (2 % at most): what the scan got wrong of single layers shows in them. At most 48 around each, in an order that `seed`
/// shuffles.
[[nodiscard]] std::vector<PlannedRecipe> swapped_recipes(const PlannerState &state, const Outlook &outlook,
                                                         std::span<const TrialResult> finished);

} // namespace ca
