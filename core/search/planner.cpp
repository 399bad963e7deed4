// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner.h"

#include "core/quantize/export/export.h"
#include "core/search/planner_baselines.h"
#include "core/search/planner_round.h"

#include <algorithm>

namespace ca {
namespace {

std::set<std::string> hashes(std::span<const TrialResult> finished)
{
    std::set<std::string> result;
    for (const TrialResult &trial : finished)
        result.insert(hash(trial.recipe));
    return result;
}

/// The smallest file and the fastest network that the other constraints allow.
Status check_limits(const PlannerState &state)
{
    const Constraints &constraints = state.options.constraints;
    const Recipe smallest = recipe_of(state.table, state.model, smallest_plan(state.table), state.options.has_images).recipe;
    const std::int64_t least = predicted_bytes(state.model, smallest).value;
    if (constraints.bytes && least > *constraints.bytes)
        return fail(ErrorCode::constraint,
                    "No recipe of " + state.model.name + " has at most " + std::to_string(*constraints.bytes)
                        + " bytes: the smallest that the other constraints allow has " + std::to_string(least)
                        + ". Ask for that, or lift another constraint.");
    if (constraints.latency && !state.table.has_latency)
        return fail(ErrorCode::usage,
                    "A limit on latency was given, and no latency of the layers of " + state.model.name
                        + ", so that nothing can be said of any recipe's. Measure them, or lift the limit.");
    if (constraints.latency && least_latency(state.table) > *constraints.latency)
        return fail(ErrorCode::constraint,
                    "No recipe of " + state.model.name + " is expected to take at most " + to_text(*constraints.latency)
                        + " ms: the fastest takes " + to_text(least_latency(state.table), 2) + ". Ask for that.");
    return {};
}

} // namespace

struct Planner::State : PlannerState { };

Result<Planner> Planner::of(const Model &model, const SensitivityTable &table, const PlannerOptions &options,
                            std::stop_token stop)
{
    if (stop.stop_requested())
        return cancelled();
    auto state = std::make_shared<State>();
    state->model = model;
    state->options = options;
    auto choices = planner_table(model, table, options);
    if (!choices)
        return forward(choices);
    state->table = std::move(*choices);
    if (const auto possible = check_limits(*state); !possible)
        return forward(possible);
    auto float_model = float_trial(model);
    if (!float_model)
        return forward(float_model);
    state->float_bytes = float_model->predicted_bytes;
    state->float_trial = std::move(*float_model);
    state->float_trial.predicted_latency = state->table.latency({});
    auto baselines = baseline_trials(*state);
    if (!baselines)
        return forward(baselines);
    state->baselines = std::move(*baselines);
    Planner planner;
    planner.state_ = std::move(state);
    return planner;
}

Result<std::vector<Proposal>> Planner::propose(std::span<const TrialResult> finished, std::size_t count,
                                               std::stop_token stop) const
{
    std::vector<Proposal> result;
    const std::size_t left = state_->options.trials - std::min(state_->options.trials, finished.size());
    count = std::min(count, left);
    const auto done = hashes(finished);
    const auto take = [&](const Proposal &proposal) {
        if (result.size() == count || done.contains(hash(proposal.candidate.recipe.recipe)))
            return;
        result.push_back(proposal);
        const Proposal expected = predict(proposal.candidate.recipe, finished);
        result.back().predicted_drop = expected.predicted_drop;
        result.back().drop_error = expected.drop_error;
    };
    take(state_->float_trial);
    for (const Proposal &baseline : state_->baselines)
        take(baseline);
    // A round's recipes are worth most once the baselines have said what damage costs.
    if (!result.empty() || count == 0 || state_->table.layers.empty())
        return result;
    PlannerRound round(*state_, finished);
    while (result.size() < count) {
        auto next = round.next(stop);
        if (!next)
            return forward(next);
        if (!*next)
            break;
        result.push_back(std::move(**next));
    }
    return result;
}

std::string Planner::why_over(std::span<const TrialResult> finished) const
{
    if (finished.size() >= state_->options.trials)
        return "All " + std::to_string(state_->options.trials) + " trials of the study were carried out.";
    if (state_->table.layers.empty())
        return "The model " + state_->model.name + " has no layer that can be quantized.";
    PlannerRound round(*state_, finished);
    const auto next = round.next({});
    if (!next)
        return next.error().text();
    return *next ? "The search is not over: it still has a recipe to propose." : round.why_over();
}

Proposal Planner::predict(const MethodRecipe &recipe, std::span<const TrialResult> finished) const
{
    const Outlook outlook(*state_, finished);
    const PredictedDrop drop = outlook.drop(recipe.recipe);
    Proposal result;
    result.candidate = {"mixed", describe(recipe.recipe, state_->model), "", recipe};
    result.predicted_bytes = predicted_bytes(state_->model, recipe.recipe).value;
    result.predicted_drop = drop.drop;
    result.drop_error = drop.standard_error;
    if (const auto latency = state_->table.latency(recipe.recipe))
        result.predicted_latency = *latency * outlook.latency_scale();
    return result;
}

} // namespace ca
