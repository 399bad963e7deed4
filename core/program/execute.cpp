// SPDX-License-Identifier: GPL-3.0-or-later
// The order of steps, and running them.
#include "core/program/program_torch.h"

#include <algorithm>
#include <iterator>

namespace ca {

Operand Program::Data::add(c10::IValue value, std::string name)
{
    constants.push_back({std::move(value), std::move(name)});
    return ~static_cast<Operand>(constants.size() - 1);
}

void mark_last_reads(Step &step, std::vector<bool> &read)
{
    step.last.assign(step.in.size(), false);
    for (std::size_t i = step.in.size(); i-- > 0;) {
        const Operand operand = step.in[i];
        if (is_constant(operand))
            continue;
        step.last[i] = !read[static_cast<std::size_t>(operand)];
        read[static_cast<std::size_t>(operand)] = true;
    }
}

namespace {

std::vector<bool> read_by_caller(const Program::Data &data)
{
    std::vector<bool> read(static_cast<std::size_t>(data.slots), false);
    read[static_cast<std::size_t>(data.output)] = true;
    return read;
}

void drop_dead_steps(Program::Data &data)
{
    std::vector<bool> read = read_by_caller(data);
    std::vector<Step> kept;
    for (auto step = data.steps.rbegin(); step != data.steps.rend(); ++step) {
        const auto is_read = [&](int slot) { return slot >= 0 && read[static_cast<std::size_t>(slot)]; };
        if (std::none_of(step->out.begin(), step->out.end(), is_read))
            continue;
        for (int &slot : step->out)
            slot = is_read(slot) ? slot : -1;
        mark_last_reads(*step, read);
        kept.push_back(std::move(*step));
    }
    std::reverse(kept.begin(), kept.end());
    data.steps = std::move(kept);
}

/// Steps that read constants alone come first, in their order.
void put_fixed_steps_first(Program::Data &data)
{
    std::vector<bool> changing(static_cast<std::size_t>(data.slots), false);
    changing[0] = true;
    std::vector<Step> fixed, others;
    for (Step &step : data.steps) {
        const bool changes = std::any_of(step.in.begin(), step.in.end(), [&](Operand operand) {
            return !is_constant(operand) && changing[static_cast<std::size_t>(operand)];
        });
        for (const int slot : step.out)
            if (slot >= 0 && changes)
                changing[static_cast<std::size_t>(slot)] = true;
        (changes ? others : fixed).push_back(std::move(step));
    }
    data.fixed_steps = fixed.size();
    data.fixed = std::make_shared<FixedValues>();
    data.steps = std::move(fixed);
    std::move(others.begin(), others.end(), std::back_inserter(data.steps));
}

using Slots = std::vector<c10::IValue>;

} // namespace

void run_step(const Program::Data &program, const Step &step, Slots &slots, Stack &stack)
{
    stack.clear();
    for (std::size_t i = 0; i < step.in.size(); ++i) {
        const Operand operand = step.in[i];
        if (is_constant(operand))
            stack.push_back(program.constants[constant_index(operand)].value);
        else if (step.last[i])
            stack.push_back(std::move(slots[static_cast<std::size_t>(operand)]));
        else
            stack.push_back(slots[static_cast<std::size_t>(operand)]);
    }
    step.kernel(stack);
    TORCH_CHECK(stack.size() >= step.out.size(), step.op, " gave too few values");
    for (std::size_t i = 0; i < step.out.size(); ++i)
        if (step.out[i] >= 0)
            slots[static_cast<std::size_t>(step.out[i])] = std::move(stack[i]);
}

namespace {

void note_shapes(const Step &step, const Slots &slots, FixedValues &fixed)
{
    for (const int slot : step.out)
        if (slot >= 0 && slots[static_cast<std::size_t>(slot)].isTensor())
            fixed.shapes.emplace_back(slot, slots[static_cast<std::size_t>(slot)].toTensor().sizes().vec());
}

} // namespace

bool take_fixed_values(const Program::Data &program, Slots &slots, const std::stop_token &stop)
{
    const std::lock_guard lock(program.fixed->mutex);
    if (!program.fixed->known) {
        Slots scratch(slots.size());
        Stack stack;
        for (std::size_t index = 0; index < program.fixed_steps; ++index) {
            if (stop.stop_requested())
                return false;
            run_step(program, program.steps[index], scratch, stack);
            note_shapes(program.steps[index], scratch, *program.fixed);
        }
        for (std::size_t slot = 1; slot < scratch.size(); ++slot)
            if (!scratch[slot].isNone())
                program.fixed->values.emplace_back(static_cast<int>(slot), std::move(scratch[slot]));
        program.fixed->known = true;
    }
    for (const auto &[slot, value] : program.fixed->values)
        slots[static_cast<std::size_t>(slot)] = value;
    return true;
}

Program finish(Program::Data data)
{
    drop_dead_steps(data);
    put_fixed_steps_first(data);
    std::vector<bool> read = read_by_caller(data);
    for (auto step = data.steps.rbegin(); step != data.steps.rend(); ++step)
        mark_last_reads(*step, read);
    return Program(std::make_shared<const Program::Data>(std::move(data)));
}

at::Tensor execute(const Program::Data &program, const at::Tensor &images, std::stop_token stop, const Observer &observer,
                   Observed observed)
{
    Slots slots(static_cast<std::size_t>(program.slots));
    slots[0] = images;
    std::size_t first = 0;
    if (program.fixed_steps > 0 && !(observer && observed == Observed::all)) {
        if (!take_fixed_values(program, slots, stop))
            return {};
        first = program.fixed_steps;
    }
    Stack stack;
    for (std::size_t index = first; index < program.steps.size(); ++index) {
        if (stop.stop_requested())
            return {};
        run_step(program, program.steps[index], slots, stack);
        if (observer)
            observer(index, slots);
    }
    return slots[static_cast<std::size_t>(program.output)].toTensor();
}

} // namespace ca
