// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/fusion_torch.h"

#include "core/program/layer_steps_torch.h"
#include "core/program/vector_kernels.h"

#include <ATen/Functions.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ca {
namespace {

struct Readers {
    std::vector<std::vector<std::size_t>> steps; ///< of each slot; a step twice where it reads twice
};

Readers readers_of(const Program::Data &program)
{
    Readers readers{std::vector<std::vector<std::size_t>>(static_cast<std::size_t>(program.slots))};
    for (std::size_t i = 0; i < program.steps.size(); ++i)
        for (const Operand operand : program.steps[i].in)
            if (!is_constant(operand))
                readers.steps[static_cast<std::size_t>(operand)].push_back(i);
    readers.steps[static_cast<std::size_t>(program.output)].push_back(program.steps.size()); // the caller reads it
    return readers;
}

double number(const Program::Data &program, Operand operand)
{
    return program.constants[constant_index(operand)].value.toScalar().toDouble();
}

std::optional<PostOp> post_op_of(const Program::Data &program, const Step &step)
{
    const auto constant = [&](std::size_t i) { return i < step.in.size() && is_constant(step.in[i]); };
    if (step.op == "aten::relu")
        return PostOp{"relu", {}, {}};
    if (step.op == "aten::relu6")
        return PostOp{"hardtanh", {}, {0, 6}};
    if (step.op == "aten::hardtanh" && constant(1) && constant(2))
        return PostOp{"hardtanh", {}, {number(program, step.in[1]), number(program, step.in[2])}};
    if (step.op == "aten::gelu" && constant(1))
        return PostOp{"gelu", program.constants[constant_index(step.in[1])].value.toStringRef(), {}};
    if (step.op == "aten::hardswish")
        return PostOp{"hardswish", {}, {}};
    if (step.op == "aten::silu")
        return PostOp{"swish", {}, {}};
    return std::nullopt;
}

/// A number, or a tensor of one, as tracing leaves numbers in products.
bool is_number(const Program::Data &program, Operand operand, double expected)
{
    if (!is_constant(operand))
        return false;
    const c10::IValue &value = program.constants[constant_index(operand)].value;
    if (value.isTensor() && value.toTensor().defined() && value.toTensor().dim() == 0)
        return std::abs(value.toTensor().item().toDouble() - expected) < 1e-6 * expected;
    return value.isScalar() && value.toScalar().toDouble() == expected;
}

/// The three steps of x * sigmoid(1.702 x), where `x` has no other readers.
std::optional<std::array<std::size_t, 3>> quick_gelu_of(const Program::Data &program, const Readers &readers, int x)
{
    const auto reads = [&](std::size_t step, const char *op) {
        return step < program.steps.size() && program.steps[step].op == op;
    };
    const auto only_reader = [&](std::size_t step) -> std::optional<std::size_t> {
        const auto &who = readers.steps[static_cast<std::size_t>(program.steps[step].out[0])];
        return who.size() == 1 ? std::optional(who[0]) : std::nullopt;
    };
    const auto &who = readers.steps[static_cast<std::size_t>(x)];
    if (who.size() != 2 || !reads(who[0], "aten::mul") || !reads(who[1], "aten::mul") || who[0] == who[1])
        return std::nullopt;
    const Step &scaled = program.steps[who[0]], &product = program.steps[who[1]];
    const bool by_factor = is_number(program, scaled.in[scaled.in[0] == x ? 1 : 0], kQuickGelu);
    const auto gate = by_factor ? only_reader(who[0]) : std::nullopt;
    if (!gate || !reads(*gate, "aten::sigmoid") || only_reader(*gate) != who[1])
        return std::nullopt;
    const int opened = program.steps[*gate].out[0];
    const bool meets = (product.in[0] == x && product.in[1] == opened) || (product.in[1] == x && product.in[0] == opened);
    return meets ? std::optional(std::array{who[0], *gate, who[1]}) : std::nullopt;
}

/// The same for all images, so that a batch has one of it and not one for each: a table of positions.
bool is_fixed(const Program::Data &program, int slot)
{
    const auto end = program.steps.begin() + static_cast<std::ptrdiff_t>(program.fixed_steps);
    return std::any_of(program.steps.begin(), end,
                       [&](const Step &step) { return std::find(step.out.begin(), step.out.end(), slot) != step.out.end(); });
}

/// The other side of `layer result + other`, where both have one shape and nothing is scaled.
std::optional<Operand> residual_of(const Program::Data &program, const Step &step, int result, const SlotShapes &shapes)
{
    if (step.op != "aten::add" || step.overload != "Tensor" || !is_constant(step.in[2]) || number(program, step.in[2]) != 1)
        return std::nullopt;
    const Operand other = step.in[0] == result ? step.in[1] : step.in[0];
    if (is_constant(other) || other == result || is_fixed(program, other))
        return std::nullopt;
    const auto &shape = shapes[static_cast<std::size_t>(other)];
    return !shape.empty() && shape == shapes[static_cast<std::size_t>(result)] ? std::optional(other) : std::nullopt;
}

} // namespace

