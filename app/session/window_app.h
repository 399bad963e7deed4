// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>

namespace ca {

/// Opens the window and returns its exit code when it was closed. `resources` holds `demo/`; `file` is opened at once. Call it
/// from the main thread, once. `program`: this one's executable, for `first_load_by`.
int run_window(int &argc, char **argv, const std::filesystem::path &program, const std::filesystem::path &resources,
               const std::optional<std::filesystem::path> &file);

} // namespace ca
