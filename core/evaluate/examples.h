// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/evaluate.h"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace ca {

/// Confident: both models give the same answer, and the less sure one is surest. Marginal: they give the same answer, and the
/// quantized model's first two classes are closest. Flipped: broken (float right, quantized wrong) first, then fixed, then those
/// that changed from one wrong answer to another; of each, where the less sure one is surest.
enum class ExampleKind { confident, marginal, broken, fixed, changed };
[[nodiscard]] std::string to_text(ExampleKind kind);

/// One image with what both models said.
struct Example {
    ExampleKind kind = ExampleKind::confident;
    std::size_t place = 0;                      ///< in the split
    int label = -1;                             ///< class of the data, -1 where unknown
    int float_class = -1, quantized_class = -1; ///< outputs of the model
    double float_odds = 0, quantized_odds = 0;  ///< probability that each gives its own answer
    bool operator==(const Example &) const = default;
};

/// At most `most` of each of the three groups, flips together one group, in the order of ExampleKind; an image is in one of them.
/// Images that were not read are in none. Deterministic: ties go to the earlier image.
[[nodiscard]] std::vector<Example> choose_examples(const Predictions &float_answers, const Predictions &quantized,
                                                   const Split &split, const Scoring &scoring, std::size_t most);

/// How a class's share of right answers changed.
struct ClassChange {
    int label = 0;
    std::int64_t images = 0, float_right = 0, quantized_right = 0, fixed = 0, broken = 0;
    bool operator==(const ClassChange &) const = default;
};
/// By class of the data, those with the largest loss of their share first; empty for agreement.
[[nodiscard]] std::vector<ClassChange> class_changes(const Predictions &float_answers, const Predictions &quantized,
                                                     const Split &split, const Scoring &scoring);

/// What an output of the model is called: the class of the data that it stands for, else the model's own name of it, else its
/// number. For agreement outputs stand for no class of the data.
[[nodiscard]] std::string output_name(int output, const std::vector<std::string> &classes, const Scoring &scoring,
                                      const Model &model);

} // namespace ca
