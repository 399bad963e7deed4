// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace ca {

/// Whether `a` comes before `b` where digits count as numbers: `2` before `10`, `img9` before `img10`. A total order of bytes.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

} // namespace ca
