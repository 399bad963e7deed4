// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/recorder_torch.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ca {
namespace {

constexpr std::size_t kMostSteps = 200'000; // a loop over pixels, not a network

/// Operators whose result depends on the sizes of their input alone.
bool reads_only_sizes(const std::string &op)
{
    static constexpr std::array<std::string_view, 6> kSizes{"aten::size", "aten::dim",      "aten::numel",
                                                            "aten::len",  "aten::sym_size", "aten::stride"};
    return std::find(kSizes.begin(), kSizes.end(), op) != kSizes.end();
}

} // namespace

bool keeps_weight(const std::string &op)
{
    return op == "aten::embedding" || op == "aten::linear";
}

namespace {

const c10::StorageImpl *storage_of(const c10::IValue &value)
{
    if (!value.isTensor() || !value.toTensor().defined() || !value.toTensor().has_storage())
        return nullptr;
    return value.toTensor().storage().unsafeGetStorageImpl();
}

/// Operators that give as many values as their input's content says.
bool counts_content(const std::string &op, const std::string &overload)
{
    static constexpr std::array<std::string_view, 9> kCounting{
        "aten::nonzero",       "aten::nonzero_numpy", "aten::argwhere",
        "aten::masked_select", "aten::unique_dim",    "aten::unique_consecutive",
        "aten::_unique2",      "aten::_unique",       "aten::bincount"};
    return std::find(kCounting.begin(), kCounting.end(), op) != kCounting.end()
        || (op == "aten::repeat_interleave" && overload != "self_int") || (op == "aten::where" && overload.empty());
}

bool is_mask(const c10::IValue &value)
{
    const auto masks = [](const at::Tensor &index) {
        return index.defined() && (index.scalar_type() == at::kBool || index.scalar_type() == at::kByte);
    };
    if (value.isTensor())
        return masks(value.toTensor());
    if (!value.isList())
        return false;
    const auto items = value.toListRef();
    return std::any_of(items.begin(), items.end(),
                       [&](const c10::IValue &item) { return item.isTensor() && masks(item.toTensor()); });
}

} // namespace

StepEmitter::StepEmitter(const at::Tensor &example, const std::array<std::int64_t, 3> &input)
{
    recording_.data.input = input;
    recording_.shape_only = {false};
    values_ = {example};
    redirect_ = {-1};
    views_ = {View{}};
    dynamic_ = {false};
}

Operand StepEmitter::now(Operand operand) const
{
    while (!is_constant(operand) && redirect_[static_cast<std::size_t>(operand)] != -1)
        operand = redirect_[static_cast<std::size_t>(operand)];
    return operand;
}

const c10::IValue &StepEmitter::value(Operand operand) const
{
    return is_constant(operand) ? recording_.data.constants[constant_index(operand)].value
                                : values_[static_cast<std::size_t>(operand)];
}

bool StepEmitter::is_shape_only(Operand operand) const
{
    return is_constant(operand) || recording_.shape_only[static_cast<std::size_t>(operand)];
}

std::vector<Operand> StepEmitter::emit(const std::string &op, const std::string &overload, std::vector<Operand> in,
                                       std::size_t outputs)
{
    return emit(op, overload, find_kernel(op, overload, outputs), std::move(in), outputs);
}

std::vector<Operand> StepEmitter::emit(const std::string &op, const std::string &overload, const Kernel &kernel,
                                       std::vector<Operand> in, std::size_t outputs, Folding folding)
{
    for (Operand &operand : in)
        operand = now(operand);
    Stack stack;
    for (const Operand operand : in)
        stack.push_back(value(operand));
    kernel(stack);
    if (stack.size() != outputs)
        throw NotRecordable("has the operator " + op + " with an unexpected number of results");

    std::vector<Operand> results;
    if (folds(op, in, stack, folding)) {
        const std::string name = weight_name(recording_.data, in);
        for (auto &result : stack)
            results.push_back(constant(std::move(result), name));
        return results;
    }

    if (recording_.data.steps.size() >= kMostSteps)
        throw NotRecordable("takes more than " + std::to_string(kMostSteps) + " steps");
    const bool dynamic = has_dynamic_shape(in);
    const bool counted = counts_content(op, overload) || (op == "aten::index" && is_mask(value(in[1])));
    const bool shape_only = (reads_only_sizes(op) && !dynamic)
        || (!keeps_weight(op) && std::all_of(in.begin(), in.end(), [&](Operand o) { return is_shape_only(o); }));
    Step step{op, overload, kernel, in, {}, -1, {}};
    for (auto &result : stack) {
        const int slot = recording_.data.new_slot();
        step.out.push_back(slot);
        results.push_back(slot);
        values_.push_back(std::move(result));
        recording_.shape_only.push_back(shape_only);
        redirect_.push_back(-1);
        views_.emplace_back();
        dynamic_.push_back(dynamic || counted);
        note_view(slot, in, recording_.data.steps.size());
    }
    recording_.data.steps.push_back(std::move(step));
    return results;
}

bool StepEmitter::folds(const std::string &op, const std::vector<Operand> &in, const Stack &results, Folding folding) const
{
    if (!std::all_of(in.begin(), in.end(), is_constant) || keeps_weight(op))
        return false;
    const auto shares = [&](const c10::IValue &result) { // writing to it would change a weight
        return std::any_of(in.begin(), in.end(),
                           [&](Operand o) { return storage_of(result) && storage_of(value(o)) == storage_of(result); });
    };
    return folding == Folding::at_once || std::any_of(results.begin(), results.end(), shares);
}

/// Its inputs' shapes, or numbers that it takes, depend on content: then so does the shape of what it gives.
bool StepEmitter::has_dynamic_shape(const std::vector<Operand> &in) const
{
    return std::any_of(in.begin(), in.end(), [&](Operand operand) {
        if (is_constant(operand))
            return false;
        const auto slot = static_cast<std::size_t>(operand);
        return dynamic_[slot] || (!value(operand).isTensor() && !value(operand).isTensorList() && !recording_.shape_only[slot]);
    });
}

void StepEmitter::note_view(int slot, const std::vector<Operand> &in, std::size_t step)
{
    const auto *storage = storage_of(values_[static_cast<std::size_t>(slot)]);
    if (!storage)
        return;
    for (const Operand operand : in) {
        if (is_constant(operand))
            continue;
        const c10::IValue &input = value(operand);
        bool same = storage_of(input) == storage;
        if (input.isTensorList()) // unbind, chunk and split give lists of views
            for (const at::Tensor &item : input.toTensorVector())
                same = same || storage_of(item) == storage;
        if (same) {
            views_[static_cast<std::size_t>(slot)] = {operand, step};
            return;
        }
    }
}

void StepEmitter::guard(Operand decision)
{
    decision = now(decision);
    if (!is_constant(decision))
        recording_.guards.push_back({decision, value(decision)});
}

Recording StepEmitter::take(Operand output)
{
    output = now(output);
    if (is_constant(output))
        throw NotRecordable("gives the same output for every image");
    recording_.data.output = output;
    return std::move(recording_);
}

} // namespace ca
