// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace ca {

/// Loads a TorchScript file that was inspected and may be run, and records it. Errors: as `load_model`.
[[nodiscard]] Result<Model> load_torchscript(const std::filesystem::path &file, const FileInspection &inspection,
                                             const LoadOptions &options, std::stop_token stop, const Progress &progress);

/// The file's or folder's name without its endings, clean for sentences.
[[nodiscard]] std::string model_name(const std::filesystem::path &file);

} // namespace ca
