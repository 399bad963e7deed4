// SPDX-License-Identifier: GPL-3.0-or-later
// Phrases that mean the same, the longest first where one begins like another.
#pragma once

#include <string_view>
#include <vector>

namespace ca::phrases {

using List = std::vector<std::string_view>;

[[nodiscard]] const List &at_most();
[[nodiscard]] const List &at_least();
[[nodiscard]] const List &lossless();
[[nodiscard]] const List &lift();      ///< "no limit on"
[[nodiscard]] const List &untouched(); ///< "don't quantize"
[[nodiscard]] const List &without();   ///< "no", before a format
[[nodiscard]] const List &tell();      ///< "why", before a trial or a layer
[[nodiscard]] const List &go_on();
[[nodiscard]] const List &stop();
[[nodiscard]] const List &overview();
[[nodiscard]] const List &help();
/// Words that say nothing by themselves.
[[nodiscard]] const List &fillers();
/// A clause with one of these left over means something else than its other words.
[[nodiscard]] const List &reversing();

[[nodiscard]] bool contains(const List &list, std::string_view word);

} // namespace ca::phrases
