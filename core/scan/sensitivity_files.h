// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/scan/sensitivity.h"

#include <filesystem>
#include <string>
#include <vector>

namespace ca {

/// The object of CLI.md, with more fields.
[[nodiscard]] OrderedJson to_json(const SensitivityTable &table);

/// A line for each layer, with its noise and divergence in a column for each format.
[[nodiscard]] std::string sensitivity_csv(const SensitivityTable &table);

/// The divergence in `format`, or where that was not measured the Beta noise of integer formats, as model-explorer's data of
/// nodes: of the graph `graph`, by layer name and by the name that torch.export gives the node (`conv2d`, `conv2d_1`, `linear` …
/// in program order), coloured by viridis.
[[nodiscard]] OrderedJson node_data(const SensitivityTable &table, const std::string &format);

/// sensitivity.json, sensitivity.csv, and node_data_FORMAT.json for each format that was measured; without divergence that of
/// int4's noise. The folder is made. Gives the files. Errors: `unwritable`.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_sensitivity(const SensitivityTable &table,
                                                                           const std::filesystem::path &folder);

} // namespace ca
