// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/model/model.h"
#include "core/scan/sensitivity.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace ca {

/// What a layer takes for an outlier, as LLM.int8() does (Dettmers et al. 2022).
inline constexpr float kOutlierThreshold = 6;

/// What the images put into each layer, in one pass, a batch a core; in the order of the program's layers. Nothing for layers
/// whose input is no float tensor that a step makes (embeddings; those that the interpreter runs). Channels are the second
/// dimension of a convolution's input, the last of all others. Errors: `cancelled`; those of reading and running.
[[nodiscard]] Result<std::vector<std::optional<ActivationStatistics>>> scan_activations(const Model &model, const Split &images,
                                                                                        const Preprocess &preprocess, int threads,
                                                                                        std::stop_token stop,
                                                                                        const Progress &progress);

} // namespace ca
