// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/torchscript_torch.h"

#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <stdexcept>

namespace ca {

namespace jit = torch::jit;

jit::Value *GraphWriter::operand(Operand operand)
{
    if (is_constant(operand))
        return constant(program_.constants[constant_index(operand)].value, operand);
    Value *value = slot(operand);
    if (!value)
        throw std::runtime_error("a step reads what nothing wrote");
    return value;
}

jit::Value *GraphWriter::constant(const c10::IValue &value, Operand operand)
{
    if (value.isTensor())
        return value.toTensor().defined() ? tensors_(operand) : graph_.insertConstant(c10::IValue());
    if (value.isTensorList() || value.isOptionalTensorList()) {
        std::vector<Value *> items;
        for (const c10::IValue &item : value.toListRef())
            items.push_back(graph_.insertConstant(item));
        return list(value.isTensorList() ? "Tensor" : "Tensor?", items);
    }
    return graph_.insertConstant(value);
}

jit::Value *GraphWriter::list(const std::string &element, const std::vector<Value *> &items)
{
    static const std::map<std::string, c10::TypePtr> kElements{{"int", c10::IntType::get()},
                                                               {"float", c10::FloatType::get()},
                                                               {"bool", c10::BoolType::get()},
                                                               {"Tensor", c10::TensorType::get()},
                                                               {"Tensor?", c10::OptionalType::ofTensor()}};
    return graph_.insertNode(graph_.createList(kElements.at(element), items))->output();
}

/// What `ca::attention` computes (core/program/operators.cpp), for any number of images and tokens.
jit::Value *GraphWriter::attention(const std::vector<Value *> &inputs)
{
    const auto number = [&](std::int64_t value) { return graph_.insertConstant(value); };
    const auto call = [&](const char *op, std::vector<jit::NamedValue> arguments) {
        return graph_.insert(c10::Symbol::fromQualString(op), arguments);
    };
    Value *parts = list("int", {number(3), inputs[1], number(-1)});
    Value *split = call("aten::unflatten", {inputs[0], number(2), parts}); // batch, tokens, part, head, width of a head
    Value *order = list("int", {number(2), number(0), number(3), number(1), number(4)});
    Value *ordered = call("aten::permute", {split, order});
    std::vector<jit::NamedValue> arguments;
    for (const std::int64_t part : {0, 1, 2})
        arguments.emplace_back(call("aten::select", {ordered, number(0), number(part)}));
    if (inputs.size() > 2)
        arguments.emplace_back(inputs[2]);
    Value *mixed = call("aten::scaled_dot_product_attention", arguments);
    return call("aten::flatten", {call("aten::transpose", {mixed, number(1), number(2)}), number(2), number(-1)});
}

jit::Value *GraphWriter::insert(const Step &step, const std::vector<Value *> &inputs)
{
    const auto found = jit::findOperatorFor(c10::OperatorName(step.op, step.overload));
    if (!found)
        throw std::runtime_error("the operator " + step.op + " is not known to this LibTorch");
    std::vector<jit::NamedValue> positional, named;
    const auto &arguments = found->schema().arguments();
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (arguments.at(i).kwarg_only())
            named.emplace_back(arguments[i].name(), inputs[i]);
        else
            positional.emplace_back(inputs[i]);
    return graph_.insert(c10::Symbol::fromQualString(step.op), positional, named);
}

void GraphWriter::write(const Step &step, std::vector<Value *> inputs)
{
    std::vector<Value *> outputs;
    if (step.op == "ca::attention") {
        outputs = {attention(inputs)};
    } else if (step.op == "ca::einsum") {
        Value *sides = list("Tensor", {inputs[0], inputs[1]});
        outputs = {graph_.insert(c10::Symbol::fromQualString("aten::einsum"), {inputs[2], sides})};
    } else if (step.op == "ca::list") {
        outputs = {list(step.overload, inputs)};
    } else if (step.op == "ca::unpack") {
        outputs = graph_.insertNode(graph_.createListUnpack(inputs.at(0), step.out.size()))->outputs().vec();
    } else {
        Value *result = insert(step, inputs);
        outputs = step.out.size() == 1 ? std::vector<Value *>{result}
                                       : graph_.insertNode(graph_.createTupleUnpack(result))->outputs().vec();
    }
    for (std::size_t i = 0; i < step.out.size(); ++i)
        if (step.out[i] >= 0)
            set(step.out[i], outputs.at(i));
}

void GraphWriter::write_in_bf16(const Step &step, std::vector<Value *> inputs)
{
    for (Value *&value : inputs)
        if (value->type()->isSubtypeOf(*c10::TensorType::get()))
            value = cast(value, at::kBFloat16);
    write(step, std::move(inputs));
    set(step.out[0], cast(slot(step.out[0]), at::kFloat));
}

jit::Value *GraphWriter::cast(Value *value, at::ScalarType type)
{
    return graph_.insert(c10::aten::to, {value, static_cast<std::int64_t>(type)});
}

void GraphWriter::retarget_to_bf16(std::vector<Value *> &inputs)
{
    constexpr std::size_t kDtype = 3; // it is the first or second argument behind the tensor
    for (std::size_t i = 1; i < std::min(inputs.size(), kDtype); ++i)
        if (const auto value = jit::toIValue(inputs[i]);
            value && value->isInt() && value->toInt() == static_cast<std::int64_t>(at::kFloat))
            inputs[i] = graph_.insertConstant(static_cast<std::int64_t>(at::kBFloat16));
}

} // namespace ca
