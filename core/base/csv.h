// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace ca {

/// One record of RFC 4180, with its line end: fields are quoted where a comma, a quote or a line break stands in them.
[[nodiscard]] std::string csv_line(const std::vector<std::string> &fields);

} // namespace ca
