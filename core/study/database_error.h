// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace ca {

/// The sentence for a result code of SQLite: what happened to `file`, and what to do. `reason` is the system's number beneath,
/// 0 where there is none; `said` is SQLite's own message.
[[nodiscard]] tl::unexpected<Error> database_error(int code, int reason, const std::string &said,
                                                   const std::filesystem::path &file);

} // namespace ca
