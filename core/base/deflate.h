// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ca {

/// As a zlib stream (RFC 1950), as small as the library makes it.
[[nodiscard]] std::vector<std::byte> deflated(std::span<const std::byte> bytes);

/// True where bytes begin as a zlib stream does.
[[nodiscard]] bool is_deflated(std::span<const std::byte> bytes);

/// What `deflated` was given. Errors: `bad_format` where the bytes are no whole stream, or one of more than `limit` bytes.
[[nodiscard]] Result<std::vector<std::byte>> inflated(std::span<const std::byte> bytes, std::size_t limit);

} // namespace ca
