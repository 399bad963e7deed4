// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <cstddef>
#include <span>

namespace ca {

/// CBOR (RFC 8949) under the rules of parse_json. Errors: `bad_format`; `what` names the bytes.
[[nodiscard]] Result<Json> parse_cbor(std::span<const std::byte> bytes, std::string_view what, int depth = 64);

} // namespace ca
