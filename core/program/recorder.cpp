// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/recorder_torch.h"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace ca {
namespace {

namespace jit = torch::jit;

/// `int`, `Tensor` … as `ca::list` takes it; empty for a type of which lists stay constant.
std::string element_name(const c10::TypePtr &type)
{
    switch (type->kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
        return "int";
    case c10::TypeKind::FloatType:
        return "float";
    case c10::TypeKind::BoolType:
        return "bool";
    case c10::TypeKind::TensorType:
        return "Tensor";
    case c10::TypeKind::OptionalType:
        return type->castRaw<c10::OptionalType>()->getElementType()->kind() == c10::TypeKind::TensorType ? "Tensor?" : "";
    default:
        return {};
    }
}

class GraphWalk {
public:
    GraphWalk(const jit::Module &frozen, const at::Tensor &example)
        : module_(frozen), emitter_(example, {example.size(1), example.size(2), example.size(3)})
    {
    }

    Recording run()
    {
        graph_ = module_.get_method("forward").graph()->copy();
        jit::Inline(*graph_);
        const auto inputs = graph_->inputs();
        if (inputs.size() != 2)
            throw NotRecordable("takes " + std::to_string(inputs.size() - 1) + " inputs, not one batch of images");
        bind(inputs[0], emitter_.constant(module_._ivalue()));
        bind(inputs[1], Operand{0});
        walk(*graph_->block());
        return emitter_.take(choose_output(at(graph_->outputs()[0])));
    }

private:
    using Kind = GraphValue::Kind;

    void bind(const jit::Value *name, GraphValue value) { values_[name] = std::move(value); }
    void bind(const jit::Value *name, Operand operand) { values_[name] = GraphValue{Kind::operand, operand, nullptr, {}}; }
    const GraphValue &at(const jit::Value *name) const { return values_.at(name); }
    Operand operand(const jit::Value *name) { return materialise(at(name)); }
    const c10::IValue &concrete(const jit::Value *name) { return emitter_.value(emitter_.now(operand(name))); }

    /// A container as one value: a constant where all its items are, else a step.
    Operand materialise(const GraphValue &value)
    {
        if (value.kind == Kind::operand)
            return emitter_.now(value.operand);
        if (value.kind != Kind::list)
            throw NotRecordable("hands a tuple or dictionary to an operator");
        std::vector<Operand> items;
        for (const GraphValue &item : *value.items)
            items.push_back(materialise(item));
        if (!value.element.empty())
            return items.empty() ? emitter_.constant(empty_list(value.element)) : emitter_.emit_one("ca::list", value.element, items);
        c10::impl::GenericList list(c10::AnyType::get());
        for (const Operand item : items) {
            if (!is_constant(item))
                throw NotRecordable("builds a list of values that are no numbers and no tensors");
            list.push_back(emitter_.value(item));
        }
        return emitter_.constant(list);
    }

    static c10::IValue empty_list(const std::string &element)
    {
        Stack stack;
        find_kernel("ca::list", element, 1)(stack);
        return stack[0];
    }

    void walk(const jit::Block &block)
    {
        for (const jit::Node *node : block.nodes())
            if (!walk_structure(*node) && !walk_container(*node) && !walk_attention(*node))
                walk_operator(*node);
    }

    bool walk_structure(const jit::Node &node)
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
        case c10::prim::GetAttr:
            bind(node.output(), emitter_.constant(concrete(node.input()).toObject()->getAttr(node.s(c10::attr::name)),
                                                  emitter_name(node)));
            return true;
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

    std::string emitter_name(const jit::Node &node) const
    {
        return node.output()->type()->kind() == c10::TypeKind::TensorType ? "self." + node.s(c10::attr::name) : std::string();
    }

    void bind_constant(const jit::Node &node)
    {
        const auto value = jit::toIValue(node.output());
        const bool weight = value && value->isTensor() && value->toTensor().defined() && node.output()->hasDebugName();
        bind(node.output(), emitter_.constant(value ? *value : c10::IValue(), weight ? node.output()->debugName() : std::string()));
    }

    void walk_if(const jit::Node &node)
    {
        const Operand decision = operand(node.input());
        emitter_.guard(decision);
        const jit::Block &taken = *node.blocks()[emitter_.value(decision).toBool() ? 0 : 1];
        walk(taken);
        for (std::size_t i = 0; i < node.outputs().size(); ++i)
            bind(node.outputs()[i], at(taken.outputs()[i]));
    }

    void walk_loop(const jit::Node &node)
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

