// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/fusion_torch.h"
#include "core/quantize/recipe.h"
#include "core/quantize/stored_weight.h"

#include <map>
#include <string>

namespace ca {

/// What a convolution or linear layer computes in.
enum class Arithmetic {
    fp32,
    bf16,
    static_int8,  ///< scales of inputs from calibration
    dynamic_int8, ///< a scale for each image's whole input, found at run time
    token_int8,   ///< a scale for each row of the input, found at run time
    llm_int8
};
[[nodiscard]] constexpr bool is_integer(Arithmetic arithmetic)
{
    return arithmetic != Arithmetic::fp32 && arithmetic != Arithmetic::bf16;
}

/// Of the layer that `step` computes, by its scheme and what is stored of it. Without a stored weight fp32.
[[nodiscard]] Arithmetic arithmetic_of(const Program::Data &plain, const Step &step, const Recipe &recipe,
                                       const std::map<std::string, StoredWeight> &weights);

/// The numbers that a stored weight stands for, in the layer's shape.
[[nodiscard]] at::Tensor as_tensor(const StoredWeight &stored, const Layer &layer);

/// The kernel takes and gives float32 and computes in bfloat16.
[[nodiscard]] Kernel between_casts_to_bf16(Kernel kernel);

/// The whole program in bfloat16 where each of its layers computes so and each step has a kernel for it; else empty.
[[nodiscard]] Program whole_in_bf16(const Program::Data &plain, const Recipe &recipe,
                                    const std::map<std::string, StoredWeight> &weights);

} // namespace ca
