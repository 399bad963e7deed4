// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/replay_torch.h"

#include <algorithm>
#include <set>

namespace ca {
namespace {

/// The step, or what the variant has in its place.
void run_either(const Program::Data &program, const Variant &variant, std::size_t index, Slots &slots, Stack &stack)
{
    const auto found = variant.find(index);
    run_step(program, found == variant.end() ? program.steps[index] : found->second, slots, stack);
}

/// From `first` to `end`; false when stopped.
bool run_range(const Program::Data &program, const Variant &variant, std::size_t first, std::size_t end, Slots &slots,
               const std::stop_token &stop)
{
    Stack stack;
    for (std::size_t index = first; index < end; ++index) {
        if (stop.stop_requested())
            return false;
        run_either(program, variant, index, slots, stack);
    }
    return true;
}

at::Tensor output_of(const Program::Data &program, const Slots &slots)
{
    return slots[static_cast<std::size_t>(program.output)].toTensor();
}

} // namespace

Program::Data with_variant(const Program::Data &program, const Variant &variant)
{
    Program::Data data = program;
    data.fixed = std::make_shared<FixedValues>();
    for (const auto &[index, step] : variant)
        data.steps[index] = step;
    return data;
}

HeldRun::HeldRun(const Program::Data &program, at::Tensor images, std::vector<int> keep)
    : program_(&program), slots_(static_cast<std::size_t>(program.slots)), next_(program.fixed_steps), keep_(std::move(keep))
{
    slots_[0] = std::move(images);
    if (std::find(keep_.begin(), keep_.end(), 0) != keep_.end())
        kept_.emplace_back(0, slots_[0]);
    (void)take_fixed_values(program, slots_, {});
}

bool HeldRun::advance(std::size_t step, const std::stop_token &stop)
{
    Stack stack;
    for (; next_ < step; ++next_) {
        if (stop.stop_requested())
            return false;
        const Step &ran = program_->steps[next_];
        run_step(*program_, ran, slots_, stack);
        for (const int slot : ran.out)
            if (slot >= 0 && std::find(keep_.begin(), keep_.end(), slot) != keep_.end())
                kept_.emplace_back(slot, slots_[static_cast<std::size_t>(slot)]);
    }
    return true;
}

at::Tensor HeldRun::finish(const Variant &variant, const std::stop_token &stop) const
{
    Slots slots = slots_;
    return run_range(*program_, variant, next_, program_->steps.size(), slots, stop) ? output_of(*program_, slots) : at::Tensor();
}

HeldFixedRun::HeldFixedRun(const Program::Data &program) : program_(&program), slots_(static_cast<std::size_t>(program.slots)) { }

bool HeldFixedRun::advance(std::size_t step, const std::stop_token &stop)
{
    if (!run_range(*program_, {}, next_, step, slots_, stop))
        return false;
    next_ = std::max(next_, step);
    return true;
}

std::optional<std::vector<std::pair<int, c10::IValue>>> HeldFixedRun::values(const Variant &variant,
                                                                             const std::stop_token &stop) const
{
    Slots slots = slots_;
    if (!run_range(*program_, variant, next_, program_->fixed_steps, slots, stop))
        return std::nullopt;
    std::vector<std::pair<int, c10::IValue>> values;
    for (std::size_t slot = 1; slot < slots.size(); ++slot)
        if (!slots[slot].isNone())
            values.emplace_back(static_cast<int>(slot), std::move(slots[slot]));
    return values;
}

Tail::Tail(const Program::Data &program, const std::vector<std::size_t> &changed) : program_(&program)
{
    std::vector<bool> touched(static_cast<std::size_t>(program.slots), false);
    std::set<int> needs;
    for (std::size_t index = 0; index < program.steps.size(); ++index) {
        const Step &step = program.steps[index];
        const auto is_touched = [&](Operand operand) {
            return !is_constant(operand) && touched[static_cast<std::size_t>(operand)];
        };
        if (std::find(changed.begin(), changed.end(), index) == changed.end()
            && std::none_of(step.in.begin(), step.in.end(), is_touched))
            continue;
        if (index >= program.fixed_steps) {
            steps_.push_back(index);
            for (const Operand operand : step.in)
                if (!is_constant(operand) && !is_touched(operand))
                    needs.insert(operand);
        }
        for (const int slot : step.out)
            if (slot >= 0)
                touched[static_cast<std::size_t>(slot)] = true;
    }
    needs_.assign(needs.begin(), needs.end());
}

at::Tensor Tail::run(const Variant &variant, const std::vector<std::pair<int, c10::IValue>> &fixed_values,
                     const std::vector<std::pair<int, c10::IValue>> &unchanged, const std::stop_token &stop) const
{
    Slots slots(static_cast<std::size_t>(program_->slots));
    for (const auto *values : {&unchanged, &fixed_values})
        for (const auto &[slot, value] : *values)
            slots[static_cast<std::size_t>(slot)] = value;
    Stack stack;
    for (const std::size_t index : steps_) {
        if (stop.stop_requested())
            return {};
        run_either(*program_, variant, index, slots, stack);
    }
    return output_of(*program_, slots);
}

} // namespace ca
