// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/transformer_torch.h"

#include "core/base/json.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <cmath>

namespace ca {
namespace {

Operand activation(NetworkBuilder &net, Gelu gelu, Operand x)
{
    if (gelu == Gelu::quick) {
        const Operand scaled = net.op("aten::mul", "Scalar", {x, net.constant(1.702)});
        return net.op("aten::mul", "Tensor", {x, net.op("aten::sigmoid", "", {scaled})});
    }
    return net.op("aten::gelu", "", {x, net.constant(std::string(gelu == Gelu::tanh ? "tanh" : "none"))});
}

/// [batch, tokens, width] -> [batch, heads, tokens, width / heads].
Operand split_heads(NetworkBuilder &net, Operand x, std::int64_t width, std::int64_t heads)
{
    const Operand parts =
        net.op("aten::unflatten", "int",
               {x, net.constant(std::int64_t{-1}), net.constant(std::vector<std::int64_t>{heads, width / heads})});
    return net.op("aten::transpose", "int", {parts, net.constant(std::int64_t{1}), net.constant(std::int64_t{2})});
}

Operand attention(NetworkBuilder &net, const TransformerBlock &block, Operand query, Operand key, Operand value)
{
    const auto heads = [&](Operand x) { return split_heads(net, x, block.width, block.heads); };
    const Operand mixed = net.op("aten::scaled_dot_product_attention", "",
                                 {heads(query), heads(key), heads(value), net.constant({}), net.constant(0.0),
                                  net.constant(block.causal), net.constant({}), net.constant(false)});
    const Operand rows = net.op("aten::transpose", "int", {mixed, net.constant(std::int64_t{1}), net.constant(std::int64_t{2})});
    return net.op("aten::flatten", "using_ints", {rows, net.constant(std::int64_t{2}), net.constant(std::int64_t{-1})});
}

Operand packed_attention(NetworkBuilder &net, const TransformerBlock &block, const std::string &prefix, Operand x)
{
    const TransformerNames &names = block.names;
    const std::string name = prefix + names.packed;
    const Operand weight = net.weight(name + names.packed_weight, {3 * block.width, block.width});
    const Operand bias = net.weight(name + names.packed_bias, {3 * block.width});
    const Operand packed = net.op("aten::linear", "", {x, weight, bias});
    if (!block.causal)
        return net.op("ca::attention", "", {packed, net.constant(block.heads)});
    const auto part = [&](std::int64_t i) { return net.slice(packed, -1, i * block.width, (i + 1) * block.width); };
    return attention(net, block, part(0), part(1), part(2));
}

Operand mix_tokens(NetworkBuilder &net, const TransformerBlock &block, const std::string &prefix, Operand x)
{
    if (!block.names.packed_weight.empty())
        return packed_attention(net, block, prefix, x);
    const auto part = [&](const std::string &name) { return net.linear(x, prefix + name, block.width, block.width); };
    const Operand query = part(block.names.query), key = part(block.names.key), value = part(block.names.value);
    return attention(net, block, query, key, value);
}

} // namespace

Gelu gelu_named(const std::string &activation)
{
    if (activation == "quick_gelu")
        return Gelu::quick;
    if (activation == "gelu")
        return Gelu::exact;
    if (activation == "gelu_new" || activation == "gelu_pytorch_tanh")
        return Gelu::tanh;
    throw WeightMismatch("the activation " + clean_text(activation) + " in config.json is none that it may have");
}

Operand transformer_block(NetworkBuilder &net, const TransformerBlock &block, const std::string &prefix, Operand x)
{
    const TransformerNames &names = block.names;
    const Operand before = net.layer_norm(x, prefix + names.norm1, block.width, block.epsilon);
    const Operand mixed = mix_tokens(net, block, prefix, before);
    x = net.add(x, net.linear(mixed, prefix + names.out, block.width, block.width));
    Operand y = net.layer_norm(x, prefix + names.norm2, block.width, block.epsilon);
    y = activation(net, block.gelu, net.linear(y, prefix + names.up, block.width, block.hidden));
    return net.add(x, net.linear(y, prefix + names.down, block.hidden, block.width));
}

Operand embed_patches(NetworkBuilder &net, const PatchEmbedding &sizes)
{
    const Operand patches =
        net.convolution(0, sizes.convolution, {sizes.channels, sizes.width, sizes.patch, sizes.patch, 0, 1}, sizes.bias);
    const Operand rows =
        net.op("aten::flatten", "using_ints", {patches, net.constant(std::int64_t{2}), net.constant(std::int64_t{-1})});
    const Operand tokens = net.op("aten::transpose", "int", {rows, net.constant(std::int64_t{1}), net.constant(std::int64_t{2})});
    // A row of zeros before the patches takes the class token, which is the same for all images and so goes into the positions.
    const Operand padded = net.op("aten::constant_pad_nd", "",
                                  {tokens, net.constant(std::vector<std::int64_t>{0, 0, 1, 0}), net.constant(std::int64_t{0})});
    at::Tensor positions = net.weights().get(sizes.positions, sizes.position_shape).view({1, sizes.tokens, sizes.width}).clone();
    positions.select(1, 0).add_(net.weights().get(sizes.class_token, sizes.class_shape).view({1, sizes.width}));
    return net.add(padded, net.constant(positions, "self." + net.weights().published_name(sizes.positions)));
}

Operand first_token(NetworkBuilder &net, Operand x)
{
    return net.op("aten::select", "int", {x, net.constant(std::int64_t{1}), net.constant(std::int64_t{0})});
}

std::int64_t square_side(std::int64_t patches)
{
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(std::max<std::int64_t>(patches, 0)))));
    if (side < 1 || side * side != patches)
        throw WeightMismatch("its positions are no square of patches");
    return side;
}

} // namespace ca
