// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <optional>

namespace ca {

/// Attention without a mask between its linears, by a kernel of ours.
struct AttentionCall {
    bool packed = false; ///< one input, q, k and v beside each other: `ca::attention`; else three, [batch, heads, tokens, width]
    std::int64_t heads = 0;
    std::optional<double> scale; ///< absent: one over the root of a head's width
};

/// Nothing where the step is no attention or has what the kernel does not take: masks, dropout, causal order.
[[nodiscard]] std::optional<AttentionCall> attention_call(const Program::Data &program, const Step &step);

/// What goes in, with float32 and contiguous heads of a multiple of 16 values.
struct AttentionInput {
    at::Tensor query, key, value; ///< [batch, heads, tokens, width]
    double scale = 1;
    [[nodiscard]] std::vector<std::int64_t> sizes() const; ///< of the result: [batch, tokens, heads * width]
};
/// Nothing where the tensors are not so; the stack stays as it is.
[[nodiscard]] std::optional<AttentionInput> attention_input(const AttentionCall &call, const Stack &stack);
/// [tokens, heads * width] of one image.
void attend_image(const AttentionInput &input, std::int64_t image, float *out);
/// From [batch, tokens, heads * width], the form in which the step of `call` gives its result.
[[nodiscard]] at::Tensor as_attention_output(const AttentionCall &call, const AttentionInput &input, const at::Tensor &mixed);

/// A faster kernel for a step of a float32 program, where there is one. `step`'s own kernel does what it does not take.
[[nodiscard]] std::optional<Kernel> fast_kernel(const Program::Data &program, const Step &step);

/// x * sigmoid(1.702 x), overwriting x where it can be.
[[nodiscard]] at::Tensor apply_quick_gelu(const at::Tensor &x);

} // namespace ca
