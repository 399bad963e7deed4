// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/table_layout.h"

#include "ui/report/table_columns.h"

#include <algorithm>
#include <cstddef>

namespace ca::report {
namespace {

constexpr double kCellPadding = 3, kCaptionSize = 8.5; // points

/// Fills the cells of a table that has its columns.
class TableFiller {
public:
    TableFiller(QTextTable &to, const Table &from, const ColumnPlan &plan) : to_(to), from_(from), plan_(plan) { }

    void fill_head()
    {
        const Face face{.size = plan_.size, .colour = paper_theme().dim, .strong = true};
        for (std::size_t column = 0; column < from_.columns.size(); ++column) {
            QTextTableCell cell = fill(0, column, plain(from_.columns[column].title), face);
            QTextCharFormat format = cell.format();
            format.setVerticalAlignment(QTextCharFormat::AlignBottom);
            cell.setFormat(format);
        }
    }

    void fill_row(std::size_t row, int to)
    {
        const bool marked = std::find(from_.marked.begin(), from_.marked.end(), row) != from_.marked.end();
        for (std::size_t column = 0; column < from_.columns.size(); ++column) {
            const Face face{.size = plan_.size, .strong = marked && column == 0};
            const QTextTableCell cell =
                fill(to, column, column < from_.rows[row].size() ? from_.rows[row][column] : Line(), face);
            if (marked)
                shade(cell, paper_theme().accent_soft);
        }
    }

private:
    QTextTableCell fill(int row, std::size_t column, const Line &line, const Face &face)
    {
        QTextTableCell cell = to_.cellAt(row, static_cast<int>(column));
        QTextCursor cursor = cell.firstCursorPosition();
        format_block(cursor, face, from_.columns[column].number);
        const double gap = gap_behind(from_, column);
        put_line(cursor, with_breaks(line, face.size, plan_.widths[column] - points(2 * kCellPadding) - gap), face);
        if (gap > 0) {
            QTextTableCellFormat format = cell.format().toTableCellFormat();
            format.setRightPadding(points(kCellPadding) + gap);
            cell.setFormat(format);
        }
        return cell;
    }

    QTextTable &to_;
    const Table &from_;
    const ColumnPlan &plan_;
};

} // namespace

void add_table(TextBuilder &text, const Table &table)
{
    if (!table.caption.empty()) {
        text.add_paragraph({.above = 7, .below = 1}).keep_with_next = true;
        text.put(plain(table.caption), {.size = kCaptionSize, .strong = true});
    }
    const bool titles =
        std::any_of(table.columns.begin(), table.columns.end(), [](const auto &column) { return !column.title.empty(); });
    const int heads = titles ? 1 : 0, rows = heads + static_cast<int>(table.rows.size());
    if (table.columns.empty() || rows == 0)
        return;
    const ColumnPlan plan = plan_columns(table, kTextWidth, points(kCellPadding));
    Piece &piece = text.add_table(rows, plan.widths, 2, kCellPadding);
    piece.heads = heads;
    piece.ruled = true;
    TableFiller filler(*piece.table, table, plan);
    if (titles)
        filler.fill_head();
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        filler.fill_row(row, static_cast<int>(row) + heads);
}

void shade(QTextTableCell cell, const QColor &colour)
{
    QTextCharFormat format = cell.format();
    format.setBackground(colour);
    cell.setFormat(format);
}

} // namespace ca::report
