// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/recorder_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

namespace ca {
namespace {

/// What never changes over these batch sizes is taken as constant. Odd and even, one and several.
constexpr std::array<std::int64_t, 4> kBatches{1, 2, 3, 7};

bool equal(const c10::IValue &a, const c10::IValue &b)
{
    if (a.isTensor() && b.isTensor())
        return a.toTensor().sizes() == b.toTensor().sizes() && a.toTensor().scalar_type() == b.toTensor().scalar_type()
            && at::equal(a.toTensor(), b.toTensor());
    if (a.isTensorList() && b.isTensorList()) {
        const auto ours = a.toTensorVector(), theirs = b.toTensorVector();
        return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                          [](const at::Tensor &x, const at::Tensor &y) { return equal(x, y); });
    }
    return a == b;
}

void mark_last_uses(Program::Data &data, const std::vector<Guard> &guards)
{
    std::vector<bool> read(static_cast<std::size_t>(data.slots), false);
    read[static_cast<std::size_t>(data.output)] = true;
    for (const Guard &guard : guards)
        read[static_cast<std::size_t>(guard.slot)] = true;
    for (auto step = data.steps.rbegin(); step != data.steps.rend(); ++step)
        mark_last_reads(*step, read);
}

/// The shape-only slots that held the same value at every batch size, with that value.
std::map<int, c10::IValue> steady_values(const Recording &recording)
{
    std::map<int, std::optional<c10::IValue>> seen;
    for (const std::int64_t batch : kBatches) {
        const auto &input = recording.data.input;
        const at::Tensor images = at::randn({batch, input[0], input[1], input[2]});
        (void)execute(recording.data, images, {}, [&](std::size_t index, const std::vector<c10::IValue> &slots) {
            for (const int slot : recording.data.steps[index].out) {
                const c10::IValue &value = slots[static_cast<std::size_t>(slot)];
                for (const Guard &guard : recording.guards)
                    if (guard.slot == slot && !equal(value, guard.expected))
                        throw NotRecordable("decides by how many images there are or by what they show");
                if (!recording.shape_only[static_cast<std::size_t>(slot)])
                    continue;
                const auto [at, first] = seen.try_emplace(slot, value);
                if (!first && at->second && !equal(*at->second, value))
                    at->second.reset();
            }
        });
    }
    std::map<int, c10::IValue> steady;
    for (auto &[slot, value] : seen)
        if (value)
            steady.emplace(slot, std::move(*value));
    return steady;
}

/// Takes out of `steady` what another batch size changes after all.
void compare_at(const Program::Data &data, const at::Tensor &images, std::map<int, c10::IValue> &steady)
{
    (void)execute(data, images, {}, [&](std::size_t index, const std::vector<c10::IValue> &slots) {
        for (const int slot : data.steps[index].out) {
            const auto found = steady.find(slot);
            if (found == steady.end())
                continue;
            const c10::IValue &value = slots[static_cast<std::size_t>(slot)];
            const bool without_values = value.isTensor() && value.toTensor().is_meta();
            if (without_values ? value.toTensor().sizes() != found->second.toTensor().sizes() : !equal(value, found->second))
                steady.erase(found);
        }
    });
}

/// Batch sizes of real work, on tensors that have sizes and no values, so that this costs nothing; where an operator has no such
/// form, one real run of the smaller size.
void check_larger_batches(const Recording &recording, std::map<int, c10::IValue> &steady)
{
    const auto &input = recording.data.input;
    Program::Data sizes_only = recording.data;
    for (Constant &constant : sizes_only.constants)
        if (constant.value.isTensor() && constant.value.toTensor().defined())
            constant.value = constant.value.toTensor().to(at::kMeta);
    try {
        for (const std::int64_t batch : {32, 100})
            compare_at(sizes_only, at::empty({batch, input[0], input[1], input[2]}, at::TensorOptions().device(at::kMeta)),
                       steady);
    } catch (const std::exception &) {
        compare_at(recording.data, at::randn({32, input[0], input[1], input[2]}), steady);
    }
}

/// A text that is equal for constants of equal value.
std::string constant_key(const Constant &constant)
{
    std::ostringstream key;
    if (constant.value.isTensor()) {
        const at::Tensor &tensor = constant.value.toTensor();
        if (!tensor.defined())
            return "undefined";
        key << "tensor " << tensor.data_ptr() << tensor.sizes() << tensor.strides() << tensor.scalar_type();
    } else if (constant.value.isObject()) {
        key << "object " << static_cast<const void *>(constant.value.toObjectRef().type().get());
    } else if (constant.value.isTensorList()) {
        key << "list";
        for (const at::Tensor &tensor : constant.value.toTensorVector())
            key << ' ' << constant_key({tensor, {}});
    } else {
        key << constant.value.tagKind() << ' ' << constant.value;
    }
    return key.str();
}

bool is_random(const Step &step)
{
    return step.op.find("rand") != std::string::npos || step.op == "aten::bernoulli" || step.op == "aten::multinomial";
}

/// Puts constants where slots were, runs what then depends on nothing, and shares steps that compute the same.
Program::Data simplify(Program::Data data, std::map<int, c10::IValue> steady)
{
    std::vector<Operand> stand_in(static_cast<std::size_t>(data.slots));
    for (int slot = 0; slot < data.slots; ++slot)
        stand_in[static_cast<std::size_t>(slot)] = slot;
    for (auto &[slot, value] : steady)
        stand_in[static_cast<std::size_t>(slot)] = data.add(std::move(value));

    std::map<std::string, std::vector<int>> known;
    std::map<std::string, Operand> same_constant;
    std::vector<Step> kept;
    for (Step &step : data.steps) {
        std::string key = step.op + '|' + step.overload;
        for (Operand &operand : step.in) {
            operand = is_constant(operand) ? operand : stand_in[static_cast<std::size_t>(operand)];
            if (is_constant(operand))
                operand = same_constant.try_emplace(constant_key(data.constants[constant_index(operand)]), operand).first->second;
            key += '|' + std::to_string(operand);
        }
        const bool replaced = std::all_of(step.out.begin(), step.out.end(),
                                          [&](int slot) { return is_constant(stand_in[static_cast<std::size_t>(slot)]); });
        const std::string name = weight_name(data, step.in);
        if (replaced) {
            for (const int slot : step.out)
                data.constants[constant_index(stand_in[static_cast<std::size_t>(slot)])].name = name;
            continue;
        }
        if (std::all_of(step.in.begin(), step.in.end(), is_constant) && !is_random(step) && !keeps_weight(step.op)) {
            Stack stack;
            for (const Operand operand : step.in)
                stack.push_back(data.constants[constant_index(operand)].value);
            step.kernel(stack);
            for (std::size_t i = 0; i < step.out.size(); ++i)
                stand_in[static_cast<std::size_t>(step.out[i])] = data.add(stack[i], name);
            continue;
        }
        const auto [at, first] = known.try_emplace(key, step.out);
        if (!first && !is_random(step)) {
            for (std::size_t i = 0; i < step.out.size(); ++i)
                stand_in[static_cast<std::size_t>(step.out[i])] = at->second[i];
            continue;
        }
        kept.push_back(std::move(step));
    }
    data.steps = std::move(kept);
    data.output = stand_in[static_cast<std::size_t>(data.output)];
    if (is_constant(data.output))
        throw NotRecordable("gives the same output for every image");
    return data;
}

} // namespace

