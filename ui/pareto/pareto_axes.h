// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pareto/pareto_points.h"

#include <array>

namespace ca {

inline constexpr std::array kParetoAxes{ParetoAxis::size, ParetoAxis::latency, ParetoAxis::accuracy};

/// What a chart shows across and up: two different ones.
struct ParetoAxes {
    ParetoAxis x = ParetoAxis::size;
    ParetoAxis y = ParetoAxis::accuracy;
    bool operator==(const ParetoAxes &) const = default;
};

[[nodiscard]] QString axis_name(ParetoAxis axis);  ///< "Size"
[[nodiscard]] QString axis_title(ParetoAxis axis); ///< with its unit: "Top-1 on selection, %"

/// In MB, ms or percent; absent where it was not measured.
[[nodiscard]] std::optional<double> value_on(ParetoAxis axis, const ParetoPoint &point);

/// Indices of the points that no other beats on these axes, by rising size, or latency where size is none of them. A trial that a
/// race ended is not among them.
[[nodiscard]] std::vector<std::size_t> pareto_line(const std::vector<ParetoPoint> &points, ParetoAxes axes);
/// The most pronounced corner of that line; nothing where it has none.
[[nodiscard]] std::optional<std::size_t> pareto_knee(const std::vector<ParetoPoint> &points, ParetoAxes axes);

/// Ends of an axis and the distance of its ticks.
struct AxisRange {
    double low = 0, high = 1, step = 1;
    bool operator==(const AxisRange &) const = default;
};
/// 5 % padding around the points and the intervals that are drawn. A limit on the axis is inside too, unless the axis would grow
/// to more than twice its length for it. Accuracy and latency: within what is possible, ticks at 1, 2 or 5 times a power of ten;
/// accuracy ends 15 points below the best at most, so that the front keeps its detail. Size: padding of the logarithm, wide
/// enough for two powers of two, step 2. Without points 0..100 %, 1..16 MB, 0..10 ms.
[[nodiscard]] AxisRange axis_range(ParetoAxis axis, const std::vector<ParetoPoint> &points,
                                   const std::vector<ParetoLimit> &limits = {});

/// Is it worse than all that the axis shows?
[[nodiscard]] bool below_scale(ParetoAxis axis, const ParetoPoint &point, const AxisRange &range);

} // namespace ca
