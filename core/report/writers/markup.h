// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace ca::report {

/// `text` for the inside of XML and HTML, also of attributes in double quotes. Line ends become `&#10;`, other controls spaces.
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace ca::report
