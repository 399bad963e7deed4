// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "ui/report/inline_objects.h"
#include "ui/report/paper.h"

#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>

#include <memory>
#include <optional>
#include <vector>

namespace ca::report {

/// Of the format of a text that leads to a heading: its anchor. Qt would write its own links as addresses of the network.
inline constexpr int kLinkProperty = QTextFormat::UserProperty + 2;

/// A paragraph or a table of the text, to be found there again once it is laid out.
struct Piece {
    QTextBlock block{};          ///< where there is no table
    QTextTable *table = nullptr; ///< belongs to the document
    int heads = 0;               ///< rows of the table that are repeated on each page
    bool keep_with_next = false;
    bool keep_end = false; ///< the last line or row stays with what follows
    bool new_page = false;
    bool ruled = false;                   ///< lines between the rows
    std::optional<QColor> bar{};          ///< at its left edge
    std::optional<std::size_t> heading{}; ///< its place among them
};

/// Around a paragraph, in points.
struct Room {
    double above = 0, below = 4, left = 0;
};

/// Puts paragraphs and tables one under the other.
class TextBuilder {
public:
    TextBuilder();

    /// The reference holds until the next piece.
    Piece &add_paragraph(const Room &room);
    /// `room`: around the content of each cell, points. The text goes into the cells.
    Piece &add_table(int rows, const std::vector<double> &widths, double above, double padding);
    /// At the end of the last paragraph.
    void put(const Line &line, const Face &face);
    void start_page() { new_page_ = true; }
    /// The end of the last piece stays with what follows, where it is a table.
    void keep_end_of_last();
    [[nodiscard]] QTextCursor &cursor() { return cursor_; }
    [[nodiscard]] InlineObjects &objects() { return *objects_; }

    std::unique_ptr<QTextDocument> document;
    std::vector<Piece> pieces;

private:
    Piece &add_piece(Piece piece);

    QTextCursor cursor_;
    InlineObjects *objects_ = nullptr;
    bool fresh_ = true; ///< the last block is empty and nobody's
    bool new_page_ = false;
};

/// A number stays on one line with its unit.
[[nodiscard]] QString shown_text(const Run &run);

/// Makes a new block, in a cell too, the place of one object and nothing else.
void put_object(QTextCursor &cursor, InlineObjects &objects, InlineObjects::Content content, QSizeF size);
/// Inserts the runs of a line.
void put_line(QTextCursor &cursor, const Line &line, const Face &face);
/// Begins a block, in a cell too, whose text is set to the left, or to the right.
void format_block(QTextCursor &cursor, const Face &face, bool to_the_right = false, double above = 0);

} // namespace ca::report
