// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/methods.h"
#include "core/quantize/ranges/calibration.h"
#include "core/quantize/stored_weight.h"

#include <map>

namespace ca {

/// A model with a recipe carried out.
struct QuantizedModel {
    Model model;   ///< the float model that it came from, with the equalization, smoothing and biases that the recipe asked for
    Recipe recipe; ///< as asked, with what was found on the way (RecipeOptions)
    std::vector<FloatLayer> left_float;
    std::vector<std::string> notes;              ///< what a person should know
    std::map<std::string, StoredWeight> weights; ///< by layer name
    ActivationRanges ranges;                     ///< empty where no layer has static activations
    Program program;                             ///< runs with packed, fused kernels; empty from `quantize_weights`
    std::string compute;                         ///< widest integer kernels in use: `int8`, else `bf16` or `fp32`
    bool real = true;                            ///< false where a layer's arithmetic is only simulated
};

/// Carries a recipe out. The same model, recipe and images give the same result, whatever the threads. A layer whose weights are
/// not finite stays float, and `left_float` says so. Errors: `usage` (see `check`); `bad_data` where images are needed and there
/// are none; `cancelled`; `failed`.
[[nodiscard]] Result<QuantizedModel> quantize(const Model &model, const MethodRecipe &recipe, const Calibration &calibration,
                                              int threads, std::stop_token stop, const Progress &progress);

/// The same without the program: all that a file needs, in less memory.
[[nodiscard]] Result<QuantizedModel> quantize_weights(const Model &model, const MethodRecipe &recipe,
                                                      const Calibration &calibration, int threads, std::stop_token stop,
                                                      const Progress &progress);

/// The same with these layers in float; all others keep the codes that they have. Errors: those of packing.
[[nodiscard]] Result<QuantizedModel> restore_to_float(QuantizedModel quantized, const std::vector<std::string> &layers);

} // namespace ca
