// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation_bound.h"

#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr int kHalvings = 48, kDoublings = 60;

class Dual {
public:
    explicit Dual(const LimitedProblem &problem) : problem_(problem), groups_(*problem.groups)
    {
        weights_[problem.objective] = 1;
        result_.value = -std::numeric_limits<double>::infinity();
        for (std::size_t axis = 0; axis < weights_.size(); ++axis)
            if (std::isfinite(problem.limits[axis]))
                limited_.push_back(axis);
    }

    LagrangianBound maximise()
    {
        climb(0);
        return std::move(result_);
    }

private:
    Costs excess();
    Costs climb(std::size_t level);
    [[nodiscard]] double first_price(std::size_t axis) const;
    [[nodiscard]] double span_of(std::size_t axis) const;

    const LimitedProblem &problem_;
    const std::vector<LayerGroup> &groups_;
    std::vector<std::size_t> limited_;
    Costs weights_{};
    LagrangianBound result_;
    double best_ = std::numeric_limits<double>::infinity();
};

/// By how much the cheapest picks at these prices exceed the limits: the slope of the dual.
Costs Dual::excess()
{
    OptionPicks picks = cheapest_picks(groups_, weights_);
    const Costs totals = total_costs(groups_, picks);
    Costs slope{};
    double priced = 0;
    for (const std::size_t axis : limited_) {
        slope[axis] = totals[axis] - problem_.limits[axis];
        priced += weights_[axis] * problem_.limits[axis];
    }
    if (const double value = weighted(totals, weights_) - priced; value > result_.value) {
        result_.weights = weights_;
        result_.value = value;
        result_.priced_limits = priced;
    }
    if (within_limits(totals, problem_.limits) && totals[problem_.objective] < best_) {
        best_ = totals[problem_.objective];
        result_.best = std::move(picks);
    }
    return slope;
}

double Dual::span_of(std::size_t axis) const
{
    double span = 0;
    for (const LayerGroup &group : groups_) {
        double low = group.options.front().costs[axis], high = low;
        for (const GroupOption &option : group.options) {
            low = std::min(low, option.costs[axis]);
            high = std::max(high, option.costs[axis]);
        }
        span += high - low;
    }
    return span;
}

/// What the objective's whole span is worth in the axis's.
double Dual::first_price(std::size_t axis) const
{
    const double span = span_of(axis), worth = span_of(problem_.objective);
    return span > 0 && worth > 0 ? worth / span : 1;
}

/// The slope at the best prices of this level and those below it: 0 along axes whose price is above 0, as a mixture of the slopes
/// on both sides of the kink.
Costs Dual::climb(std::size_t level)
{
    if (level == limited_.size())
        return excess();
    const std::size_t axis = limited_[level];
    weights_[axis] = 0;
    Costs low = climb(level + 1), high = low;
    if (low[axis] <= 0)
        return low;
    double from = 0, to = first_price(axis);
    for (int doubling = 0; doubling < kDoublings; ++doubling, to *= 2) {
        weights_[axis] = to;
        high = climb(level + 1);
        if (high[axis] <= 0)
            break;
        low = high;
        from = to;
    }
    for (int halving = 0; halving < kHalvings; ++halving) {
        weights_[axis] = from + (to - from) / 2;
        const Costs middle = climb(level + 1);
        (middle[axis] > 0 ? low : high) = middle;
        (middle[axis] > 0 ? from : to) = weights_[axis];
    }
    const double share = low[axis] > high[axis] ? low[axis] / (low[axis] - high[axis]) : 1;
    for (std::size_t i = 0; i < low.size(); ++i)
        low[i] = share * high[i] + (1 - share) * low[i];
    return low;
}

} // namespace

double weighted(const Costs &costs, const Costs &weights)
{
    return costs[0] * weights[0] + costs[1] * weights[1] + costs[2] * weights[2];
}

Costs total_costs(const std::vector<LayerGroup> &groups, const OptionPicks &picks)
{
    Costs totals{};
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (std::size_t axis = 0; axis < totals.size(); ++axis)
            totals[axis] += groups[group].options[picks[group]].costs[axis];
    return totals;
}

bool within_limits(const Costs &costs, const Costs &limits)
{
    return costs[0] <= limits[0] && costs[1] <= limits[1] && costs[2] <= limits[2];
}

OptionPicks cheapest_picks(const std::vector<LayerGroup> &groups, const Costs &weights)
{
    OptionPicks picks;
    for (const LayerGroup &group : groups) {
        std::size_t best = 0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t option = 0; option < group.options.size(); ++option) {
            const double cost = weighted(group.options[option].costs, weights);
            if (cost < least) {
                least = cost;
                best = option;
            }
        }
        picks.push_back(best);
    }
    return picks;
}

LagrangianBound lagrangian_bound(const LimitedProblem &problem)
{
    return Dual(problem).maximise();
}

} // namespace ca
