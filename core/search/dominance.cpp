// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/dominance.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

namespace ca {
namespace {

/// What has been seen of two costs: the second falls where the first rises.
class LowerStaircase {
public:
    [[nodiscard]] bool covers(double first, double second) const
    {
        const auto after = steps_.upper_bound(first);
        return after != steps_.begin() && std::prev(after)->second <= second;
    }
    void add(double first, double second) // not covered
    {
        auto next = steps_.insert_or_assign(first, second).first;
        for (++next; next != steps_.end() && next->second >= second;)
            next = steps_.erase(next);
    }

private:
    std::map<double, double> steps_;
};

/// The union of boxes from the origin to corners in the plane: heights fall where widths rise.
class Skyline {
public:
    /// The area that is new.
    double add(double width, double height)
    {
        const auto beyond = corners_.lower_bound(width);
        double covered = beyond == corners_.end() ? 0 : beyond->second;
        if (covered >= height)
            return 0;
        auto here = corners_.insert_or_assign(beyond, width, height);
        double area = 0, right = width;
        while (here != corners_.begin()) {
            const auto left = std::prev(here);
            area += (right - left->first) * (height - covered);
            if (left->second >= height)
                return area;
            right = left->first;
            covered = left->second;
            corners_.erase(left);
        }
        return area + right * (height - covered);
    }

private:
    std::map<double, double> corners_; ///< height by width
};

using Corner = std::array<double, 3>;

/// Seen from the reference, one that does not count as 1; nothing for a point that adds nothing.
std::optional<Corner> corner(const Corner &point, const Corner &reference, std::size_t dimensions)
{
    Corner result{1, 1, 1};
    for (std::size_t i = 0; i < dimensions; ++i) {
        result[i] = point[i] - reference[i];
        if (!(result[i] > 0) || !std::isfinite(result[i]))
            return std::nullopt;
    }
    return result;
}

double volume(std::vector<Corner> corners)
{
    std::sort(corners.begin(), corners.end(),
              [](const Corner &a, const Corner &b) { return std::tie(a[2], a[0], a[1]) > std::tie(b[2], b[0], b[1]); });
    // Slices from the top down: between two heights the cut through the union is that of all points above.
    Skyline cut;
    double sum = 0, area = 0, top = 0;
    for (const Corner &next : corners) {
        sum += area * (top - next[2]);
        top = next[2];
        area += cut.add(next[0], next[1]);
    }
    return sum + area * top;
}

} // namespace

std::vector<std::size_t> nondominated(std::span<const Costs> costs)
{
    std::vector<std::size_t> order(costs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return std::tie(costs[a], a) < std::tie(costs[b], b); });
    std::vector<std::size_t> result;
    LowerStaircase seen; // only what comes before in this order can dominate, by its second and third cost
    for (const std::size_t i : order) {
        if (seen.covers(costs[i][1], costs[i][2]))
            continue;
        seen.add(costs[i][1], costs[i][2]);
        result.push_back(i);
    }
    return result;
}

double dominated_volume(std::span<const std::array<double, 3>> points, const std::array<double, 3> &reference,
                        std::size_t dimensions)
{
    std::vector<Corner> corners;
    for (const auto &point : points)
        if (const auto seen = corner(point, reference, dimensions))
            corners.push_back(*seen);
    return volume(std::move(corners));
}

double volume_gain(std::span<const std::array<double, 3>> points, const std::array<double, 3> &candidate,
                   const std::array<double, 3> &reference, std::size_t dimensions)
{
    const auto added = corner(candidate, reference, dimensions);
    if (!added)
        return 0;
    // Of the candidate's box, what the others cover: the union of their boxes cut down to it.
    std::vector<Corner> covered;
    for (const auto &point : points) {
        auto seen = corner(point, reference, dimensions);
        if (!seen)
            continue;
        for (std::size_t i = 0; i < seen->size(); ++i)
            (*seen)[i] = std::min((*seen)[i], (*added)[i]);
        if (*seen == *added)
            return 0;
        covered.push_back(*seen);
    }
    return std::max(0.0, (*added)[0] * (*added)[1] * (*added)[2] - volume(std::move(covered)));
}

} // namespace ca
