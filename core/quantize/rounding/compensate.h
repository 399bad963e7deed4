// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/quantize.h"

namespace ca {

/// Rounds the layers whose scheme asks for GPTQ or AdaRound and that `weights` does not have yet, in the order in which the
/// network runs, each on the inputs that the quantized layers before it give and towards the outputs that the float network has.
/// `weights` holds the other quantized layers and gets these. A layer that is used several times is rounded at its first use.
/// Layers that cannot be compensated (embeddings, convolutions other than two-dimensional ones, products with a constant side,
/// more than 8,192 inputs of an output) get mse. Layers whose weights cannot be quantized (store_weight's `unsupported`) stay
/// float: `unable` has them by name. The result does not depend on `threads`. Memory: the calibration images' values between two
/// steps, twice, of so many images that this is at most 1.5 GiB; what a layer reads at sampled positions, at most 512 MiB; ten
/// square matrices of the widest layer's input up to 1,024 columns, eight beyond (`memory_to_compensate`); and the layers' values
/// from where they are quantized to their last use. Gives how many of the calibration images these limits let it look at. Errors:
/// `cancelled`; those of running; `bad_data` without images.
[[nodiscard]] Result<std::size_t> round_compensated(const Model &model, const Recipe &recipe, const ActivationRanges &ranges,
                                                    const Calibration &calibration, std::map<std::string, StoredWeight> &weights,
                                                    std::map<std::string, Error> &unable, int threads, std::stop_token stop,
                                                    const Progress &progress);

} // namespace ca
