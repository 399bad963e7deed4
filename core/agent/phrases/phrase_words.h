// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/figures/written_number.h"
#include "core/quantize/format.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// A word of what a person wrote, and what it may mean.
struct PhraseWord {
    std::string text;                  ///< in small letters
    std::optional<double> number{};    ///< of digits or of a word for it, without its unit
    std::optional<WrittenUnit> unit{}; ///< right behind the digits: `6MB`; or the word itself: `points`
    std::optional<Format> format{};
    std::string trial{}, layer{}; ///< ids: `T7`; `L017`
};

/// Sentences; a comma is a word.
[[nodiscard]] std::vector<std::vector<PhraseWord>> phrase_words(std::string_view text);

} // namespace ca
