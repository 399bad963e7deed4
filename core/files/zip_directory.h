// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace ca {

/// Looks at the record that ends a zip archive, so that no library has to make room for a directory of absurd size: at most
/// 65,535 members, a directory of at most 64 MiB that lies within the file. Errors: `unreadable`, `bad_format` (a file that ends
/// early).
[[nodiscard]] Status check_zip_directory(const std::filesystem::path &file);

} // namespace ca
