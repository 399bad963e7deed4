// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"

#include <filesystem>
#include <optional>

namespace ca {

/// What this process may use at most: the machine's memory, or less where a control group limits it. Absent where the system does
/// not say. `root`: where `proc` and `sys` lie.
[[nodiscard]] std::optional<Bytes> machine_memory(const std::filesystem::path &root = "/");

} // namespace ca
