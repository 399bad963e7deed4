// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measure_recipe.h"

#include "core/evaluate/memory.h"
#include "core/quantize/export/export.h"

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
    const Bytes predicted = predicted_bytes(model.model, model.recipe);
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
    auto times =
        measure_latency(*bench.baselines, bench.model.input, model.program, model.compute, model.real, options, stop, progress);
    if (!times)
        return forward(times);
    measurement.latency = std::move(times->program);
    measurement.float_latency = std::move(times->floats);
    return {};
}

/// Bytes and memory, and latency where it is wanted.
Status measure_costs(const Workbench &bench, const QuantizedModel &model, Measurement &measurement, const std::stop_token &stop,
                     const Progress &progress)
{
    const auto size = size_on_disk(bench, model);
    if (!size)
        return forward(size);
    measurement.size = *size;
    measurement.towers = tower_bytes(bench.model, model.recipe);
    const auto memory = measure_memory(model.program, bench.model.input, stop);
    if (!memory && memory.error().code != ErrorCode::unsupported) // the interpreter does not show it
        return forward(memory);
    if (memory) {
        measurement.peak_memory = memory->measured();
        measurement.predicted_peak_memory = memory->predicted();
    }
    return bench.baselines ? measure_times(bench, model, measurement, stop, progress) : Status();
}

} // namespace

Result<Outcome> measure_recipe(const Workbench &bench, const MethodRecipe &recipe, const Split &split,
                               const FloatAnswers *reference, Extent extent, std::stop_token stop, const Progress &progress)
{
    const auto start = std::chrono::steady_clock::now();
    const Model &answering = bench.probe ? bench.probe->model : bench.model;
    auto model = quantize(answering, recipe, bench.calibration, bench.threads, stop, progress);
    if (!model)
        return forward(model);
    auto predictions = predict(model->program, answering.input, split, bench.preprocess, bench.threads, stop, progress);
    if (!predictions)
        return forward(predictions);

    Outcome outcome;
    Measurement &measurement = outcome.measurement;
    measurement.accuracy = accuracy_of(*predictions, split, bench.scoring, reference ? &reference->predictions : &*predictions);
    if (reference)
        measurement.versus_float = compare_paired(reference->right, measurement.accuracy.right, reference->unread);
    outcome.answers = {std::move(*predictions), measurement.accuracy.right, measurement.accuracy.unread};
    if (extent == Extent::everything) {
        if (bench.probe)
            model = quantize(bench.model, recipe, bench.calibration, bench.threads, stop, progress);
        if (!model)
            return forward(model);
        if (const auto measured = measure_costs(bench, *model, measurement, stop, progress); !measured)
            return forward(measured);
    }
    measurement.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return outcome;
}

} // namespace ca
