// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/int8_kernels_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ca {
namespace {

constexpr auto kU8 = static_cast<std::int64_t>(at::kByte);
constexpr auto kF32 = static_cast<std::int64_t>(at::kFloat);

/// Contiguous in memory in some order of its dimensions, so that one loop runs over all of it.
at::Tensor dense(const at::Tensor &tensor)
{
    return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

struct PostOpValues {
    std::string attribute = "none";
    c10::List<std::optional<at::Scalar>> arguments;
    c10::IValue algorithm = std::string();
};

PostOpValues values_of(const std::optional<PostOp> &post_op)
{
    PostOpValues values;
    if (post_op) {
        values.attribute = post_op->name;
        values.arguments = post_op_arguments(*post_op);
        values.algorithm = post_op->algorithm;
    }
    return values;
}

/// A clip at the ends of the output's own grid happens anyway.
std::optional<PostOp> needed(const Int8Layer &layer)
{
    if (!layer.post_op || !layer.output || layer.output->zero != 0)
        return layer.post_op;
    const float top = 255.0F * layer.output->scale;
    const bool relu = layer.post_op->name == "relu";
    const bool clip = layer.post_op->name == "hardtanh" && layer.post_op->arguments[0] == 0.0
        && static_cast<double>(top) <= layer.post_op->arguments[1] + 1e-6;
    return relu || clip ? std::nullopt : layer.post_op;
}

/// What both kernels are told of their input and output.
struct KernelNumbers {
    double scale_in;
    std::int64_t zero_in;
    at::Tensor zeros; ///< of the weights: none
    double scale_out;
    std::int64_t zero_out, type_out;
};

KernelNumbers numbers_of(const Int8Layer &layer)
{
    const U8Grid out = layer.output.value_or(U8Grid{}); // float32 results are on the grid of scale 1 and zero 0
    return {static_cast<double>(layer.input.scale), layer.input.zero, at::zeros(layer.scales.sizes(), at::kInt),
            static_cast<double>(out.scale),         out.zero,         layer.output ? kU8 : kF32};
}

} // namespace

bool int8_takes(const Step &layer, const PostOp &post_op)
{
    static constexpr std::array<std::string_view, 4> kConvolution{"relu", "hardtanh", "hardswish", "swish"};
    static constexpr std::array<std::string_view, 5> kLinear{"relu", "hardtanh", "hardswish", "swish", "gelu"};
    return layer.op == "aten::conv2d" ? std::find(kConvolution.begin(), kConvolution.end(), post_op.name) != kConvolution.end()
                                      : std::find(kLinear.begin(), kLinear.end(), post_op.name) != kLinear.end();
}

Kernel int8_convolution(const Int8Layer &layer)
{
    const auto [scale_in, zero_in, zeros, scale_out, zero_out, type_out] = numbers_of(layer);
    const BoxedOperator pack("onednn::qconv_prepack", "");
    const at::Tensor packed = pack({layer.weight, layer.scales, scale_in, zero_in, layer.stride, layer.padding, layer.dilation,
                                    layer.groups, c10::IValue(layer.input_shape)})
                                  .toTensor();
    TORCH_CHECK(packed.is_mkldnn(), "weights were not packed"); // the kernel would read past plain ones
    if (!layer.has_residual) {
        const BoxedOperator call("onednn::qconv2d_pointwise", "");
        const PostOpValues post = values_of(needed(layer));
        return [=](Stack &stack) {
            stack[0] = call({stack[0], scale_in, zero_in, packed, layer.scales, zeros, layer.bias, layer.stride, layer.padding,
                             layer.dilation, layer.groups, scale_out, zero_out, type_out, post.attribute, post.arguments,
                             post.algorithm});
        };
    }
    const BoxedOperator call("onednn::qconv2d_pointwise", "binary");
    const double scale_sum = layer.residual ? static_cast<double>(layer.residual->scale) : 1.0;
    const std::int64_t zero_sum = layer.residual ? layer.residual->zero : 0;
    const c10::IValue unary = layer.post_op ? c10::IValue("relu") : c10::IValue("none");
    return [=](Stack &stack) {
        at::Tensor sum = std::move(stack[1]).toTensor();
        stack.resize(1);
        sum = owned(std::move(sum)).contiguous(at::MemoryFormat::ChannelsLast);
        stack[0] = call({stack[0],        scale_in,       zero_in,
                         packed,          layer.scales,   zeros,
                         std::move(sum),  layer.bias,     layer.stride,
                         layer.padding,   layer.dilation, layer.groups,
                         scale_out,       zero_out,       type_out,
                         scale_sum,       zero_sum,       "sum",
                         at::Scalar(1.0), unary,          c10::List<std::optional<at::Scalar>>(),
                         std::string()});
    };
}

Kernel int8_linear(const Int8Layer &layer)
{
    const auto [scale_in, zero_in, zeros, scale_out, zero_out, type_out] = numbers_of(layer);
    const BoxedOperator pack("onednn::qlinear_prepack", "");
    const at::Tensor packed = pack({layer.weight, c10::IValue()}).toTensor();
    TORCH_CHECK(packed.is_mkldnn(), "weights were not packed");
    if (!layer.has_residual) {
        const BoxedOperator call("onednn::qlinear_pointwise", "");
        const PostOpValues post = values_of(needed(layer));
        return [=](Stack &stack) {
            const at::Tensor x = stack[0].toTensor().contiguous();
            stack[0] = call({x, scale_in, zero_in, packed, layer.scales, zeros, layer.bias, scale_out, zero_out, type_out,
                             post.attribute, post.arguments, post.algorithm});
        };
    }
    const BoxedOperator call("onednn::qlinear_pointwise", "binary");
    return [=](Stack &stack) {
        const at::Tensor x = stack[0].toTensor().contiguous(), other = stack[1].toTensor().contiguous();
        stack.resize(1);
        stack[0] = call({x, scale_in, zero_in, packed, layer.scales, zeros, other, layer.bias, scale_out, zero_out, type_out, 1.0,
                         std::int64_t{0}, "add", 1.0, "none", c10::List<std::optional<at::Scalar>>(), std::string()});
    };
}

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

} // namespace ca
