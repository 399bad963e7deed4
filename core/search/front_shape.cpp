// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front_costs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ca {
namespace {

/// As a chart shows them: sizes and times in powers of two.
FrontCosts drawn_costs(std::span<const OperatingPoint> points, const Counted &counts)
{
    FrontCosts result = front_costs(points, counts);
    for (Costs &costs : result.costs)
        for (const std::size_t axis : {0, 2})
            if (counts[axis])
                costs[axis] = std::log2(costs[axis]);
    return result;
}

/// A front over two axes in the unit square: from (0, 1) to (1, 0), below the diagonal where it bulges.
struct Place {
    double across = 0, down = 0;
    std::size_t point = 0;
    [[nodiscard]] double depth() const { return 1 - across - down; }
};

std::vector<Place> places(std::span<const OperatingPoint> points, FrontAxes axes, const Counted &counts)
{
    std::vector<OperatingPoint> front;
    const auto indices = pareto_front(points, axes);
    for (const std::size_t i : indices)
        front.push_back(points[i]);
    const FrontCosts drawn = drawn_costs(front, counts);
    const std::size_t across = counts[0] ? 0 : 2, down = counts[1] ? 1 : 2;
    const Costs &first = drawn.costs.front(), &last = drawn.costs.back();
    std::vector<Place> result;
    for (std::size_t i = 0; i < drawn.costs.size(); ++i)
        result.push_back({(drawn.costs[i][across] - first[across]) / (last[across] - first[across]),
                          (drawn.costs[i][down] - last[down]) / (first[down] - last[down]), indices[i]});
    return result;
}

/// The vertices of the lower left hull, in order. Source: Andrew's monotone chain.
std::vector<Place> lower_hull(const std::vector<Place> &places)
{
    std::vector<Place> hull;
    const auto turns_left = [](const Place &a, const Place &b, const Place &c) {
        return (b.across - a.across) * (c.down - a.down) - (b.down - a.down) * (c.across - a.across) > 0;
    };
    for (const Place &place : places) {
        while (hull.size() > 1 && !turns_left(hull[hull.size() - 2], hull.back(), place))
            hull.pop_back();
        hull.push_back(place);
    }
    return hull;
}

void add_distances(const std::vector<Costs> &costs, std::size_t axis, std::vector<double> &distances)
{
    std::vector<std::size_t> order(costs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a][axis] < costs[b][axis]; });
    const double low = costs[order.front()][axis], high = costs[order.back()][axis];
    for (std::size_t place = 0; place < order.size(); ++place) {
        const double here = costs[order[place]][axis];
        if (here == low || here == high)
            distances[order[place]] = std::numeric_limits<double>::infinity();
        else
            distances[order[place]] += (costs[order[place + 1]][axis] - costs[order[place - 1]][axis]) / (high - low);
    }
}

} // namespace

std::vector<std::size_t> knees(std::span<const OperatingPoint> points, std::size_t count, FrontAxes axes)
{
    const Counted counts = counted(axes, points);
    if (std::count(counts.begin(), counts.end(), true) != 2 || pareto_front(points, axes).size() < 3)
        return {};
    std::vector<Place> hull = lower_hull(places(points, axes, counts));
    hull.pop_back(); // the ends are no corners
    hull.erase(hull.begin());
    std::stable_sort(hull.begin(), hull.end(), [](const Place &a, const Place &b) { return a.depth() > b.depth(); });
    std::vector<std::size_t> result;
    for (const Place &place : hull)
        if (result.size() < count)
            result.push_back(place.point);
    return result;
}

std::vector<double> crowding_distances(std::span<const OperatingPoint> front, FrontAxes axes)
{
    const Counted counts = counted(axes, front);
    const FrontCosts drawn = drawn_costs(front, counts);
    std::vector<double> distances(drawn.costs.size(), 0);
    bool any = false;
    for (std::size_t axis = 0; axis < counts.size(); ++axis) {
        const auto differs = [&](const Costs &costs) { return costs[axis] != drawn.costs.front()[axis]; };
        if (std::none_of(drawn.costs.begin(), drawn.costs.end(), differs))
            continue;
        add_distances(drawn.costs, axis, distances);
        any = true;
    }
    std::vector<double> result(front.size(), 0);
    for (std::size_t i = 0; i < distances.size(); ++i)
        result[drawn.points[i]] = any ? distances[i] : std::numeric_limits<double>::infinity();
    return result;
}

} // namespace ca
