// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/source/stored_numbers.h"
#include "core/report/verify/verify_report.h"

#include <string_view>
#include <vector>

namespace ca::report {

/// Figures of a report in HTML (`<data value="0.9134" data-source="study/trials/T7/selection/top1">91.34 %</data>`) whose value
/// is not the stored number, or whose text does not show it; the first kMostFaults.
[[nodiscard]] std::vector<ReportFault> check_figures(std::string_view html, const StoredNumbers &numbers);

} // namespace ca::report
