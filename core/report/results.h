// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "core/report/pareto_svg.h"
#include "core/report/results_folder.h"
#include "core/report/source/report_source.h"
#include "core/report/writers/csv.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// The finished trials as points of the chart: selection's accuracy against bytes.
[[nodiscard]] std::vector<ChartPoint> chart_points(const Study &study);

/// What a study has without a report: trials.csv and pareto.svg beside study.json. Returns the files of the folder in a fixed
/// order. Errors: `unwritable`.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_results(const Study &study, const std::filesystem::path &folder);

/// Where a trial's recipe is kept: `recipes/T007_balanced.json`, with all that the trial is recommended for, else `front`.
[[nodiscard]] std::string recipe_file(const Study &study, const Trial &trial);

/// All that is text: report.html, report.md, study.json, trials.csv, layers.csv, failures.csv where there are examples,
/// pareto.svg, and the recipes of the front and of recommended trials. The caller adds report.pdf and pictures, then calls
/// `results.finish("recipes")`. Errors: `unwritable`.
[[nodiscard]] Status write_results(const ReportSource &source, const report::Document &document, ResultsFolder &results);

} // namespace ca
