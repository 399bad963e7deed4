// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/program_torch.h"

#include <ATen/ops/einsum.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace ca {
namespace {

/// Attention between its linears: packed q, k, v [batch, tokens, 3 * width], heads, and perhaps whom each token may look at,
/// bool, stretched to [batch, heads, tokens, tokens] -> [batch, tokens, width].
void attention(Stack &stack)
{
    const auto heads = stack[1].toInt();
    std::optional<at::Tensor> visible;
    if (stack.size() > 2)
        visible = stack[2].toTensor();
    const at::Tensor packed = stack[0].toTensor();
    TORCH_CHECK(packed.dim() == 3 && heads > 0 && packed.size(2) % (3 * heads) == 0,
                "attention takes [batch, tokens, 3 * width] and heads that divide it");
    const auto batch = packed.size(0), tokens = packed.size(1), width = packed.size(2) / 3;
    const auto parts = packed.view({batch, tokens, 3, heads, width / heads}).permute({2, 0, 3, 1, 4});
    const at::Tensor mixed = at::scaled_dot_product_attention(parts[0], parts[1], parts[2], visible);
    stack.clear();
    stack.emplace_back(mixed.transpose(1, 2).reshape({batch, tokens, width}));
}

/// A product with a table for each of several heads: images, weight, equation.
void product_by_letters(Stack &stack)
{
    const at::Tensor result = at::einsum(stack[2].toStringRef(), {stack[0].toTensor(), stack[1].toTensor()});
    stack.assign(1, result);
}

/// One value from all that lie on the stack; `type` says of what elements.
void make_list(Stack &stack, const std::string &type)
{
    c10::IValue list;
    if (type == "int") {
        c10::List<std::int64_t> items;
        for (const auto &item : stack)
            items.push_back(item.toInt());
        list = items;
    } else if (type == "float") {
        c10::List<double> items;
        for (const auto &item : stack)
            items.push_back(item.toDouble());
        list = items;
    } else if (type == "bool") {
        c10::List<bool> items;
        for (const auto &item : stack)
            items.push_back(item.toBool());
        list = items;
    } else if (type == "Tensor") {
        c10::List<at::Tensor> items;
        for (const auto &item : stack)
            items.push_back(item.toTensor());
        list = items;
    } else if (type == "Tensor?") {
        c10::List<std::optional<at::Tensor>> items;
        for (const auto &item : stack)
            items.push_back(item.isNone() ? std::optional<at::Tensor>() : item.toTensor());
        list = items;
    } else {
        throw std::runtime_error("a list of " + type + " is not supported");
    }
    stack.clear();
    stack.push_back(std::move(list));
}

void unpack_list(Stack &stack, std::size_t outputs)
{
    const auto list = stack.back().toListRef().vec();
    if (list.size() != outputs)
        throw std::runtime_error("a list of " + std::to_string(outputs) + " values was expected, it has "
                                 + std::to_string(list.size()));
    stack.assign(list.begin(), list.end());
}

} // namespace

Kernel find_kernel(const std::string &op, const std::string &overload, std::size_t outputs)
{
    if (op == "ca::attention")
        return attention;
    if (op == "ca::einsum")
        return product_by_letters;
    if (op == "ca::list")
        return [overload](Stack &stack) { make_list(stack, overload); };
    if (op == "ca::unpack")
        return [outputs](Stack &stack) { unpack_list(stack, outputs); };
    const auto found = torch::jit::findOperatorFor(c10::OperatorName(op, overload));
    if (!found)
        throw std::runtime_error("the operator " + op + " is not known to this LibTorch");
    return [operation = found->getOperation()](Stack &stack) mutable { operation(stack); };
}

bool takes_and_gives(const std::string &op, const std::string &overload, std::size_t inputs, std::size_t outputs)
{
    if (op == "ca::attention")
        return (inputs == 2 || inputs == 3) && outputs == 1;
    if (op == "ca::einsum")
        return inputs == 3 && outputs == 1;
    if (op == "ca::list")
        return outputs == 1;
    if (op == "ca::unpack")
        return inputs == 1;
    const auto found = torch::jit::findOperatorFor(c10::OperatorName(op, overload));
    return found && found->schema().arguments().size() == inputs && found->schema().returns().size() == outputs
        && !found->schema().is_vararg();
}

bool is_pure_operator(const std::string &op, const std::string &overload)
{
    if (op == "ca::attention" || op == "ca::einsum" || op == "ca::list" || op == "ca::unpack")
        return true;
    static constexpr std::array<std::string_view, 4> kPrim{"prim::NumToTensor", "prim::min", "prim::max", "prim::dtype"};
    const bool prim = std::find(kPrim.begin(), kPrim.end(), op) != kPrim.end();
    // Operators that reach outside of their arguments.
    static constexpr std::array<std::string_view, 6> kOutside{"aten::from_file",  "aten::save",        "aten::warn",
                                                              "aten::get_device", "aten::manual_seed", "aten::set_data"};
    if ((!prim && op.rfind("aten::", 0) != 0) || std::find(kOutside.begin(), kOutside.end(), op) != kOutside.end())
        return false;
    // Inner operators trust their callers; these few are what frozen networks hold.
    static constexpr std::array<std::string_view, 10> kInner{"aten::_convolution",     "aten::_unsafe_view",
                                                             "aten::_softmax",         "aten::_log_softmax",
                                                             "aten::_to_copy",         "aten::_weight_norm",
                                                             "aten::_shape_as_tensor", "aten::_reshape_alias",
                                                             "aten::_unique2",         "aten::_native_multi_head_attention"};
    if (op.rfind("aten::_", 0) == 0 && op.rfind("aten::__", 0) != 0
        && std::find(kInner.begin(), kInner.end(), op) == kInner.end())
        return false;
    const auto found = torch::jit::findOperatorFor(c10::OperatorName(op, overload));
    if (!found)
        return false;
    const auto &schema = found->schema();
    for (const auto &argument : schema.arguments())
        if (argument.alias_info() && argument.alias_info()->isWrite())
            return false;
    return true;
}

} // namespace ca
