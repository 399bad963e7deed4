// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// A variable of the environment, absent where it is unset or empty.
using Environment = std::function<std::optional<std::string>(const char *name)>;
[[nodiscard]] std::optional<std::string> environment(const char *name);

/// Where downloads are kept: $COMPRESSION_AGENT_DATA, else the platform's place for a program's local data, as
/// QStandardPaths::AppLocalDataLocation has it: $XDG_DATA_HOME or ~/.local/share on Linux, ~/Library/Application Support on
/// macOS, %LOCALAPPDATA% on Windows, and `compression-agent` in it. It need not be there yet. Errors: `not_found` where the
/// environment names no home.
[[nodiscard]] Result<std::filesystem::path> data_folder(const Environment &environment = ca::environment);

/// `models/<key>` in a data folder.
[[nodiscard]] std::filesystem::path model_place(const std::filesystem::path &data, std::string_view key);
/// `datasets/cifar10` in a data folder.
[[nodiscard]] std::filesystem::path cifar10_place(const std::filesystem::path &data);

/// Where measured divergences are kept; nowhere on a machine without a home.
[[nodiscard]] std::filesystem::path scan_cache_folder();

} // namespace ca
