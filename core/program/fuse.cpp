// SPDX-License-Identifier: GPL-3.0-or-later
// Float programs with packed weights: a layer, the addition behind it and its activation become one call of oneDNN through
// LibTorch.
#include "core/program/float_kernels_torch.h"
#include "core/program/fusion_torch.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <map>

namespace ca {
namespace {

c10::IValue algorithm_of(const std::optional<PostOp> &post_op)
{
    return post_op && post_op->name == "gelu" ? c10::IValue(post_op->algorithm) : c10::IValue();
}

struct FloatConvolution {
    at::Tensor weight; ///< packed
    c10::IValue bias;
    c10::IValue stride, padding, dilation, groups;
    std::optional<PostOp> post_op;
};

/// Without an addition: stack [x]. With one: stack [x, residual], which is overwritten where it may be.
Kernel convolution_kernel(FloatConvolution layer, bool residual)
{
    const bool quick = layer.post_op && layer.post_op->name == "quick_gelu"; // no operator has it
    const std::string attribute = layer.post_op && !quick ? layer.post_op->name : "none";
    const auto arguments = layer.post_op ? post_op_arguments(*layer.post_op) : c10::List<std::optional<at::Scalar>>();
    if (!residual) {
        const BoxedOperator call("mkldnn::_convolution_pointwise", "");
        return [layer, call, attribute, arguments, quick](Stack &stack) {
            stack[0] = call({stack[0], layer.weight, layer.bias, layer.padding, layer.stride, layer.dilation, layer.groups,
                             attribute, arguments, algorithm_of(layer.post_op)});
            if (quick)
                stack[0] = apply_quick_gelu(stack[0].toTensor());
        };
    }
    const BoxedOperator call("mkldnn::_convolution_pointwise_", "binary");
    const c10::IValue unary = layer.post_op ? c10::IValue(attribute) : c10::IValue();
    return [layer, call, unary](Stack &stack) {
        at::Tensor sum = std::move(stack[1]).toTensor();
        stack.resize(1);
        sum = owned(std::move(sum));
        stack[0] = call({std::move(sum), stack[0], layer.weight, layer.bias, layer.padding, layer.stride, layer.dilation,
                         layer.groups, "add", at::Scalar(1.0), unary, c10::List<std::optional<at::Scalar>>(), c10::IValue()});
    };
}

Kernel linear_kernel(at::Tensor weight, c10::IValue bias, const std::optional<PostOp> &post_op, bool residual)
{
    if (residual) {
        const BoxedOperator call("mkldnn::_linear_pointwise", "binary");
        return [weight, bias, call](Stack &stack) {
            stack[0] = call({stack[0], stack[1], weight, bias, "add"});
            stack.resize(1);
        };
    }
    const BoxedOperator call("mkldnn::_linear_pointwise", "");
    if (post_op && post_op->name == "quick_gelu")
        return [weight, bias, call](Stack &stack) {
            const auto none = c10::List<std::optional<at::Scalar>>();
            stack[0] = apply_quick_gelu(call({stack[0], weight, bias, "none", none, c10::IValue()}).toTensor());
        };
    const std::string attribute = post_op ? post_op->name : "none";
    const auto arguments = post_op ? post_op_arguments(*post_op) : c10::List<std::optional<at::Scalar>>();
    const c10::IValue algorithm = algorithm_of(post_op);
    return [weight, bias, call, attribute, arguments, algorithm](Stack &stack) {
        stack[0] = call({stack[0], weight, bias, attribute, arguments, algorithm});
    };
}

c10::IValue cast(const c10::IValue &value, at::ScalarType type)
{
    return value.isTensor() && value.toTensor().defined() && value.toTensor().is_floating_point()
        ? c10::IValue(value.toTensor().to(type))
        : value;
}

/// A cast to float32 that the model itself asks for becomes one to `type`.
void retarget_cast(Program::Data &data, Step &step, at::ScalarType type)
{
    if (step.op != "aten::to")
        return;
    for (std::size_t i = 1; i < std::min<std::size_t>(step.in.size(), 3); ++i) { // `dtype` is the first or second argument
        if (!is_constant(step.in[i]))
            continue;
        const c10::IValue &value = data.constants[constant_index(step.in[i])].value;
        if (value.isInt() && value.toInt() == static_cast<std::int64_t>(at::kFloat))
            step.in[i] = data.add(static_cast<std::int64_t>(type));
    }
}

Result<Program> lower(const Program &program, at::ScalarType type, const std::stop_token &stop = {})
{
    Program result;
    const auto done = guarded("Packing the network", 1, [&] {
        const Program::Data &from = program.data();
        const SlotShapes shapes = slot_shapes(from);
        Program::Data to = from;
        to.steps.clear();
        if (type != at::kFloat)
            for (Constant &constant : to.constants)
                constant.value = cast(constant.value, type);
        std::map<std::size_t, FusedGroup> last; // group by the place of its last step
        std::vector<bool> merged(from.steps.size(), false);
        for (FusedGroup &group : find_groups(from, shapes)) {
            merged[group.step] = true;
            for (const std::size_t step : group.merged)
                merged[step] = true;
            const std::size_t place = group.merged.empty() ? group.step : group.merged.back();
            last.emplace(place, std::move(group));
        }
        int images = 0;
        if (type != at::kFloat) {
            images = to.new_slot();
            to.steps.push_back(
                {"ca::cast", "", [type](Stack &stack) { stack[0] = stack[0].toTensor().to(type); }, {0}, {images}, -1, {}});
        }
        for (std::size_t i = 0; i < from.steps.size() && !stop.stop_requested(); ++i) {
            if (const auto group = last.find(i); group != last.end())
                to.steps.push_back(packed_step(from, group->second, shapes, type));
            else if (!merged[i])
                to.steps.push_back(from.steps[i]);
            else
                continue;
            for (Operand &operand : to.steps.back().in)
                operand = operand == 0 ? images : operand;
            if (type != at::kFloat)
                retarget_cast(to, to.steps.back(), type);
            else if (auto faster = merged[i] ? std::nullopt : fast_kernel(from, from.steps[i]))
                to.steps.back().kernel = std::move(*faster);
        }
        if (stop.stop_requested())
            return;
        result = finish(std::move(to));
        const auto &input = from.input; // kernels that do not exist for this type say so now, not in the first trial
        (void)execute(result.data(), at::zeros({2, input[0], input[1], input[2]}), stop);
    });
    if (!done)
        return forward(done);
    if (stop.stop_requested())
        return cancelled();
    return result;
}

} // namespace

Step packed_step(const Program::Data &from, const FusedGroup &group, const SlotShapes &shapes, at::ScalarType type,
                 const at::Tensor &weight)
{
    const Step &layer = from.steps[group.step];
    const auto constant = [&](std::size_t i) { return cast(from.constants[constant_index(layer.in[i])].value, type); };
    const at::Tensor plain = (weight.defined() ? weight : from.tensor(layer.in[1])).to(type).contiguous();
    Step step{
        layer.op == "aten::conv2d" ? "packed::conv2d" : "packed::linear", "", {}, {layer.in[0]}, {group.out}, layer.layer, {}};
    if (group.residual)
        step.in.push_back(*group.residual);
    if (layer.op == "aten::conv2d") {
        const BoxedOperator pack("mkldnn::_reorder_convolution_weight", "");
        const auto &input = shapes[static_cast<std::size_t>(layer.in[0])];
        const at::Tensor packed =
            pack({plain, constant(4), constant(3), constant(5), constant(6), c10::IValue(input)}).toTensor();
        step.kernel = convolution_kernel({packed, constant(2), constant(3), constant(4), constant(5), constant(6), group.post_op},
                                         group.residual.has_value());
    } else {
        const BoxedOperator pack("mkldnn::_reorder_linear_weight", "");
        step.kernel =
            linear_kernel(pack({plain, c10::IValue()}).toTensor(), constant(2), group.post_op, group.residual.has_value());
    }
    return step;
}

Result<Program> fuse(const Program &program)
{
    return program.is_recorded() ? lower(program, at::kFloat) : Result<Program>(program);
}

Result<Program> fuse_bf16(const Program &program)
{
    return fuse_bf16(program, {});
}

Result<Program> fuse_bf16(const Program &program, const std::stop_token &stop)
{
    if (!program.is_recorded())
        return fail(ErrorCode::unsupported, "A network that runs through the interpreter is not run in bfloat16.");
    return lower(program, at::kBFloat16, stop);
}

} // namespace ca
