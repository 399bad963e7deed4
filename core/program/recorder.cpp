// SPDX-License-Identifier: GPL-3.0-or-later
// Control flow and operators of the graph; its lists, tuples and dictionaries are in graph_containers.cpp.
#include "core/program/graph_walk_torch.h"

#include <ATen/ops/clone.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace ca {

Recording GraphWalk::run()
{
    graph_ = module_.get_method("forward").graph()->copy();
    jit::Inline(*graph_);
    aliases_ = std::make_unique<jit::AliasDb>(graph_);
    const auto inputs = graph_->inputs();
    if (inputs.size() != 2)
        throw NotRecordable("takes " + std::to_string(inputs.size() - 1) + " inputs, not one batch of images");
    bind(inputs[0], emitter_.constant(module_._ivalue()));
    bind(inputs[1], Operand{0});
    walk(*graph_->block());
    return emitter_.take(choose_output(at(graph_->outputs()[0])));
}

void GraphWalk::walk(const jit::Block &block)
{
    for (const jit::Node *node : block.nodes())
        if (!walk_structure(*node) && !walk_container(*node) && !walk_product(*node))
            walk_operator(*node);
}

bool GraphWalk::walk_structure(const jit::Node &node)
{
    switch (node.kind()) {
    case c10::prim::Constant:
        bind_constant(node);
        return true;
    case c10::prim::If:
        walk_if(node);
        return true;
    case c10::prim::Loop:
        walk_loop(node);
        return true;
    case c10::prim::GetAttr: {
        const c10::IValue value = concrete(node.input()).toObject()->getAttr(node.s(c10::attr::name));
        bind(node.output(), emitter_.constant(value, weight_name(value, node)));
        return true;
    }
    case c10::prim::RaiseException:
        throw NotRecordable("refuses an image of this size");
    case c10::prim::SetAttr:
    case c10::prim::CallMethod:
    case c10::prim::CallFunction:
    case c10::prim::fork:
    case c10::aten::wait:
    case c10::prim::Print:
    case c10::prim::Enter:
    case c10::prim::Exit:
        throw NotRecordable(std::string("uses ") + node.kind().toQualString());
    case c10::prim::isinstance:
        bind(node.output(), emitter_.constant(is_instance(node)));
        return true;
    case c10::aten::warn:
        return true;
    case c10::prim::Uninitialized:
        bind(node.output(), emitter_.constant({}));
        return true;
    default:
        if (node.kind() == c10::prim::unchecked_cast || node.kind() == c10::prim::unchecked_unwrap_optional
            || node.kind() == c10::aten::_unwrap_optional) {
            bind(node.output(), at(node.input()));
            return true;
        }
        return false;
    }
}

bool GraphWalk::is_instance(const jit::Node &node)
{
    const GraphValue &value = at(node.input());
    const auto type = value.kind == Kind::operand ? emitter_.value(emitter_.now(value.operand)).type() : node.input()->type();
    const auto &types = node.tys(c10::attr::types);
    return std::any_of(types.begin(), types.end(), [&](const c10::TypePtr &wanted) { return type->isSubtypeOf(*wanted); });
}

std::string GraphWalk::weight_name(const c10::IValue &value, const jit::Node &node) const
{
    if (!value.isTensor() || !value.toTensor().defined())
        return {};
    const std::string name = names_.find(value.toTensor());
    return name.empty() && node.output()->hasDebugName() ? node.output()->debugName() : name;
}

void GraphWalk::bind_constant(const jit::Node &node)
{
    const c10::IValue value = jit::toIValue(node.output()).value_or(c10::IValue());
    bind(node.output(), emitter_.constant(value, weight_name(value, node)));
}

void GraphWalk::walk_if(const jit::Node &node)
{
    const Operand decision = operand(node.input());
    emitter_.guard(decision);
    const jit::Block &taken = *node.blocks()[emitter_.value(decision).toBool() ? 0 : 1];
    walk(taken);
    for (std::size_t i = 0; i < node.outputs().size(); ++i)
        bind(node.outputs()[i], at(taken.outputs()[i]));
}

void GraphWalk::walk_loop(const jit::Node &node)
{
    const Operand trips = operand(node.inputs()[0]);
    emitter_.guard(trips);
    const std::int64_t most = emitter_.value(trips).toInt();
    Operand go_on = operand(node.inputs()[1]);
    const jit::Block &body = *node.blocks()[0];
    std::vector<GraphValue> carried;
    for (std::size_t i = 2; i < node.inputs().size(); ++i)
        carried.push_back(at(node.inputs()[i]));
    for (std::int64_t turn = 0;; ++turn) {
        emitter_.guard(go_on);
        if (turn >= most || !emitter_.value(go_on).toBool())
            break;
        bind(body.inputs()[0], emitter_.constant(turn));
        for (std::size_t i = 0; i < carried.size(); ++i)
            bind(body.inputs()[i + 1], carried[i]);
        walk(body);
        go_on = operand(body.outputs()[0]);
        for (std::size_t i = 0; i < carried.size(); ++i)
            carried[i] = at(body.outputs()[i + 1]);
    }
    for (std::size_t i = 0; i < carried.size(); ++i)
        bind(node.outputs()[i], carried[i]);
}

