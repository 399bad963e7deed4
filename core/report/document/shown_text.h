// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace ca::report {

/// `clean_text` without the characters that reorder what stands around them (Unicode's bidirectional embeddings, overrides and
/// isolates, U+202A to U+202E and U+2066 to U+2069): a name out of a model must not turn the words of a report about.
[[nodiscard]] std::string shown_text(std::string_view text);

} // namespace ca::report
