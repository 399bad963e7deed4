// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/activation_scan.h"

#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/program/program_torch.h"
#include "core/quantize/ranges/activation_histogram.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace ca {
namespace {

constexpr std::size_t kBatch = 16; // images; small, so that a stop is heard soon
constexpr double kTail = 0.001;

/// What was seen of one slot.
struct Seen {
    ActivationHistogram values;
    at::Tensor channels; ///< largest magnitudes

    void add(const at::Tensor &value, std::int64_t channel_dimension)
    {
        const at::Tensor plain = value.to(at::kFloat).contiguous();
        values.add({plain.data_ptr<float>(), static_cast<std::size_t>(plain.numel())});
        const std::int64_t last = plain.dim() - 1, dimension = std::min(channel_dimension < 0 ? last : channel_dimension, last);
        take(plain.abs().movedim(dimension, 0).flatten(1).amax(1));
    }
    void add(const Seen &other)
    {
        values.merge(other.values);
        take(other.channels);
    }

private:
    /// Inputs of several sizes (rows of attention against a table) have no channels in common.
    void take(const at::Tensor &magnitudes)
    {
        if (!channels.defined())
            channels = magnitudes;
        else if (channels.sizes() == magnitudes.sizes())
            channels = at::maximum(channels, magnitudes);
    }
};

/// Inputs of layers: by slot, the dimension of its channels, -1 for the last.
std::map<int, std::int64_t> slots_to_see(const Program::Data &program)
{
    std::map<int, std::int64_t> slots;
    for (const Step &step : program.steps) {
        if (step.layer < 0)
            continue;
        const LayerKind kind = program.layers[static_cast<std::size_t>(step.layer)].kind;
        const bool convolution = kind != LayerKind::linear && kind != LayerKind::matmul;
        for (const Operand operand : step.in)
            if (kind != LayerKind::embedding && !is_constant(operand)) {
                slots.emplace(operand, convolution ? 1 : -1);
                break;
            }
    }
    return slots;
}

using SeenSlots = std::map<int, Seen>;

/// Runs one batch; fixed steps are seen with the first alone, for they are the same for all.
SeenSlots see(const Program::Data &program, const std::map<int, std::int64_t> &slots, const ImageBatch &batch, bool first,
              const std::stop_token &stop)
{
    SeenSlots seen;
    const auto look = [&](int slot, const c10::IValue &value) {
        const auto found = slots.find(slot);
        if (found == slots.end() || !value.isTensor() || !value.toTensor().is_floating_point() || value.toTensor().numel() == 0
            || value.toTensor().dim() == 0)
            return;
        seen[slot].add(value.toTensor(), found->second);
    };
    const at::Tensor input = as_tensor(batch);
    look(0, input);
    const Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &values) {
        for (const int slot : program.steps[step].out)
            if (slot >= 0)
                look(slot, values[static_cast<std::size_t>(slot)]);
    };
    (void)execute(program, input, stop, observer, first ? Observed::all : Observed::changing);
    return seen;
}

ActivationStatistics statistics_of(const Seen &seen)
{
    ActivationStatistics statistics;
    statistics.low = static_cast<double>(seen.values.low());
    statistics.high = static_cast<double>(seen.values.high());
    statistics.p001 = seen.values.percentile(kTail);
    statistics.p999 = seen.values.percentile(1 - kTail);
    statistics.count = seen.values.count();
    const at::Tensor channels = seen.channels.contiguous();
    statistics.channels.assign(channels.data_ptr<float>(), channels.data_ptr<float>() + channels.numel());
    statistics.outlier_channels = static_cast<std::size_t>(std::count_if(
        statistics.channels.begin(), statistics.channels.end(), [](float magnitude) { return magnitude > kOutlierThreshold; }));
    return statistics;
}

std::vector<std::optional<ActivationStatistics>> by_layer(const Program::Data &program, const SeenSlots &seen)
{
    std::vector<std::optional<ActivationStatistics>> layers(program.layers.size());
    for (const Step &step : program.steps)
        for (const Operand operand : step.in)
            if (const auto found = seen.find(operand); step.layer >= 0 && !is_constant(operand) && found != seen.end()) {
                auto &layer = layers[static_cast<std::size_t>(step.layer)];
                if (!layer) // of several uses the first counts
                    layer = statistics_of(found->second);
                break;
            }
    return layers;
}

} // namespace

Result<std::vector<std::optional<ActivationStatistics>>> scan_activations(const Model &model, const Split &images,
                                                                          const Preprocess &preprocess, int threads,
                                                                          std::stop_token stop, const Progress &progress)
{
    const Program::Data &program = model.program.data();
    const auto slots = slots_to_see(program);
    SeenSlots seen;
    std::mutex mutex;
    std::size_t finished = 0;
    std::atomic<bool> fixed_seen = false;
    const auto done = parallel_for((images.size() + kBatch - 1) / kBatch, threads, stop, [&](std::size_t index) -> Status {
        const auto batch =
            read_batch(images, index * kBatch, std::min(kBatch, images.size() - index * kBatch), preprocess, model.input);
        if (!batch)
            return forward(batch);
        if (batch->images.count == 0)
            return {};
        SeenSlots part;
        if (const auto ran = guarded("Looking at activations", 1,
                                     [&] { part = see(program, slots, batch->images, !fixed_seen.exchange(true), stop); });
            !ran)
            return ran;
        const std::lock_guard lock(mutex);
        const auto merged = guarded("Looking at activations", 1, [&] {
            for (auto &[slot, values] : part)
                if (const auto [place, first] = seen.try_emplace(slot, std::move(values)); !first)
                    place->second.add(values);
        });
        finished += kBatch;
        progress.report("Looking at activations", std::min(finished, images.size()), images.size());
        return merged;
    });
    if (!done)
        return forward(done);
    std::vector<std::optional<ActivationStatistics>> layers;
    const auto told = guarded("Looking at activations", 1, [&] { layers = by_layer(program, seen); });
    if (!told)
        return forward(told);
    return layers;
}

} // namespace ca
