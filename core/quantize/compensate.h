// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/quantize.h"

namespace ca {

/// Rounds the layers whose scheme asks for GPTQ or AdaRound and that `weights` does not have yet, in the order in which the
/// network runs, each on the inputs that the quantized layers before it give. `weights` holds the other quantized layers and gets
/// these. Kinds of layers that cannot be compensated (embeddings, transposed convolutions, products with a constant side) get
/// mse. The result does not depend on `threads`. Memory: the calibration images' values between two steps, twice, and three
/// square matrices of the widest layer's input. Errors: `cancelled`; those of running; `bad_data` without images.
[[nodiscard]] Status round_compensated(const Model &model, const Recipe &recipe, const ActivationRanges &ranges,
                                       const Calibration &calibration, std::map<std::string, StoredWeight> &weights, int threads,
                                       std::stop_token stop, const Progress &progress);

} // namespace ca
