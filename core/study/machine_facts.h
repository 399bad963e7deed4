// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <filesystem>

namespace ca {

/// What trials are carried out on and with, by name: `processor`, `cores`, `memory`, `system`, `program`, `instruction set`, then
/// runtime_facts(). What the system does not say is absent. `root`: where `proc` and `etc` lie.
[[nodiscard]] Json machine_facts(const std::filesystem::path &root = "/");

inline constexpr const char *kMachinesTable = "machine"; ///< of a store: all different machines, in order

} // namespace ca
