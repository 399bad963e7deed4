// SPDX-License-Identifier: GPL-3.0-or-later
// Lists, tuples and dictionaries while a graph is walked: they never become steps of their own.
#include "core/program/graph_walk_torch.h"

#include <algorithm>

namespace ca {
namespace {

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

} // namespace

GraphValue GraphWalk::opened(Operand operand)
{
    if (!is_constant(operand) || !emitter_.value(operand).isTuple())
        return {Kind::operand, operand, nullptr, {}};
    const auto elements = emitter_.value(operand).toTupleRef().elements().vec(); // a copy: the list of constants grows
    GraphValue tuple{Kind::tuple, 0, std::make_shared<std::vector<GraphValue>>(), {}};
    for (const c10::IValue &element : elements)
        tuple.items->push_back(opened(emitter_.constant(element)));
    return tuple;
}

Operand GraphWalk::materialise(const GraphValue &value)
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

c10::IValue GraphWalk::empty_list(const std::string &element)
{
    Stack stack;
    find_kernel("ca::list", element, 1)(stack);
    return stack[0];
}

bool GraphWalk::walk_container(const jit::Node &node)
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
    if (node.inputs().empty())
        return false;
    const Kind kind = at(node.inputs()[0]).kind;
    return (kind == Kind::list && walk_list(node)) || (kind == Kind::dict && walk_dict(node));
}

bool GraphWalk::item(const jit::Node &node, const GraphValue &container, std::int64_t index)
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

bool GraphWalk::unpack(const jit::Node &node)
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

bool GraphWalk::sizes(const jit::Node &node)
{
    const Operand tensor = operand(node.input());
    GraphValue list{Kind::list, 0, std::make_shared<std::vector<GraphValue>>(), "int"};
    const auto rank = emitter_.value(tensor).toTensor().dim();
    for (std::int64_t d = 0; d < rank; ++d)
        list.items->push_back(
            {Kind::operand, emitter_.emit_one("aten::size", "int", {tensor, emitter_.constant(d)}), nullptr, {}});
    emitter_.guard(emitter_.emit_one("aten::dim", "", {tensor}));
    bind(node.output(), std::move(list));
    return true;
}

bool GraphWalk::walk_list(const jit::Node &node)
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

/// Dictionaries by constant keys.
bool GraphWalk::walk_dict(const jit::Node &node)
{
    const GraphValue dict = at(node.inputs()[0]);
    std::vector<GraphValue> &items = *dict.items;
    const std::string op = node.kind().toQualString();
    const auto find = [&] {
        const c10::IValue &key = concrete(node.inputs()[1]);
        std::size_t i = 0;
        while (i < items.size() && !(emitter_.value(items[i].operand) == key))
            i += 2;
        return i;
    };
    const auto list_of = [&](std::size_t first, std::size_t step, Kind pairs) {
        GraphValue list{Kind::list, 0, std::make_shared<std::vector<GraphValue>>(), {}};
        for (std::size_t i = first; i < items.size(); i += step)
            if (pairs == Kind::tuple)
                list.items->push_back(
                    {Kind::tuple,
                     0,
                     std::make_shared<std::vector<GraphValue>>(items.begin() + static_cast<std::ptrdiff_t>(i),
                                                               items.begin() + static_cast<std::ptrdiff_t>(i) + 2),
                     {}});
            else
                list.items->push_back(items[i]);
        bind(node.output(), std::move(list));
    };
    if (op == "aten::_set_item") {
        const std::size_t i = find();
        if (i == items.size())
            items.insert(items.end(), {at(node.inputs()[1]), at(node.inputs()[2])});
        else
            items[i + 1] = at(node.inputs()[2]);
    } else if (op == "aten::__getitem__" || op == "aten::get") {
        const std::size_t i = find();
        if (i < items.size())
            bind(node.output(), GraphValue(items[i + 1]));
        else if (op == "aten::get")
            bind(node.output(), node.inputs().size() > 2 ? GraphValue(at(node.inputs()[2])) : opened(emitter_.constant({})));
        else
            throw NotRecordable("asks a dictionary for what it does not hold");
    } else if (op == "aten::__contains__") {
        bind(node.output(), emitter_.constant(find() < items.size()));
    } else if (op == "aten::len") {
        bind(node.output(), emitter_.constant(static_cast<std::int64_t>(items.size() / 2)));
    } else if (op == "aten::keys") {
        list_of(0, 2, Kind::operand);
    } else if (op == "aten::values") {
        list_of(1, 2, Kind::operand);
    } else if (op == "aten::items") {
        list_of(0, 2, Kind::tuple);
    } else {
        return false;
    }
    return true;
}

GraphValue GraphWalk::slice(const jit::Node &node, const GraphValue &list)
{
    const auto size = static_cast<std::int64_t>(list.items->size());
    const auto bound = [&](std::size_t input, std::int64_t absent) {
        const c10::IValue &given = concrete(node.inputs()[input]);
        const std::int64_t index = given.isNone() ? absent : given.toInt();
        return std::clamp<std::int64_t>(index < 0 ? index + size : index, 0, size);
    };
    GraphValue part{Kind::list, 0, std::make_shared<std::vector<GraphValue>>(), list.element};
    const std::int64_t step = concrete(node.inputs()[3]).toInt();
    if (step <= 0)
        throw NotRecordable("takes a list in reverse");
    for (std::int64_t i = bound(1, 0); i < bound(2, size); i += step)
        part.items->push_back((*list.items)[static_cast<std::size_t>(i)]);
    return part;
}

Operand GraphWalk::choose_output(const GraphValue &result)
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

} // namespace ca
