// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ca {
namespace {

/// Of the points first..last the one farthest below the line between these two, in (log cost, damage); the middle one where none
/// lies below.
std::size_t corner(const std::vector<AllocationPoint> &points, const std::vector<double> &places, std::size_t first,
                   std::size_t last)
{
    std::size_t best = first + (last - first) / 2;
    double deepest = 0;
    const double slope = (points[last].damage - points[first].damage) / (places[last] - places[first]);
    for (std::size_t i = first + 1; i < last; ++i) {
        const double depth = points[first].damage + slope * (places[i] - places[first]) - points[i].damage;
        if (depth > deepest) {
            deepest = depth;
            best = i;
        }
    }
    return best;
}

} // namespace

std::vector<std::size_t> AllocationCurve::well_spread(std::size_t count) const
{
    const std::size_t last = points_.size() - 1;
    if (count == 1)
        return {last};
    if (points_.size() <= count) {
        std::vector<std::size_t> all(points_.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        return all;
    }
    if (count == 0)
        return {};
    const auto costs_something = [](const AllocationPoint &point) { return point.cost > 0; };
    const auto positive = std::find_if(points_.begin(), points_.end(), costs_something);
    std::vector<double> places; // on the logarithmic axis; what costs nothing stands where the first does that costs something
    for (const AllocationPoint &point : points_)
        places.push_back(std::log2(positive == points_.end() ? 1 : std::max(point.cost, positive->cost)));

    std::vector<std::size_t> result{0};
    const double parts = static_cast<double>(count) - 1;
    const auto place_of = [&](double part) { return places.front() + part / parts * (places.back() - places.front()); };
    for (double part = 1; part < parts; ++part) {
        const auto from = std::lower_bound(places.begin() + 1, places.end() - 1, place_of(part - 0.5));
        const auto to = std::lower_bound(from, places.end() - 1, place_of(part + 0.5));
        if (from != to)
            result.push_back(corner(points_, places, static_cast<std::size_t>(from - places.begin()),
                                    static_cast<std::size_t>(to - places.begin()) - 1));
    }
    result.push_back(last);
    return result;
}

} // namespace ca
