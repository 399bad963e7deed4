// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// A field of JSON from outside, where `value` is an object and has it; null is as good as absent.
[[nodiscard]] const Json *field(const Json &value, const char *key);

/// Empty where it is no text.
[[nodiscard]] std::string text_field(const Json &value, const char *key);

/// Nothing where it is no whole number from 0 to a trillion.
[[nodiscard]] std::optional<std::int64_t> count_field(const Json &value, const char *key);

/// As parse_json, but a text of a stream is mended where it can be: bytes that are no UTF-8 and halves of surrogate pairs (of an
/// emoji that a server cut) become U+FFFD.
[[nodiscard]] Result<Json> parse_stream_json(std::string_view text);

/// `text` without the spaces around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

} // namespace ca
