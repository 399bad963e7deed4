// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ca::report {

/// A piece of a line. UTF-8 without control characters.
struct Run {
    std::string text;
    std::string figure{}; ///< the stored number that `text` shows, with its unit: a path of stored_numbers.h. Empty: none
    bool strong = false;
    bool code = false;  ///< a command, a file, a name out of a model
    bool wrong = false; ///< struck through: a figure of the advisor that nothing in the store matches
    std::string link{}; ///< the anchor of a heading of the same document; empty: none
    bool operator==(const Run &) const = default;
};
using Line = std::vector<Run>;

struct Heading {
    int level = 1; ///< 1: the title, once; 2: sections, which the table of contents lists; 3
    std::string text;
    std::string anchor; ///< lower case letters, digits and hyphens; the document's alone
};
struct Paragraph {
    Line line;
    bool small = false; ///< what explains a table or a chart
};
/// What a reader must not miss: a limit, a doubt.
struct Warning {
    Line line;
};
struct Listing {
    std::vector<Line> items;
    bool numbered = false;
};
/// Commands, to be copied as they are.
struct CodeBlock {
    std::string text; ///< lines end with \n
};
/// A few facts side by side: the summary's head.
struct FactGrid {
    struct Fact {
        std::string name;
        Line value;
        Line note;
    };
    std::vector<Fact> facts;
};
struct Table {
    struct Column {
        std::string title;
        bool number = false; ///< set to the right, never broken
        double weight = 1;   ///< its share of the width beside the others
    };
    std::string caption;
    std::vector<Column> columns;
    std::vector<std::vector<Line>> rows; ///< as many cells as columns
    std::vector<std::size_t> marked{};   ///< rows that stand out: the recommended trial
};
struct Chart {
    Drawing drawing;
    Line caption;
};
/// Small pictures beside each other.
struct PictureRow {
    struct Picture {
        std::string png; ///< the bytes of the file
        int width = 0, height = 0;
        std::string alternative; ///< what it shows, for those who do not see it
        std::vector<Line> lines; ///< under it
    };
    std::vector<Picture> pictures;
};
struct PageBreak { };

using Block = std::variant<Heading, Paragraph, Warning, Listing, CodeBlock, FactGrid, Table, Chart, PictureRow, PageBreak>;

/// A report as what it says, whichever file it becomes.
struct Document {
    std::string title, subject, creator;
    std::vector<std::string> keywords;
    std::string date; ///< ISO 8601, of the writing
    std::vector<Block> blocks;
};

[[nodiscard]] Line plain(std::string_view text);

} // namespace ca::report
