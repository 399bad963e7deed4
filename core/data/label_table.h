// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// One line of a CSV file of labels.
struct LabelledFile {
    std::string file; ///< relative to the CSV's folder, normalised, never out of it
    std::string label;
    bool operator==(const LabelledFile &) const = default;
};

/// Reads a CSV (RFC 4180; a byte order mark, CR LF and empty lines are fine) whose first line names the columns, among them
/// `file` (`filename`, `image`, `path`) and `label` (`class`) in either case. Errors: `not_found`, `unreadable`; `bad_data` where
/// the columns are others, a line has more or fewer fields than the first, a label is empty, a path leads out of the folder, a
/// file stands twice, or there is no line but the first.
[[nodiscard]] Result<std::vector<LabelledFile>> read_label_table(const std::filesystem::path &csv);

} // namespace ca
