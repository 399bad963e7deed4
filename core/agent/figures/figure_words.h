// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/figures/written_number.h"

#include <set>

namespace ca {

/// A number as a text claims it.
struct WrittenFigure {
    std::size_t begin = 0, end = 0; ///< bytes of the text, its unit with it
    double value = 0;               ///< without its sign; in the unit, percent as 0 to 100
    double step = 1;                ///< what its last digit stands for, in the unit
    FigureUnit unit = FigureUnit::none;
    bool whole = false;    ///< without a point
    bool in_range = false; ///< one end of it: "88.3 to 88.9 %"
    bool is_limit = false; ///< behind a "<"
};

/// A sentence, or a line of a list or of a table, with what it speaks of.
struct Sentence {
    std::string lower;           ///< its text in small letters
    std::set<std::string> named; ///< ids: `T7`, `L017`, `P2`
    bool begins_paragraph = false;
    bool is_row = false; ///< of a table
    std::vector<WrittenFigure> figures{};
};

/// Numbers that claim nothing are no figures: those in ids and names (T7, int8, W4A8, ResNet-18, top-5, 1.2.3), markers of lists,
/// numbers of rounds, classes, seeds and the like, bits, shapes (3 x 32 x 32), ordinals (3rd), the 95 % of an interval, times of
/// day.
[[nodiscard]] std::vector<Sentence> sentences_of(std::string_view text);

} // namespace ca
