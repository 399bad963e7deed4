// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ca {

/// A trial as the search sees it.
struct OperatingPoint {
    double bytes = 0;              ///< lower is better; above 0
    double accuracy = 0;           ///< fraction, higher is better
    std::optional<double> latency; ///< batch-1 milliseconds, lower is better; above 0; absent where it was only simulated
};

/// What counts between points. `measured`: bytes and accuracy, and latency where every point has one.
enum class FrontAxes { measured, bytes_accuracy, bytes_latency, accuracy_latency, bytes_accuracy_latency };

/// Indices of the points that no other dominates (at least as good in all that counts, better in one), by rising bytes, or
/// latency where bytes do not count; equal points once (the first). A point that lacks what counts (no latency, NaN, infinity)
/// is not on the front and dominates none. O(n log n).
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const OperatingPoint> points, FrontAxes axes = FrontAxes::measured);

/// Area dominated over (log2(float_bytes / bytes), accuracy in points), reference (0, float accuracy - 10 points), in bit-points.
/// Points at or beyond the reference add nothing.
[[nodiscard]] double hypervolume(std::span<const OperatingPoint> points, double float_bytes, double float_accuracy);

/// The same where `float_model` has no latency. Where it has, the volume over log2(float latency / latency) too, whose reference
/// is -1, twice float's latency: weight-only formats run as fast as float, and noise must not decide whether they count. Points
/// without latency add nothing then.
[[nodiscard]] double hypervolume(std::span<const OperatingPoint> points, const OperatingPoint &float_model);

/// By how much `hypervolume` would grow with `candidate`. O(n log n).
[[nodiscard]] double hypervolume_gain(std::span<const OperatingPoint> points, const OperatingPoint &candidate,
                                      const OperatingPoint &float_model);

/// Corners of the front over two axes, the most pronounced first, at most `count`: the points between its ends that are vertices
/// of its hull, by falling distance from the line through the ends, in (log2 bytes, accuracy, log2 latency), each scaled to 0..1
/// over the front. Empty where nothing bulges, and over three axes, which have no such line. O(n log n).
[[nodiscard]] std::vector<std::size_t> knees(std::span<const OperatingPoint> points, std::size_t count,
                                             FrontAxes axes = FrontAxes::bytes_accuracy);

/// Crowding distance of each point of a front, in the coordinates of `knees`: the sum over the axes of the distance between its
/// neighbours, infinite for the ends of an axis. An axis on which all are equal does not count; where none does, all are
/// infinite. 0 for a point that lacks what counts. Source: NSGA-II (Deb et al. 2002). O(n log n).
[[nodiscard]] std::vector<double> crowding_distances(std::span<const OperatingPoint> front, FrontAxes axes = FrontAxes::measured);

/// `smallest` within half a point of float (else the most accurate), `fastest` likewise, `balanced`: the knee, farthest from the
/// line between the ends of the front in (log2 bytes, accuracy), each axis scaled to 0..1; the most accurate where it has none.
struct Recommended {
    std::optional<std::size_t> smallest, fastest, balanced;
};
[[nodiscard]] Recommended recommend(std::span<const OperatingPoint> points, double float_accuracy);

} // namespace ca
