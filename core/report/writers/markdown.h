// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"

#include <string>

namespace ca::report {

/// As GitHub reads it: tables, a list of contents. A chart is its file beside the text, or where it has none its description;
/// pictures are what they show, in words. Nothing in a text is taken for markup.
[[nodiscard]] std::string to_markdown(const Document &document);

} // namespace ca::report
