// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/phrases/phrases.h"
#include "core/agent/phrases/word_cursor.h"

#include <optional>

namespace ca {

/// What stands here as a limit, without the words that make it one: "half a point", "6 MB", "3 ms", "four times smaller", "half
/// the size". The cursor may have moved where it gives nothing. `of_loss`: the clause speaks of what is lost, so that a
/// percentage is one of accuracy.
[[nodiscard]] std::optional<Wish> take_limit(WordCursor &cursor, bool of_loss);

} // namespace ca
