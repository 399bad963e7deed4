// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/float_kernels_torch.h"

#include "core/program/vector_kernels.h"
#include "core/program/vector_math.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/Parallel.h>

#include <cmath>

namespace ca {
namespace {

const c10::IValue *constant(const Program::Data &program, const Step &step, std::size_t i)
{
    return is_constant(step.in[i]) ? &program.constants[constant_index(step.in[i])].value : nullptr;
}

AttentionSide side(const at::Tensor &tensor)
{
    return {tensor.const_data_ptr<float>(), tensor.stride(0), tensor.stride(1), tensor.stride(2)};
}

bool fits(const at::Tensor &tensor)
{
    return tensor.dim() == 4 && tensor.scalar_type() == at::kFloat && tensor.stride(3) == 1 && tensor.size(3) % kLanes == 0
        && tensor.numel() > 0;
}

} // namespace

std::optional<AttentionCall> attention_call(const Program::Data &program, const Step &step)
{
    if (step.op == "ca::attention" && step.in.size() == 2 && constant(program, step, 1))
        return AttentionCall{true, constant(program, step, 1)->toInt(), {}};
    if (step.op != "aten::scaled_dot_product_attention" || step.in.size() != 8)
        return std::nullopt;
    // q, k, v, mask, dropout, causal, scale, grouped heads
    for (std::size_t i = 3; i < 8; ++i)
        if (!constant(program, step, i))
            return std::nullopt;
    const auto *mask = constant(program, step, 3), *dropout = constant(program, step, 4), *causal = constant(program, step, 5),
               *scale = constant(program, step, 6), *grouped = constant(program, step, 7);
    if (!mask->isNone() || dropout->toScalar().toDouble() != 0 || causal->toBool() || grouped->toBool())
        return std::nullopt;
    return AttentionCall{false, 0, scale->isNone() ? std::nullopt : std::optional(scale->toScalar().toDouble())};
}

std::vector<std::int64_t> AttentionInput::sizes() const
{
    return {query.size(0), query.size(2), query.size(1) * query.size(3)};
}

std::optional<AttentionInput> attention_input(const AttentionCall &call, const Stack &stack)
{
    AttentionInput input;
    if (call.packed) {
        const at::Tensor &all = stack[0].toTensor();
        if (all.dim() != 3 || call.heads < 1 || all.size(2) % (3 * call.heads) != 0 || !all.is_contiguous())
            return std::nullopt;
        const auto parts =
            all.view({all.size(0), all.size(1), 3, call.heads, all.size(2) / (3 * call.heads)}).permute({2, 0, 3, 1, 4});
        input = {parts.select(0, 0), parts.select(0, 1), parts.select(0, 2)};
    } else {
        input = {stack[0].toTensor(), stack[1].toTensor(), stack[2].toTensor()};
    }
    const at::Tensor &q = input.query, &k = input.key, &v = input.value;
    if (!fits(q) || !fits(k) || !fits(v) || k.sizes() != v.sizes() || q.size(0) != k.size(0) || q.size(1) != k.size(1)
        || q.size(3) != k.size(3))
        return std::nullopt;
    input.scale = call.scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(3))));
    return input;
}

void attend_image(const AttentionInput &input, std::int64_t image, float *out)
{
    const at::Tensor &q = input.query;
    attend({q.size(0), q.size(1), q.size(2), input.key.size(2), q.size(3), static_cast<float>(input.scale)}, side(q),
           side(input.key), side(input.value), image, out);
}

at::Tensor as_attention_output(const AttentionCall &call, const AttentionInput &input, const at::Tensor &mixed)
{
    if (call.packed)
        return mixed;
    const at::Tensor &q = input.query;
    return mixed.view({q.size(0), q.size(2), q.size(1), q.size(3)}).transpose(1, 2);
}

std::optional<Kernel> fast_kernel(const Program::Data &program, const Step &step)
{
    const auto call = attention_call(program, step);
    if (!call)
        return std::nullopt;
    return [call = *call, plain = step.kernel](Stack &stack) {
        const auto input = attention_input(call, stack);
        if (!input)
            return plain(stack);
        const at::Tensor mixed = at::empty(input->sizes(), input->query.options());
        const std::int64_t image = mixed.size(1) * mixed.size(2);
        float *out = mixed.data_ptr<float>();
        at::parallel_for(0, mixed.size(0), 1, [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i)
                attend_image(*input, i, out + i * image);
        });
        stack.assign(1, as_attention_output(call, *input, mixed));
    };
}

at::Tensor apply_quick_gelu(const at::Tensor &x)
{
    const auto count = static_cast<std::size_t>(x.numel());
    if (!x.is_non_overlapping_and_dense() || (x.scalar_type() != at::kFloat && x.scalar_type() != at::kBFloat16))
        return at::mul(x, at::sigmoid(at::mul(x, kQuickGelu)));
    if (x.scalar_type() == at::kFloat)
        quick_gelu({x.data_ptr<float>(), count});
    else
        quick_gelu_bf16({static_cast<std::uint16_t *>(x.data_ptr()), count});
    return x;
}

} // namespace ca
