// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/calibration.h"

#include "core/quantize/rounding/rounded_layers.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace ca {
namespace {

/// The float model's, which all recipes share, and the last that was equalized or smoothed: each keeps its weights alive.
constexpr std::size_t kKept = 2;

} // namespace

struct Calibration::State {
    Split images;
    Preprocess preprocess{};
    ActivationRanges known;
    std::mutex mutex; ///< held while measuring: who asks next waits for the answer
    /// In the order in which they were measured. A program is its data: copies share it.
    std::vector<std::pair<Program, Result<ActivationHistograms>>> measured;
    std::mutex rounded_mutex;
    std::optional<Program> rounded_program;
    std::shared_ptr<RoundedLayers> rounded = std::make_shared<RoundedLayers>();
};

Calibration::Calibration(const Split &images, Preprocess preprocess) : state_(std::make_shared<State>())
{
    state_->images = images.first(kCalibrationImages);
    state_->preprocess = std::move(preprocess);
}

Calibration::Calibration(ActivationRanges known)
{
    if (known.empty())
        return;
    state_ = std::make_shared<State>();
    state_->known = std::move(known);
}

bool Calibration::has_images() const
{
    return state_ && state_->images.size() > 0;
}

const Split &Calibration::images() const
{
    static const Split none;
    return state_ ? state_->images : none;
}

const Preprocess &Calibration::preprocess() const
{
    static const Preprocess plain{};
    return state_ ? state_->preprocess : plain;
}

Result<ActivationHistograms> Calibration::statistics(const Model &model, int threads, std::stop_token stop,
                                                     const Progress &progress) const
{
    if (!state_)
        return fail(ErrorCode::bad_data, "There are no calibration images. Give a data set.");
    const std::lock_guard lock(state_->mutex);
    auto &kept = state_->measured;
    const auto found =
        std::find_if(kept.begin(), kept.end(), [&](const auto &entry) { return &entry.first.data() == &model.program.data(); });
    if (found != kept.end())
        return found->second;
    auto measured = measure_activations(model, state_->images, state_->preprocess, threads, std::move(stop), progress);
    if (!measured && measured.error().code == ErrorCode::cancelled)
        return measured;
    if (kept.size() == kKept)
        kept.erase(kept.begin() + 1);
    kept.emplace_back(model.program, measured);
    return measured;
}

Result<ActivationRanges> Calibration::ranges(const Model &model, RangeMethod method, int threads, std::stop_token stop,
                                             const Progress &progress) const
{
    if (state_ && !state_->known.empty())
        return state_->known;
    const auto measured = statistics(model, threads, std::move(stop), progress);
    return measured ? Result<ActivationRanges>(choose_ranges(*measured, method)) : forward(measured);
}

std::shared_ptr<RoundedLayers> Calibration::rounded_layers(const Program &program) const
{
    if (!has_images())
        return nullptr;
    const std::lock_guard lock(state_->rounded_mutex);
    if (!state_->rounded_program)
        state_->rounded_program = program;
    return &state_->rounded_program->data() == &program.data() ? state_->rounded : nullptr;
}

} // namespace ca
