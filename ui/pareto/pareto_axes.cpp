// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pareto/pareto_axes.h"

#include "core/search/front.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr double kPadding = 0.05;
constexpr double kMostGrowth = 2;   // of an axis, for a limit
constexpr double kFloorPoints = 15; // of accuracy below the best; pareto.svg ends there too

QString tr(const char *text)
{
    return QCoreApplication::translate("Pareto", text);
}

FrontAxes front_axes(ParetoAxes axes)
{
    const auto has = [axes](ParetoAxis axis) { return axes.x == axis || axes.y == axis; };
    if (!has(ParetoAxis::latency))
        return FrontAxes::bytes_accuracy;
    return has(ParetoAxis::size) ? FrontAxes::bytes_latency : FrontAxes::accuracy_latency;
}

/// As the search sees those that ran to their end, and where they stand among all.
std::pair<std::vector<OperatingPoint>, std::vector<std::size_t>> competitors(const std::vector<ParetoPoint> &points,
                                                                             ParetoAxes axes)
{
    std::pair<std::vector<OperatingPoint>, std::vector<std::size_t>> result;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const ParetoPoint &point = points[i];
        if (point.stopped_early || !value_on(axes.x, point) || !value_on(axes.y, point))
            continue;
        result.first.push_back({point.megabytes, point.percent, point.milliseconds});
        result.second.push_back(i);
    }
    return result;
}

/// From the least to the most on an axis, in the coordinate that it is linear in.
struct Extent {
    double low = 0, high = 0;

    void cover(double value)
    {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    [[nodiscard]] double length() const { return high - low; }
};

double coordinate(ParetoAxis axis, double value)
{
    return axis == ParetoAxis::size ? std::log2(value) : value;
}

std::optional<Extent> extent_of_points(ParetoAxis axis, const std::vector<ParetoPoint> &points)
{
    std::optional<Extent> extent;
    for (const ParetoPoint &point : points) {
        const auto value = value_on(axis, point);
        if (!value)
            continue;
        const double place = coordinate(axis, *value);
        extent = extent.value_or(Extent{place, place});
        extent->cover(place);
        if (axis == ParetoAxis::accuracy && (point.on_front || point.is_float)) {
            extent->cover(point.low);
            extent->cover(point.high);
        }
    }
    return extent;
}

double best_percent(const std::vector<ParetoPoint> &points)
{
    const auto best =
        std::max_element(points.begin(), points.end(), [](const auto &a, const auto &b) { return a.percent < b.percent; });
    return best->percent;
}

Extent with_limits(Extent extent, ParetoAxis axis, double padding, const std::vector<ParetoLimit> &limits)
{
    const double most = kMostGrowth * (extent.length() + 2 * padding);
    for (const ParetoLimit &limit : limits) {
        if (limit.axis != axis || (axis == ParetoAxis::size && limit.value <= 0))
            continue;
        Extent larger = extent;
        larger.cover(coordinate(axis, limit.value));
        if (larger.length() + 2 * padding <= most)
            extent = larger;
    }
    return extent;
}

/// 1, 2 or 5 times a power of ten, about six to the length.
double tick_step(double length)
{
    const double rough = length / 6;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double head = rough / power;
    return power * (head <= 1 ? 1 : head <= 2 ? 2 : head <= 5 ? 5 : 10);
}

AxisRange empty_range(ParetoAxis axis)
{
    switch (axis) {
    case ParetoAxis::size:
        return {1, 16, 2};
    case ParetoAxis::latency:
        return {0, 10, 2};
    case ParetoAxis::accuracy:
        break;
    }
    return {0, 100, 20};
}

double least_padding(ParetoAxis axis, const Extent &extent)
{
    switch (axis) {
    case ParetoAxis::size:
        return 0.1; // doublings
    case ParetoAxis::latency:
        return kPadding * extent.high;
    case ParetoAxis::accuracy:
        break;
    }
    return 0.25; // points
}

AxisRange size_range(Extent extent)
{
    // Two labelled powers of two at least, or the axis could not be read.
    if (std::floor(extent.high) - std::ceil(extent.low) < 1) {
        extent.low = std::floor(extent.low);
        extent.high = std::max(std::ceil(extent.high), extent.low + 1);
    }
    return {std::exp2(extent.low), std::exp2(extent.high), 2};
}

} // namespace

QString axis_name(ParetoAxis axis)
{
    switch (axis) {
    case ParetoAxis::size:
        return tr("Size");
    case ParetoAxis::latency:
        return tr("Latency");
    case ParetoAxis::accuracy:
        break;
    }
    return tr("Accuracy");
}

QString axis_title(ParetoAxis axis)
{
    switch (axis) {
    case ParetoAxis::size:
        return tr("Size of the exported file, MB (log)");
    case ParetoAxis::latency:
        return tr("Latency at batch 1, ms");
    case ParetoAxis::accuracy:
        break;
    }
    return tr("Top-1 on selection, %");
}

std::optional<double> value_on(ParetoAxis axis, const ParetoPoint &point)
{
    switch (axis) {
    case ParetoAxis::size:
        return point.megabytes > 0 ? std::optional(point.megabytes) : std::nullopt;
    case ParetoAxis::latency:
        return point.milliseconds;
    case ParetoAxis::accuracy:
        break;
    }
    return point.percent;
}

std::vector<std::size_t> pareto_line(const std::vector<ParetoPoint> &points, ParetoAxes axes)
{
    const auto [compared, places] = competitors(points, axes);
    std::vector<std::size_t> line = pareto_front(compared, front_axes(axes));
    for (std::size_t &i : line)
        i = places[i];
    return line;
}

std::optional<std::size_t> pareto_knee(const std::vector<ParetoPoint> &points, ParetoAxes axes)
{
    const auto [compared, places] = competitors(points, axes);
    const auto corners = knees(compared, 1, front_axes(axes));
    return corners.empty() ? std::nullopt : std::optional(places[corners.front()]);
}

AxisRange axis_range(ParetoAxis axis, const std::vector<ParetoPoint> &points, const std::vector<ParetoLimit> &limits)
{
    auto of_points = extent_of_points(axis, points);
    if (!of_points)
        return empty_range(axis);
    if (axis == ParetoAxis::accuracy)
        of_points->low = std::max(of_points->low, best_percent(points) - kFloorPoints);
    const double least = least_padding(axis, *of_points);
    Extent extent = with_limits(*of_points, axis, std::max(of_points->length() * kPadding, least), limits);
    const double padding = std::max(extent.length() * kPadding, least);
    extent.low -= padding;
    extent.high += padding;
    if (axis == ParetoAxis::size)
        return size_range(extent);
    extent.low = std::max(0.0, extent.low);
    if (axis == ParetoAxis::accuracy)
        extent.high = std::min(100.0, extent.high);
    return {extent.low, extent.high, tick_step(extent.length())};
}

bool below_scale(ParetoAxis axis, const ParetoPoint &point, const AxisRange &range)
{
    return axis == ParetoAxis::accuracy && point.percent < range.low;
}

} // namespace ca
