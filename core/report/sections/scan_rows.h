// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/sections/context.h"

#include <string>
#include <vector>

namespace ca::report {

/// A layer of the scan.
struct ScanRow {
    std::string id, name, block, kind;
    std::string trouble;           ///< of its Beta fit; empty: none
    std::vector<double> histogram; ///< shares of the weights in equal bins; empty in older stores
};

/// The scan's layers, and which of its numbers a report shows: divergences, or where none was measured Beta noises.
struct ScanRows {
    std::vector<ScanRow> rows;
    std::vector<std::string> columns; ///< formats
    std::string ranking;              ///< the format that layers are ranked by
    std::string measure;              ///< what the numbers are, in words
    bool is_measured = false;

    [[nodiscard]] std::string path(const ScanRow &row, const std::string &format) const;
};
/// Without rows where nothing was scanned.
[[nodiscard]] ScanRows scan_rows(const Context &context);

/// The `count` most and the `count` least sensitive layers, or all where they are not more, the most sensitive first. Layers
/// without the number are left out.
[[nodiscard]] std::vector<const ScanRow *> ends_of(const Context &context, const ScanRows &scan, std::size_t count);

} // namespace ca::report
