// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/quantize/network_work.h"
#include "core/quantize/ranges/calibration_batches.h"
#include "core/quantize/ranges/ranges.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <span>

namespace ca {
namespace {

using Statistics = ActivationHistograms::Data;

/// Where layers find channels in what they read: linear layers in its last dimension, convolutions in its second.
std::map<int, LayerKind> layer_inputs(const Program::Data &program, const std::vector<FusedGroup> &groups)
{
    std::map<int, LayerKind> inputs;
    for (const FusedGroup &group : groups) {
        const Step &step = program.steps[group.step];
        inputs.emplace(step.in[0], program.layers[static_cast<std::size_t>(step.layer)].kind);
    }
    return inputs;
}

template <typename Better>
void merge_channels(std::map<int, std::vector<float>> &into, const std::map<int, std::vector<float>> &from, Better better)
{
    for (const auto &[slot, values] : from) {
        auto &known = into.try_emplace(slot, values).first->second;
        for (std::size_t i = 0; i < std::min(known.size(), values.size()); ++i)
            known[i] = better(known[i], values[i]);
    }
}

constexpr auto kSmaller = [](float a, float b) { return std::min(a, b); };
constexpr auto kLarger = [](float a, float b) { return std::max(a, b); };

/// None of it depends on the order of merging.
void merge(Statistics &into, const Statistics &from)
{
    for (const auto &[slot, values] : from.slots)
        into.slots[slot].merge(values);
    merge_channels(into.channels, from.channels, kLarger);
    merge_channels(into.lowest, from.lowest, kSmaller);
}

/// Runs batches and notes the values of each slot that is watched.
class Watch {
public:
    explicit Watch(const Program::Data &program) : program_(program)
    {
        const auto groups = find_groups(program, slot_shapes(program));
        slots_ = slots_to_watch(program, groups);
        inputs_ = layer_inputs(program, groups);
    }

    [[nodiscard]] Statistics statistics(const ImageBatch &images, const std::stop_token &stop)
    {
        Statistics seen;
        const at::Tensor input = as_tensor(images);
        look(0, input, seen);
        const Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &slots) {
            for (const int slot : program_.steps[step].out)
                if (slot >= 0 && slots[static_cast<std::size_t>(slot)].isTensor())
                    look(slot, slots[static_cast<std::size_t>(slot)].toTensor(), seen);
        };
        const auto observed = fixed_seen_.exchange(true) ? Observed::changing : Observed::all;
        (void)execute(program_, input, stop, observer, observed);
        return seen;
    }

private:
    void look(int slot, const at::Tensor &value, Statistics &seen) const
    {
        if (!slots_.contains(slot) || !value.is_floating_point() || value.numel() == 0)
            return;
        const at::Tensor dense = value.contiguous();
        seen.slots[slot].add({dense.const_data_ptr<float>(), static_cast<std::size_t>(dense.numel())});
        if (const auto input = inputs_.find(slot); input != inputs_.end())
            look_at_channels(slot, dense, input->second, seen);
    }

    static void look_at_channels(int slot, const at::Tensor &dense, LayerKind kind, Statistics &seen)
    {
        std::vector<std::int64_t> others;
        const std::int64_t channels = kind == LayerKind::linear ? dense.dim() - 1 : dense.dim() - 3;
        for (std::int64_t dimension = 0; dimension < dense.dim(); ++dimension)
            if (dimension != channels)
                others.push_back(dimension);
        if (others.empty())
            return;
        const at::Tensor low = at::amin(dense, others).contiguous(), high = at::amax(dense, others).contiguous();
        const auto count = static_cast<std::size_t>(low.numel());
        const std::span lows(low.const_data_ptr<float>(), count), highs(high.const_data_ptr<float>(), count);
        Statistics here;
        here.lowest[slot].assign(lows.begin(), lows.end());
        auto &largest = here.channels[slot];
        for (std::size_t i = 0; i < count; ++i)
            largest.push_back(std::max(-lows[i], highs[i]));
        merge(seen, here);
    }

    const Program::Data &program_;
    std::set<int> slots_;
    std::map<int, LayerKind> inputs_;
    std::atomic<bool> fixed_seen_{false}; ///< what is the same for all images needs one look
};

Status check_values(const std::map<int, ActivationHistogram> &slots, const Split &images, const std::optional<Error> &unread)
{
    if (slots.empty() && unread)
        return fail(ErrorCode::bad_data,
                    "None of the " + std::to_string(images.size()) + " calibration images can be read. Choose other data.",
                    *unread);
    for (const auto &[slot, values] : slots)
        if (values.not_finite() > 0)
            return fail(ErrorCode::failed,
                        "The network gives numbers that are not finite on calibration images, so their range has no limits. "
                        "Check the preprocessing.");
    return {};
}

} // namespace

std::set<int> slots_to_watch(const Program::Data &program, const std::vector<FusedGroup> &groups)
{
    std::set<int> watched;
    for (const FusedGroup &group : groups) {
        watched.insert(group.out);
        watched.insert(program.steps[group.step].out[0]); // where a kernel cannot take the activation along
        if (const Operand input = program.steps[group.step].in[0]; !is_constant(input))
            watched.insert(input);
        if (group.residual)
            watched.insert(*group.residual);
    }
    return watched;
}

Result<ActivationHistograms> measure_activations(const Model &model, const Split &images, const Preprocess &preprocessing,
                                                 int threads, std::stop_token stop, const Progress &progress)
{
    if (images.size() == 0)
        return fail(ErrorCode::bad_data,
                    "There is no calibration image. Give a data folder with calibration.bin or more images.");
    if (const auto fits = check_sizes(images, preprocessing, model.input); !fits)
        return forward(fits);
    const auto network = network_work(model.program);
    if (!network)
        return forward(network);
    const CalibrationBatches batches = calibration_batches(network->between, threads);
    std::optional<Watch> watch;
    const auto prepared = guarded("Preparing the calibration", 1, [&] { watch.emplace(model.program.data()); });
    if (!prepared)
        return forward(prepared);

    auto data = std::make_shared<ActivationHistograms::Data>();
    std::mutex mutex;
    std::size_t finished = 0;
    std::optional<Error> unread; // one of them
    const auto one_batch = [&](std::size_t index) -> Status {
        const std::size_t first = index * batches.images, count = std::min(batches.images, images.size() - first);
        const auto batch = read_batch(images, first, count, preprocessing, model.input);
        if (!batch)
            return forward(batch);
        Statistics seen;
        if (!batch->places.empty())
            if (const auto done = guarded("Calibrating", 1, [&] { seen = watch->statistics(batch->images, stop); }); !done)
                return done;
        const std::lock_guard lock(mutex);
        merge(*data, seen);
        if (!batch->unread.empty())
            unread = batch->unread.front();
        finished += count;
        progress.report("Calibrating", finished, images.size());
        return {};
    };
    if (const auto done = parallel_for((images.size() + batches.images - 1) / batches.images, batches.threads, stop, one_batch);
        !done)
        return forward(done);
    if (stop.stop_requested())
        return cancelled();
    if (const auto usable = check_values(data->slots, images, unread); !usable)
        return forward(usable);
    return ActivationHistograms(std::move(data));
}

ActivationRanges choose_ranges(const ActivationHistograms &statistics, RangeMethod method)
{
    auto data = std::make_shared<ActivationRanges::Data>();
    for (const auto &[slot, values] : statistics.data().slots)
        data->slots[slot] = choose_range(values, method);
    return ActivationRanges(std::move(data));
}

} // namespace ca
