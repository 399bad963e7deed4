// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/evaluate.h"
#include "core/evaluate/example_set.h"
#include "core/quantize/quantize.h"

#include <stop_token>

namespace ca {

inline constexpr std::size_t kMostExamples = 20; ///< of each group: confident, marginal, flipped
inline constexpr int kThumbnailSide = 96;        ///< pixels, of the longer side; smaller pictures stay as they are

/// Examples of how `quantized` answered against the float model that it came from, with their pictures, and for the broken ones
/// which layers did it. `trial` is empty. A picture that cannot be read again is left out. Errors: those of `explain_flips`.
[[nodiscard]] Result<ExampleSet> find_examples(const QuantizedModel &quantized, const Predictions &float_answers,
                                               const Predictions &answers, const Split &split, const Scoring &scoring,
                                               const Preprocess &preprocess, int threads, std::stop_token stop,
                                               const Progress &progress);

/// The image at a place of a split, made smaller where it is larger than kThumbnailSide. Errors: of reading it.
[[nodiscard]] Result<Thumbnail> thumbnail(const Split &split, std::size_t place);

} // namespace ca
