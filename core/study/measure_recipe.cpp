// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measure_recipe.h"

#include "core/evaluate/memory.h"
#include "core/evaluate/racing.h"
#include "core/quantize/export/export.h"

#include <algorithm>
#include <chrono>

namespace ca {
namespace {

// Batch 1 alone, a few seconds at most: every trial pays this.
constexpr int kRounds = 15;
constexpr double kSeconds = 3;

constexpr std::size_t kRaceBegins = 500; // images

/// The size on disk of what `quantize` would write, into `kept` where that is named.
Result<Bytes> size_on_disk(const Workbench &bench, const QuantizedModel &model, const std::filesystem::path &kept,
                           const std::stop_token &stop)
{
    const Bytes predicted = predicted_bytes(model.model, model.recipe);
    if (bench.folder.empty())
        return predicted;
    const std::filesystem::path file = kept.empty() ? bench.folder / kTrialExport : kept;
    const auto written = write_export(model, file, stop);
    if (kept.empty()) {
        std::error_code ignored; // what stays behind is overwritten by the next trial
        std::filesystem::remove(file, ignored);
    }
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
Status measure_costs(const Workbench &bench, const QuantizedModel &model, const std::filesystem::path &kept,
                     Measurement &measurement, const std::stop_token &stop, const Progress &progress)
{
    const auto size = size_on_disk(bench, model, kept, stop);
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

/// The recipe carried out on the model that is exported.
Result<QuantizedModel> carry_out(const Workbench &bench, const MethodRecipe &recipe, const std::filesystem::path &kept,
                                 const std::stop_token &stop, const Progress &progress)
{
    std::error_code ignored;
    if (!kept.empty() && !bench.probe && std::filesystem::exists(kept, ignored))
        if (auto read = read_export(kept, bench.threads, stop, progress); read || read.error().code == ErrorCode::cancelled)
            return read;
    // Not there, or damaged: it is made anew.
    return quantize(bench.model, recipe, bench.calibration, bench.threads, stop, progress);
}

/// Ends a run over the images once it is settled that accuracy stays below `least`.
class Racer {
public:
    Racer(double least, const Split &split, const Scoring &scoring, const FloatAnswers &reference)
        : split_(split), scoring_(scoring), reference_(reference), race_(split.size(), least - share(reference.right))
    {
    }

    bool operator()(const Predictions &so_far, std::size_t images)
    {
        const Accuracy accuracy = accuracy_of(so_far, split_, scoring_, &reference_.predictions);
        for (; told_ < std::min(images, accuracy.right.size()); ++told_)
            race_.add(static_cast<double>(accuracy.right[told_]) - static_cast<double>(reference_.right[told_]));
        return images >= kRaceBegins && race_.verdict() == RaceVerdict::below;
    }

private:
    static double share(const std::vector<std::uint8_t> &right)
    {
        return static_cast<double>(std::count(right.begin(), right.end(), 1))
            / static_cast<double>(std::max<std::size_t>(right.size(), 1));
    }

    const Split &split_;
    const Scoring &scoring_;
    const FloatAnswers &reference_;
    Race race_;
    std::size_t told_ = 0;
};

Settled settled_for(const MeasureOptions &options, const Measurement &costs, const Workbench &bench, const Split &split,
                    const FloatAnswers *reference)
{
    const auto least = reference && options.least_accuracy ? options.least_accuracy(costs) : std::nullopt;
    if (!least)
        return {};
    return [racer = std::make_shared<Racer>(*least, split, bench.scoring, *reference)](
               const Predictions &so_far, std::size_t images) { return (*racer)(so_far, images); };
}

/// Of the first images, where a race ended before the last.
PairedComparison compared_with(const FloatAnswers &reference, const Accuracy &accuracy, std::size_t images)
{
    const FloatAnswers first = first_answers(reference, images);
    return compare_paired(first.right, accuracy.right, first.unread);
}

} // namespace

FloatAnswers first_answers(const FloatAnswers &answers, std::size_t images)
{
    FloatAnswers first = answers;
    if (images >= answers.right.size())
        return first;
    const auto shorten = [images](auto &values) { values.resize(std::min(values.size(), images)); };
    shorten(first.predictions.top);
    shorten(first.predictions.five);
    shorten(first.predictions.odds);
    shorten(first.right);
    first.unread = std::count(first.predictions.top.begin(), first.predictions.top.end(), kUnread);
    return first;
}

Result<Outcome> measure_recipe(const Workbench &bench, const MethodRecipe &recipe, const Split &split,
                               const FloatAnswers *reference, const MeasureOptions &options, std::stop_token stop,
                               const Progress &progress)
{
    const auto start = std::chrono::steady_clock::now();
    Outcome outcome;
    Measurement &measurement = outcome.measurement;
    std::optional<QuantizedModel> model;
    if (options.costs || !bench.probe) {
        auto carried_out = carry_out(bench, recipe, options.kept, stop, progress);
        if (!carried_out)
            return forward(carried_out);
        model = std::move(*carried_out);
    }
    if (options.costs)
        if (const auto measured = measure_costs(bench, *model, options.kept, measurement, stop, progress); !measured)
            return forward(measured);
    if (bench.probe) {
        auto answering = quantize(bench.probe->model, recipe, bench.calibration, bench.threads, stop, progress);
        if (!answering)
            return forward(answering);
        model = std::move(*answering);
    }
    auto predictions = predict(model->program, model->model.input, split, bench.preprocess, bench.threads, stop, progress,
                               settled_for(options, measurement, bench, split, reference));
    if (!predictions)
        return forward(predictions);
    measurement.accuracy = accuracy_of(*predictions, split, bench.scoring, reference ? &reference->predictions : &*predictions);
    if (reference)
        measurement.versus_float = compared_with(*reference, measurement.accuracy, predictions->size());
    outcome.answers = {std::move(*predictions), measurement.accuracy.right, measurement.accuracy.unread};
    measurement.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return outcome;
}

} // namespace ca
