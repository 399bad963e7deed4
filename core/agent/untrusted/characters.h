// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ca {

/// A character of a text in UTF-8, and the bytes that it takes there.
struct Character {
    char32_t value = 0; ///< U+FFFD for a byte that is no part of a character
    std::size_t begin = 0, size = 0;
};
[[nodiscard]] std::vector<Character> characters(std::string_view text);

} // namespace ca
