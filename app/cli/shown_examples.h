// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/evaluate/examples.h"
#include "core/evaluate/failure_analysis.h"

#include <string>
#include <vector>

namespace ca {

/// What `--show-examples` shows.
struct ShownExamples {
    Split split;
    std::vector<Example> examples;
    std::vector<ClassChange> changes;
    std::vector<FlipCause> causes;    ///< of the broken ones
    std::vector<std::string> outputs; ///< their names
};

/// Examples of how `quantized` answered against the float model that it came from, and for the broken ones which layers did it.
/// Errors: those of `explain_flips`.
[[nodiscard]] Result<ShownExamples> find_examples(const QuantizedModel &quantized, const Predictions &float_answers,
                                                  const Predictions &answers, const Split &split, const Scoring &scoring,
                                                  const Preprocess &preprocess, int threads, std::stop_token stop,
                                                  const Progress &progress);

/// Sets `examples`, `class_changes` and `repairs`.
void add_examples(OrderedJson &json, const ShownExamples &shown);

/// Tables of the same.
[[nodiscard]] std::string examples_text(const ShownExamples &shown);

} // namespace ca
