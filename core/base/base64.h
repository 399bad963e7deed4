// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);
/// Nothing where `text` is not what `to_base64` writes: another length, other characters, bits that belong to no byte.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

} // namespace ca