SlotShapes slot_shapes(const Program::Data &program)
{
    SlotShapes shapes(static_cast<std::size_t>(program.slots));
    const auto &input = program.input;
    shapes[0] = {1, input[0], input[1], input[2]};
    const Observer observer = [&](std::size_t index, const std::vector<c10::IValue> &slots) {
        for (const int slot : program.steps[index].out)
            if (slot >= 0 && slots[static_cast<std::size_t>(slot)].isTensor())
                shapes[static_cast<std::size_t>(slot)] = slots[static_cast<std::size_t>(slot)].toTensor().sizes().vec();
    };
    (void)execute(program, at::zeros(shapes[0]), {}, observer, Observed::changing);
    for (const auto &[slot, shape] : program.fixed->shapes)
        shapes[static_cast<std::size_t>(slot)] = shape;
    return shapes;
}

std::vector<FusedGroup> find_groups(const Program::Data &program, const SlotShapes &shapes)
{
    const Readers readers = readers_of(program);
    std::vector<bool> merged(program.steps.size(), false);
    std::vector<FusedGroup> groups;
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
        const Step &layer = program.steps[i];
        const auto form = layer.layer < 0 ? std::nullopt : layer_step(program, layer);
        if (!form || (form->kind != LayerKind::conv2d && form->kind != LayerKind::linear))
            continue;
        FusedGroup group{i, {}, {}, {}, layer.out[0]};
        // The only reader of the group's result so far, if it is free.
        const auto next = [&]() -> std::optional<std::size_t> {
            const auto &who = readers.steps[static_cast<std::size_t>(group.out)];
            return who.size() == 1 && who[0] < program.steps.size() && !merged[who[0]] ? std::optional(who[0]) : std::nullopt;
        };
        const auto merge = [&](std::size_t step) {
            merged[step] = true;
            group.merged.push_back(step);
            group.out = program.steps[step].out[0];
        };
        if (const auto step = next()) {
            if (const auto residual = residual_of(program, program.steps[*step], group.out, shapes)) {
                group.residual = residual;
                merge(*step);
            }
        }
        if (const auto step = next()) {
            auto post_op = post_op_of(program, program.steps[*step]);
            const bool after_add = post_op && group.residual;
            // After an addition only ReLU has a kernel, and only behind a convolution.
            if (post_op && (!after_add || (post_op->name == "relu" && layer.op == "aten::conv2d"))) {
                group.post_op = std::move(post_op);
                merge(*step);
            }
        }
        if (const auto steps = quick_gelu_of(program, readers, group.out); steps && !group.post_op && !group.residual) {
            group.post_op = PostOp{"quick_gelu", {}, {}};
            for (const std::size_t step : *steps)
                merge(step);
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

void drop_post_op(const Program::Data &program, FusedGroup &group)
{
    if (!group.post_op)
        return;
    group.merged.resize(group.merged.size() - (group.post_op->name == "quick_gelu" ? 3 : 1));
    group.post_op.reset();
    group.out = program.steps[group.merged.empty() ? group.step : group.merged.back()].out[0];
}

BoxedOperator::BoxedOperator(const char *name, const char *overload)
{
    call_ = [handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)](Stack &stack) { handle.callBoxed(stack); };
}

c10::IValue BoxedOperator::operator()(Stack arguments) const
{
    call_(arguments);
    return std::move(arguments.front());
}

c10::List<std::optional<at::Scalar>> post_op_arguments(const PostOp &post_op)
{
    c10::List<std::optional<at::Scalar>> arguments;
    for (const double value : post_op.arguments)
        arguments.push_back(at::Scalar(value));
    return arguments;
}

at::Tensor owned(at::Tensor tensor)
{
    const bool dense = tensor.is_non_overlapping_and_dense();
    if (dense && tensor.use_count() == 1 && tensor.storage().use_count() == 1)
        return tensor;
    // The copy has the layout that the tensor itself would have had: kernels round otherwise in another.
    return tensor.clone(dense ? at::MemoryFormat::Preserve : at::MemoryFormat::Contiguous);
}

} // namespace ca
