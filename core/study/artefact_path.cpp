// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/artefact_path.h"

#include <algorithm>

namespace ca {

bool is_below(const std::filesystem::path &folder, const std::filesystem::path &path)
{
    const bool plain = path.is_relative() && path.has_filename()
        && std::none_of(path.begin(), path.end(), [](const auto &part) { return part == ".." || part == "."; });
    if (!plain)
        return false;
    std::error_code reason;
    const auto inside = std::filesystem::weakly_canonical((folder / path).parent_path(), reason);
    const auto root = reason ? std::filesystem::path() : std::filesystem::weakly_canonical(folder, reason);
    return !reason && std::mismatch(root.begin(), root.end(), inside.begin(), inside.end()).first == root.end();
}

} // namespace ca
