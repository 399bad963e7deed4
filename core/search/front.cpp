// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front.h"

#include "core/search/front_costs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace ca {
namespace {

constexpr double kHalfPoint = 0.005;
constexpr double kReferencePoints = 10;    // below float: where hypervolume begins
constexpr double kReferenceDoublings = -1; // of speed
constexpr double kRounding = 1e-9;         // points of accuracy: 0.92 - 0.005 is no exact number

using Gains = std::array<double, 3>;

/// Beyond the reference: halvings of the size, points of accuracy, doublings of speed.
Gains gains(const OperatingPoint &point, const OperatingPoint &float_model)
{
    const double latency = point.latency.value_or(std::numeric_limits<double>::infinity()); // never beyond the reference
    return {std::log2(float_model.bytes / point.bytes), (point.accuracy - float_model.accuracy) * 100 + kReferencePoints,
            float_model.latency ? std::log2(*float_model.latency / latency) - kReferenceDoublings : 0};
}

std::vector<Gains> all_gains(std::span<const OperatingPoint> points, const OperatingPoint &float_model)
{
    std::vector<Gains> result;
    for (const OperatingPoint &point : points)
        result.push_back(gains(point, float_model));
    return result;
}

std::size_t dimensions(const OperatingPoint &float_model)
{
    return float_model.latency ? 3 : 2;
}

/// The first point of least `cost` among those within half a point of float; the most accurate where there is none.
std::optional<std::size_t> least(std::span<const OperatingPoint> points, double float_accuracy,
                                 const std::function<double(const OperatingPoint &)> &cost)
{
    std::optional<std::size_t> best, most_accurate;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!most_accurate || points[i].accuracy > points[*most_accurate].accuracy)
            most_accurate = i;
        if (points[i].accuracy + kRounding < float_accuracy - kHalfPoint)
            continue;
        if (!best || cost(points[i]) < cost(points[*best]))
            best = i;
    }
    return best ? best : most_accurate;
}

std::optional<std::size_t> balanced(std::span<const OperatingPoint> points)
{
    if (const auto corners = knees(points, 1); !corners.empty())
        return corners.front();
    const auto front = pareto_front(points, FrontAxes::bytes_accuracy);
    return front.empty() ? std::nullopt : std::optional(front.back());
}

} // namespace

Counted counted(FrontAxes axes, std::span<const OperatingPoint> points)
{
    switch (axes) {
    case FrontAxes::bytes_accuracy:
        return {true, true, false};
    case FrontAxes::bytes_latency:
        return {true, false, true};
    case FrontAxes::accuracy_latency:
        return {false, true, true};
    case FrontAxes::bytes_accuracy_latency:
        return {true, true, true};
    case FrontAxes::measured:
        break;
    }
    const auto has_latency = [](const OperatingPoint &point) { return point.latency.has_value(); };
    return {true, true, std::all_of(points.begin(), points.end(), has_latency)};
}

FrontCosts front_costs(std::span<const OperatingPoint> points, const Counted &counts)
{
    FrontCosts result;
    for (std::size_t i = 0; i < points.size(); ++i) {
        Costs costs{points[i].bytes, -points[i].accuracy, points[i].latency.value_or(std::numeric_limits<double>::infinity())};
        for (std::size_t axis = 0; axis < costs.size(); ++axis)
            costs[axis] = counts[axis] ? costs[axis] : 0;
        if (!std::all_of(costs.begin(), costs.end(), [](double cost) { return std::isfinite(cost); }))
            continue;
        result.costs.push_back(costs);
        result.points.push_back(i);
    }
    return result;
}

std::vector<std::size_t> pareto_front(std::span<const OperatingPoint> points, FrontAxes axes)
{
    const Counted counts = counted(axes, points);
    const FrontCosts all = front_costs(points, counts);
    const std::size_t first = counts[0] ? 0 : 2;
    std::vector<std::size_t> front = nondominated(all.costs);
    std::sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(all.costs[a][first], a) < std::pair(all.costs[b][first], b);
    });
    for (std::size_t &i : front)
        i = all.points[i];
    return front;
}

double hypervolume(std::span<const OperatingPoint> points, const OperatingPoint &float_model)
{
    return dominated_volume(all_gains(points, float_model), {}, dimensions(float_model));
}

double hypervolume(std::span<const OperatingPoint> points, double float_bytes, double float_accuracy)
{
    return hypervolume(points, OperatingPoint{float_bytes, float_accuracy, {}});
}

double hypervolume_gain(std::span<const OperatingPoint> points, const OperatingPoint &candidate,
                        const OperatingPoint &float_model)
{
    return volume_gain(all_gains(points, float_model), gains(candidate, float_model), {}, dimensions(float_model));
}

Recommended recommend(std::span<const OperatingPoint> points, double float_accuracy)
{
    Recommended result;
    result.smallest = least(points, float_accuracy, [](const OperatingPoint &point) { return point.bytes; });
    if (std::any_of(points.begin(), points.end(), [](const OperatingPoint &point) { return point.latency.has_value(); }))
        result.fastest = least(points, float_accuracy, [](const OperatingPoint &point) {
            return point.latency.value_or(std::numeric_limits<double>::infinity());
        });
    result.balanced = balanced(points);
    return result;
}

} // namespace ca
