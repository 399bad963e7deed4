// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/report.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca::report {

/// Something in a report that is not what the store holds.
struct ReportFault {
    std::string file;    ///< `report.html`
    std::string place;   ///< `line 12`
    std::string found;   ///< what stands there, with what is around it
    std::string stored;  ///< what the store has
    std::string whole{}; ///< what is wrong with the file as a whole, instead of the three: `is missing`
    bool operator==(const ReportFault &) const = default;
};
/// A sentence.
[[nodiscard]] std::string to_text(const ReportFault &fault);

/// Holds the files of a report in `folder` against what this version of the program writes for the store: report.html, report.md,
/// study.json, the tables, the charts that lie beside them, the recipes must be there and equal byte for byte; the paths that
/// study.json names are not looked at. Each figure of report.html is looked up by the path that it names, must have the value
/// that is found there, and a text that is this value rounded. Files that are drawn (report.pdf, pictures) must have the
/// checksums that the report's list gives them: who alters both is not found out. `options.date` is not looked at: the report's
/// own date must be the same all over. At most some hundred faults a file. Errors: `not_found` where a folder holds no
/// report, tables of a study that has none yet or nothing; `unreadable`.
[[nodiscard]] Result<std::vector<ReportFault>> verify_report(const ReportSource &source, const ReportOptions &options,
                                                             const std::filesystem::path &folder);

} // namespace ca::report
