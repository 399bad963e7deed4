// SPDX-License-Identifier: GPL-3.0-or-later
// Products and convolutions with a constant weight, in the words that layers know: a product becomes `aten::matmul` with the
// weight on the right or `aten::linear`, padding by name becomes numbers.
#include "core/program/graph_walk_torch.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string_view>

namespace ca {
namespace {

/// `bhid,hde->bhie` in parts, without blanks, dots or an implied result; x is the side that is not constant.
struct Equation {
    std::string x, weight, out;
    [[nodiscard]] std::string text() const { return x + "," + weight + "->" + out; }
};

bool has_repeats(std::string letters)
{
    std::sort(letters.begin(), letters.end());
    return std::adjacent_find(letters.begin(), letters.end()) != letters.end();
}

bool holds(const std::string &letters, char letter)
{
    return letters.find(letter) != std::string::npos;
}

template <typename Predicate>
std::string those(const std::string &letters, Predicate wanted)
{
    std::string result;
    std::copy_if(letters.begin(), letters.end(), std::back_inserter(result), wanted);
    return result;
}

/// Letters that the equation does not use, in the place of dots.
std::string spelled_out(std::string term, std::int64_t missing)
{
    const auto dots = term.find("...");
    if (dots == std::string::npos)
        return term;
    static constexpr std::string_view kSpare = "ZYXWVUTS";
    return term.replace(dots, 3, kSpare.substr(0, static_cast<std::size_t>(std::clamp<std::int64_t>(missing, 0, 8))));
}

/// Absent where the equation is of a kind that is left as it is.
std::optional<Equation> parsed(std::string text, bool weight_first, std::int64_t rank)
{
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    const auto comma = text.find(','), arrow = text.find("->");
    if (comma == std::string::npos || arrow == std::string::npos || text.find(',', comma + 1) != std::string::npos)
        return std::nullopt;
    Equation parts{text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1), text.substr(arrow + 2)};
    if (weight_first)
        std::swap(parts.x, parts.weight);
    const std::int64_t missing = rank - static_cast<std::int64_t>(parts.x.size()) + 3;
    parts.x = spelled_out(parts.x, missing);
    parts.out = spelled_out(parts.out, missing);
    const bool letters = std::all_of(parts.out.begin(), parts.out.end(), [](char c) { return std::isalpha(c) != 0; });
    const auto known = [&](char c) { return holds(parts.x, c) || holds(parts.weight, c); };
    const auto lost = [](const std::string &from, const std::string &other, const std::string &out) {
        return std::any_of(from.begin(), from.end(), [&](char c) { return !holds(other, c) && !holds(out, c); });
    };
    if (!letters || parts.weight.find('.') != std::string::npos || has_repeats(parts.x) || has_repeats(parts.weight)
        || has_repeats(parts.out) || !std::all_of(parts.out.begin(), parts.out.end(), known)
        || lost(parts.x, parts.weight, parts.out) || lost(parts.weight, parts.x, parts.out))
        return std::nullopt;
    return parts;
}

std::vector<std::int64_t> places(const std::string &letters, const std::string &in)
{
    std::vector<std::int64_t> result;
    for (const char letter : letters)
        result.push_back(static_cast<std::int64_t>(in.find(letter)));
    return result;
}

} // namespace

bool GraphWalk::is_weight(Operand operand) const
{
    const c10::IValue &value = emitter_.value(operand);
    return is_constant(operand) && value.isTensor() && value.toTensor().defined() && value.toTensor().is_floating_point()
        && value.toTensor().dim() >= 2;
}

Operand GraphWalk::arranged(Operand tensor, const std::string &from, const std::string &to)
{
    return from == to ? tensor : emitter_.emit_one("aten::permute", "", {tensor, emitter_.constant(places(to, from))});
}

