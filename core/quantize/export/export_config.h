// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/recipe.h"

namespace ca {

/// What a file says of its quantization to other readers: compressed-tensors' `quantization_config` where it holds integers,
/// that of bitsandbytes (`load_in_4bit`, `bnb_4bit_quant_type` …) where it holds nf4, fp4 or llm_int8; with several of these,
/// `{"quant_method":"mixed","parts":[…]}`, a config for each with the layers that it speaks of under `targets`. Null where all
/// weights are plain tensors of 16 or 32 bits.
[[nodiscard]] Json quantization_config(const Recipe &recipe, const std::vector<Layer> &layers);

} // namespace ca
