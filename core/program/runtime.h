// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ca {

/// Name and value of what runs the networks: LibTorch's version, whether its oneDNN is there, which packed kernels it has.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> runtime_facts();

} // namespace ca
