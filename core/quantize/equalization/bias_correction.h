// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/quantize.h"

namespace ca {

/// Shifts the biases of quantized layers so that their outputs have the means that the float model's have on three quarters of
/// the calibration images, and keeps that only where the outputs of the last quarter come nearer to the float model's (mean KL
/// divergence); else `recipe.options.correct_biases` becomes false and nothing changes. Layers without a bias stay. Leaves
/// `program` empty. Errors: `cancelled`; those of running; `bad_data` without images.
[[nodiscard]] Status correct_biases(QuantizedModel &model, const Calibration &calibration, int threads, std::stop_token stop,
                                    const Progress &progress);

/// Of so many calibration images, those that the quantized network is run on all together, for the values of a run that holds
/// `of_one` at its peak for each of them.
[[nodiscard]] std::size_t images_to_correct(std::size_t images, Bytes of_one);

} // namespace ca
