// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/text_builder.h"

#include "ui/common/words.h"

#include <QTextOption>

#include <algorithm>
#include <utility>

namespace ca::report {
namespace {

constexpr double kLineHeight = 112; // per cent of the font's own

QTextBlockFormat block_format(bool to_the_right)
{
    QTextBlockFormat format;
    format.setAlignment(Qt::AlignAbsolute
                        | (to_the_right ? Qt::AlignRight : Qt::AlignLeft)); // also where a name runs to the left
    format.setLineHeight(kLineHeight, QTextBlockFormat::ProportionalHeight);
    return format;
}

/// Qt leaves out the upper margin of a block below a table.
void leave_room_below(QTextTable &table, double room)
{
    QTextTableFormat format = table.format();
    format.setBottomMargin(std::max(format.bottomMargin(), room));
    table.setFormat(format);
}

} // namespace

TextBuilder::TextBuilder() : document(std::make_unique<QTextDocument>()), cursor_(document.get())
{
    document->setUndoRedoEnabled(false);
    document->setDocumentMargin(0);
    document->setDefaultFont(font_of({}));
    document->setIndentWidth(points(14));
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    document->setDefaultTextOption(option);
    document->setTextWidth(kTextWidth);
    objects_ = new InlineObjects(document.get());
}

Piece &TextBuilder::add_piece(Piece piece)
{
    piece.new_page = std::exchange(new_page_, false);
    pieces.push_back(std::move(piece));
    return pieces.back();
}

Piece &TextBuilder::add_paragraph(const Room &room)
{
    QTextBlockFormat format = block_format(false);
    format.setTopMargin(points(room.above));
    format.setBottomMargin(points(room.below));
    format.setLeftMargin(points(room.left));
    if (!std::exchange(fresh_, false))
        cursor_.insertBlock();
    else if (!pieces.empty() && pieces.back().table)
        leave_room_below(*pieces.back().table, format.topMargin());
    cursor_.setBlockFormat(format);
    cursor_.setBlockCharFormat(format_of({}));
    return add_piece({.block = cursor_.block()});
}

Piece &TextBuilder::add_table(int rows, const std::vector<double> &widths, double above, double padding)
{
    QTextTableFormat format;
    QList<QTextLength> lengths;
    double whole = 0;
    for (const double width : widths) {
        lengths << QTextLength(QTextLength::FixedLength, width);
        whole += width;
    }
    format.setColumnWidthConstraints(lengths);
    format.setWidth(QTextLength(QTextLength::FixedLength, whole));
    format.setBorder(0);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_None);
    format.setCellSpacing(0);
    format.setCellPadding(points(padding));
    format.setTopMargin(points(above));
    format.setBottomMargin(points(4));
    if (!std::exchange(fresh_, false))
        cursor_.insertBlock();
    cursor_.setBlockFormat({});
    cursor_.setBlockCharFormat(format_of({.size = 0.1})); // the block before a table, which Qt wants and does not show
    QTextTable *table = cursor_.insertTable(rows, static_cast<int>(widths.size()), format);
    cursor_.movePosition(QTextCursor::End);
    cursor_.setBlockFormat({});
    cursor_.setBlockCharFormat(format_of({.size = 0.1}));
    fresh_ = true;
    Piece piece;
    piece.table = table;
    return add_piece(std::move(piece));
}

void TextBuilder::put(const Line &line, const Face &face)
{
    put_line(cursor_, line, face);
}

void TextBuilder::keep_end_of_last()
{
    if (!pieces.empty() && pieces.back().table)
        pieces.back().keep_end = true;
}

QString shown_text(const Run &run)
{
    constexpr qsizetype kLongestNumber = 12; // letters, with its unit
    QString text = words::from(run.text);
    if (!run.figure.empty() && text.size() <= kLongestNumber)
        text.replace(u' ', QChar::Nbsp);
    return text;
}

void put_object(QTextCursor &cursor, InlineObjects &objects, InlineObjects::Content content, QSizeF size)
{
    QTextBlockFormat format = cursor.blockFormat();
    format.setLineHeight(0, QTextBlockFormat::SingleHeight);
    cursor.setBlockFormat(format);
    cursor.setBlockCharFormat(format_of({.size = 1}));
    objects.insert(cursor, std::move(content), size);
}

void put_line(QTextCursor &cursor, const Line &line, const Face &face)
{
    for (const Run &run : line) {
        Face own = face;
        own.strong = face.strong || run.strong;
        own.code = face.code || run.code;
        if (!run.link.empty())
            own.colour = paper_theme().accent;
        QTextCharFormat format = format_of(own);
        format.setFontStrikeOut(run.wrong);
        if (!run.link.empty())
            format.setProperty(kLinkProperty, words::from(run.link));
        cursor.insertText(shown_text(run), format);
    }
}

void format_block(QTextCursor &cursor, const Face &face, bool to_the_right, double above)
{
    QTextBlockFormat format = block_format(to_the_right);
    format.setTopMargin(points(above));
    cursor.setBlockFormat(format);
    cursor.setBlockCharFormat(format_of(face)); // of an empty line
}

} // namespace ca::report
