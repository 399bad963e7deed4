// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner.h"
#include "core/study/study.h"

namespace ca {

/// Percentage points of top-1 below float on the images that were looked at, and its standard error, from those that only one of
/// the two has right. Both 0 for the float model itself.
struct MeasuredDrop {
    double points = 0;
    double standard_error = 0;
};
[[nodiscard]] MeasuredDrop measured_drop(const Measurement &measurement);

/// Was measured on fewer images than float: a race ended it.
[[nodiscard]] bool stopped_early(const Study &study, const Trial &trial);

/// As the search sees it; `trial` is done. Latency where it was measured and not simulated.
[[nodiscard]] OperatingPoint operating_point(const Trial &trial);

/// All finished trials as the planner sees them, in their order.
[[nodiscard]] std::vector<TrialResult> trial_results(const Study &study);

/// Sets `on_front`, the recommended trials, the answer, and the hypervolume after as many trials as are finished. Trials that a
/// race ended are on no front.
void look_at_front(Study &study);

/// The least accuracy that a trial needs to be on the front, by the trials that were finished before its round was proposed: so
/// that races end alike in whatever order, and on however many machines, a round is carried out. `costs`: its size. Times do not
/// count, which a clock says another way each time: a trial is taken for as fast as another where all its layers with int8 inputs
/// have int8 inputs there, too. Nothing where it is on the front anyway, or where latency is limited.
[[nodiscard]] std::optional<double> accuracy_to_beat(const Study &study, const Trial &trial, const Measurement &costs);

/// In a study's folder: the exports of the trials on its front.
inline constexpr const char *kExports = "trials";
/// Where the export of a trial is kept, below the study's folder.
[[nodiscard]] std::filesystem::path export_path(const Trial &trial);

} // namespace ca
