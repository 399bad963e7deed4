// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/int8_kernels_torch.h"

#include "core/program/float_kernels_torch.h"
#include "core/program/vector_kernels.h"
#include "core/quantize/kernels/small_product_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <string_view>

namespace ca {
namespace {

constexpr auto kU8 = static_cast<std::int64_t>(at::kByte);
constexpr auto kF32 = static_cast<std::int64_t>(at::kFloat);

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
    if (layer.post_op && layer.post_op->name == "quick_gelu" && layer.output)
        return PostOp{"swish", {}, {}}; // `to_swish`
    if (layer.post_op && layer.post_op->name == "quick_gelu")
        return std::nullopt; // `with_quick_gelu`
    if (!layer.post_op || !layer.output || layer.output->zero != 0)
        return layer.post_op;
    const float top = 255.0F * layer.output->scale;
    const bool relu = layer.post_op->name == "relu";
    const bool clip = layer.post_op->name == "hardtanh" && layer.post_op->arguments[0] == 0.0
        && static_cast<double>(top) <= layer.post_op->arguments[1] + 1e-6;
    return relu || clip ? std::nullopt : layer.post_op;
}

/// x * sigmoid(1.702 x) is swish(1.702 x) / 1.702, and a factor can go into scales.
Int8Layer to_swish(Int8Layer layer)
{
    if (!layer.post_op || layer.post_op->name != "quick_gelu" || !layer.output)
        return layer;
    layer.scales = at::mul(layer.scales, kQuickGelu);
    if (layer.bias.isTensor())
        layer.bias = at::mul(layer.bias.toTensor(), kQuickGelu);
    layer.output->scale *= static_cast<float>(kQuickGelu);
    return layer;
}

/// Behind a kernel with float results.
Kernel with_quick_gelu(Kernel kernel, const Int8Layer &layer)
{
    if (!layer.post_op || layer.post_op->name != "quick_gelu" || layer.output)
        return kernel;
    return [kernel = std::move(kernel)](Stack &stack) {
        kernel(stack);
        stack[0] = apply_quick_gelu(stack[0].toTensor());
    };
}

/// What both kernels are told of their weights and output.
struct KernelNumbers {
    at::Tensor zeros; ///< of the weights: none
    double scale_out;
    std::int64_t zero_out, type_out;
};

KernelNumbers numbers_of(const Int8Layer &layer)
{
    const U8Grid out = layer.output.value_or(U8Grid{}); // float32 results are on the grid of scale 1 and zero 0
    return {at::zeros(layer.scales.sizes(), at::kInt), static_cast<double>(out.scale), out.zero, layer.output ? kU8 : kF32};
}

struct InputGrid {
    double scale = 1;
    std::int64_t zero = 0;
};

/// The fixed grid, or the one that lies behind the input, taken off the stack.
InputGrid input_grid(const std::optional<U8Grid> &fixed, Stack &stack)
{
    if (fixed)
        return {static_cast<double>(fixed->scale), fixed->zero};
    const InputGrid found{stack[1].toDouble(), stack[2].toInt()};
    stack.erase(stack.begin() + 1, stack.begin() + 3);
    return found;
}

at::Tensor packed_convolution(const Int8Layer &layer)
{
    const BoxedOperator pack("onednn::qconv_prepack", "");
    const U8Grid input = layer.input.value_or(U8Grid{}); // packing does not depend on it
    const at::Tensor packed = pack({layer.weight, layer.scales, static_cast<double>(input.scale), std::int64_t{input.zero},
                                    layer.stride, layer.padding, layer.dilation, layer.groups, c10::IValue(layer.input_shape)})
                                  .toTensor();
    TORCH_CHECK(packed.is_mkldnn(), "weights were not packed"); // the kernel would read past plain ones
    return packed;
}

Kernel plain_convolution(const Int8Layer &layer)
{
    const auto [zeros, scale_out, zero_out, type_out] = numbers_of(layer);
    const BoxedOperator call("onednn::qconv2d_pointwise", "");
    return [=, packed = packed_convolution(layer), post = values_of(needed(layer))](Stack &stack) {
        const auto [scale_in, zero_in] = input_grid(layer.input, stack);
        stack[0] =
            call({stack[0], scale_in, zero_in, packed, layer.scales, zeros, layer.bias, layer.stride, layer.padding,
                  layer.dilation, layer.groups, scale_out, zero_out, type_out, post.attribute, post.arguments, post.algorithm});
    };
}

Kernel adding_convolution(const Int8Layer &layer)
{
    const auto [zeros, scale_out, zero_out, type_out] = numbers_of(layer);
    const BoxedOperator call("onednn::qconv2d_pointwise", "binary");
    const double scale_sum = layer.residual ? static_cast<double>(layer.residual->scale) : 1.0;
    const std::int64_t zero_sum = layer.residual ? layer.residual->zero : 0;
    const c10::IValue unary = layer.post_op ? c10::IValue("relu") : c10::IValue("none");
    return [=, packed = packed_convolution(layer)](Stack &stack) {
        const auto [scale_in, zero_in] = input_grid(layer.input, stack);
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

Kernel linear(const Int8Layer &layer)
{
    const auto [zeros, scale_out, zero_out, type_out] = numbers_of(layer);
    const BoxedOperator pack("onednn::qlinear_prepack", "");
    const at::Tensor packed = pack({layer.weight, c10::IValue()}).toTensor();
    TORCH_CHECK(packed.is_mkldnn(), "weights were not packed");
    if (!layer.has_residual) {
        const BoxedOperator call("onednn::qlinear_pointwise", "");
        return [=, post = values_of(needed(layer))](Stack &stack) {
            const auto [scale_in, zero_in] = input_grid(layer.input, stack);
            const at::Tensor x = stack[0].toTensor().contiguous();
            stack[0] = call({x, scale_in, zero_in, packed, layer.scales, zeros, layer.bias, scale_out, zero_out, type_out,
                             post.attribute, post.arguments, post.algorithm});
        };
    }
    const BoxedOperator call("onednn::qlinear_pointwise", "binary");
    return [=](Stack &stack) {
        const auto [scale_in, zero_in] = input_grid(layer.input, stack);
        const at::Tensor x = stack[0].toTensor().contiguous(), other = stack[1].toTensor().contiguous();
        stack.resize(1);
        stack[0] = call({x, scale_in, zero_in, packed, layer.scales, zeros, other, layer.bias, scale_out, zero_out, type_out, 1.0,
                         std::int64_t{0}, "add", 1.0, "none", c10::List<std::optional<at::Scalar>>(), std::string()});
    };
}

std::optional<ProductFinish> product_finish(const Int8Layer &layer)
{
    ProductFinish finish;
    finish.grid = layer.output;
    if (!layer.post_op)
        return finish;
    const PostOp &post_op = *layer.post_op;
    if (post_op.name == "relu")
        finish.activation = ProductActivation::relu;
    else if (post_op.name == "gelu" && post_op.algorithm == "none")
        finish.activation = ProductActivation::gelu;
    else if (post_op.name == "quick_gelu")
        finish.activation = ProductActivation::quick_gelu;
    else if (post_op.name == "swish")
        finish.activation = ProductActivation::swish;
    else if (post_op.name == "hardtanh")
        finish = {ProductActivation::clip, static_cast<float>(post_op.arguments[0]), static_cast<float>(post_op.arguments[1]),
                  nullptr, layer.output};
    else
        return std::nullopt;
    return finish;
}

/// Inputs of few rows go through our own loops, others through `large`. A layer that has more for one image has no second copy
/// of its weight.
Kernel with_small_product(Kernel large, const Int8Layer &layer)
{
    const std::int64_t columns = layer.weight.size(1);
    const auto &shape = layer.input_shape;
    const std::int64_t of_one = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()) / columns;
    const auto finish = product_finish(layer);
    if (!finish || of_one > most_small_rows(layer.weight))
        return large;
    const auto small = small_product(layer.weight, layer.scales, layer.bias.isTensor() ? layer.bias.toTensor() : at::Tensor());
    if (!small)
        return large;
    return [large = std::move(large), small, finish = *finish, columns, fixed = layer.input](Stack &stack) {
        const at::Tensor x = stack[0].toTensor().contiguous();
        const std::int64_t rows = x.numel() / columns;
        if (!small->takes_rows(rows))
            return large(stack);
        const InputGrid grid = input_grid(fixed, stack);
        auto sizes = x.sizes().vec();
        sizes.back() = small->product.outputs();
        const at::Tensor out = at::empty(sizes, x.options().dtype(finish.grid ? at::kByte : at::kFloat));
        const at::Tensor addend = stack.size() > 1 ? stack[1].toTensor().contiguous() : at::Tensor();
        TORCH_CHECK(!addend.defined() || addend.numel() == out.numel(), "a residual has another size than what it is added to");
        ProductFinish last = finish;
        last.addend = addend.defined() ? addend.const_data_ptr<float>() : nullptr;
        small->product.multiply(x.const_data_ptr<std::uint8_t>(), rows,
                                {static_cast<float>(grid.scale), static_cast<int>(grid.zero)}, last, out.data_ptr());
        stack.assign(1, out);
    };
}

/// Grids that are found at run time are those of one image.
Kernel for_batches(Kernel kernel, const Int8Layer &layer)
{
    return layer.input ? kernel : for_each_image(std::move(kernel), layer.images);
}

} // namespace

bool int8_takes(const Step &layer, const PostOp &post_op)
{
    static constexpr std::array<std::string_view, 5> kConvolution{"relu", "hardtanh", "hardswish", "swish", "quick_gelu"};
    static constexpr std::array<std::string_view, 6> kLinear{"relu", "hardtanh", "hardswish", "swish", "gelu", "quick_gelu"};
    return layer.op == "aten::conv2d" ? std::find(kConvolution.begin(), kConvolution.end(), post_op.name) != kConvolution.end()
                                      : std::find(kLinear.begin(), kLinear.end(), post_op.name) != kLinear.end();
}

Kernel int8_convolution(const Int8Layer &layer)
{
    const Int8Layer folded = to_swish(layer);
    return for_batches(with_quick_gelu(layer.has_residual ? adding_convolution(folded) : plain_convolution(folded), layer),
                       layer);
}

Kernel int8_linear(const Int8Layer &layer)
{
    return for_batches(with_small_product(with_quick_gelu(linear(to_swish(layer)), layer), layer), layer);
}

} // namespace ca