std::string weight_name(const Program::Data &data, const std::vector<Operand> &in)
{
    std::string name;
    std::int64_t most = 0;
    const auto look = [&](const at::Tensor &tensor, const std::string &candidate) {
        if (tensor.defined() && !candidate.empty() && tensor.numel() > most) {
            most = tensor.numel();
            name = candidate;
        }
    };
    for (const Operand operand : in) {
        if (!is_constant(operand))
            continue;
        const Constant &constant = data.constants[constant_index(operand)];
        if (constant.value.isTensor())
            look(constant.value.toTensor(), constant.name);
        else if (constant.value.isTensorList()) // parts of a weight
            for (const at::Tensor &item : constant.value.toTensorVector())
                look(item, constant.name);
    }
    return name;
}

void drop_unread_constants(Program::Data &data)
{
    std::vector<Operand> moved(data.constants.size(), 0);
    std::vector<Constant> kept;
    for (Step &step : data.steps)
        for (Operand &operand : step.in)
            if (is_constant(operand)) {
                Operand &to = moved[constant_index(operand)];
                if (to == 0) {
                    kept.push_back(data.constants[constant_index(operand)]);
                    to = ~static_cast<Operand>(kept.size() - 1);
                }
                operand = to;
            }
    for (Operand &weight : data.layer_weights)
        weight = moved[constant_index(weight)];
    data.constants = std::move(kept);
}

Program::Data specialise(Recording recording)
{
    mark_last_uses(recording.data, recording.guards);
    auto steady = steady_values(recording);
    check_larger_batches(recording, steady);
    for (const Guard &guard : recording.guards)
        if (!steady.contains(guard.slot))
            throw NotRecordable(recording.shape_only[static_cast<std::size_t>(guard.slot)]
                                    ? "decides by how many images there are"
                                    : "decides by what the images show");
    Program::Data data = simplify(std::move(recording.data), std::move(steady));
    data = finish(std::move(data)).data(); // dead steps go
    drop_unread_constants(data);
    return data;
}

} // namespace ca
