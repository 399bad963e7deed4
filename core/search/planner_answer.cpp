// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_state.h"

#include <tuple>

namespace ca {
namespace {

constexpr double kRounding = 1e-9; // points: 91.9 - 91.4 is no exact number

bool holds_the_rest(const TrialResult &trial, const Constraints &constraints)
{
    return !trial.stopped_early && keeps_formats(trial.recipe, constraints)
        && (!constraints.bytes || trial.point.bytes <= static_cast<double>(*constraints.bytes))
        && (!constraints.latency || (trial.point.latency && *trial.point.latency <= *constraints.latency));
}

} // namespace

bool holds_drop(double drop, double standard_error, double max_drop)
{
    return drop + kDropConfidence * standard_error <= max_drop + kRounding;
}

std::optional<std::size_t> answer(std::span<const TrialResult> trials, const Constraints &constraints)
{
    const auto rank = [&](const TrialResult &trial) {
        if (!constraints.max_drop)
            return std::tuple(false, trial.drop, trial.point.bytes);
        return std::tuple(!holds_drop(trial.drop, trial.standard_error, *constraints.max_drop), trial.point.bytes, trial.drop);
    };
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (!holds_the_rest(trials[i], constraints)
            || (constraints.max_drop && !holds_drop(trials[i].drop, 0, *constraints.max_drop)))
            continue;
        if (!best || rank(trials[i]) < rank(trials[*best]))
            best = i;
    }
    return best;
}

} // namespace ca
