// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation.h"

#include "core/base/units.h"
#include "core/search/limited_solver.h"

#include <cmath>

namespace ca {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-12; // of a limit
constexpr auto kBytes = index_of(AllocationAxis::bytes);
constexpr auto kLatency = index_of(AllocationAxis::latency);

std::string amount(std::size_t axis, double value)
{
    if (axis == kBytes)
        return std::to_string(static_cast<std::int64_t>(value)) + " bytes";
    if (axis == kLatency)
        return to_text(value) + " ms";
    return "a predicted loss of " + to_text(value);
}

/// What the layers may have of each limit.
class Allocator {
public:
    Allocator(const AllocationProblem &problem, std::vector<LayerGroup> groups, const AllocationLimits &limits,
              std::stop_token stop);

    /// The least within all limits, the objective's too.
    [[nodiscard]] Result<Allocation> least(std::size_t objective) const;

private:
    [[nodiscard]] Result<LimitedAllocation> least(std::size_t objective, const Costs &limits, double enough) const;
    [[nodiscard]] tl::unexpected<Error> unreachable(std::size_t axis, const Costs &others, double nearest) const;
    [[nodiscard]] Allocation allocation(const LimitedAllocation &found) const;

    const AllocationProblem &problem_;
    const std::vector<LayerGroup> groups_;
    const Costs other_; ///< beside the layers
    const Costs asked_; ///< limits of the whole, infinite where there is none
    Costs limits_{};    ///< of the layers
    const std::stop_token stop_;
};

Allocator::Allocator(const AllocationProblem &problem, std::vector<LayerGroup> groups, const AllocationLimits &limits,
                     std::stop_token stop)
    : problem_(problem),
      groups_(std::move(groups)),
      other_{static_cast<double>(problem.other_bytes), problem.other_latency, 0},
      asked_{limits.bytes ? static_cast<double>(*limits.bytes) : kInfinity, limits.latency.value_or(kInfinity),
             limits.damage.value_or(kInfinity)},
      stop_(std::move(stop))
{
    for (std::size_t axis = 0; axis < limits_.size(); ++axis) {
        const double rounding = axis == kBytes || std::isinf(asked_[axis]) ? 0 : kRounding * std::abs(asked_[axis]);
        limits_[axis] = asked_[axis] - other_[axis] + rounding;
    }
}

tl::unexpected<Error> Allocator::unreachable(std::size_t axis, const Costs &others, double nearest) const
{
    std::string within;
    for (std::size_t other = 0; other < others.size(); ++other)
        if (std::isfinite(others[other]))
            within += (within.empty() ? " within " : " and ") + amount(other, asked_[other]);
    return fail(ErrorCode::constraint,
                "No choice of formats has at most " + amount(axis, asked_[axis]) + within + ": the least that these layers allow"
                    + (within.empty() ? "" : " there") + " is " + amount(axis, nearest + other_[axis])
                    + ". Ask for that, or lift another constraint.");
}

/// Whether limits can be kept is the same question with a limit less: the least of what it limits.
Result<LimitedAllocation> Allocator::least(std::size_t objective, const Costs &limits, double enough) const
{
    for (std::size_t axis = 0; axis < limits.size(); ++axis) {
        if (!std::isfinite(limits[axis]))
            continue;
        Costs others = limits;
        others[axis] = kInfinity;
        auto start = least(axis, others, limits[axis]);
        if (!start)
            return start;
        if (!(start->totals[axis] <= limits[axis]))
            return unreachable(axis, others, start->totals[axis]);
        const LimitedProblem problem{&groups_, objective, limits};
        return LimitedSolver(problem, std::move(*start)).solve(enough, stop_);
    }
    Costs weights{};
    weights[objective] = 1;
    LimitedAllocation result{cheapest_picks(groups_, weights), {}, 0};
    result.totals = total_costs(groups_, result.picks);
    return result;
}

Allocation Allocator::allocation(const LimitedAllocation &found) const
{
    std::vector<std::size_t> choices(problem_.layers.size());
    for (std::size_t group = 0; group < groups_.size(); ++group)
        for (std::size_t i = 0; i < groups_[group].layers.size(); ++i)
            choices[groups_[group].layers[i]] = groups_[group].options[found.picks[group]].choices[i];
    Allocation result = with_totals(problem_, std::move(choices));
    result.gap = found.gap;
    return result;
}

Result<Allocation> Allocator::least(std::size_t objective) const
{
    Costs others = limits_;
    others[objective] = kInfinity;
    const auto found = least(objective, others, -kInfinity);
    if (!found)
        return forward(found);
    if (!(found->totals[objective] <= limits_[objective]))
        return unreachable(objective, others, found->totals[objective]);
    return allocation(*found);
}

} // namespace

Result<Allocation> best_allocation(const AllocationProblem &problem, AllocationAxis minimise, const AllocationLimits &limits,
                                   std::stop_token stop)
{
    for (const auto &limit : {limits.latency, limits.damage})
        if (limit && std::isnan(*limit))
            return fail(ErrorCode::usage, "A limit is no number. Give one, or none.");
    auto groups = layer_groups(problem, minimise == AllocationAxis::latency || limits.latency);
    if (!groups)
        return forward(groups);
    return Allocator(problem, std::move(*groups), limits, std::move(stop)).least(index_of(minimise));
}

} // namespace ca
