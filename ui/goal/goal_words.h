// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/goal/goal_facts.h"

#include <QStringList>

namespace ca {

[[nodiscard]] QString keep_word(const LayerKeep &keep); ///< "free", "float", "int4", "4 bits or more"

/// All that a person may choose for a layer, free first.
[[nodiscard]] std::vector<LayerKeep> keep_choices();

/// The limits in a sentence's words: "lose at most 0.5 points, at most 2.2 MB, 1 layer kept"; "no limit" without one.
[[nodiscard]] QString goal_words(const GoalFacts &goal);

/// Bytes that the limit on size allows; nothing where there is none, or float's size would have to be known.
[[nodiscard]] std::optional<std::int64_t> allowed_bytes(const GoalFacts &goal, Bytes float_file);

/// Less than this no recipe takes: what is kept at its width, all other layers at 2 bits, scales not counted.
[[nodiscard]] std::int64_t least_bytes(const GoalFacts &goal, const GoalModel &model);

/// Why no study can reach the goal, or need not begin; empty where one can.
[[nodiscard]] QString problem_of(const GoalFacts &goal, const GoalModel &model);

/// What a person may want to know of a goal that is possible: that it limits nothing. Empty for most.
[[nodiscard]] QString note_on(const GoalFacts &goal, const GoalModel &model);

} // namespace ca
