// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/provider/providers.h"

#include <string>
#include <vector>

namespace ca {

/// What leaves this machine when the provider is asked, in words, one thing each; what never does comes last. Empty for a server
/// on this machine. `names`: those of layers, files and classes are sent (ToolOptions::names).
[[nodiscard]] std::vector<std::string> what_leaves(const Provider &provider, bool names);

} // namespace ca
