// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/markdown.h"

namespace ca {

/// Emphasis, code, links and images of one paragraph.
[[nodiscard]] std::vector<MarkdownRun> read_inline(const SpannedText &source);
/// As it is.
[[nodiscard]] std::vector<MarkdownRun> as_code(const SpannedText &source);
/// Rows of cells as lines in columns, for a font of one width; the first row is bold.
[[nodiscard]] std::vector<std::vector<MarkdownRun>> table_lines(const std::vector<std::vector<SpannedText>> &rows);

} // namespace ca
