// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/trial_front.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ca {
namespace {

std::vector<std::size_t> finished_trials(const Study &study)
{
    std::vector<std::size_t> finished;
    for (std::size_t i = 0; i < study.trials.size(); ++i)
        if (was_carried_out(study.trials[i]))
            finished.push_back(i);
    return finished;
}

std::optional<std::string> answer_of(const Study &study)
{
    if (study.constraints == Constraints())
        return std::nullopt;
    const auto results = trial_results(study);
    const auto found = answer(results, study.constraints);
    return found ? std::optional(study.trials[finished_trials(study)[*found]].id) : std::nullopt;
}

/// Index of the first trial of the round that this one was proposed in; of the trial itself where nobody proposed it.
std::size_t round_begin(const Study &study, const Trial &trial)
{
    const auto found =
        std::find_if(study.trials.begin(), study.trials.end(), [&](const Trial &other) { return other.id == trial.id; });
    const auto index = static_cast<std::size_t>(found - study.trials.begin());
    std::size_t begin = 0;
    for (const StudyRound &round : study.rounds)
        if (round.first_trial <= index)
            begin = round.first_trial;
    return found == study.trials.end() ? index : begin;
}

bool has_int8_input(const Recipe &recipe, const std::string &layer)
{
    const auto found = recipe.layers.find(layer);
    return found != recipe.layers.end() && found->second.activation != Activation::none;
}

bool computes_as_fast(const Recipe &recipe, const Recipe &as)
{
    return std::all_of(as.layers.begin(), as.layers.end(), [&](const auto &entry) {
        return entry.second.activation == Activation::none || has_int8_input(recipe, entry.first);
    });
}

} // namespace

MeasuredDrop measured_drop(const Measurement &measurement)
{
    const auto &compared = measurement.versus_float;
    if (!compared)
        return {};
    const auto n = static_cast<double>(std::max<std::int64_t>(measurement.accuracy.n, 1));
    const auto fixed = static_cast<double>(compared->fixed), broken = static_cast<double>(compared->broken);
    const double mean = (broken - fixed) / n;
    // A half is added to either count, so that no change in a few images is no certainty.
    return {100 * (broken - fixed) / n, 100 * std::sqrt(std::max(0.0, (fixed + broken + 1) / n - mean * mean) / n)};
}

bool stopped_early(const Study &study, const Trial &trial)
{
    return study.float_selection && trial.selection
        && trial.selection->accuracy.n + trial.selection->accuracy.unread
        < study.float_selection->accuracy.n + study.float_selection->accuracy.unread;
}

OperatingPoint operating_point(const Trial &trial)
{
    const Measurement &measured = *trial.selection;
    OperatingPoint point{static_cast<double>(measured.size.value), measured.accuracy.top1(), {}};
    if (measured.latency && measured.latency->real && measured.latency->batch1)
        point.latency = measured.latency->batch1->median;
    return point;
}

std::vector<TrialResult> trial_results(const Study &study)
{
    std::vector<TrialResult> results;
    for (const Trial &trial : study.trials) {
        if (!was_carried_out(trial))
            continue;
        TrialResult result;
        result.recipe = trial.recipe;
        if (trial.state == TrialState::failed || !trial.selection) {
            result.drop = std::numeric_limits<double>::quiet_NaN();
            result.stopped_early = true;
        } else {
            result.point = operating_point(trial);
            const auto [drop, error] = measured_drop(*trial.selection);
            result.drop = drop;
            result.standard_error = error;
            result.stopped_early = stopped_early(study, trial);
        }
        results.push_back(std::move(result));
    }
    return results;
}

void look_at_front(Study &study)
{
    std::vector<OperatingPoint> points;
    std::vector<std::size_t> places; // of the points among the trials
    std::size_t finished = 0;
    for (std::size_t i = 0; i < study.trials.size(); ++i) {
        Trial &trial = study.trials[i];
        trial.on_front = false;
        finished += was_carried_out(trial) ? 1 : 0;
        if (trial.state != TrialState::done || !trial.selection || stopped_early(study, trial))
            continue;
        points.push_back(operating_point(trial));
        places.push_back(i);
    }
    if (!study.float_selection)
        return;
    for (const std::size_t point : pareto_front(points))
        study.trials[places[point]].on_front = true;
    const double float_accuracy = study.float_selection->accuracy.top1();
    const double value = hypervolume(points, static_cast<double>(study.float_bytes.value), float_accuracy);
    if (study.hypervolume.empty() || study.hypervolume.back().first < finished)
        study.hypervolume.emplace_back(finished, value);
    const auto id_of = [&](std::optional<std::size_t> point) {
        return point ? std::optional(study.trials[places[*point]].id) : std::nullopt;
    };
    study.answer = answer_of(study);
    const Recommended best = recommend(points, float_accuracy);
    study.smallest = id_of(best.smallest);
    study.fastest = id_of(best.fastest);
    study.balanced = id_of(best.balanced);
}

std::optional<double> accuracy_to_beat(const Study &study, const Trial &trial, const Measurement &costs)
{
    if (study.constraints.latency)
        return std::nullopt;
    std::optional<double> least;
    for (std::size_t i = 0; i < round_begin(study, trial); ++i) {
        const Trial &other = study.trials[i];
        if (other.state == TrialState::done && other.selection && !stopped_early(study, other)
            && other.selection->size <= costs.size && computes_as_fast(other.recipe, trial.recipe))
            least = std::max(least.value_or(0), other.selection->accuracy.top1());
    }
    return least;
}

std::filesystem::path export_path(const Trial &trial)
{
    return std::filesystem::path(kExports) / (trial.recipe_hash + ".safetensors");
}

} // namespace ca
