// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace ca {
namespace {

constexpr double kHalfPoint = 0.005;
constexpr double kReferencePoints = 10; // below float: where hypervolume begins
constexpr double kRounding = 1e-9;      // points of accuracy: 0.92 - 0.005 is no exact number

bool at_least_as_good(const OperatingPoint &a, const OperatingPoint &b, bool with_latency)
{
    return a.bytes <= b.bytes && a.accuracy >= b.accuracy && (!with_latency || *a.latency <= *b.latency);
}

std::vector<std::size_t> front_over(std::span<const OperatingPoint> points, bool with_latency)
{
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < points.size(); ++i) {
        bool beaten = false;
        for (std::size_t other = 0; other < points.size() && !beaten; ++other) {
            const bool covers = other != i && at_least_as_good(points[other], points[i], with_latency);
            const bool equal = covers && at_least_as_good(points[i], points[other], with_latency);
            beaten = covers && (!equal || other < i);
        }
        if (!beaten)
            front.push_back(i);
    }
    std::stable_sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) { return points[a].bytes < points[b].bytes; });
    return front;
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

/// The point between the ends of the front that lies farthest above the line through them. A front of one or two points has
/// none between: the more accurate end then.
std::optional<std::size_t> knee(std::span<const OperatingPoint> points)
{
    const std::vector<std::size_t> front = front_over(points, false);
    if (front.empty())
        return std::nullopt;
    const OperatingPoint &small = points[front.front()];
    const OperatingPoint &large = points[front.back()];
    std::size_t best = front.back();
    double farthest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 1; i + 1 < front.size(); ++i) {
        const OperatingPoint &point = points[front[i]];
        const double across = std::log2(point.bytes / small.bytes) / std::log2(large.bytes / small.bytes);
        const double up = (point.accuracy - small.accuracy) / (large.accuracy - small.accuracy);
        if (up - across > farthest) { // the distance to the diagonal of the unit square, times the square root of two
            farthest = up - across;
            best = front[i];
        }
    }
    return best;
}

bool all_have_latency(std::span<const OperatingPoint> points)
{
    return std::all_of(points.begin(), points.end(), [](const OperatingPoint &point) { return point.latency.has_value(); });
}

} // namespace

std::vector<std::size_t> pareto_front(std::span<const OperatingPoint> points)
{
    return front_over(points, all_have_latency(points));
}

double hypervolume(std::span<const OperatingPoint> points, double float_bytes, double float_accuracy)
{
    struct Corner {
        double bits, points;
    };
    std::vector<Corner> corners;
    for (const OperatingPoint &point : points) {
        const Corner corner{std::log2(float_bytes / point.bytes), (point.accuracy - float_accuracy) * 100 + kReferencePoints};
        if (corner.bits > 0 && corner.points > 0)
            corners.push_back(corner);
    }
    std::sort(corners.begin(), corners.end(), [](const Corner &a, const Corner &b) { return a.bits > b.bits; });

    // From the right: each corner adds the strip by which it rises above all that reach farther.
    double area = 0, height = 0;
    for (const Corner &corner : corners) {
        if (corner.points <= height)
            continue;
        area += corner.bits * (corner.points - height);
        height = corner.points;
    }
    return area;
}

Recommended recommend(std::span<const OperatingPoint> points, double float_accuracy)
{
    Recommended result;
    result.smallest = least(points, float_accuracy, [](const OperatingPoint &point) { return point.bytes; });
    if (std::any_of(points.begin(), points.end(), [](const OperatingPoint &point) { return point.latency.has_value(); }))
        result.fastest = least(points, float_accuracy, [](const OperatingPoint &point) {
            return point.latency.value_or(std::numeric_limits<double>::infinity());
        });
    result.balanced = knee(points);
    return result;
}

} // namespace ca
