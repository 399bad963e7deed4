// SPDX-License-Identifier: GPL-3.0-or-later
// Steps around integer layers: between floats and u8, and others that read or write u8.
#include "core/program/float_kernels_torch.h"
#include "core/quantize/kernels/image_parts_torch.h"
#include "core/quantize/kernels/int8_kernels_torch.h"
#include "core/quantize/kernels/row_kernels.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

namespace ca {
namespace {

/// Contiguous in memory in some order of its dimensions, so that one loop runs over all of it.
at::Tensor dense(const at::Tensor &tensor)
{
    return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

} // namespace

Kernel quantize_kernel(U8Grid grid)
{
    return [grid](Stack &stack) {
        const at::Tensor x = dense(stack[0].toTensor());
        const at::Tensor q = at::empty_like(x, x.options().dtype(at::kByte));
        quantize_u8({x.const_data_ptr<float>(), static_cast<std::size_t>(x.numel())}, grid, q.data_ptr<std::uint8_t>());
        stack[0] = q;
    };
}

Kernel dequantize_kernel(U8Grid grid)
{
    return [grid](Stack &stack) {
        const at::Tensor q = dense(stack[0].toTensor());
        const at::Tensor x = at::empty_like(q, q.options().dtype(at::kFloat));
        dequantize_u8({q.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(q.numel())}, grid, x.data_ptr<float>());
        stack[0] = x;
    };
}

Kernel simulate_kernel(U8Grid grid)
{
    return [to = quantize_kernel(grid), back = dequantize_kernel(grid)](Stack &stack) {
        to(stack);
        back(stack);
    };
}

Kernel dynamic_quantize_kernel(ImageLayout layout)
{
    return [layout = std::move(layout), levels = exact_levels()](Stack &stack) {
        const at::Tensor x = dense(stack[0].toTensor()), q = at::empty_like(x, x.options().dtype(at::kByte));
        const ImageParts parts = image_parts(x.sizes(), layout);
        const auto count = static_cast<std::size_t>(parts.count);
        std::vector<at::Tensor> values(count), codes(count); // no operator of LibTorch is called in the parallel part
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = dense(parts.of(x, static_cast<std::int64_t>(i)));
            codes[i] = parts.of(q, static_cast<std::int64_t>(i));
            if (!codes[i].is_non_overlapping_and_dense())
                codes[i] = at::empty_like(values[i], codes[i].options());
        }
        std::vector<double> scales(count);
        std::vector<std::int64_t> zeros(count);
        at::parallel_for(0, parts.count, 1, [&](std::int64_t first, std::int64_t last) {
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
                const std::span<const float> image{values[i].const_data_ptr<float>(),
                                                   static_cast<std::size_t>(values[i].numel())};
                const U8Grid grid = run_time_grid(range_of(image), levels);
                quantize_u8(image, grid, codes[i].data_ptr<std::uint8_t>());
                scales[i] = static_cast<double>(grid.scale);
                zeros[i] = grid.zero;
            }
        });
        for (std::size_t i = 0; i < count; ++i)
            if (const at::Tensor into = parts.of(q, static_cast<std::int64_t>(i)); into.data_ptr() != codes[i].data_ptr())
                into.copy_(codes[i]);
        stack.clear();
        stack.emplace_back(q);
        stack.emplace_back(std::move(scales));
        stack.emplace_back(std::move(zeros));
    };
}

