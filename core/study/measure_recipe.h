// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/evaluate.h"
#include "core/evaluate/latency.h"
#include "core/evaluate/probe.h"
#include "core/quantize/quantize.h"

#include <filesystem>
#include <functional>
#include <optional>

namespace ca {

/// The export of the trial that is being weighed.
inline constexpr const char *kTrialExport = ".trial.safetensors";

/// What all trials of a study share.
struct Workbench {
    const Model &model;
    Preprocess preprocess{};
    Scoring scoring{};
    /// Of the head that is one: its model answers in place of `model`, whose bytes and latency are measured all the same.
    std::optional<Probe> probe{};
    Calibration calibration{};
    int threads = 0;                           ///< 0: all, and one for latency
    std::optional<FloatBaselines> baselines{}; ///< that latency is measured against; absent: it is not measured
    std::filesystem::path folder{};            ///< for the export that is weighed and removed again; empty: the size is predicted
};

/// What the float model answered on a split.
struct FloatAnswers {
    Predictions predictions;
    std::vector<std::uint8_t> right;
    std::int64_t unread = 0;
};

struct Outcome {
    Measurement measurement;
    FloatAnswers answers; ///< of this recipe, to compare others with
};

/// Of the first images of their split.
[[nodiscard]] FloatAnswers first_answers(const FloatAnswers &answers, std::size_t images);

/// How a recipe is measured.
struct MeasureOptions {
    bool costs = true; ///< bytes on disk, memory and latency; false: of a recipe of which they are known
    /// The export is written here and stays; where it is there already it is read in place of carrying the recipe out once more.
    /// Empty: it is weighed and removed. A probe's network is no export, and is always made anew.
    std::filesystem::path kept{};
    /// Asked with bytes and latency: below which accuracy the recipe is of no use. Then the run over the images ends once it is
    /// settled (core/evaluate/racing.h) that it stays below, after 500 images at the earliest. Nothing: all images are looked at.
    std::function<std::optional<double>(const Measurement &costs)> least_accuracy{};
};

/// Carries a recipe out and measures it on `split`, compared with `reference` unless that is null (the float recipe itself).
/// Errors: `cancelled`; those of quantizing, running and writing; `failed` where the exported file has another size than was
/// predicted.
[[nodiscard]] Result<Outcome> measure_recipe(const Workbench &bench, const MethodRecipe &recipe, const Split &split,
                                             const FloatAnswers *reference, const MeasureOptions &options, std::stop_token stop,
                                             const Progress &progress);

} // namespace ca
