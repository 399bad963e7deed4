// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace ca {

/// Whether a folder that may not be there yet could be made and written in, by what its nearest existing parent says.
/// Writes nothing. Errors: `unwritable`.
[[nodiscard]] Status check_place(const std::filesystem::path &folder);

/// Folders that this process makes for an output: gone again where nothing came into them.
class MadeFolders {
public:
    /// Before `folder` is made.
    explicit MadeFolders(const std::filesystem::path &folder);
    ~MadeFolders();
    MadeFolders(const MadeFolders &) = delete;
    MadeFolders &operator=(const MadeFolders &) = delete;

private:
    std::filesystem::path folder_, stood_;
};

} // namespace ca
