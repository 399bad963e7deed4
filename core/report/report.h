// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "core/report/source/report_source.h"

#include <string>

namespace ca::report {

/// What a report says that no store holds.
struct ReportOptions {
    std::string date;    ///< of the writing, ISO 8601: `2026-11-26`
    std::string command; ///< that repeats the study; empty: it is not known
};

/// A study as a colleague reads it who was not there. Every number in it is one of the store (Run::figure), a part of a text of
/// the store, or one of ReportOptions. The same source and options give the same document.
[[nodiscard]] Document make_report(const ReportSource &source, const ReportOptions &options);

/// The trial that a report is about: the answer to the constraints, else the balanced one, the smallest or the fastest, whichever
/// is the first that is not float. Null where none of them is.
[[nodiscard]] const Trial *recommended_trial(const Study &study);

} // namespace ca::report
