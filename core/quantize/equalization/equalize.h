// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/ranges/calibration.h"
#include "core/quantize/recipe.h"

namespace ca {

/// The same function with weights that are evened out: cross-layer equalization of pairs of convolutions (and linear layers) with
/// ReLU, ReLU6 where its clip is not reached, or nothing between them, then high biases absorbed by the layer behind (Nagel et
/// al. 2019). Looks at weights and, for ReLU6 and biases, at `statistics`, which may be empty. Layers keep their names and
/// shapes. Errors: `failed`.
[[nodiscard]] Result<Model> equalize(const Model &model, const ActivationHistograms &statistics);

/// SmoothQuant (Xiao et al. 2023) on each normalisation with the linear layers that read it: the same function with columns of
/// activations divided, and of weights multiplied, by max|x|^s / max|w|^(1-s). A block's strength s is `options.strengths`',
/// or is searched for on the block's output error, and noted there; 0 leaves a block as it is. Errors: `cancelled`; those of
/// running.
[[nodiscard]] Result<Model> smooth(const Model &model, Recipe &recipe, const Calibration &calibration, int threads,
                                   std::stop_token stop, const Progress &progress);

} // namespace ca
