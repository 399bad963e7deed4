// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation_groups.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ca {
namespace {

constexpr std::size_t kCandidates = 60'000'000; // looked at in all: half a second
constexpr std::size_t kFewestStates = 4096, kMostStates = 65536;

/// A part of an allocation, on the way.
struct State {
    double cost = 0, damage = 0;
    std::uint32_t parent = 0, option = 0;
};

double largest(const LayerGroup &group, std::size_t axis)
{
    double result = 0;
    for (const GroupOption &option : group.options)
        result = std::max(result, option.costs[axis]);
    return result;
}

double smallest(const LayerGroup &group, std::size_t axis)
{
    double result = group.options.front().costs[axis];
    for (const GroupOption &option : group.options)
        result = std::min(result, option.costs[axis]);
    return result;
}

double span_of(const LayerGroup &group, std::size_t axis)
{
    return largest(group, axis) - smallest(group, axis);
}

/// The greatest step that all sums of whole costs lie apart by.
double common_step(const std::vector<LayerGroup> &groups, std::size_t axis)
{
    std::int64_t step = 0;
    for (const LayerGroup &group : groups)
        for (const GroupOption &option : group.options)
            step = std::gcd(step, static_cast<std::int64_t>(option.costs[axis] - smallest(group, axis)));
    return static_cast<double>(std::max<std::int64_t>(step, 1));
}

/// Leaves those that no other dominates, by rising cost.
void keep_front(std::vector<State> &states)
{
    std::stable_sort(states.begin(), states.end(),
                     [](const State &a, const State &b) { return std::pair(a.cost, a.damage) < std::pair(b.cost, b.damage); });
    std::size_t kept = 0;
    for (const State &state : states)
        if (kept == 0 || state.damage < states[kept - 1].damage)
            states[kept++] = state;
    states.resize(kept);
}

} // namespace

class CurveBuilder {
public:
    CurveBuilder(const AllocationProblem &problem, AllocationAxis axis) : axis_(index_of(axis)) { curve_.problem_ = problem; }

    Result<AllocationCurve> build(const std::stop_token &stop);

private:
    void sort_options(std::vector<LayerGroup> &groups) const;
    [[nodiscard]] std::vector<State> all_sums(const LayerGroup &group) const;
    [[nodiscard]] std::vector<State> best_of_parts(const LayerGroup &group);
    void add(const LayerGroup &group);

    const std::size_t axis_;
    std::size_t most_states_ = kMostStates;
    double step_ = 0; // that costs are multiples of, beside their least; 0 where they are no whole numbers
    std::vector<State> states_{State{}};
    AllocationCurve curve_;
};

/// Only cost and damage count here: of options alike in them the first stays. Each group's cheapest comes first.
void CurveBuilder::sort_options(std::vector<LayerGroup> &groups) const
{
    for (LayerGroup &group : groups) {
        std::vector<Costs> costs;
        for (const GroupOption &option : group.options)
            costs.push_back({option.costs[axis_], option.costs[index_of(AllocationAxis::damage)], 0});
        std::vector<GroupOption> kept;
        for (const std::size_t i : nondominated(costs))
            kept.push_back(std::move(group.options[i]));
        group.options = std::move(kept);
    }
    // Narrow groups first: while sums span little, thinning them costs little.
    std::stable_sort(groups.begin(), groups.end(),
                     [&](const LayerGroup &a, const LayerGroup &b) { return span_of(a, axis_) < span_of(b, axis_); });
}

std::vector<State> CurveBuilder::all_sums(const LayerGroup &group) const
{
    std::vector<State> result;
    result.reserve(states_.size() * group.options.size());
    for (std::uint32_t option = 0; option < group.options.size(); ++option) {
        const Costs &costs = group.options[option].costs;
        for (std::uint32_t parent = 0; parent < states_.size(); ++parent)
            result.push_back({states_[parent].cost + costs[axis_],
                              states_[parent].damage + costs[index_of(AllocationAxis::damage)], parent, option});
    }
    return result;
}

