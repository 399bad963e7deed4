// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/document_layout.h"

#include "ui/common/words.h"
#include "ui/report/examples_image.h"
#include "ui/report/strips.h"
#include "ui/report/table_columns.h"
#include "ui/report/table_layout.h"
#include "ui/report/text_builder.h"

#include <QCoreApplication>
#include <QTextList>

#include <algorithm>
#include <cmath>
#include <optional>

namespace ca::report {
namespace {

const Face kText{.size = 9};
constexpr double kSmall = 7.5, kCode = 8;       // points
constexpr double kBoxPadding = 7;               // points
constexpr double kUnitOfDrawing = points(0.75); // at most: a drawing that is smaller than the page is not blown up
constexpr double kTallestChart = kTextHeight * 0.88;
constexpr int kPicturesInRow = 6;
constexpr double kPictureSide = points(70);
constexpr int kFinePicture = 288; // pixels of its longer side: so many that no viewer blurs them
constexpr double kPageNumberWidth = points(40);

QString tr(const char *text)
{
    return QCoreApplication::translate("Report", text);
}

Face small_face()
{
    return {.size = kSmall, .colour = paper_theme().dim};
}

/// Puts the blocks of a document into a text.
class BlockLayout {
public:
    BlockLayout(TextBuilder &text, LaidOutDocument &result) : text_(text), result_(result) { }

    void add(const Document &document)
    {
        for (const Block &block : document.blocks)
            if (const auto *heading = std::get_if<Heading>(&block); heading && heading->level == 2)
                sections_.push_back(heading);
        for (std::size_t i = 0; i < document.blocks.size(); ++i) {
            const Block *next = i + 1 < document.blocks.size() ? &document.blocks[i + 1] : nullptr;
            introduces_ = next && !std::holds_alternative<Paragraph>(*next) && !std::holds_alternative<Heading>(*next)
                && !std::holds_alternative<PageBreak>(*next);
            std::visit(*this, document.blocks[i]);
        }
    }

    void operator()(const Heading &heading)
    {
        if (sections_.size() > 1 && &heading == sections_[1])
            add_contents();
        add_heading(heading.level, words::from(heading.text)).heading = result_.headings.size();
        result_.headings.push_back({heading.level, words::from(heading.text), words::from(heading.anchor), 0});
    }

    void operator()(const Paragraph &paragraph)
    {
        if (paragraph.small)
            text_.keep_end_of_last();
        text_.add_paragraph({.above = 3, .below = 4}).keep_with_next = introduces_;
        text_.put(paragraph.line, paragraph.small ? small_face() : kText);
    }

    void operator()(const Warning &warning)
    {
        const Theme &theme = paper_theme();
        QTextTable &table = add_box(theme.warning);
        QTextCursor cursor = table.cellAt(0, 0).firstCursorPosition();
        format_block(cursor, kText);
        put_line(cursor, warning.line, kText);
        shade(table.cellAt(0, 0), theme.background);
    }

    void operator()(const Listing &listing)
    {
        QTextListFormat format;
        format.setStyle(listing.numbered ? QTextListFormat::ListDecimal : QTextListFormat::ListDisc);
        QTextList *list = nullptr;
        for (const Line &item : listing.items) {
            text_.add_paragraph({.above = 1, .below = &item == &listing.items.back() ? 7.0 : 3.0});
            if (list)
                list->add(text_.cursor().block());
            else
                list = text_.cursor().createList(format);
            text_.put(item, kText);
        }
    }

    void operator()(const CodeBlock &code)
    {
        QTextTable &table = add_box({});
        QTextCursor cursor = table.cellAt(0, 0).firstCursorPosition();
        const Face face{.size = kCode, .code = true};
        QStringList lines = words::from(code.text).split(u'\n');
        if (lines.size() > 1 && lines.back().isEmpty())
            lines.removeLast();
        for (qsizetype i = 0; i < lines.size(); ++i) {
            if (i > 0)
                cursor.insertBlock();
            format_block(cursor, face);
            cursor.insertText(lines[i], format_of(face));
        }
        shade(table.cellAt(0, 0), paper_theme().background);
    }

    void operator()(const FactGrid &grid)
    {
        const auto count = static_cast<int>(grid.facts.size());
        if (count == 0)
            return;
        const int columns = count <= 4 ? count : count % 4 == 0 || count % 3 != 0 ? 4 : 3;
        const double width = kTextWidth / columns;
        const int rows = (count + columns - 1) / columns;
        QTextTable &table =
            *text_.add_table(rows, std::vector<double>(static_cast<std::size_t>(columns), width), 6, kBoxPadding).table;
        for (int i = 0; i < rows * columns; ++i) {
            const QTextTableCell cell = table.cellAt(i / columns, i % columns);
            if (i < count)
                put_fact(cell.firstCursorPosition(), grid.facts[static_cast<std::size_t>(i)], width - points(2 * kBoxPadding));
            shade(cell, paper_theme().background);
        }
    }

    void operator()(const Table &table) { add_table(text_, table); }

