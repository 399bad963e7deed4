// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner.h"
#include "ui/goal/goal_facts.h"

namespace ca {

/// `float_file`: the size that `times_smaller` is counted from.
[[nodiscard]] Constraints constraints_of(const GoalFacts &goal, Bytes float_file);
/// What a form shows of constraints: all but forbidden formats. Trials and minutes are the usual ones.
[[nodiscard]] GoalFacts goal_of(const Constraints &constraints);

/// A goal as a setting, without the layers, which are one model's.
[[nodiscard]] QString goal_setting(const GoalFacts &goal);
/// What is missing, of another kind or beyond reason is as in a new goal.
[[nodiscard]] GoalFacts goal_from_setting(const QString &text);

} // namespace ca
