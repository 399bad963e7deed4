// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study.h"

#include <QString>

#include <optional>
#include <vector>

namespace ca {

/// A finished trial as the chart draws it.
struct ParetoPoint {
    QString trial;
    QString word;         ///< written beside it: "float", "T9 answer"; empty for most
    double megabytes = 0; ///< of the exported file; 0 where it cannot be exported
    double percent = 0;   ///< top-1 on selection
    double low = 0;       ///< its 95 % interval, percent
    double high = 0;
    bool is_float = false;
    bool on_front = false; ///< of the study, whatever the axes
    TrialOrigin origin = TrialOrigin::baseline;
    std::optional<double> milliseconds{}; ///< batch 1, by real kernels; absent where that was not measured
    bool stopped_early = false;           ///< by a race, on part of the images: on no front

    bool operator==(const ParetoPoint &) const = default;
};

/// One point for each finished trial, in the study's order.
[[nodiscard]] std::vector<ParetoPoint> pareto_points(const Study &study);

enum class ParetoAxis { size, latency, accuracy };

/// A constraint as a line across the chart.
struct ParetoLimit {
    ParetoAxis axis = ParetoAxis::size;
    double value = 0; ///< in the axis's unit
    QString words;    ///< "at most 6 MB"

    bool operator==(const ParetoLimit &) const = default;
};

/// A limit at `value` of its axis, with its words. `of_float`: what the float model reaches on selection, percent; that of
/// accuracy is said as a distance from it.
[[nodiscard]] ParetoLimit limit_at(ParetoAxis axis, double value, double of_float);

/// The study's limits on size, latency and drop; that on drop where float was measured.
[[nodiscard]] std::vector<ParetoLimit> pareto_limits(const Study &study);

} // namespace ca
