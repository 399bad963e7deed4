// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/scan.h"

#include "core/base/parallel.h"
#include "core/evaluate/evaluate.h"
#include "core/evaluate/failure_analysis.h"
#include "core/scan/activation_scan.h"
#include "core/scan/divergence_scan.h"
#include "core/scan/layer_costs.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <mutex>

namespace ca {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kActivationImages = 128;
constexpr std::chrono::milliseconds kWatchInterval{200};

Clock::time_point deadline_of(const ScanOptions &options, Clock::time_point start)
{
    constexpr double kMostSeconds = 1e8; // three years: more would not fit the clock's numbers
    if (options.seconds <= 0)
        return Clock::time_point::max();
    return start
        + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::min(options.seconds, kMostSeconds)));
}

class Scan {
public:
    Scan(const Model &model, const ScanOptions &options, const ScanWatcher &watcher, std::stop_token stop,
         const Progress &progress)
        : model_(model), options_(options), watcher_(watcher), stop_(std::move(stop)), progress_(progress)
    {
    }

    Result<SensitivityTable> run()
    {
        if (const auto checked = check(); !checked)
            return forward(checked);
        describe();
        if (const auto scanned = scan_weights(); !scanned)
            return forward(scanned);
        if (const auto costs = add_costs(); !costs)
            return forward(costs);
        if (can_run())
            if (const auto measured = measure(); !measured)
                return forward(measured);
        summarise(table_);
        table_.seconds = seconds();
        return std::move(table_);
    }

private:
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    /// One number an image has no classes and no direction that could change.
    [[nodiscard]] bool can_run() const
    {
        return options_.images && model_.has_network() && model_.program.is_recorded() && model_.input.outputs > 1;
    }

    /// Callers hold the mutex or are alone.
    void tell(bool at_once)
    {
        if (!watcher_ || (!at_once && Clock::now() - told_ < kWatchInterval))
            return;
        summarise(table_);
        table_.seconds = seconds();
        watcher_(table_);
        told_ = Clock::now();
    }

    Status check() const
    {
        std::string known;
        for (const std::string &format : scan_formats())
            known += (known.empty() ? "" : ", ") + format;
        for (const std::string &format : options_.formats)
            if (std::find(scan_formats().begin(), scan_formats().end(), format) == scan_formats().end())
                return fail(ErrorCode::usage, "There is no format " + format + " to scan. Known are " + known + ".");
        if (model_.program.empty() || model_.program.layers().empty())
            return fail(
                ErrorCode::unsupported,
                "The model " + model_.name + " has no layer that can be scanned"
                    + (model_.program.empty() || model_.program.is_recorded() ? "." : ": it runs through the interpreter."));
        return {};
    }

    void describe()
    {
        table_.model = model_.name;
        table_.model_sha256 = model_.sha256;
        for (const Layer &layer : model_.program.layers()) {
            LayerSensitivity &row = table_.layers.emplace_back();
            row.layer = layer;
            row.block = group_of(layer.name);
        }
        for (const LayerGroup &group : layer_groups(model_.program.layers()))
            table_.blocks.push_back({group.name, group.layers, {}});
        table_.notes = options_.notes;
        if (options_.images && !can_run())
            table_.notes.push_back(
                "Divergence was not measured: the model " + model_.name
                + (model_.input.outputs == 1 ? " gives a single number for an image." : " has no recorded network."));
        if (can_run())
            table_.data = options_.images->data;
    }

    Status scan_weights()
    {
        std::mutex mutex;
        std::size_t finished = 0;
        return parallel_for(table_.layers.size(), options_.threads, stop_, [&](std::size_t i) -> Status {
            const Layer &layer = table_.layers[i].layer;
            const std::vector<float> weight = model_.program.weight(layer.index);
            const WeightRows rows{weight, static_cast<std::size_t>(std::max<std::int64_t>(1, layer.channels()))};
            auto scanned = scan_weight(rows, {.seed = options_.seed, .threads = 1}, stop_);
            if (!scanned)
                return forward(scanned);
            const std::lock_guard lock(mutex);
            table_.layers[i].weights = std::move(*scanned);
            progress_.report("Fitting the weights of " + model_.name, ++finished, table_.layers.size());
            tell(finished == table_.layers.size());
            return {};
        });
    }

    Status add_costs()
    {
        const auto costs = layer_costs(model_, can_run(), stop_);
        if (!costs)
            return forward(costs);
        for (std::size_t i = 0; i < table_.layers.size(); ++i) {
            const LayerCosts &of = (*costs)[i];
            LayerSensitivity &row = table_.layers[i];
            row.macs = of.macs;
            row.bytes = of.bytes;
            row.predicted_share = of.predicted_share;
            row.measured_share = of.measured_share;
        }
        tell(true);
        return {};
    }

    Status measure()
    {
        const auto deadline = deadline_of(options_, start_);
        if (Clock::now() >= deadline)
            return end_early();
        auto activations = scan_activations(model_, options_.images->calibration.first(kActivationImages),
                                            options_.images->preprocess, options_.threads, stop_, progress_);
        if (!activations)
            return forward(activations);
        for (std::size_t i = 0; i < table_.layers.size(); ++i)
            table_.layers[i].activation = std::move((*activations)[i]);
        tell(true);
        const auto measured = scan_divergence(
            model_, options_, deadline, table_, [this] { tell(false); }, stop_, progress_);
        if (!measured)
            return measured;
        if (Clock::now() >= deadline)
            return end_early();
        tell(true);
        return {};
    }

    Status end_early()
    {
        table_.notes.push_back("The scan ended after its " + to_text(options_.seconds) + " s; divergences are of "
                               + std::to_string(table_.images) + " images"
                               + (table_.images == 0 ? ", in part of fewer, and some are missing." : "."));
        tell(true);
        return {};
    }

    const Model &model_;
    const ScanOptions &options_;
    const ScanWatcher &watcher_;
    const std::stop_token stop_;
    const Progress &progress_;
    const Clock::time_point start_ = Clock::now();
    Clock::time_point told_{};
    SensitivityTable table_;
};

} // namespace

Status add_scan_images(ScanOptions &options, const Model &model, const DataSet &data, const std::string &preprocess,
                       std::stop_token stop)
{
    options.images.reset();
    if (!model.has_network() || !model.program.is_recorded())
        return {};
    const auto chosen = choose_preprocess(preprocess, model, data, options.threads, std::move(stop));
    if (!chosen && chosen.error().code == ErrorCode::bad_data)
        options.notes.push_back("Divergence was not measured. " + chosen.error().text());
    else if (!chosen)
        return forward(chosen);
    else
        options.images = ScanImages{data.name, data.calibration, chosen->preprocess};
    return {};
}

Result<SensitivityTable> scan(const Model &model, const ScanOptions &options, const ScanWatcher &watcher, std::stop_token stop,
                              const Progress &progress)
{
    return Scan(model, options, watcher, std::move(stop), progress).run();
}

} // namespace ca
