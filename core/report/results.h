// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/pareto_svg.h"
#include "core/study/study.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// The finished trials as points of the chart: selection's accuracy against bytes.
[[nodiscard]] std::vector<ChartPoint> chart_points(const Study &study);

/// One row a trial, with a heading; RFC 4180; numbers with a point whatever the locale.
[[nodiscard]] std::string trials_csv(const Study &study);

/// Writes trials.csv and pareto.svg beside study.json. Returns the files of the folder in a fixed order. Errors: `unwritable`.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_results(const Study &study, const std::filesystem::path &folder);

} // namespace ca
