// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace ca {

/// The folder with what the program brings along (`demo/`): $COMPRESSION_AGENT_RESOURCES, `resources` beside the binary or beside
/// its folder, `../share/compression-agent`, or the sources that it was built from. Errors: `not_found`.
[[nodiscard]] Result<std::filesystem::path> find_resources();

/// The model and the data that need no download. Errors: `not_found`.
[[nodiscard]] Result<std::filesystem::path> demo_model();
[[nodiscard]] Result<std::filesystem::path> demo_data();

} // namespace ca
