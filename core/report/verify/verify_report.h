// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/report.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca::report {

/// A number of a report that is not what the store holds.
struct ReportFault {
    std::string file;   ///< `report.html`
    std::string place;  ///< `line 12`
    std::string found;  ///< what stands there, with what is around it
    std::string stored; ///< what the store has
    bool operator==(const ReportFault &) const = default;
};
/// A sentence.
[[nodiscard]] std::string to_text(const ReportFault &fault);

/// Reads the files of a report that are in `folder` (report.html, report.md, study.json, the tables, the charts that lie beside
/// them, the recipes) and looks for each of their numbers in the store; ids like T7, hashes and the bytes of pictures count, the
/// paths in study.json do not. Each figure of report.html is looked up by the path that it names, must have the value that is
/// found there, and a text that is this value rounded. All other numbers must be those that this version of the program writes
/// for this store. `options.date` is not looked at: the report's own date must be the same all over. At most some hundred faults
/// a file. Errors: `not_found` where there is no file of a report; `unreadable`.
[[nodiscard]] Result<std::vector<ReportFault>> verify_report(const ReportSource &source, const ReportOptions &options,
                                                             const std::filesystem::path &folder);

} // namespace ca::report
