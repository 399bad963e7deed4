// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"

#include <cstddef>
#include <vector>

namespace ca::report {

/// What a column of a table takes at a given size of text, without the room around its cells.
struct ColumnNeed {
    double natural = 0; ///< so that no cell breaks
    double word = 0;    ///< so that words do not break
    double least = 0;   ///< so that numbers and words of usual length do not break
    double weight = 1;
    bool number = false;
    double gap = 0; ///< behind it
};

struct ColumnPlan {
    double size = 8;            ///< of the text, points
    std::vector<double> widths; ///< of the cells with the room around them
};

/// A whole line of text, and its longest word.
struct LineMeasure {
    double whole = 0, word = 0;
};
[[nodiscard]] LineMeasure measure(const Line &line, double size, bool strong);

/// Shares `width` among the columns: each gets its natural width and text columns what is left by their weights; where that is
/// too much, text columns break. Where even that is too much, all get less in proportion.
[[nodiscard]] std::vector<double> share_width(const std::vector<ColumnNeed> &needs, double width);

/// A name without spaces that is wider than `width`, with line separators behind dots and the like where it breaks; other lines
/// as they are.
[[nodiscard]] Line with_breaks(const Line &line, double size, double width);

/// What a column keeps free at its right, so that its numbers do not touch the text of the next.
[[nodiscard]] double gap_behind(const Table &table, std::size_t column);

/// The largest size of text at which nothing breaks; where that would be hard to read, at which no word does, else no number; and
/// the widths that belong to it.
[[nodiscard]] ColumnPlan plan_columns(const Table &table, double width, double padding);

} // namespace ca::report
