// SPDX-License-Identifier: GPL-3.0-or-later
// The methods that the registry lists, and what several of them share.
#pragma once

#include "core/quantize/methods.h"

namespace ca::methods {

[[nodiscard]] Backend float16();
[[nodiscard]] Backend bfloat16();
[[nodiscard]] Backend dynamic_int8();
[[nodiscard]] Backend static_int8();
[[nodiscard]] Backend llm_int8();
[[nodiscard]] Backend nf4();
[[nodiscard]] Backend fp4();
[[nodiscard]] Backend int8_weight();
[[nodiscard]] Backend int4_weight();
[[nodiscard]] Backend int3_weight();
[[nodiscard]] Backend int2_weight();
[[nodiscard]] Backend w4a8();

/// Integers as CLI.md has them by default: mse at 8 bits and gptq below, asymmetric at 4 bits and below, a scale for each row.
/// Groups that do not divide a row become one.
[[nodiscard]] Scheme integer_scheme(const Layer &layer, Format format, const MethodOptions &options);

/// A format without a rounding, groups and symmetry.
[[nodiscard]] Scheme plain_scheme(Format format);

/// Ranges, equalization, smoothing and biases for methods with static activations.
void set_static_options(RecipeOptions &into, const Model &model, const MethodOptions &options);

} // namespace ca::methods