    void operator()(const Chart &chart)
    {
        if (chart.drawing.width <= 0 || chart.drawing.height <= 0)
            return;
        double width = std::min(kTextWidth, chart.drawing.width * kUnitOfDrawing);
        double height = width * chart.drawing.height / chart.drawing.width;
        if (height > kTallestChart) {
            width *= kTallestChart / height;
            height = kTallestChart;
        }
        text_.add_paragraph({.above = 6, .below = 2}).keep_with_next = !chart.caption.empty();
        put_object(text_.cursor(), text_.objects(), chart.drawing, QSizeF(width, height));
        if (chart.caption.empty())
            return;
        text_.add_paragraph({.above = 0, .below = 8});
        text_.put(chart.caption, small_face());
    }

    void operator()(const PictureRow &row)
    {
        const double width = kTextWidth / kPicturesInRow;
        for (std::size_t first = 0; first < row.pictures.size(); first += kPicturesInRow) {
            const std::size_t count = std::min<std::size_t>(kPicturesInRow, row.pictures.size() - first);
            QTextTable &table = *text_.add_table(1, std::vector<double>(count, width), 4, 4).table;
            for (std::size_t i = 0; i < count; ++i)
                put_picture(table.cellAt(0, static_cast<int>(i)).firstCursorPosition(), row.pictures[first + i]);
        }
    }

    void operator()(const PageBreak &) { text_.start_page(); }

private:
    Piece &add_heading(int level, const QString &heading)
    {
        const double sizes[] = {17, 12.5, 10}, above[] = {0, 16, 10}, below[] = {6, 5, 3}; // points
        const auto place = static_cast<std::size_t>(std::clamp(level, 1, 3) - 1);
        Piece &piece = text_.add_paragraph({.above = above[place], .below = below[place]});
        QTextBlockFormat format = text_.cursor().blockFormat();
        format.setHeadingLevel(level);
        text_.cursor().setBlockFormat(format);
        text_.cursor().insertText(heading, format_of({.size = sizes[place], .strong = true}));
        piece.keep_with_next = true;
        return piece;
    }

    void add_contents()
    {
        add_heading(2, tr("Contents"));
        const auto rows = static_cast<int>(sections_.size());
        QTextTable &table = *text_.add_table(rows, {kTextWidth - kPageNumberWidth, kPageNumberWidth}, 0, 2).table;
        for (int row = 0; row < rows; ++row) {
            const Heading &section = *sections_[static_cast<std::size_t>(row)];
            QTextCursor cursor = table.cellAt(row, 0).firstCursorPosition();
            format_block(cursor, kText);
            QTextCharFormat format = format_of(kText);
            format.setProperty(kLinkProperty, words::from(section.anchor));
            cursor.insertText(words::from(section.text), format);
            cursor = table.cellAt(row, 1).firstCursorPosition();
            format_block(cursor, kText, true);
        }
        result_.contents = &table;
    }

    QTextTable &add_box(std::optional<QColor> bar)
    {
        Piece &piece = text_.add_table(1, {kTextWidth}, 5, kBoxPadding);
        piece.bar = bar;
        return *piece.table;
    }

    static void put_fact(QTextCursor cursor, const FactGrid::Fact &fact, double width)
    {
        format_block(cursor, small_face());
        put_line(cursor, plain(fact.name), small_face());
        Face face{.size = 13, .strong = true};
        for (const double size : {11.0, 9.5}) // long names are set smaller before they break
            if (measure(fact.value, face.size, true).whole > width)
                face.size = size;
        cursor.insertBlock();
        format_block(cursor, face, false, 1);
        put_line(cursor, fact.value, face);
        if (fact.note.empty())
            return;
        cursor.insertBlock();
        format_block(cursor, small_face(), false, 1);
        put_line(cursor, fact.note, small_face());
    }

    void put_picture(QTextCursor cursor, const PictureRow::Picture &picture)
    {
        const Face face{.size = 7};
        const QImage image = enlarged_picture(picture.png, kFinePicture);
        if (image.isNull()) {
            format_block(cursor, small_face());
            cursor.insertText(words::from(picture.alternative), format_of(small_face()));
        } else {
            const QSizeF size = QSizeF(image.size()).scaled(kPictureSide, kPictureSide, Qt::KeepAspectRatio);
            put_object(cursor, text_.objects(), image, size);
        }
        for (const Line &line : picture.lines) {
            cursor.insertBlock();
            format_block(cursor, face, false, 1);
            put_line(cursor, line, face);
        }
    }

    TextBuilder &text_;
    LaidOutDocument &result_;
    std::vector<const Heading *> sections_; // of level 2
    bool introduces_ = false;               ///< the block at hand stands before a table, a chart or the like
};

} // namespace

LaidOutDocument lay_out(const Document &document)
{
    TextBuilder text;
    LaidOutDocument result;
    text.cursor().beginEditBlock();
    BlockLayout(text, result).add(document);
    text.cursor().endEditBlock();
    result.text = std::move(text.document);
    find_strips(text.pieces, result);
    return result;
}

void write_page_numbers(const LaidOutDocument &document, const std::vector<std::size_t> &pages)
{
    if (!document.contents)
        return;
    for (int row = 0; row < document.contents->rows(); ++row) {
        QTextCursor cursor = document.contents->cellAt(row, 1).firstCursorPosition();
        cursor.insertText(QString::number(pages.at(static_cast<std::size_t>(row))), format_of(kText));
    }
}

} // namespace ca::report
