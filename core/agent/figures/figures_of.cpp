// SPDX-License-Identifier: GPL-3.0-or-later
// What a text may say of a study.
#include "core/agent/figures/figures.h"

#include "core/study/trial_front.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace ca {
namespace {

using Unit = StoredFigure::Unit;

class Figures {
public:
    std::vector<StoredFigure> all{};

    void add(Unit unit, double value, const std::string &reference)
    {
        if (std::isfinite(value))
            all.push_back({unit, value, reference});
    }
    /// What is 0 as long as it is not known.
    void add_known(Unit unit, double value, const std::string &reference)
    {
        if (value > 0)
            add(unit, value, reference);
    }
    template <typename Number>
    void add(Unit unit, const std::optional<Number> &value, const std::string &reference)
    {
        if (value)
            add(unit, static_cast<double>(*value), reference);
    }
    void count(std::size_t number, const std::string &reference) { add(Unit::count, static_cast<double>(number), reference); }
};

void add_size(Figures &figures, std::int64_t size, Bytes float_bytes, const std::string &id)
{
    const auto of = static_cast<double>(size), whole = static_cast<double>(float_bytes.value);
    figures.add(Unit::bytes, of, id + "/bytes");
    if (size <= 0 || float_bytes.value <= 0)
        return;
    figures.add(Unit::ratio, whole / of, id + "/ratio");
    figures.add(Unit::fraction, of / whole, id + "/share");
    figures.add(Unit::fraction, 1 - of / whole, id + "/saved");
}

void add_accuracy(Figures &figures, const Accuracy &accuracy, const std::string &at)
{
    figures.add(Unit::fraction, accuracy.top1(), at + "/top1");
    figures.add(Unit::fraction, accuracy.top5, at + "/top5");
    figures.add(Unit::fraction, accuracy.interval[0], at + "/low");
    figures.add(Unit::fraction, accuracy.interval[1], at + "/high");
    figures.add(Unit::fraction, accuracy.calibration_error, at + "/calibration_error");
    figures.count(static_cast<std::size_t>(accuracy.correct), at + "/correct");
    figures.count(static_cast<std::size_t>(accuracy.n), at + "/n");
    for (std::size_t i = 0; i < accuracy.per_class.size(); ++i)
        figures.add(Unit::fraction, accuracy.per_class[i], at + "/class/" + std::to_string(i));
}

void add_latency(Figures &figures, const Measurement &measurement, const std::optional<Measurement> &of_float,
                 const std::string &at)
{
    const auto times_of = [](const Measurement &one) { return one.latency ? one.latency->batch1 : std::nullopt; };
    const auto times = times_of(measurement);
    if (!times)
        return;
    figures.add(Unit::milliseconds, times->median, at + "/latency");
    figures.add(Unit::milliseconds, times->low, at + "/latency/low");
    figures.add(Unit::milliseconds, times->high, at + "/latency/high");
    figures.count(static_cast<std::size_t>(std::max(0, measurement.latency->threads)), at + "/threads");
    if (measurement.latency->batch_n)
        figures.add(Unit::milliseconds, measurement.latency->batch_n->median, at + "/latency/batch");
    const auto float_times = of_float ? times_of(*of_float) : std::nullopt;
    if (!float_times || !(times->median > 0) || !(float_times->median > 0))
        return;
    figures.add(Unit::ratio, float_times->median / times->median, at + "/speedup");
    figures.add(Unit::ratio, times->median / float_times->median, at + "/slowdown");
}

void add_measurement(Figures &figures, const Measurement &measurement, const std::optional<Measurement> &of_float,
                     const std::string &at)
{
    add_accuracy(figures, measurement.accuracy, at);
    add_latency(figures, measurement, of_float, at);
    if (measurement.peak_memory)
        figures.add(Unit::bytes, static_cast<double>(measurement.peak_memory->value), at + "/memory");
    if (!measurement.versus_float)
        return;
    const auto [drop, error] = measured_drop(measurement);
    figures.add(Unit::points, drop, at + "/drop");
    figures.add(Unit::points, error, at + "/drop_error");
    figures.count(static_cast<std::size_t>(measurement.versus_float->fixed), at + "/fixed");
    figures.count(static_cast<std::size_t>(measurement.versus_float->broken), at + "/broken");
    figures.add(Unit::plain, measurement.versus_float->p_value, at + "/p_value");
}

void add_trial(Figures &figures, const Study &study, const Trial &trial)
{
    const std::string &id = trial.id;
    add_size(figures, trial.selection ? trial.selection->size.value : trial.predicted_bytes.value, study.float_bytes, id);
    if (trial.selection)
        add_measurement(figures, *trial.selection, study.float_selection, id + "/selection");
    if (trial.holdout)
        add_measurement(figures, *trial.holdout, study.float_holdout, id + "/holdout");
    figures.add(Unit::points, trial.predicted_drop, id + "/predicted_drop");
    figures.add_known(Unit::bytes, static_cast<double>(trial.predicted_bytes.value), id + "/predicted_bytes");
    figures.add_known(Unit::milliseconds, 1000 * trial.seconds, id + "/seconds");
    std::map<Format, std::size_t> formats;
    for (const auto &[layer, scheme] : trial.recipe.layers)
        ++formats[scheme.format];
    figures.count(trial.recipe.layers.size(), id + "/layers");
    for (const auto &[format, layers] : formats)
        figures.count(layers, id + "/layers/" + to_text(format));
}

void add_counts(Figures &figures, const Study &study)
{
    std::map<std::string, std::size_t> states;
    std::size_t front = 0;
    for (const Trial &trial : study.trials) {
        ++states[to_text(trial.state)];
        front += trial.on_front ? 1U : 0U;
    }
    figures.count(study.trials.size(), "study/trials");
    for (const auto &[state, trials] : states)
        figures.count(trials, "study/trials/" + state);
    figures.count(front, "study/front");
    figures.count(study.rounds.size(), "study/rounds");
    for (const auto &[name, facts] : study.splits)
        figures.count(facts.first, "study/images/" + name);
    for (const auto &[evaluations, value] : study.hypervolume)
        figures.add(Unit::plain, value, "study/hypervolume/" + std::to_string(evaluations));
    figures.add_known(Unit::milliseconds, 1000 * study.seconds, "study/seconds");
}

void add_statistics(Figures &figures, const LayerSensitivity &row, const std::string &id)
{
    const WeightStatistics &weights = row.weights.statistics;
    const BetaFit &fit = row.weights.fits.moments;
    figures.add(Unit::plain, weights.low, id + "/weights/low");
    figures.add(Unit::plain, weights.high, id + "/weights/high");
    figures.add(Unit::plain, std::sqrt(std::max(0.0, weights.variance)), id + "/weights/deviation");
    figures.add(Unit::plain, weights.kurtosis, id + "/weights/kurtosis");
    figures.add(Unit::fraction, weights.outliers, id + "/weights/outliers");
    figures.add(Unit::fraction, weights.zeros, id + "/weights/zeros");
    figures.add(Unit::ratio, weights.channel_ratio, id + "/weights/channel_ratio");
    figures.add(Unit::plain, fit.alpha, id + "/beta/alpha");
    figures.add(Unit::plain, fit.beta, id + "/beta/beta");
    figures.add(Unit::plain, fit.ks, id + "/beta/ks");
    if (!row.activation)
        return;
    figures.add(Unit::plain, row.activation->low, id + "/inputs/low");
    figures.add(Unit::plain, row.activation->high, id + "/inputs/high");
    figures.add(Unit::plain, row.activation->p999, id + "/inputs/p999");
    figures.count(row.activation->outlier_channels, id + "/inputs/outlier_channels");
}

void add_layer(Figures &figures, const SensitivityTable &table, const LayerSensitivity &row)
{
    const std::string id = row.layer.index.id();
    figures.count(static_cast<std::size_t>(row.layer.parameters()), id + "/parameters");
    figures.count(static_cast<std::size_t>(row.layer.weights()), id + "/weights");
    figures.count(static_cast<std::size_t>(row.macs), id + "/macs");
    for (const std::int64_t side : row.layer.shape)
        figures.count(static_cast<std::size_t>(side), id + "/shape");
    figures.add(Unit::fraction, row.measured_share ? row.measured_share : row.predicted_share, id + "/share");
    for (const auto &[format, size] : row.bytes)
        figures.add(Unit::bytes, static_cast<double>(size), id + "/" + format + "/bytes");
    for (const auto &[format, divergence] : row.divergence) {
        figures.add(Unit::plain, ranked(table, divergence), id + "/" + format + "/divergence");
        figures.add(Unit::fraction, divergence.changed, id + "/" + format + "/changed");
        const auto larger = [&](const LayerSensitivity &other) {
            const auto found = other.divergence.find(format);
            return found != other.divergence.end() && ranked(table, found->second) > ranked(table, divergence);
        };
        const auto rank = 1 + std::count_if(table.layers.begin(), table.layers.end(), larger);
        figures.count(static_cast<std::size_t>(rank), id + "/" + format + "/rank");
    }
    for (std::size_t i = 0; i < kScanBits.size(); ++i) {
        const std::string at = id + "/noise/" + std::to_string(kScanBits[i]);
        figures.add(Unit::plain, row.weights.beta_noise[i], at);
        figures.add(Unit::plain, row.weights.measured.channel[i], at + "/measured");
    }
    add_statistics(figures, row, id);
}

void add_table(Figures &figures, const SensitivityTable &table)
{
    std::map<std::string, std::size_t> kinds;
    std::size_t parameters = 0;
    for (const LayerSensitivity &row : table.layers) {
        add_layer(figures, table, row);
        ++kinds[to_text(row.layer.kind)];
        parameters += static_cast<std::size_t>(row.layer.parameters());
    }
    figures.count(table.layers.size(), "model/layers");
    for (const auto &[kind, layers] : kinds)
        figures.count(layers, "model/layers/" + kind);
    figures.count(parameters, "model/parameters");
    figures.count(table.images, "scan/images");
}

} // namespace

std::vector<StoredFigure> figures_of(const Study &study, const SensitivityTable *table)
{
    Figures figures;
    figures.add(Unit::bytes, static_cast<double>(study.float_bytes.value), "float/bytes");
    if (study.float_selection)
        add_measurement(figures, *study.float_selection, std::nullopt, "float/selection");
    if (study.float_holdout)
        add_measurement(figures, *study.float_holdout, std::nullopt, "float/holdout");
    for (const Trial &trial : study.trials)
        add_trial(figures, study, trial);
    figures.add(Unit::points, study.constraints.max_drop, "constraint/max_drop");
    figures.add(Unit::bytes, study.constraints.bytes, "constraint/target_bytes");
    figures.add(Unit::milliseconds, study.constraints.latency, "constraint/max_latency");
    add_counts(figures, study);
    if (table)
        add_table(figures, *table);
    return std::move(figures.all);
}

} // namespace ca