    /// Lists, tuples and dictionaries never become steps of their own.
    bool walk_container(const jit::Node &node)
    {
        const auto make = [&](Kind kind, std::string element = {}) {
            GraphValue made{kind, 0, std::make_shared<std::vector<GraphValue>>(), std::move(element)};
            for (const jit::Value *input : node.inputs())
                made.items->push_back(at(input));
            bind(node.output(), std::move(made));
            return true;
        };
        if (node.kind() == c10::prim::ListConstruct)
            return make(Kind::list, element_name(node.output()->type()->castRaw<c10::ListType>()->getElementType()));
        if (node.kind() == c10::prim::TupleConstruct)
            return make(Kind::tuple);
        if (node.kind() == c10::prim::DictConstruct)
            return make(Kind::dict);
        if (node.kind() == c10::prim::TupleUnpack || node.kind() == c10::prim::ListUnpack)
            return unpack(node);
        if (node.kind() == c10::prim::TupleIndex)
            return item(node, at(node.inputs()[0]), concrete(node.inputs()[1]).toInt());
        if (node.kind() == c10::aten::size && node.inputs().size() == 1)
            return sizes(node);
        return !node.inputs().empty() && at(node.inputs()[0]).kind == Kind::list && walk_list(node);
    }

    bool item(const jit::Node &node, const GraphValue &container, std::int64_t index)
    {
        if (!container.items)
            throw NotRecordable("takes an item of an unexpected value");
        const auto size = static_cast<std::int64_t>(container.items->size());
        index = index < 0 ? index + size : index;
        if (index < 0 || index >= size)
            throw NotRecordable("takes an item beyond the end of a list");
        bind(node.output(), GraphValue((*container.items)[static_cast<std::size_t>(index)]));
        return true;
    }

    bool unpack(const jit::Node &node)
    {
        const GraphValue source = at(node.input());
        if (source.items) {
            if (source.items->size() != node.outputs().size())
                throw NotRecordable("unpacks a list of another length");
            for (std::size_t i = 0; i < node.outputs().size(); ++i)
                bind(node.outputs()[i], GraphValue((*source.items)[i]));
            return true;
        }
        if (node.kind() != c10::prim::ListUnpack)
            throw NotRecordable("unpacks a tuple that an operator made");
        const auto parts = emitter_.emit("ca::unpack", "", {operand(node.input())}, node.outputs().size());
        for (std::size_t i = 0; i < parts.size(); ++i)
            bind(node.outputs()[i], parts[i]);
        return true;
    }

    bool sizes(const jit::Node &node)
    {
        const Operand tensor = operand(node.input());
        GraphValue list{Kind::list, 0, std::make_shared<std::vector<GraphValue>>(), "int"};
        const auto rank = emitter_.value(tensor).toTensor().dim();
        for (std::int64_t d = 0; d < rank; ++d)
            list.items->push_back({Kind::operand, emitter_.emit_one("aten::size", "int", {tensor, emitter_.constant(d)}), nullptr, {}});
        emitter_.guard(emitter_.emit_one("aten::dim", "", {tensor}));
        bind(node.output(), std::move(list));
        return true;
    }

    bool walk_list(const jit::Node &node)
    {
        GraphValue list = at(node.inputs()[0]);
        const std::string op = node.kind().toQualString();
        if (op == "aten::append") {
            list.items->push_back(at(node.inputs()[1]));
            bind(node.output(), list);
        } else if (op == "aten::__getitem__") {
            return item(node, list, concrete(node.inputs()[1]).toInt());
        } else if (op == "aten::_set_item") {
            const auto size = static_cast<std::int64_t>(list.items->size());
            const std::int64_t index = concrete(node.inputs()[1]).toInt();
            list.items->at(static_cast<std::size_t>(index < 0 ? index + size : index)) = at(node.inputs()[2]);
        } else if (op == "aten::len") {
            bind(node.output(), emitter_.constant(static_cast<std::int64_t>(list.items->size())));
        } else if (op == "aten::slice") {
            bind(node.output(), slice(node, list));
        } else if (op == "aten::add" && at(node.inputs()[1]).kind == Kind::list) {
            GraphValue sum{Kind::list, 0, std::make_shared<std::vector<GraphValue>>(*list.items), list.element};
            const auto &more = *at(node.inputs()[1]).items;
            sum.items->insert(sum.items->end(), more.begin(), more.end());
            bind(node.output(), std::move(sum));
        } else {
            return false;
        }
        return true;
    }

    GraphValue slice(const jit::Node &node, const GraphValue &list)
    {
        const auto size = static_cast<std::int64_t>(list.items->size());
        const auto bound = [&](std::size_t input, std::int64_t absent) {
            const c10::IValue &given = concrete(node.inputs()[input]);
            const std::int64_t index = given.isNone() ? absent : given.toInt();
            return std::clamp<std::int64_t>(index < 0 ? index + size : index, 0, size);
        };
        GraphValue part{Kind::list, 0, std::make_shared<std::vector<GraphValue>>(), list.element};
        const std::int64_t step = concrete(node.inputs()[3]).toInt();
        for (std::int64_t i = bound(1, 0); i < bound(2, size); i += step)
            part.items->push_back((*list.items)[static_cast<std::size_t>(i)]);
        return part;
    }

