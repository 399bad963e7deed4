// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_state.h"

namespace ca {

/// fp32 by its method, name and reason. Errors: those of `make_recipe`.
[[nodiscard]] Result<Proposal> float_trial(const Model &model);

/// Whole methods that keep the constraints, the most telling first: a quarter of the study's trials, at least three where there
/// are so many. None where the model has no layers. Errors: those of `make_recipe`.
[[nodiscard]] Result<std::vector<Proposal>> baseline_trials(const PlannerState &state);

} // namespace ca
