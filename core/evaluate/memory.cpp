// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/memory.h"

#include "core/program/program_torch.h"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <map>

namespace ca {
namespace {

/// Bytes that the kernel of a step keeps to itself; 0 where it reads constants.
std::int64_t bytes_in_kernel(const Program::Data &program, const Step &step)
{
    const bool int8 = step.op.starts_with("int8::"), packed = step.op.starts_with("packed::");
    if (step.layer < 0 || (!int8 && !packed))
        return 0;
    const Layer &layer = program.layers[static_cast<std::size_t>(step.layer)];
    const std::int64_t bias = layer.parameters() - layer.weights();
    constexpr std::int64_t kRow = 8; // scale as float32, zero point as int32
    if (int8)
        return layer.weights() + kRow * layer.channels() + static_cast<std::int64_t>(sizeof(float)) * bias;
    const at::Tensor weight = program.tensor(program.layer_weights[static_cast<std::size_t>(step.layer)]);
    return static_cast<std::int64_t>(weight.element_size()) * (layer.weights() + bias);
}

std::int64_t weight_bytes(const Program::Data &program)
{
    std::map<const void *, std::size_t> constants; // by storage, which several may share
    std::int64_t total = 0;
    for (const Step &step : program.steps) {
        total += bytes_in_kernel(program, step);
        for (const Operand operand : step.in) {
            if (!is_constant(operand))
                continue;
            const c10::IValue &value = program.constants[constant_index(operand)].value;
            if (value.isTensor() && value.toTensor().defined() && value.toTensor().has_storage())
                constants[value.toTensor().storage().unsafeGetStorageImpl()] = value.toTensor().storage().nbytes();
        }
    }
    for (const auto &[storage, size] : constants)
        total += static_cast<std::int64_t>(size);
    return total;
}

/// Adds up what the calling thread takes of LibTorch's allocator and gives back.
class AllocationMeter final : public c10::MemoryReportingInfoBase {
public:
    void reportMemoryUsage(void *, std::int64_t size, std::size_t, std::size_t, c10::Device) override
    {
        held_ += size; // below 0 when memory is given back
        most_ = std::max(most_, held_);
    }
    [[nodiscard]] bool memoryProfilingEnabled() const override { return true; }
    [[nodiscard]] std::int64_t most() const { return most_; }

private:
    std::int64_t held_ = 0, most_ = 0;
};

ImageBatch some_images(const InputSpec &input, std::int64_t count)
{
    ImageBatch batch{count, input.channels, input.height, input.width, {}};
    batch.values.assign(static_cast<std::size_t>(count * input.channels * input.height * input.width), 0.5F);
    return batch;
}

/// The same program as if it had not run: its fixed steps do so again.
Program afresh(const Program &program)
{
    auto data = std::make_shared<Program::Data>(program.data());
    data->fixed = std::make_shared<FixedValues>();
    return Program(std::move(data));
}

} // namespace

Result<MemoryUse> measure_memory(const Program &program, const InputSpec &input, std::stop_token stop, std::int64_t images)
{
    if (program.empty() || program.data().steps.empty() || !program.is_recorded())
        return fail(ErrorCode::unsupported, "The memory of a network that runs through the interpreter cannot be told.");
    const ImageBatch batch = some_images(input, images);
    if (const auto warm = run(program, batch, stop, 1); !warm)
        return forward(warm);
    const auto values = peak_values(program, batch);
    if (!values)
        return forward(values);
    const auto meter = std::make_shared<AllocationMeter>();
    {
        const c10::DebugInfoGuard watch(c10::DebugInfoKind::PROFILER_STATE, meter);
        if (const auto ran = run(afresh(program), batch, stop, 1); !ran)
            return forward(ran);
    }
    const auto own = static_cast<std::int64_t>(batch.values.size() * sizeof(float));
    return MemoryUse{bytes(weight_bytes(program.data())), *values, bytes(own + meter->most())};
}

} // namespace ca
