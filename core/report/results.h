// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/charts/pareto.h"
#include "core/report/document/document.h"
#include "core/report/results_folder.h"
#include "core/report/source/report_source.h"
#include "core/report/writers/csv.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace ca {

/// The finished trials as points of the chart: selection's accuracy against bytes. Those that ended early on easier or harder
/// images stand where their change against float puts them; without that they stay out.
[[nodiscard]] std::vector<ChartPoint> chart_points(const Study &study);

/// What a study has without a report: trials.csv and pareto.svg beside study.json. Returns the files of the folder in a fixed
/// order. Errors: `unwritable`.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_results(const Study &study, const std::filesystem::path &folder);

/// The files that a study.json names; none where it is damaged.
[[nodiscard]] std::vector<std::filesystem::path> files_named_in(const std::string &study_json);

/// Where a trial's recipe is kept: `recipes/T007_balanced.json`, with all that the trial is recommended for, else `front`.
[[nodiscard]] std::string recipe_file(const Study &study, const Trial &trial);

/// The texts of a report but study.json, by name below its folder, in the order of writing: report.html, report.md, trials.csv,
/// layers.csv, failures.csv where there are examples, pareto.svg, and the recipes of the front and of recommended trials.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> report_texts(const ReportSource &source,
                                                                            const report::Document &document);

/// study.json and `report_texts`. The caller adds report.pdf and pictures, then calls `results.finish("recipes")`. Errors:
/// `unwritable`.
[[nodiscard]] Status write_results(const ReportSource &source, const report::Document &document, ResultsFolder &results);

} // namespace ca
