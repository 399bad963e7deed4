// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/quantize/ranges_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace ca {
namespace {

constexpr std::size_t kBatch = 32; // images; small, so that a stop is heard soon

void widen(std::map<int, std::pair<float, float>> &slots, int slot, float low, float high)
{
    const auto [at, first] = slots.try_emplace(slot, low, high);
    if (first || std::isnan(at->second.first))
        return;
    at->second =
        std::isnan(low) ? std::pair(low, high) : std::pair(std::min(at->second.first, low), std::max(at->second.second, high));
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

Result<ActivationRanges> calibrate(const Model &model, const Split &images, const Preprocess &preprocessing, int threads,
                                   std::stop_token stop, const Progress &progress)
{
    if (images.size() == 0)
        return fail(ErrorCode::bad_data,
                    "There is no calibration image. Give a data folder with calibration.bin or more images.");
    const auto [height, width] = output_size(preprocessing, images.images->height, images.images->width);
    if (height != model.input.height || width != model.input.width)
        return fail(ErrorCode::bad_data,
                    "The model takes images of " + std::to_string(model.input.height) + " x " + std::to_string(model.input.width)
                        + ", and this preprocessing makes " + std::to_string(height) + " x " + std::to_string(width)
                        + " of the calibration images. Choose one that fits.");
    const Program::Data &program = model.program.data();
    auto data = std::make_shared<ActivationRanges::Data>();
    std::set<int> watched;
    const auto prepared = guarded("Preparing the calibration", 1,
                                  [&] { watched = slots_to_watch(program, find_groups(program, slot_shapes(program))); });
    if (!prepared)
        return forward(prepared);

    std::mutex mutex;
    std::size_t finished = 0;
    const auto one_batch = [&](std::size_t index) -> Status {
        const std::size_t first = index * kBatch, count = std::min(kBatch, images.size() - first);
        ImageBatch batch{static_cast<std::int64_t>(count), model.input.channels, model.input.height, model.input.width, {}};
        batch.values.resize(count * static_cast<std::size_t>(batch.channels * batch.height * batch.width));
        preprocess(*images.images, std::span(images.indices).subspan(first, count), preprocessing, batch.values);
        std::map<int, std::pair<float, float>> seen;
        const auto look = [&](int slot, const at::Tensor &value) {
            if (!watched.contains(slot) || !value.is_floating_point() || value.numel() == 0)
                return;
            const auto [low, high] = at::aminmax(value);
            widen(seen, slot, low.item().toFloat(), high.item().toFloat());
        };
        const auto done = guarded("Calibrating", 1, [&] {
            const at::Tensor input = as_tensor(batch);
            look(0, input);
            const Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &slots) {
                for (const int slot : program.steps[step].out)
                    if (slot >= 0 && slots[static_cast<std::size_t>(slot)].isTensor())
                        look(slot, slots[static_cast<std::size_t>(slot)].toTensor());
            };
            (void)execute(program, input, stop, observer, index == 0 ? Observed::all : Observed::changing);
        });
        if (!done)
            return done;
        const std::lock_guard lock(mutex);
        for (const auto &[slot, range] : seen)
            widen(data->slots, slot, range.first, range.second);
        finished += count;
        progress.report("Calibrating", finished, images.size());
        return {};
    };
    const auto done = parallel_for((images.size() + kBatch - 1) / kBatch, threads, stop, one_batch);
    if (!done)
        return forward(done);
    for (const auto &[slot, range] : data->slots)
        if (!std::isfinite(range.first) || !std::isfinite(range.second))
            return fail(ErrorCode::failed,
                        "The network gives numbers that are not finite on calibration images, so their range has no limits. "
                        "Check the preprocessing.");
    return ActivationRanges(std::move(data));
}

} // namespace ca