    /// The fused attention that Python's fast path leaves in a trace, as two linears and the attention between them.
    bool walk_attention(const jit::Node &node)
    {
        static const auto kFused = c10::Symbol::fromQualString("aten::_native_multi_head_attention");
        if (node.kind() != kFused)
            return false;
        std::vector<Operand> in;
        for (const jit::Value *input : node.inputs())
            in.push_back(operand(input));
        const bool self = in[0] == in[1] && in[1] == in[2];
        const bool plain = emitter_.value(in[9]).isNone() && !emitter_.value(in[10]).toBool();
        if (!self || !plain)
            return false;
        const Operand packed = emitter_.emit_one("aten::linear", "", {in[0], in[5], in[6]});
        const Operand mixed = emitter_.emit_one("ca::attention", "", {packed, in[4]});
        bind(node.outputs()[0], emitter_.emit_one("aten::linear", "", {mixed, in[7], in[8]}));
        bind(node.outputs()[1], emitter_.constant(at::Tensor()));
        return true;
    }

    void walk_operator(const jit::Node &node)
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
        std::vector<Operand> in;
        for (const jit::Value *input : node.inputs())
            in.push_back(operand(input));
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
        const auto results = emitter_.emit(op, schema->overload_name(), node.getOperation(), in, node.outputs().size());
        for (std::size_t i = 0; i < results.size(); ++i)
            bind(node.outputs()[i], results[i]);
    }

    /// Answers that cannot change from image to image, whatever they are asked about.
    static bool is_fact(const std::string &op)
    {
        static const std::set<std::string> kFacts{"prim::dtype", "prim::device", "prim::layout", "prim::is_cuda", "prim::is_nested",
                                                  "prim::requires_grad", "aten::is_floating_point", "aten::is_complex", "aten::__is__",
                                                  "aten::__isnot__", "aten::is_autocast_enabled", "aten::is_grad_enabled",
                                                  "aten::is_autocast_cpu_enabled", "aten::is_contiguous"};
        return kFacts.contains(op);
    }

    void fold(const jit::Node &node, const std::vector<Operand> &in)
    {
        Stack stack;
        for (const Operand input : in)
            stack.push_back(emitter_.value(input));
        node.getOperation()(stack);
        for (std::size_t i = 0; i < stack.size(); ++i)
            bind(node.outputs()[i], emitter_.constant(stack[i]));
    }

    /// Of several outputs the one named `logits`, else the first table, else the first tensor.
    Operand choose_output(const GraphValue &result)
    {
        if (result.kind == Kind::operand) {
            if (!emitter_.value(emitter_.now(result.operand)).isTensor())
                throw NotRecordable("gives no tensor");
            return emitter_.now(result.operand);
        }
        const std::size_t stride = result.kind == Kind::dict ? 2 : 1;
        std::vector<Operand> tensors;
        for (std::size_t i = stride - 1; i < result.items->size(); i += stride) {
            const GraphValue &item = (*result.items)[i];
            if (item.kind != Kind::operand || !emitter_.value(emitter_.now(item.operand)).isTensor())
                continue;
            if (stride == 2 && emitter_.value((*result.items)[i - 1].operand).toStringRef() == "logits")
                return emitter_.now(item.operand);
            tensors.push_back(emitter_.now(item.operand));
        }
        for (const Operand tensor : tensors)
            if (emitter_.value(tensor).toTensor().dim() == 2)
                return tensor;
        if (tensors.empty())
            throw NotRecordable("gives no tensor");
        return tensors.front();
    }

    jit::Module module_;
    std::shared_ptr<jit::Graph> graph_;
    StepEmitter emitter_;
    std::unordered_map<const jit::Value *, GraphValue> values_;
};

} // namespace

Recording record_graph(const torch::jit::Module &frozen, const at::Tensor &example)
{
    return GraphWalk(frozen, example).run();
}

Program interpreted(const torch::jit::Module &frozen, const std::array<std::int64_t, 3> &input)
{
    Program::Data data;
    data.input = input;
    data.recorded = false;
    const Kernel forward = [module = frozen](Stack &stack) mutable {
        c10::IValue result = module.forward({stack[0]});
        if (result.isTuple())
            result = result.toTupleRef().elements()[0];
        else if (result.isGenericDict())
            result = result.toGenericDict().begin()->value();
        stack.assign(1, std::move(result));
    };
    data.steps.push_back({"torchscript", "", forward, {0}, {data.new_slot()}, -1, {}});
    data.output = 1;
    return finish(std::move(data));
}

} // namespace ca
