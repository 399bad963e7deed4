// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/limited_solver.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace ca {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-12; // of a sum
// States that are followed: few for a good allocation, then more for the proof. Those of two limits are dearer to prune.
constexpr std::array kOpenStates{std::size_t{500}, std::size_t{20'000}};
constexpr std::size_t kOpenStatesOfTwoLimits = 5'000;

Costs operator+(Costs a, const Costs &b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] += b[i];
    return a;
}

} // namespace

LimitedSolver::LimitedSolver(const LimitedProblem &problem, LimitedAllocation start)
    : problem_(problem), groups_(*problem.groups), best_(std::move(start)), bound_(lagrangian_bound(problem))
{
    if (!bound_.best.empty())
        improve(bound_.best);
    cheapest_ = cheapest_picks(groups_, bound_.weights);
}

void LimitedSolver::improve(const OptionPicks &picks)
{
    const Costs totals = total_costs(groups_, picks);
    if (!within_limits(totals, problem_.limits) || totals[problem_.objective] >= objective())
        return;
    best_.picks = picks;
    best_.totals = totals;
}

double LimitedSolver::useful() const
{
    if (problem_.objective == index_of(AllocationAxis::bytes))
        return objective() - 0.5; // whole numbers
    return objective() - kRounding * std::max(std::abs(objective()), std::abs(bound_.priced_limits));
}

/// The options that can be part of something better.
LimitedSolver::Stage LimitedSolver::stage(std::size_t group) const
{
    Stage result;
    result.group = group;
    const auto &options = groups_[group].options;
    const double least = weighted(options[cheapest_[group]].costs, bound_.weights);
    double low = options[cheapest_[group]].costs[problem_.objective], high = low;
    for (std::uint32_t option = 0; option < options.size(); ++option) {
        const double more = weighted(options[option].costs, bound_.weights) - least;
        if (option != cheapest_[group] && bound_.value + more >= useful())
            continue;
        result.options.push_back(option);
        low = std::min(low, options[option].costs[problem_.objective]);
        high = std::max(high, options[option].costs[problem_.objective]);
    }
    result.span = high - low;
    return result;
}

/// The groups that matter most first: their combinations are few, and what small ones add after them lies close to its bound.
std::vector<LimitedSolver::Stage> LimitedSolver::stages() const
{
    std::vector<Stage> result;
    for (std::size_t group = 0; group < groups_.size(); ++group)
        result.push_back(stage(group));
    std::stable_sort(result.begin(), result.end(), [](const Stage &a, const Stage &b) { return a.span > b.span; });
    for (std::size_t i = result.size(); i-- > 1;) {
        const Stage &after = result[i];
        const auto &options = groups_[after.group].options;
        const Costs &cheapest = options[cheapest_[after.group]].costs;
        Costs least = cheapest;
        for (const std::uint32_t option : after.options)
            for (std::size_t axis = 0; axis < least.size(); ++axis)
                least[axis] = std::min(least[axis], options[option].costs[axis]);
        result[i - 1].least_rest = after.least_rest + least;
        result[i - 1].cheapest_rest = after.cheapest_rest + cheapest;
        result[i - 1].weighted_rest = after.weighted_rest + weighted(cheapest, bound_.weights);
    }
    return result;
}

/// The allocation that continues a state by the cheapest picks.
void LimitedSolver::complete(const Stage &stage, const State &state)
{
    OptionPicks picks = cheapest_;
    picks[stage.group] = state.option;
    std::uint32_t place = state.parent;
    for (std::size_t before = steps_.size(); before-- > 0;) {
        picks[stages_[before].group] = steps_[before][place].option;
        place = steps_[before][place].parent;
    }
    improve(picks);
}

void LimitedSolver::expand(const Stage &stage, const std::vector<State> &from, std::vector<State> &to)
{
    for (const std::uint32_t option : stage.options)
        for (std::uint32_t parent = 0; parent < from.size(); ++parent) {
            State state{from[parent].totals + groups_[stage.group].options[option].costs, 0, parent, option};
            if (!within_limits(state.totals + stage.least_rest, problem_.limits))
                continue;
            state.bound = weighted(state.totals, bound_.weights) + stage.weighted_rest - bound_.priced_limits;
            if (state.bound >= useful())
                continue;
            const Costs completed = state.totals + stage.cheapest_rest;
            if (within_limits(completed, problem_.limits) && completed[problem_.objective] < useful())
                complete(stage, state);
            to.push_back(state);
        }
}

void LimitedSolver::keep_nondominated(std::vector<State> &states) const
{
    std::vector<Costs> costs;
    for (const State &state : states) {
        Costs counting{};
        for (std::size_t axis = 0; axis < counting.size(); ++axis)
            counting[axis] = axis == problem_.objective || std::isfinite(problem_.limits[axis]) ? state.totals[axis] : 0;
        costs.push_back(counting);
    }
    std::vector<State> kept;
    for (const std::size_t i : nondominated(costs))
        kept.push_back(states[i]);
    states = std::move(kept);
}

void LimitedSolver::keep_most_promising(std::vector<State> &states, std::size_t most)
{
    if (states.size() <= most)
        return;
    const auto end = states.begin() + static_cast<std::ptrdiff_t>(most);
    std::nth_element(states.begin(), end, states.end(), [](const State &a, const State &b) {
        return std::tie(a.bound, a.parent, a.option) < std::tie(b.bound, b.parent, b.option);
    });
    dropped_ = std::min(dropped_, end->bound);
    states.erase(end, states.end());
}

/// Follows at most so many states. False when stopped.
bool LimitedSolver::run(std::size_t most_states, const std::stop_token &stop)
{
    dropped_ = kInfinity;
    steps_.clear();
    stages_ = stages();
    std::vector<State> states{State{}};
    for (const Stage &stage : stages_) {
        if (stop.stop_requested())
            return false;
        std::vector<State> next;
        expand(stage, states, next);
        keep_nondominated(next);
        keep_most_promising(next, most_states);
        std::vector<Step> steps;
        for (const State &state : next)
            steps.push_back({state.parent, state.option});
        steps_.push_back(std::move(steps));
        states = std::move(next);
    }
    return true;
}

Result<LimitedAllocation> LimitedSolver::solve(double enough, const std::stop_token &stop)
{
    const auto limited =
        std::count_if(problem_.limits.begin(), problem_.limits.end(), [](double limit) { return std::isfinite(limit); });
    for (const std::size_t open : kOpenStates) {
        const std::size_t most = limited > 1 ? std::min(open, kOpenStatesOfTwoLimits) : open;
        if (objective() <= enough || bound_.value >= useful())
            break;
        if (!run(most, stop))
            return cancelled();
        const double proved = std::max(bound_.value, dropped_);
        best_.gap = proved >= useful() ? 0 : objective() - proved;
        if (best_.gap == 0)
            break;
    }
    return std::move(best_);
}

} // namespace ca
