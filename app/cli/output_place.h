// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <vector>

namespace ca {

/// Whether a folder that may not be there yet could be made and written in, by what its nearest existing parent says.
/// Writes nothing. Errors: `unwritable`.
[[nodiscard]] Status check_place(const std::filesystem::path &folder);

/// What is written must not take the place of what is read: `output` is none of `inputs`, by whatever name, and where one of them
/// is a folder no file that is in it. Empty names are none. Errors: `unwritable`.
[[nodiscard]] Status check_not_input(const std::filesystem::path &output, const std::vector<std::filesystem::path> &inputs);

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
