// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace ca {

/// `path`, relative, names a place below `folder` and no other: no "..", no link out of it. A study that came from elsewhere
/// could name any file.
[[nodiscard]] bool is_below(const std::filesystem::path &folder, const std::filesystem::path &path);

} // namespace ca
