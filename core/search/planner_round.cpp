// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_round.h"

#include "core/quantize/export/export.h"
#include "core/search/planner_swaps.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace ca {
namespace {

constexpr std::size_t kFrontEvery = 4; // beside a limit on drop, one trial in so many is for the front
constexpr std::size_t kSpeedEvery = 3; // where latency counts, one in so many is for speed
constexpr double kAlike = 0.005;       // of the bytes, and ten times that of the damage: recipes that no trial tells apart
constexpr double kRounding = 1 + 1e-9; // of a sum of milliseconds

std::string percent(double fraction)
{
    return to_text(100 * fraction, fraction < 0.1 ? 1 : 0) + " %";
}

/// No trial tells the recipe from one with these bytes and this damage.
bool are_alike(const PlannedRecipe &recipe, double bytes, double damage)
{
    return std::abs(bytes / recipe.bytes - 1) < kAlike && std::abs(damage - recipe.damage) <= 10 * kAlike * recipe.damage;
}

std::string with_error(const PredictedDrop &drop)
{
    return to_text(drop.drop, 1) + " ± " + to_text(drop.standard_error, 1) + " points";
}

} // namespace

PlannerRound::PlannerRound(const PlannerState &state, std::span<const TrialResult> finished)
    : state_(state), finished_(finished), outlook_(state, finished), front_(state, outlook_, finished), trial_(finished.size())
{
    for (const TrialResult &trial : finished)
        leave_out(trial.recipe);
}

Status PlannerRound::prepare(const std::stop_token &stop)
{
    if (prepared_)
        return {};
    auto recipes = curve_recipes(state_, outlook_, stop);
    if (!recipes)
        return forward(recipes);
    recipes_ = std::move(*recipes);
    std::erase_if(recipes_, [&](const PlannedRecipe &recipe) { return was_tried(recipe); });
    prepared_ = true;
    return {};
}

/// One like it was carried out: it would only try its luck again.
bool PlannerRound::was_tried(const PlannedRecipe &recipe) const
{
    const bool int8_inputs = has_static_activations(recipe.recipe.recipe);
    return std::any_of(finished_.begin(), finished_.end(), [&](const TrialResult &trial) {
        return has_static_activations(trial.recipe) == int8_inputs
            && are_alike(recipe, trial.point.bytes, outlook_.damage(trial.recipe));
    });
}

/// One like it is proposed in this round.
bool PlannerRound::is_proposed(const PlannedRecipe &recipe) const
{
    const bool int8_inputs = has_static_activations(recipe.recipe.recipe);
    return std::any_of(proposed_.begin(), proposed_.end(), [&](std::size_t i) {
        const PlannedRecipe &other = recipes_[i];
        return has_static_activations(other.recipe.recipe) == int8_inputs && are_alike(recipe, other.bytes, other.damage);
    });
}

Aim PlannerRound::aim_of_next() const
{
    if (state_.options.constraints.max_drop)
        return trial_ % kFrontEvery == kFrontEvery - 1 ? Aim::area : Aim::limit;
    if (state_.table.has_latency && !state_.options.constraints.latency && trial_ % kSpeedEvery == kSpeedEvery - 1)
        return Aim::volume;
    return Aim::area;
}

std::optional<PlannerRound::Pick> PlannerRound::best(Aim aim) const
{
    std::optional<Pick> result;
    for (std::size_t i = 0; i < recipes_.size(); ++i) {
        if (taken_.contains(recipes_[i].hash) || is_proposed(recipes_[i]))
            continue;
        const Pick pick{i, front_.worth(recipes_[i], aim)};
        const auto rank = [&](const Pick &p) { return std::tuple(!p.worth.tells(), -p.worth.expected, recipes_[p.recipe].hash); };
        if (!result || rank(pick) < rank(*result))
            result = pick;
    }
    return result;
}

/// Where clocks say that nothing holds the limit on latency, the fastest is as near as one comes.
bool PlannerRound::fits(const PlannedRecipe &recipe) const
{
    const Constraints &constraints = state_.options.constraints;
    if (constraints.bytes && recipe.bytes > static_cast<double>(*constraints.bytes))
        return false;
    if (!constraints.latency || !recipe.latency)
        return true;
    return *recipe.latency <= kRounding * std::max(*constraints.latency, least_latency(state_.table) * outlook_.latency_scale());
}