/// The weight as a table [out, in], made once: a loop may come here several times.
Operand GraphWalk::weight_table(Operand weight, const std::string &key, const std::vector<std::int64_t> &order, std::int64_t rows)
{
    const at::Tensor tensor = emitter_.value(weight).toTensor();
    const auto [at, first] = tables_.try_emplace({tensor.unsafeGetTensorImpl(), key}, 0);
    if (first) {
        const Operand turned = emitter_.emit_one("aten::permute", "", {weight, emitter_.constant(order)});
        at->second = emitter_.emit_one("aten::reshape", "",
                                       {turned, emitter_.constant(std::vector<std::int64_t>{rows, tensor.numel() / rows})});
        tensors_.push_back(tensor); // alive, so that its address stays its own
    }
    return at->second;
}

/// A product as a linear layer over the letters that both sides share, where none of them is left in the result.
Operand GraphWalk::linear_of(const std::string &x, const std::string &weight, const std::string &out, Operand images,
                             Operand table)
{
    const std::string shared = those(x, [&](char c) { return holds(weight, c); });
    const std::string kept = those(x, [&](char c) { return !holds(weight, c); });
    const std::string made = those(out, [&](char c) { return holds(weight, c); });
    const c10::IntArrayRef sizes = emitter_.value(table).toTensor().sizes();
    std::vector<std::int64_t> made_sizes;
    std::int64_t rows = 1;
    for (const std::int64_t place : places(made, weight)) {
        made_sizes.push_back(sizes[static_cast<std::size_t>(place)]);
        rows *= made_sizes.back();
    }
    const Operand flat_table = weight_table(table, x + weight + out, places(made + shared, weight), rows);
    const auto number = [&](std::int64_t value) { return emitter_.constant(value); };
    Operand y = arranged(images, x, kept + shared);
    if (shared.size() > 1)
        y = emitter_.emit_one("aten::flatten", "using_ints", {y, number(static_cast<std::int64_t>(kept.size())), number(-1)});
    y = emitter_.emit_one("aten::linear", "", {y, flat_table, emitter_.constant({})});
    if (made.size() > 1)
        y = emitter_.emit_one("aten::unflatten", "int", {y, number(-1), emitter_.constant(made_sizes)});
    if (made.empty())
        y = emitter_.emit_one("aten::squeeze", "dim", {y, number(-1)});
    return arranged(y, kept + made, out);
}

bool GraphWalk::walk_einsum(const jit::Node &node)
{
    const GraphValue &list = at(node.inputs()[1]);
    if (!list.items || list.items->size() != 2)
        return false;
    const Operand first = materialise((*list.items)[0]), second = materialise((*list.items)[1]);
    if (is_weight(first) == is_weight(second) || is_constant(first) == is_constant(second))
        return false;
    const Operand weight = is_weight(first) ? first : second, images = is_weight(first) ? second : first;
    const at::Tensor x = emitter_.value(images).toTensor(), table = emitter_.value(weight).toTensor();
    const auto equation = parsed(emitter_.value(operand(node.inputs()[0])).toStringRef(), weight == first, x.dim());
    if (!equation || static_cast<std::int64_t>(equation->x.size()) != x.dim()
        || static_cast<std::int64_t>(equation->weight.size()) != table.dim())
        return false;
    bool sums = false, in_all = false;
    for (const char letter : equation->weight)
        if (const auto place = equation->x.find(letter); place != std::string::npos) {
            (holds(equation->out, letter) ? in_all : sums) = true;
            if (x.size(static_cast<std::int64_t>(place)) != table.size(static_cast<std::int64_t>(equation->weight.find(letter))))
                return false; // one side is stretched
        }
    if (!sums)
        return false;
    bind(node.output(),
         in_all ? emitter_.emit_one("ca::einsum", "", {images, weight, emitter_.constant(equation->text())})
                : linear_of(equation->x, equation->weight, equation->out, images, weight));
    return true;
}

