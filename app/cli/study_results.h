// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/report/report.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// Of a report that is written now: the day, UTC, and the command that repeats the study.
[[nodiscard]] report::ReportOptions report_options(const ReportSource &source);

struct WrittenResults {
    std::vector<std::filesystem::path> files; ///< in the order of writing
    std::vector<std::string> notes;           ///< what was set aside, what could not be drawn
};

/// The results folder of a study with its report, from what the store holds: DESIGN.md section 8. Without graphics what has to be
/// drawn is missing, which a note says. On the main thread. Errors: `unwritable`.
[[nodiscard]] Result<WrittenResults> write_study_results(const ReportSource &source, const std::filesystem::path &folder);

/// What is wrong with the report in `folder`: a sentence for each; none: it is what the store gives. Errors: `not_found`
/// where there is no report; of reading.
[[nodiscard]] Result<std::vector<std::string>> verify_study_results(const ReportSource &source,
                                                                    const std::filesystem::path &folder);

} // namespace ca
