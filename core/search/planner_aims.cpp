// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_aims.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr double kPoints = 100;
const double kLeastWidth = std::log2(1.02);   // between neighbours on the front: a crowd of them is no finer than one
const double kLeastSaving = std::log2(1.005); // half a percent of the size is not worth a trial

/// Gauss-Hermite, five points, for the standard normal distribution (Abramowitz and Stegun, table 25.10, scaled).
struct Node {
    double place, weight;
};
constexpr std::array kNodes{Node{-2.8569700138728056, 0.011257411327720689}, Node{-1.3556261799742659, 0.22207592200561264},
                            Node{0, 0.53333333333333333}, Node{1.3556261799742659, 0.22207592200561264},
                            Node{2.8569700138728056, 0.011257411327720689}};

OperatingPoint point_of(double bytes, double drop, std::optional<double> latency)
{
    return {bytes, 1 - drop / kPoints, latency};
}

double normal_below(double value)
{
    return std::erfc(-value / std::sqrt(2.0)) / 2;
}

} // namespace

FrontSoFar::FrontSoFar(const PlannerState &state, const Outlook &outlook, std::span<const TrialResult> finished)
    : state_(state),
      outlook_(outlook),
      float_flat_(point_of(static_cast<double>(state.float_bytes), 0, {})),
      float_deep_(float_flat_),
      smallest_holding_(float_flat_.bytes),
      failing_damage_(std::numeric_limits<double>::infinity())
{
    float_deep_.latency = state.table.latency({});
    for (const TrialResult &trial : finished) {
        if (trial.stopped_early || !std::isfinite(trial.drop))
            continue;
        flat_.push_back(point_of(trial.point.bytes, trial.drop, {}));
        deep_.push_back(point_of(trial.point.bytes, trial.drop, state.table.latency(trial.recipe)));
        if (keeps_formats(trial.recipe, state.options.constraints))
            hold(trial.point.bytes, trial.drop, trial.standard_error);
    }
}

void FrontSoFar::hold(double bytes, double drop, double error)
{
    if (state_.options.constraints.max_drop && holds_drop(drop, error, *state_.options.constraints.max_drop))
        smallest_holding_ = std::min(smallest_holding_, bytes);
}

double FrontSoFar::expected_gain(const PlannedRecipe &recipe, Aim aim) const
{
    const bool deep = aim == Aim::volume;
    std::optional<double> latency;
    if (deep)
        latency = state_.table.latency(recipe.recipe.recipe);
    double expected = 0;
    for (const Node &node : kNodes) {
        const double drop = recipe.drop.drop + node.place * recipe.drop.standard_error;
        expected += node.weight
            * hypervolume_gain(deep ? deep_ : flat_, point_of(recipe.bytes, drop, latency), deep ? float_deep_ : float_flat_);
    }
    return expected;
}

/// What an error of one trial's accuracy makes of the front: its standard error times the width between the neighbours in size.
double FrontSoFar::noise_of_gain(double bytes) const
{
    double larger = float_flat_.bytes, smaller = 0;
    for (const std::size_t i : pareto_front(flat_, FrontAxes::bytes_accuracy)) {
        if (flat_[i].bytes > bytes)
            larger = std::min(larger, flat_[i].bytes);
        else
            smaller = std::max(smaller, flat_[i].bytes);
    }
    return outlook_.noise() * std::max(kLeastWidth, std::log2(larger / (smaller > 0 ? smaller : bytes)));
}

double FrontSoFar::holding(const PlannedRecipe &recipe) const
{
    const double spread = std::hypot(recipe.drop.standard_error, outlook_.noise());
    const double margin = state_.options.constraints.max_drop.value_or(std::numeric_limits<double>::infinity())
        - kDropConfidence * outlook_.noise() - recipe.drop.drop;
    return spread > 0 ? normal_below(margin / spread) : (margin >= 0 ? 1 : 0);
}

Worth FrontSoFar::worth(const PlannedRecipe &recipe, Aim aim) const
{
    if (aim != Aim::limit)
        return {expected_gain(recipe, aim), noise_of_gain(recipe.bytes)};
    const double saving = std::log2(smallest_holding_ / recipe.bytes);
    const bool open = recipe.damage < failing_damage_ && saving > 0;
    return {open ? holding(recipe) * saving : 0, kLeastSaving};
}

void FrontSoFar::assume(const PlannedRecipe &recipe)
{
    flat_.push_back(point_of(recipe.bytes, recipe.drop.drop, {}));
    deep_.push_back(point_of(recipe.bytes, recipe.drop.drop, state_.table.latency(recipe.recipe.recipe)));
    if (!state_.options.constraints.max_drop)
        return;
    if (holding(recipe) >= 0.5)
        smallest_holding_ = std::min(smallest_holding_, recipe.bytes);
    else
        failing_damage_ = std::min(failing_damage_, recipe.damage);
}

} // namespace ca
