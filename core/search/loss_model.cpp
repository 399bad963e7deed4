// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/loss_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace ca {
namespace {

/// Neighbours in damage that are one level so far.
struct Pool {
    std::vector<DamageOutcome> outcomes; // by rising damage
    double weight = 0, drop = 0;

    explicit Pool(const DamageOutcome &outcome)
        : outcomes{outcome}, weight(1 / (outcome.standard_error * outcome.standard_error)), drop(outcome.drop)
    {
    }
    void add(const Pool &next)
    {
        drop += (next.drop - drop) * next.weight / (weight + next.weight);
        weight += next.weight;
        outcomes.insert(outcomes.end(), next.outcomes.begin(), next.outcomes.end());
    }
};

/// How much the true drops of a level's recipes vary beyond what measuring them varies.
double scatter(const Pool &pool)
{
    double misfit = 0, squares = 0;
    for (const DamageOutcome &outcome : pool.outcomes) {
        const double weight = 1 / (outcome.standard_error * outcome.standard_error);
        misfit += weight * (outcome.drop - pool.drop) * (outcome.drop - pool.drop);
        squares += weight * weight;
    }
    const double freedom = static_cast<double>(pool.outcomes.size()) - 1;
    const double spread = pool.weight - squares / pool.weight;
    return freedom > 0 && spread > 0 ? std::max(0.0, (misfit - freedom) / spread) : 0;
}

std::vector<DamageOutcome> usable(std::span<const DamageOutcome> outcomes)
{
    std::vector<DamageOutcome> result;
    double least_error = std::numeric_limits<double>::infinity();
    for (const DamageOutcome &outcome : outcomes) {
        if (!std::isfinite(outcome.damage) || outcome.damage < 0 || !std::isfinite(outcome.drop)
            || !std::isfinite(outcome.standard_error) || outcome.standard_error < 0)
            continue;
        result.push_back(outcome);
        if (outcome.standard_error > 0)
            least_error = std::min(least_error, outcome.standard_error);
    }
    for (DamageOutcome &outcome : result)
        if (outcome.standard_error <= 0)
            outcome.standard_error = std::isfinite(least_error) ? least_error : 1;
    // By drop too, so that no order of the trials changes the last digit.
    std::sort(result.begin(), result.end(), [](const DamageOutcome &a, const DamageOutcome &b) {
        return std::tie(a.damage, a.drop, a.standard_error) < std::tie(b.damage, b.drop, b.standard_error);
    });
    return result;
}

/// Outcomes of one damage first, then neighbours whose drops fall.
std::vector<Pool> pooled(const std::vector<DamageOutcome> &outcomes)
{
    std::vector<Pool> pools;
    for (const DamageOutcome &outcome : outcomes) {
        if (!pools.empty() && pools.back().outcomes.back().damage == outcome.damage)
            pools.back().add(Pool(outcome));
        else
            pools.emplace_back(outcome);
    }
    std::vector<Pool> result;
    for (Pool &pool : pools) {
        result.push_back(std::move(pool));
        while (result.size() > 1 && result.back().drop <= result[result.size() - 2].drop) {
            result[result.size() - 2].add(result.back());
            result.pop_back();
        }
    }
    return result;
}

} // namespace

Result<LossModel> LossModel::fit(std::span<const DamageOutcome> outcomes)
{
    const auto kept = usable(outcomes);
    if (kept.empty())
        return fail(ErrorCode::bad_data,
                    "No trial has both a predicted damage and a measured drop, so what damage costs is not known. Measure one.");
    LossModel model;
    for (const Pool &pool : pooled(kept))
        model.levels_.push_back(
            {pool.outcomes.front().damage, pool.outcomes.back().damage, pool.drop, 1 / pool.weight + scatter(pool)});
    return model;
}

PredictedDrop LossModel::predict(double damage) const
{
    const auto after = std::find_if(levels_.begin(), levels_.end(), [&](const Level &level) { return damage <= level.last; });
    if (after == levels_.end()) {
        const Level &last = levels_.back();
        const double rise = last.last > 0 ? std::max(0.0, last.drop) * (damage / last.last - 1) : 0;
        return {last.drop + rise, std::sqrt(last.variance + rise * rise)};
    }
    if (damage >= after->first || after == levels_.begin())
        return {after->drop, std::sqrt(after->variance)};
    const Level &before = *std::prev(after);
    const double part = (damage - before.last) / (after->first - before.last);
    const double rise = after->drop - before.drop;
    // Between two levels the curve may be anywhere between them. Halfway that is the variance of a uniform distribution.
    const double room = rise * rise * part * (1 - part) / 3;
    return {before.drop + part * rise, std::sqrt(before.variance + part * (after->variance - before.variance) + room)};
}

std::optional<double> LossModel::largest_damage(double drop) const
{
    const auto beyond = std::find_if(levels_.begin(), levels_.end(), [&](const Level &level) { return level.drop > drop; });
    if (beyond == levels_.begin())
        return std::nullopt;
    const Level &last = *std::prev(beyond);
    if (beyond != levels_.end())
        return last.last + (drop - last.drop) / (beyond->drop - last.drop) * (beyond->first - last.last);
    if (last.drop <= 0 || last.last <= 0)
        return std::numeric_limits<double>::infinity();
    return last.last * (drop / last.drop);
}

} // namespace ca
