// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measure_recipe.h"

#include "core/quantize/export.h"

#include <algorithm>
#include <chrono>

namespace ca {
namespace {

// Batch 1 alone, a few seconds at most: every trial pays this.
constexpr int kRounds = 15;
constexpr double kSeconds = 3;

/// The size on disk of what `quantize` would write; the file itself is not kept.
Result<Bytes> size_on_disk(const Workbench &bench, const QuantizedModel &model)
{
    const Bytes predicted = predicted_bytes(bench.model, model.recipe, model.ranges);
    if (bench.folder.empty())
        return predicted;
    const std::filesystem::path file = bench.folder / kTrialExport;
    const auto written = write_export(model, file);
    std::error_code ignored; // what stays behind is overwritten by the next trial
    std::filesystem::remove(file, ignored);
    if (!written)
        return forward(written);
    if (*written != predicted)
        return fail(ErrorCode::failed,
                    "The exported file has " + std::to_string(written->value) + " bytes, and " + std::to_string(predicted.value)
                        + " were predicted from the recipe. This is a mistake in the program; please report it with the recipe.");
    return *written;
}

Status measure_times(const Workbench &bench, const QuantizedModel &model, Measurement &measurement, const std::stop_token &stop,
                     const Progress &progress)
{
    LatencyOptions options;
    options.batch = 1;
    options.threads = std::max(1, bench.threads);
    options.rounds = kRounds;
    options.seconds = kSeconds;
    auto times = measure_latency(bench.model, model.program, model.compute, model.real, options, stop, progress);
    if (!times)
        return forward(times);
    measurement.latency = std::move(times->program);
    measurement.float_latency = std::move(times->floats);
    return {};
}

} // namespace

Result<Outcome> measure_recipe(const Workbench &bench, const MethodRecipe &recipe, const Split &split,
                               const FloatAnswers *reference, Extent extent, std::stop_token stop, const Progress &progress)
{
    const auto start = std::chrono::steady_clock::now();
    if (bench.no_ranges && has_static_activations(recipe.recipe))
        return tl::unexpected<Error>(*bench.no_ranges);
    const auto model = quantize(bench.model, recipe, bench.ranges, bench.threads, stop, progress);
    if (!model)
        return forward(model);
    auto predictions = predict(model->program, bench.model.input, split, bench.preprocess, bench.threads, stop, progress);
    if (!predictions)
        return forward(predictions);

    Outcome outcome;
    Measurement &measurement = outcome.measurement;
    measurement.accuracy = accuracy_of(*predictions, split, bench.head, reference ? &reference->predictions : &*predictions);
    if (reference)
        measurement.versus_float = compare_paired(reference->right, measurement.accuracy.right);
    outcome.answers = {std::move(*predictions), measurement.accuracy.right};
    if (extent == Extent::everything) {
        const auto size = size_on_disk(bench, *model);
        if (!size)
            return forward(size);
        measurement.size = *size;
        measurement.towers = tower_bytes(bench.model, model->recipe, model->ranges);
        if (bench.latency)
            if (const auto timed = measure_times(bench, *model, measurement, stop, progress); !timed)
                return forward(timed);
    }
    measurement.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return outcome;
}

} // namespace ca
