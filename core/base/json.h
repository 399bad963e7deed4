// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace ca {

/// Keeps the order in which keys were set: for what people read.
using OrderedJson = nlohmann::ordered_json;
/// Sorts its keys: for what is hashed.
using Json = nlohmann::json;

/// Values that a text from outside may hold: each takes up to some hundred bytes of memory, and two of the text.
inline constexpr std::size_t kMostJsonValues = 3'000'000;

/// Nesting above `depth`, more than kMostJsonValues values, trailing text, duplicate keys or bad UTF-8 are errors (`bad_format`);
/// `what` names the text.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::string_view what, int depth = 64);

/// One text for one value: sorted keys, no spaces, invalid UTF-8 replaced.
[[nodiscard]] std::string canonical(const Json &value);

/// Indented by two, keys in the order they were set, invalid UTF-8 replaced.
[[nodiscard]] std::string pretty(const OrderedJson &value);

/// null where there is no value.
template <typename T>
[[nodiscard]] OrderedJson or_null(const std::optional<T> &value)
{
    return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

/// `text` with each byte that is no UTF-8 replaced by U+FFFD and control characters by spaces: names and messages
/// out of files go to terminals, windows and logs only through this.
[[nodiscard]] std::string clean_text(std::string_view text);

} // namespace ca