/// What the table says of bytes leaves the header out, so that the file itself is asked for before a recipe is proposed.
std::optional<PlannerRound::Pick> PlannerRound::best_that_fits(Aim aim)
{
    for (;;) {
        auto pick = best(aim);
        if (!pick || !pick->worth.tells())
            return pick;
        PlannedRecipe &recipe = recipes_[pick->recipe];
        recipe.bytes = static_cast<double>(predicted_bytes(state_.model, recipe.recipe.recipe).value);
        pick->worth = front_.worth(recipe, aim);
        if (pick->worth.tells() && fits(recipe))
            return pick;
        taken_.insert(recipe.hash);
    }
}

Result<std::optional<Proposal>> PlannerRound::next(std::stop_token stop)
{
    if (const auto prepared = prepare(stop); !prepared)
        return forward(prepared);
    std::vector<Aim> aims{aim_of_next()};
    if (aims.front() != main_aim())
        aims.push_back(main_aim());
    for (;;) {
        for (const Aim aim : aims) {
            if (stop.stop_requested())
                return cancelled();
            const auto pick = best_that_fits(aim);
            if (pick && pick->worth.tells())
                return take(*pick, aim);
            left_ = pick ? std::optional(pick->worth) : std::nullopt;
        }
        if (swapped_)
            return std::nullopt;
        auto swaps = swapped_recipes(state_, outlook_, finished_);
        std::erase_if(swaps, [&](const PlannedRecipe &recipe) { return was_tried(recipe); });
        recipes_.insert(recipes_.end(), std::make_move_iterator(swaps.begin()), std::make_move_iterator(swaps.end()));
        swapped_ = true;
    }
}

Proposal PlannerRound::take(const Pick &pick, Aim aim)
{
    const PlannedRecipe &recipe = recipes_[pick.recipe];
    taken_.insert(recipe.hash);
    proposed_.push_back(pick.recipe);
    Proposal result;
    result.predicted_bytes = static_cast<std::int64_t>(recipe.bytes);
    result.predicted_drop = recipe.drop.drop;
    result.drop_error = recipe.drop.standard_error;
    result.predicted_latency = recipe.latency;
    result.expected_gain = front_.expected_gain(recipe, aim == Aim::limit ? Aim::area : aim);
    result.candidate = {"mixed", describe(recipe.recipe.recipe, state_.model), reason(recipe, pick, aim), recipe.recipe};
    front_.assume(recipe);
    ++trial_;
    return result;
}

std::string PlannerRound::reason(const PlannedRecipe &recipe, const Pick &pick, Aim aim) const
{
    const double bits = state_.table.average_bits(recipe.recipe.recipe);
    std::string text = recipe.origin.empty() ? "" : recipe.origin + ": ";
    text += to_text(bits, 1) + " bits on average; the scan and the trials so far expect " + with_error(recipe.drop) + " lost; ";
    switch (aim) {
    case Aim::area:
        return text + "the front is expected to gain " + to_text(pick.worth.expected, 2) + " bit-points";
    case Aim::volume:
        return text + "with latency counted, the front is expected to gain " + to_text(pick.worth.expected, 2);
    case Aim::limit:
        break;
    }
    const double saved = 1 - recipe.bytes / front_.smallest_holding();
    return text + "a trial shows that it holds " + to_text(*state_.options.constraints.max_drop) + " points with a chance of "
        + percent(front_.holding(recipe)) + ", and it would save " + percent(saved) + " of the smallest that does";
}

std::string PlannerRound::why_over() const
{
    if (!left_)
        return "Every recipe that the scan speaks for was carried out.";
    if (main_aim() == Aim::limit)
        return "The best recipe left is expected to save " + percent(1 - std::exp2(-left_->expected))
            + " of the size of the smallest that holds the limit on drop, less than the " + percent(1 - std::exp2(-left_->noise))
            + " that a trial is worth.";
    return "The best recipe left is expected to add " + to_text(left_->expected, 3)
        + " bit-points to the front, no more than the " + to_text(left_->noise, 3) + " that the noise of a measurement, "
        + to_text(outlook_.noise(), 2) + " points, makes of it there.";
}

} // namespace ca
