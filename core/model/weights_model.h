// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace ca {

/// Makes a network of weights under names that are known; else a model that can be looked at, quantized and exported, not run.
/// Errors: as `load_model`.
[[nodiscard]] Result<Model> load_weights(const std::filesystem::path &file_or_folder, const FileInspection &inspection,
                                         const LoadOptions &options, std::stop_token stop, const Progress &progress);

} // namespace ca
