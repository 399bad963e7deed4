// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// One record of RFC 4180, with its line end: fields are quoted where a comma, a quote or a line break stands in them.
[[nodiscard]] std::string csv_line(const std::vector<std::string> &fields);

/// A text from outside for a field, without control characters. One that spreadsheets take for a formula (it begins with = + - @)
/// gets an apostrophe before it, which they take for the mark of a text.
[[nodiscard]] std::string csv_text(std::string_view text);

} // namespace ca