Kernel max_pool_kernel()
{
    return [](Stack &stack) {
        const at::Tensor x = stack[0].toTensor().contiguous(at::MemoryFormat::ChannelsLast);
        const auto pair = [&](std::size_t i, const std::vector<std::int64_t> &absent) {
            auto values = stack[i].toIntVector();
            if (values.empty())
                values = absent;
            return values.size() == 1 ? std::vector<std::int64_t>(2, values[0]) : values;
        };
        const auto kernel = pair(1, {}), stride = pair(2, kernel), pad = pair(3, {0}), dilation = pair(4, {1});
        // Sizes by the rule of the float operator itself, on a picture that has no memory.
        const at::Tensor sizes = at::max_pool2d(at::empty(x.sizes(), at::TensorOptions().dtype(at::kFloat).device(at::kMeta)),
                                                kernel, stride, pad, dilation, stack[5].toBool());
        const at::Tensor out = at::empty(sizes.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
        max_pool_u8(x.const_data_ptr<std::uint8_t>(),
                    {x.size(0), x.size(1), x.size(2), x.size(3), out.size(2), out.size(3), kernel[0], kernel[1], stride[0],
                     stride[1], pad[0], pad[1], dilation[0], dilation[1]},
                    out.data_ptr<std::uint8_t>());
        stack.assign(1, out);
    };
}

namespace {

const c10::IValue *constant(const Program::Data &plain, const Step &step, std::size_t i)
{
    return is_constant(step.in[i]) ? &plain.constants[constant_index(step.in[i])].value : nullptr;
}

std::optional<Kernel> norm_writer(const Program::Data &plain, const Step &step, U8Grid grid)
{
    // input, normalized shape, weight, bias, epsilon, whether cuDNN may be used
    for (std::size_t i = 1; i < 5; ++i)
        if (step.in.size() < 5 || !constant(plain, step, i))
            return std::nullopt;
    const auto shape = constant(plain, step, 1)->toIntVector();
    const auto factors = [&](std::size_t i) {
        const c10::IValue &value = *constant(plain, step, i);
        return value.isTensor() ? value.toTensor().contiguous() : at::Tensor();
    };
    const at::Tensor weight = factors(2), bias = factors(3);
    const auto usable = [](const at::Tensor &t) { return !t.defined() || t.scalar_type() == at::kFloat; };
    if (shape.size() != 1 || shape[0] <= 0 || !usable(weight) || !usable(bias))
        return std::nullopt;
    return [weight, bias, grid, columns = shape[0], epsilon = constant(plain, step, 4)->toDouble()](Stack &stack) {
        const at::Tensor x = stack[0].toTensor().contiguous(), q = at::empty(x.sizes(), x.options().dtype(at::kByte));
        layer_norm_u8({x.const_data_ptr<float>(), x.numel() / columns, columns},
                      weight.defined() ? weight.const_data_ptr<float>() : nullptr,
                      bias.defined() ? bias.const_data_ptr<float>() : nullptr, static_cast<float>(epsilon), grid,
                      q.data_ptr<std::uint8_t>());
        stack.assign(1, q);
    };
}

std::optional<Kernel> attention_writer(const Program::Data &plain, const Step &step, U8Grid grid)
{
    const auto call = attention_call(plain, step);
    if (!call)
        return std::nullopt;
    return [call = *call, slow = step.kernel, to_u8 = quantize_kernel(grid), grid](Stack &stack) {
        const auto input = attention_input(call, stack);
        if (!input) {
            slow(stack);
            return to_u8(stack);
        }
        const at::Tensor q = at::empty(input->sizes(), input->query.options().dtype(at::kByte));
        const std::int64_t image = q.size(1) * q.size(2);
        auto *out = q.data_ptr<std::uint8_t>();
        at::parallel_for(0, q.size(0), 1, [&](std::int64_t first, std::int64_t last) {
            std::vector<float> mixed(static_cast<std::size_t>(image));
            for (std::int64_t i = first; i < last; ++i) {
                attend_image(*input, i, mixed.data());
                quantize_u8(mixed, grid, out + i * image);
            }
        });
        stack.assign(1, as_attention_output(call, *input, q));
    };
}

} // namespace

std::optional<Kernel> u8_writer(const Program::Data &plain, const Step &step, U8Grid grid)
{
    return step.op == "aten::layer_norm" ? norm_writer(plain, step, grid) : attention_writer(plain, step, grid);
}

} // namespace ca
