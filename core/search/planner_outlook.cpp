// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_outlook.h"

#include "core/search/planner_gains.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr std::size_t kFamily = 6;  // trials that a family needs for a curve of its own
constexpr double kTotalLoss = 90;   // points: what is left is guessing
constexpr double kUsualNoise = 0.2; // points: standard error of a drop on some thousand images
constexpr double kSeen = 0.5;       // of the greatest damage: where a trial says enough of what lies beyond it

double median(std::vector<double> values, double otherwise)
{
    if (values.empty())
        return otherwise;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Before anything is known: answers change with the total variation between two outputs, at most sqrt(KL / 2) (Pinsker), and
/// half of what changes was right before.
double drop_by_divergence(double damage)
{
    return std::min(kTotalLoss, 100 * std::sqrt(damage / 2) / 2);
}

double greatest_damage(const PlannerTable &table, std::span<const double> gains)
{
    double total = 0;
    for (std::size_t l = 0; l < table.layers.size(); ++l) {
        double greatest = 0;
        for (const PlannedFormat &format : table.layers[l].formats)
            greatest = std::max(greatest, table.layers[l].damage(format.scheme, gains[l]));
        total += greatest;
    }
    return total;
}

} // namespace

Outlook::Outlook(const PlannerState &state, std::span<const TrialResult> finished)
    : state_(state), gains_(layer_gains(state.table, finished))
{
    std::vector<double> errors, scales;
    std::vector<TrialResult> weights_only, with_inputs;
    for (const TrialResult &trial : finished) {
        if (!trial.stopped_early && trial.standard_error > 0)
            errors.push_back(trial.standard_error);
        if (const auto predicted = state.table.latency(trial.recipe); predicted && *predicted > 0 && trial.point.latency)
            scales.push_back(*trial.point.latency / *predicted);
        (has_static_activations(trial.recipe) ? with_inputs : weights_only).push_back(trial);
    }
    noise_ = median(std::move(errors), 0);
    if (state.options.constraints.latency)
        latency_scale_ = median(std::move(scales), 1);
    shared_ = fitted(finished, true);
    if (weights_only.size() >= kFamily && with_inputs.size() >= kFamily) {
        weights_only_ = fitted(weights_only, false);
        with_int8_inputs_ = fitted(with_inputs, false);
    }
}

LossModel Outlook::fitted(std::span<const TrialResult> finished, bool to_the_end) const
{
    // Float itself, which weighs as a trial does, so that recipes that gain are believed.
    std::vector<DamageOutcome> outcomes{{0, 0, noise_ > 0 ? noise_ : kUsualNoise}};
    double seen = 0, worst = 0;
    for (const TrialResult &trial : finished) {
        if (trial.recipe.layers.empty() || !std::isfinite(trial.drop))
            continue;
        outcomes.push_back({damage(trial.recipe), trial.drop, trial.standard_error});
        seen = std::max(seen, outcomes.back().damage);
        worst = std::max(worst, trial.drop);
    }
    if (const double greatest = greatest_damage(state_.table, gains_); to_the_end && greatest > 0 && seen < kSeen * greatest) {
        const double drop = std::max(worst, drop_by_divergence(greatest));
        outcomes.push_back({greatest, drop, drop});
    }
    return *LossModel::fit(outcomes); // float is always there
}

PredictedDrop Outlook::drop(double damage, bool int8_inputs) const
{
    const auto &family = int8_inputs ? with_int8_inputs_ : weights_only_;
    // What a family has not seen, the other may have.
    PredictedDrop result = (family && damage <= family->levels().back().last ? *family : *shared_).predict(damage);
    result.drop = std::min(result.drop, kTotalLoss);
    return result;
}

PredictedDrop Outlook::drop(const Recipe &recipe) const
{
    return drop(damage(recipe), has_static_activations(recipe));
}

} // namespace ca
