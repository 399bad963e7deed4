// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"

#include <string>
#include <string_view>

namespace ca::report {

/// Text in which nothing is markup (CommonMark 2.4, and GitHub's links without brackets), inside a line.
[[nodiscard]] std::string markdown_text(std::string_view text);
/// Between backticks of which there are more than in `text`. In a table a `|` ends a cell even there.
[[nodiscard]] std::string markdown_code(std::string_view text, bool in_table);
/// A fenced block of lines that nothing in them ends.
[[nodiscard]] std::string markdown_block(std::string_view lines);
/// `markdown` where a line begins: no list, heading or block of code.
[[nodiscard]] std::string at_line_start(std::string markdown);

} // namespace ca::report
