// SPDX-License-Identifier: GPL-3.0-or-later
// The fused attention and encoder layers that Python's fast paths leave in a file, as the steps that they stand for, so that
// their weights are layers. Of a nested tensor (sequences of different lengths) the padded form is kept, with its mask.
#include "core/program/graph_walk_torch.h"

#include <cmath>
#include <limits>
#include <tuple>

namespace ca {
namespace {

/// Places of the inputs of `aten::_native_multi_head_attention`.
namespace fused_attention {
enum { query, key, value, width, heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, need_weights, average, mask_type };
}

/// Places of the inputs of `aten::_transformer_encoder_layer_fwd`; a bias follows each weight.
namespace fused_layer {
enum {
    source,
    width,
    heads,
    qkv,
    proj = 5,
    use_gelu = 7,
    norm_first,
    epsilon,
    norm1,
    norm2 = 12,
    wide = 14,
    narrow = 16,
    mask = 18,
    mask_type
};
}

constexpr std::int64_t kPadding = 1; // of mask_type: [batch, tokens]; 0 is [tokens, tokens], 2 [batch, heads, tokens, tokens]

} // namespace

/// Whom a token may look at, as bool for [batch, heads, tokens, tokens]; the fused operators' masks name who is hidden.
Operand GraphWalk::visible(Operand hidden, Operand type)
{
    const c10::IValue &given = emitter_.value(hidden);
    if (given.isNone() || !given.toTensor().defined())
        return emitter_.constant({});
    Operand result = emitter_.emit_one("aten::eq", "Scalar", {hidden, emitter_.constant(0)});
    const c10::IValue &kind = emitter_.value(type);
    if (!kind.isNone() && kind.toInt() == kPadding)
        for (int i = 0; i < 2; ++i)
            result = emitter_.emit_one("aten::unsqueeze", "", {result, emitter_.constant(1)});
    return result;
}

/// q, k and v side by side: [batch, tokens, 3 * width].
Operand GraphWalk::projected(const std::vector<Operand> &in)
{
    using namespace fused_attention;
    if (in[query] == in[key] && in[key] == in[value])
        return emitter_.emit_one("aten::linear", "", {in[query], in[qkv_weight], in[qkv_bias]});
    const std::int64_t size = emitter_.value(in[width]).toInt();
    std::vector<Operand> parts;
    const auto rows = [&](Operand of, std::int64_t part) {
        return emitter_.emit_one("aten::slice", "Tensor",
                                 {of, emitter_.constant(0), emitter_.constant(part * size), emitter_.constant((part + 1) * size),
                                  emitter_.constant(1)});
    };
    for (const std::int64_t part : {0, 1, 2})
        parts.push_back(emitter_.emit_one(
            "aten::linear", "",
            {in[static_cast<std::size_t>(query + part)], rows(in[qkv_weight], part), rows(in[qkv_bias], part)}));
    return emitter_.emit_one("aten::cat", "", {emitter_.emit_one("ca::list", "Tensor", parts), emitter_.constant(-1)});
}

Operand GraphWalk::attention(Operand packed, Operand head_count, Operand may_see)
{
    std::vector<Operand> in{packed, head_count};
    if (!emitter_.value(may_see).isNone())
        in.push_back(may_see);
    return emitter_.emit_one("ca::attention", "", std::move(in));
}

/// The same sums as `ca::attention` with the weights between tokens as a second result.
std::pair<Operand, Operand> GraphWalk::attention_with_weights(Operand packed, Operand head_count, Operand may_see)
{
    const auto number = [&](std::int64_t n) { return emitter_.constant(n); };
    const std::int64_t count = emitter_.value(head_count).toInt();
    const std::int64_t size = emitter_.value(packed).toTensor().size(-1) / (3 * count);
    Operand parts = emitter_.emit_one("aten::unflatten", "int",
                                      {packed, number(2), emitter_.constant(std::vector<std::int64_t>{3, count, size})});
    parts = emitter_.emit_one("aten::permute", "", {parts, emitter_.constant(std::vector<std::int64_t>{2, 0, 3, 1, 4})});
    const auto part = [&](std::int64_t i) { return emitter_.emit_one("aten::select", "int", {parts, number(0), number(i)}); };
    const Operand turned = emitter_.emit_one("aten::transpose", "int", {part(1), number(-2), number(-1)});
    Operand scores = emitter_.emit_one("aten::matmul", "", {part(0), turned});
    scores = emitter_.emit_one("aten::mul", "Scalar", {scores, emitter_.constant(1 / std::sqrt(static_cast<double>(size)))});
    if (!emitter_.value(may_see).isNone()) {
        const Operand hidden = emitter_.emit_one("aten::logical_not", "", {may_see});
        scores = emitter_.emit_one("aten::masked_fill", "Scalar",
                                   {scores, hidden, emitter_.constant(-std::numeric_limits<double>::infinity())});
    }
    const Operand weights = emitter_.emit_one("aten::softmax", "int", {scores, number(-1), emitter_.constant({})});
    const Operand mixed = emitter_.emit_one("aten::transpose", "int",
                                            {emitter_.emit_one("aten::matmul", "", {weights, part(2)}), number(1), number(2)});
    return {emitter_.emit_one("aten::flatten", "using_ints", {mixed, number(2), number(-1)}), weights};
}

void GraphWalk::walk_attention(const jit::Node &node, const std::vector<Operand> &in)
{
    using namespace fused_attention;
    const Operand may_see = visible(in[mask], in[mask_type]);
    const Operand packed = projected(in);
    Operand mixed, weights = emitter_.constant(at::Tensor());
    if (emitter_.value(in[need_weights]).toBool()) {
        std::tie(mixed, weights) = attention_with_weights(packed, in[heads], may_see);
        if (emitter_.value(in[average]).toBool())
            weights = emitter_.emit_one(
                "aten::mean", "dim",
                {weights, emitter_.constant(std::vector<std::int64_t>{1}), emitter_.constant(false), emitter_.constant({})});
    } else {
        mixed = attention(packed, in[heads], may_see);
    }
    bind(node.outputs()[0], emitter_.emit_one("aten::linear", "", {mixed, in[proj_weight], in[proj_bias]}));
    bind(node.outputs()[1], weights);
}

Operand GraphWalk::encoder_layer(const std::vector<Operand> &in, Operand may_see)
{
    using namespace fused_layer;
    const Operand shape = emitter_.constant(std::vector<std::int64_t>{emitter_.value(in[width]).toInt()});
    const auto norm = [&](Operand x, std::size_t weight) {
        return emitter_.emit_one("aten::layer_norm", "",
                                 {x, shape, in[weight], in[weight + 1], in[epsilon], emitter_.constant(false)});
    };
    const auto linear = [&](Operand x, std::size_t weight) {
        return emitter_.emit_one("aten::linear", "", {x, in[weight], in[weight + 1]});
    };
    const auto add = [&](Operand a, Operand b) { return emitter_.emit_one("aten::add", "Tensor", {a, b, emitter_.constant(1)}); };
    const bool first = emitter_.value(in[norm_first]).toBool();

    Operand x = linear(first ? norm(in[source], norm1) : in[source], qkv);
    x = add(linear(attention(x, in[heads], may_see), proj), in[source]);
    x = first ? x : norm(x, norm1);
    Operand y = linear(first ? norm(x, norm2) : x, wide);
    y = emitter_.value(in[use_gelu]).toBool() ? emitter_.emit_one("aten::gelu", "", {y, emitter_.constant(std::string("none"))})
                                              : emitter_.emit_one("aten::relu", "", {y});
    y = add(linear(y, narrow), x);
    return first ? y : norm(y, norm2);
}

bool GraphWalk::walk_nested(const jit::Node &node, const std::vector<Operand> &in)
{
    const std::string op = node.kind().toQualString();
    if (op == "aten::_nested_tensor_from_mask_left_aligned") { // asks whether no token stands behind a missing one
        const Operand whole = emitter_.constant(static_cast<std::int64_t>(at::kLong));
        const Operand unbroken = emitter_.emit_one("aten::cumprod", "", {in[1], emitter_.constant(1), whole});
        const Operand same = emitter_.emit_one("aten::all", "", {emitter_.emit_one("aten::eq", "Tensor", {unbroken, in[1]})});
        bind(node.output(), emitter_.emit_one("aten::Bool", "Tensor", {same}));
    } else if (op == "aten::_nested_tensor_from_mask") {
        const Operand padded = emitter_.emit_one("aten::alias", "", {in[0]});
        const Operand kept = emitter_.emit_one("aten::ne", "Scalar", {in[1], emitter_.constant(0)});
        nested_[padded] = kept;
        bind(node.output(), padded);
    } else if (op == "aten::to_padded_tensor" && nested_.contains(in[0])) {
        const Operand hidden = emitter_.emit_one("aten::logical_not", "", {nested_[in[0]]});
        const Operand column = emitter_.emit_one("aten::unsqueeze", "", {hidden, emitter_.constant(-1)});
        bind(node.output(), emitter_.emit_one("aten::masked_fill", "Scalar", {in[0], column, in[1]}));
    } else {
        return false;
    }
    return true;
}

bool GraphWalk::walk_fused(const jit::Node &node, const std::vector<Operand> &in)
{
    if (walk_nested(node, in))
        return true;
    const std::string op = node.kind().toQualString();
    if (op == "prim::is_nested" && !in.empty() && nested_.contains(in[0])) {
        bind(node.output(), emitter_.constant(true));
        return true;
    }
    const bool layer = op == "aten::_transformer_encoder_layer_fwd";
    const auto kept = in.empty() ? nested_.end() : nested_.find(in[0]);
    if (kept != nested_.end() && !layer && !is_fact(op) && op != "aten::dim")
        throw NotRecordable("uses sequences of different lengths by " + op);
    if (op == "aten::_native_multi_head_attention") {
        walk_attention(node, in);
        return true;
    }
    if (!layer)
        return false;
    Operand may_see = visible(in[fused_layer::mask], in[fused_layer::mask_type]);
    if (kept != nested_.end()) {
        may_see = kept->second;
        for (int i = 0; i < 2; ++i)
            may_see = emitter_.emit_one("aten::unsqueeze", "", {may_see, emitter_.constant(1)});
    }
    const Operand result = encoder_layer(in, may_see);
    if (kept != nested_.end())
        nested_[result] = kept->second;
    bind(node.output(), result);
    return true;
}

} // namespace ca
