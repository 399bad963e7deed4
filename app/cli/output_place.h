// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace ca {

/// Whether a folder that may not be there yet could be made and written in, by what its nearest existing parent says.
/// Writes nothing. Errors: `unwritable`.
[[nodiscard]] Status check_place(const std::filesystem::path &folder);

/// Makes the folder of an output file; a folder made for nothing is removed again. Errors: `unwritable`.
[[nodiscard]] Status prepare_place(const std::filesystem::path &folder);

} // namespace ca
