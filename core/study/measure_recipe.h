// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/evaluate.h"
#include "core/evaluate/latency.h"
#include "core/evaluate/probe.h"
#include "core/quantize/quantize.h"

#include <filesystem>
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

enum class Extent {
    everything,    ///< accuracy, bytes on disk, latency
    accuracy_only, ///< of a recipe whose bytes and latency are known
};

/// Carries a recipe out and measures it on `split`, compared with `reference` unless that is null (the float recipe itself).
/// Errors: `cancelled`; those of quantizing, running and writing; `failed` where the exported file has another size than was
/// predicted.
[[nodiscard]] Result<Outcome> measure_recipe(const Workbench &bench, const MethodRecipe &recipe, const Split &split,
                                             const FloatAnswers *reference, Extent extent, std::stop_token stop,
                                             const Progress &progress);

} // namespace ca