void GraphWalk::walk_operator(const jit::Node &node)
{
    const auto *schema = node.maybeSchema();
    if (!schema)
        throw NotRecordable(std::string("uses ") + node.kind().toQualString());
    const std::string &op = schema->name();
    if (schema->is_vararg() && op != "aten::format")
        throw NotRecordable("uses " + op);
    if (schema->is_vararg()) { // the words of a message for a branch that is not taken
        bind(node.output(), emitter_.constant(std::string()));
        return;
    }
    if (op == "aten::__is__" || op == "aten::__isnot__")
        for (const jit::Value *input : node.inputs())
            if (at(input).kind != Kind::operand) { // a container is not None
                bind(node.output(), emitter_.constant(op == "aten::__isnot__"));
                return;
            }
    std::vector<Operand> in;
    for (const jit::Value *input : node.inputs())
        in.push_back(operand(input));
    if (walk_fused(node, in))
        return;
    for (std::size_t i = 0; i < schema->arguments().size(); ++i) {
        const auto *alias = schema->arguments()[i].alias_info();
        if (!alias || !alias->isWrite())
            continue;
        const Operand written = emitter_.emit_written(op, schema->overload_name(), in, i);
        if (!node.outputs().empty())
            bind(node.output(), written);
        return;
    }
    if (is_fact(op)) {
        fold(node, in);
        return;
    }
    if (!is_pure_operator(op, schema->overload_name()) && !std::all_of(in.begin(), in.end(), is_constant))
        throw NotRecordable("uses " + op);
    const auto folding = aliases_->hasWriters(&node) ? Folding::later : Folding::at_once;
    const auto results = emitter_.emit(op, schema->overload_name(), node.getOperation(), in, node.outputs().size(), folding);
    for (std::size_t i = 0; i < results.size(); ++i)
        bind(node.outputs()[i], results[i]);
}

bool GraphWalk::is_fact(const std::string &op)
{
    static const std::set<std::string> kFacts{"prim::dtype",
                                              "prim::device",
                                              "prim::layout",
                                              "prim::is_cuda",
                                              "prim::is_nested",
                                              "prim::requires_grad",
                                              "aten::is_floating_point",
                                              "aten::is_complex",
                                              "aten::__is__",
                                              "aten::__isnot__",
                                              "aten::is_autocast_enabled",
                                              "aten::is_grad_enabled",
                                              "aten::is_autocast_cpu_enabled",
                                              "aten::is_contiguous"};
    return kFacts.contains(op);
}

void GraphWalk::fold(const jit::Node &node, const std::vector<Operand> &in)
{
    Stack stack;
    for (const Operand input : in)
        stack.push_back(emitter_.value(input));
    node.getOperation()(stack);
    for (std::size_t i = 0; i < stack.size(); ++i)
        bind(node.outputs()[i], emitter_.constant(stack[i]));
}

Recording record_graph(const torch::jit::Module &frozen, const at::Tensor &example, const WeightNames &names)
{
    return GraphWalk(frozen, example, names).run();
}

void WeightNames::add(const at::Tensor &tensor, std::string name)
{
    if (!tensor.defined() || !tensor.has_storage() || tensor.numel() == 0)
        return;
    const auto *first = static_cast<const std::byte *>(tensor.const_data_ptr());
    regions_.try_emplace(first, Region{first + tensor.nbytes(), std::move(name)});
}

std::string WeightNames::find(const at::Tensor &tensor) const
{
    if (!tensor.has_storage() || tensor.numel() == 0)
        return {};
    const auto *first = static_cast<const std::byte *>(tensor.const_data_ptr());
    const auto next = regions_.upper_bound(first);
    return next != regions_.begin() && first < std::prev(next)->second.end ? std::prev(next)->second.name : std::string();
}

at::Tensor choose_output(const c10::IValue &result)
{
    if (result.isTensor())
        return result.toTensor();
    std::vector<at::Tensor> tensors;
    const auto collect = [&](const c10::IValue &item) {
        if (item.isTensor() && item.toTensor().defined())
            tensors.push_back(item.toTensor());
    };
    if (result.isGenericDict()) {
        for (const auto &entry : result.toGenericDict()) {
            if (entry.key().isString() && entry.key().toStringRef() == "logits" && entry.value().isTensor())
                return entry.value().toTensor();
            collect(entry.value());
        }
    } else if (result.isTuple()) {
        for (const c10::IValue &item : result.toTupleRef().elements())
            collect(item);
    } else if (result.isList()) {
        for (const c10::IValue &item : result.toListRef())
            collect(item);
    }
    const auto table = std::find_if(tensors.begin(), tensors.end(), [](const at::Tensor &tensor) { return tensor.dim() == 2; });
    return table != tensors.end() ? *table : tensors.empty() ? at::Tensor() : tensors.front();
}

Program interpreted(const torch::jit::Module &frozen, const std::array<std::int64_t, 3> &input)
{
    Program::Data data;
    data.input = input;
    data.recorded = false;
    const Kernel forward = [module = frozen](Stack &stack) mutable {
        const at::Tensor images = stack[0].toTensor().clone(); // a module may write to its input
        stack.assign(1, choose_output(module.forward({images})));
    };
    data.steps.push_back({"torchscript", "", forward, {0}, {data.new_slot()}, -1, {}});
    data.output = 1;
    return finish(std::move(data));
}

} // namespace ca
