// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/fusion_torch.h"
#include "core/quantize/recipe.h"
#include "core/quantize/stored_weight.h"

#include <map>
#include <stop_token>
#include <string>
#include <vector>

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

/// LLM.int8() multiplies matrices; the groups of a convolution would be a small one each.
[[nodiscard]] bool is_one_matrix(const Program::Data &plain, const Step &step);
/// What a person should know of convolutions in groups, by name in any order, that have weights of LLM.int8().
[[nodiscard]] std::string note_of_grouped(std::vector<std::string> layers);

/// The numbers that a stored weight stands for, in the layer's shape.
[[nodiscard]] at::Tensor as_tensor(const StoredWeight &stored, const Layer &layer);

/// The kernel takes and gives float32 and computes in bfloat16.
[[nodiscard]] Kernel between_casts_to_bf16(Kernel kernel);

/// The whole program in bfloat16 where each of its layers computes so; else empty. Errors: those of `fuse_bf16`, where a step has
/// no kernel for it; `cancelled`, which is heard between layers.
[[nodiscard]] Result<Program> whole_in_bf16(const Program::Data &plain, const Recipe &recipe,
                                            const std::map<std::string, StoredWeight> &weights, const std::stop_token &stop = {});

} // namespace ca
