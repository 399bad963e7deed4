// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_table.h"

namespace ca {

/// Standard errors to the upper end of a one-sided 95 % interval of a normal distribution: what `holds_drop` asks for.
inline constexpr double kDropConfidence = 1.6448536269514722;

/// What a planner is made of; nothing of it changes.
struct PlannerState {
    Model model;
    PlannerOptions options;
    PlannerTable table;
    std::int64_t float_bytes = 0;
    Proposal float_trial;            ///< fp32, what all drops count from
    std::vector<Proposal> baselines; ///< whole methods that keep the constraints, in the order in which they are carried out
};

} // namespace ca
