// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/sections/context.h"

#include <vector>

namespace ca::report {

using Blocks = std::vector<Block>;

// The sections of a report in their order, each with its heading. All hold for studies without results, without holdout, without
// labels, without latencies, and for very long ones.
[[nodiscard]] Blocks summary_section(const Context &context);
[[nodiscard]] Blocks front_section(const Context &context);
[[nodiscard]] Blocks recommended_section(const Context &context);
[[nodiscard]] Blocks sensitivity_section(const Context &context);
[[nodiscard]] Blocks layers_section(const Context &context);
[[nodiscard]] Blocks examples_section(const Context &context);
[[nodiscard]] Blocks classes_section(const Context &context);
[[nodiscard]] Blocks reasoning_section(const Context &context);
[[nodiscard]] Blocks method_section(const Context &context);
[[nodiscard]] Blocks limits_section(const Context &context);
[[nodiscard]] Blocks repeat_section(const Context &context);

// Their anchors.
inline constexpr const char *kSummary = "summary", *kFront = "trials", *kRecommended = "recommended",
                            *kSensitivity = "sensitivity", *kLayers = "layers", *kExamples = "examples", *kClasses = "classes",
                            *kReasoning = "reasoning", *kMethod = "method", *kLimits = "limits", *kRepeat = "repeat";

/// A doubt about what a report says.
struct Limit {
    Line line;
    bool grave = false; ///< it stands in the summary, too
};
/// The gravest first.
[[nodiscard]] std::vector<Limit> limits_of(const Context &context);

/// The other trials that are recommended for something, with their size, accuracy and latency.
[[nodiscard]] std::vector<Line> other_choices(const Context &context);
/// What was lost against float on the quoted split, with the test: a sentence or two.
[[nodiscard]] Line loss_sentence(const Context &context, const Trial &trial);
/// The constraints, as what a recipe does: "loses at most 0.50 points and takes at most 4.00 MB". Empty where there are none.
[[nodiscard]] Line constraints_words(const Context &context);

} // namespace ca::report