/// W x and x W of any rank as sums over letters, where W is a table (leading ones do not count).
std::optional<Operand> GraphWalk::product(Operand a, Operand b)
{
    const bool left = is_weight(a) && !is_constant(b), right = is_weight(b) && !is_constant(a);
    if (!left && !right)
        return std::nullopt;
    const Operand images = left ? b : a;
    Operand weight = left ? a : b;
    const at::Tensor x = emitter_.value(images).toTensor(), table = emitter_.value(weight).toTensor();
    const bool is_table = table.numel() == table.size(-1) * table.size(-2) && table.dim() <= std::max<std::int64_t>(x.dim(), 2);
    if (!is_table || x.dim() < (left ? 2 : 1))
        return std::nullopt;
    const auto shape = std::vector<std::int64_t>{table.size(-2), table.size(-1)};
    if (table.dim() > 2)
        weight = emitter_.emit_one("aten::reshape", "", {weight, emitter_.constant(shape)});
    if (right)
        return emitter_.emit_one("aten::matmul", "", {images, weight});
    const auto turned = [&](Operand y) {
        return emitter_.emit_one("aten::transpose", "int", {y, emitter_.constant(-2), emitter_.constant(-1)});
    };
    return turned(emitter_.emit_one("aten::linear", "", {turned(images), weight, emitter_.constant({})}));
}

/// beta * added + alpha * (a b), except where it is a linear layer with its bias.
std::optional<Operand> GraphWalk::sum_of_product(const std::vector<Operand> &in)
{
    const auto is_one = [&](Operand factor) { return emitter_.value(factor).toScalar().toDouble() == 1.0; };
    if (is_constant(in[0]) && emitter_.value(in[0]).toTensor().dim() == 1 && is_weight(in[2]) && is_one(in[3]) && is_one(in[4]))
        return std::nullopt;
    auto result = product(in[1], in[2]);
    if (!result)
        return std::nullopt;
    const auto scaled = [&](Operand x, Operand factor) {
        return is_one(factor) ? x : emitter_.emit_one("aten::mul", "Scalar", {x, factor});
    };
    result = scaled(*result, in[4]);
    if (emitter_.value(in[3]).toScalar().toDouble() == 0.0) // what is added may hold anything then
        return result;
    return emitter_.emit_one("aten::add", "Tensor", {*result, scaled(in[0], in[3]), emitter_.constant(1)});
}

/// Padding by name as numbers. Where the sides get differently much, the input is padded beforehand, as the operator does.
std::optional<Operand> GraphWalk::named_padding(std::vector<Operand> in)
{
    if (!is_weight(in[1]) || !emitter_.value(in[4]).isString())
        return std::nullopt;
    const auto kernel = emitter_.value(in[1]).toTensor().sizes().slice(2).vec();
    const auto given = emitter_.value(in[5]).toIntVector();
    std::vector<std::int64_t> padding(kernel.size(), 0), before(2 * kernel.size(), 0);
    if (emitter_.value(in[4]).toStringRef() == "same")
        for (std::size_t i = 0; i < kernel.size(); ++i) {
            const std::int64_t total = (given.size() == 1 ? given[0] : given[i]) * (kernel[i] - 1);
            padding[i] = total / 2;
            before[2 * (kernel.size() - 1 - i) + 1] = total % 2; // last dimension first; behind, not in front
        }
    if (std::any_of(before.begin(), before.end(), [](std::int64_t size) { return size != 0; }))
        in[0] = emitter_.emit_one("aten::constant_pad_nd", "", {in[0], emitter_.constant(before), emitter_.constant(0)});
    in[4] = emitter_.constant(padding);
    return emitter_.emit_one("aten::conv" + std::to_string(kernel.size()) + "d", "", in);
}

bool GraphWalk::walk_product(const jit::Node &node)
{
    const std::string op = node.kind().toQualString();
    if (op == "aten::einsum")
        return walk_einsum(node);
    static constexpr std::array<std::string_view, 8> kOurs{
        "aten::matmul", "aten::mm",     "aten::addmm",  "aten::baddbmm",
        "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution_mode"};
    if (std::find(kOurs.begin(), kOurs.end(), op) == kOurs.end())
        return false;
    std::vector<Operand> in;
    for (const jit::Value *input : node.inputs())
        in.push_back(operand(input));
    const bool sum = in.size() == 5;
    const auto result = in.size() == 2 ? product(in[0], in[1]) : sum ? sum_of_product(in) : named_padding(in);
    if (result)
        bind(node.output(), *result);
    return result.has_value();
}

} // namespace ca
