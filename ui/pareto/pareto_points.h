// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <QString>

#include <vector>

namespace ca {

/// A finished trial as the chart draws it.
struct ParetoPoint {
    QString trial;
    QString word;         ///< written beside it: "float", "T14 knee"; empty for most
    double megabytes = 0; ///< of the exported file
    double percent = 0;   ///< top-1 on selection
    double low = 0;       ///< its 95 % interval, percent
    double high = 0;
    bool is_float = false;
    bool on_front = false;
    TrialOrigin origin = TrialOrigin::baseline;

    bool operator==(const ParetoPoint &) const = default;
};

/// One point for each finished trial, in the study's order.
[[nodiscard]] std::vector<ParetoPoint> pareto_points(const Study &study);

/// Ends of an axis and the distance of its ticks.
struct AxisRange {
    double low = 0, high = 1, step = 1;
    bool operator==(const AxisRange &) const = default;
};
/// Accuracy in percent with 5 % padding, within 0..100, ticks at 1, 2 or 5 times a power of ten. 0..100 for no points.
[[nodiscard]] AxisRange accuracy_range(const std::vector<ParetoPoint> &points);
/// Size in MB with 5 % padding of its logarithm, wide enough for two powers of two; step is 2. 1..16 for no points.
[[nodiscard]] AxisRange size_range(const std::vector<ParetoPoint> &points);

} // namespace ca
