// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ca {

/// A trial as the search sees it.
struct OperatingPoint {
    double bytes = 0;              ///< lower is better
    double accuracy = 0;           ///< fraction, higher is better
    std::optional<double> latency; ///< batch-1 milliseconds, lower is better
};

/// Indices of the points that no other dominates (at least as good in all, better in one), by rising bytes, equal points once
/// (the first). Latency counts only where every point has it. O(n^2).
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const OperatingPoint> points);

/// Area dominated over (log2(float_bytes / bytes), accuracy in points), reference (0, float accuracy - 10 points), in bit-points.
/// Points at or beyond the reference add nothing.
[[nodiscard]] double hypervolume(std::span<const OperatingPoint> points, double float_bytes, double float_accuracy);

/// `smallest` within half a point of float (else the most accurate), `fastest` likewise, `balanced`: the knee, farthest from the
/// line between the ends of the front in (log2 bytes, accuracy), each axis scaled to 0..1.
struct Recommended {
    std::optional<std::size_t> smallest, fastest, balanced;
};
[[nodiscard]] Recommended recommend(std::span<const OperatingPoint> points, double float_accuracy);

} // namespace ca