/// Of the sums in each equal part of their range the one of least damage, and the cheapest of all.
std::vector<State> CurveBuilder::best_of_parts(const LayerGroup &group)
{
    const double low = states_.front().cost + smallest(group, axis_);
    const double range = states_.back().cost + largest(group, axis_) - low;
    const double finest = range / static_cast<double>(most_states_ - 1);
    const double width = std::max(finest, step_);
    if (width > step_)
        curve_.slack_ += width;
    constexpr double kNever = std::numeric_limits<double>::infinity();
    std::vector<State> parts(most_states_, State{0, kNever, 0, 0});
    for (std::uint32_t option = 0; option < group.options.size(); ++option) {
        const double cost = group.options[option].costs[axis_];
        const double damage = group.options[option].costs[index_of(AllocationAxis::damage)];
        for (std::uint32_t parent = 0; parent < states_.size(); ++parent) {
            const State sum{states_[parent].cost + cost, states_[parent].damage + damage, parent, option};
            const auto part = std::min(static_cast<std::size_t>((sum.cost - low) / width), most_states_ - 1);
            if (std::pair(sum.damage, sum.cost) < std::pair(parts[part].damage, parts[part].cost))
                parts[part] = sum;
        }
    }
    parts.erase(std::remove_if(parts.begin(), parts.end(), [](const State &state) { return state.damage == kNever; }),
                parts.end());
    parts.push_back({low, states_.front().damage + group.options.front().costs[index_of(AllocationAxis::damage)], 0, 0});
    return parts;
}

void CurveBuilder::add(const LayerGroup &group)
{
    states_ = states_.size() * group.options.size() <= most_states_ ? all_sums(group) : best_of_parts(group);
    keep_front(states_);
    AllocationCurve::Stage stage{group.layers, {}, {}};
    for (const GroupOption &option : group.options)
        stage.options.push_back(option.choices);
    for (const State &state : states_)
        stage.steps.push_back({state.parent, state.option});
    curve_.stages_.push_back(std::move(stage));
}

Result<AllocationCurve> CurveBuilder::build(const std::stop_token &stop)
{
    const bool latency = axis_ == index_of(AllocationAxis::latency);
    auto groups = layer_groups(curve_.problem_, latency);
    if (!groups)
        return forward(groups);
    sort_options(*groups);
    std::size_t options = 1;
    for (const LayerGroup &group : *groups)
        options += group.options.size();
    most_states_ = std::clamp(kCandidates / options, kFewestStates, kMostStates);
    step_ = latency ? 0 : common_step(*groups, axis_);
    for (const LayerGroup &group : *groups) {
        if (stop.stop_requested())
            return cancelled();
        add(group);
    }
    const double other = latency ? curve_.problem_.other_latency : static_cast<double>(curve_.problem_.other_bytes);
    for (const State &state : states_)
        curve_.points_.push_back({other + state.cost, state.damage});
    return std::move(curve_);
}

Result<AllocationCurve> AllocationCurve::of(const AllocationProblem &problem, AllocationAxis axis, std::stop_token stop)
{
    if (axis == AllocationAxis::damage)
        return fail(ErrorCode::usage, "A curve of least damage goes over bytes or latency, not over damage itself.");
    return CurveBuilder(problem, axis).build(stop);
}

Allocation AllocationCurve::allocation(std::size_t point) const
{
    std::vector<std::size_t> choices(problem_.layers.size());
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
        const Step step = stage->steps[point];
        for (std::size_t i = 0; i < stage->layers.size(); ++i)
            choices[stage->layers[i]] = stage->options[step.option][i];
        point = step.parent;
    }
    return with_totals(problem_, std::move(choices));
}

std::optional<std::size_t> AllocationCurve::within(double budget) const
{
    const auto beyond = std::upper_bound(points_.begin(), points_.end(), budget,
                                         [](double limit, const AllocationPoint &point) { return limit < point.cost; });
    if (beyond == points_.begin())
        return std::nullopt;
    return static_cast<std::size_t>(beyond - points_.begin()) - 1;
}

std::optional<std::size_t> AllocationCurve::with_damage(double damage) const
{
    const auto first =
        std::partition_point(points_.begin(), points_.end(), [&](const AllocationPoint &point) { return point.damage > damage; });
    if (first == points_.end())
        return std::nullopt;
    return static_cast<std::size_t>(first - points_.begin());
}

} // namespace ca
