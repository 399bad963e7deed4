// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/strips.h"

#include "ui/report/paper.h"

#include <QAbstractTextDocumentLayout>
#include <QTextLayout>

#include <algorithm>
#include <limits>

namespace ca::report {
namespace {

constexpr double kHeadRule = points(0.7), kRowRule = points(0.4), kBar = points(2.5);
constexpr double kTallRow = kTextHeight / 3; // from here on a row may be cut between its lines

std::vector<Band> lines_of(const QTextBlock &block)
{
    const QTextLayout *layout = block.layout();
    const double top = block.document()->documentLayout()->blockBoundingRect(block).top();
    std::vector<Band> lines;
    for (int i = 0; i < layout->lineCount(); ++i) {
        const QRectF line = layout->lineAt(i).rect().translated(0, top);
        lines.push_back({line.top(), line.bottom()});
    }
    return lines;
}

class StripFinder {
public:
    explicit StripFinder(LaidOutDocument &document) : document_(document) { }

    void add(const Piece &piece)
    {
        const std::size_t first = document_.strips.size();
        if (piece.table)
            add_table(piece);
        else
            add_lines(lines_of(piece.block));
        if (document_.strips.size() == first)
            return;
        document_.strips[first].new_page = piece.new_page;
        const double top = document_.strips[first].band.top, bottom = document_.strips.back().band.bottom;
        if (piece.keep_with_next)
            for (std::size_t i = first; i < document_.strips.size(); ++i)
                document_.strips[i].keep_with_next = true;
        if (piece.keep_end)
            document_.strips.back().keep_with_next = true;
        if (piece.bar)
            document_.rules.push_back({QRectF(0, top, kBar, bottom - top), *piece.bar});
        if (piece.heading)
            document_.headings[*piece.heading].top = top;
    }

private:
    /// No line stands alone at the end or the top of a page.
    void add_lines(const std::vector<Band> &lines)
    {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const bool alone = i == 0 || i + 2 == lines.size();
            document_.strips.push_back({.band = lines[i], .keep_with_next = alone && i + 1 < lines.size()});
        }
    }

    void add_table(const Piece &piece)
    {
        const std::vector<Band> rows = rows_of(*piece.table);
        const auto heads = static_cast<std::size_t>(piece.heads);
        std::optional<Band> head;
        if (heads > 0)
            head = Band{rows.front().top, rows[heads - 1].bottom};
        else if (piece.ruled)
            add_rule(*piece.table, rows.front().top + kRowRule, false);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::size_t first = document_.strips.size();
            add_row(*piece.table, static_cast<int>(row), rows[row]);
            const bool edge = row < heads || row == heads || row + 2 == rows.size();
            document_.strips.back().keep_with_next = edge && row + 1 < rows.size();
            if (row >= heads)
                for (std::size_t i = first; i < document_.strips.size(); ++i)
                    document_.strips[i].head = head;
            if (piece.ruled)
                add_rule(*piece.table, rows[row].bottom, row + 1 == heads);
        }
    }

    void add_rule(const QTextTable &table, double bottom, bool below_head)
    {
        const double width = table.format().width().rawValue(), height = below_head ? kHeadRule : kRowRule;
        const Theme &theme = paper_theme();
        document_.rules.push_back({QRectF(0, bottom - height, width, height), below_head ? theme.dim : theme.line});
    }

    static std::vector<Band> rows_of(const QTextTable &table)
    {
        const QAbstractTextDocumentLayout *layout = table.document()->documentLayout();
        const double padding = table.format().cellPadding();
        std::vector<Band> rows;
        for (int row = 0; row < table.rows(); ++row) {
            Band band{std::numeric_limits<double>::max(), 0};
            for (int column = 0; column < table.columns(); ++column) {
                const QTextTableCell cell = table.cellAt(row, column);
                const QRectF top = layout->blockBoundingRect(cell.firstCursorPosition().block());
                const QRectF bottom = layout->blockBoundingRect(cell.lastCursorPosition().block());
                band.top = std::min(band.top, top.top() - padding);
                band.bottom = std::max(band.bottom, bottom.bottom() + padding);
            }
            if (!rows.empty())
                rows.back().bottom = band.top;
            rows.push_back(band);
        }
        return rows;
    }

    void add_row(const QTextTable &table, int row, const Band &band)
    {
        std::vector<double> cuts;
        if (band.height() > kTallRow)
            cuts = cuts_between_lines(table, row);
        double top = band.top;
        for (const double cut : cuts) {
            document_.strips.push_back({.band = {top, cut}});
            top = cut;
        }
        document_.strips.push_back({.band = {top, band.bottom}});
    }

    /// Where no line of any cell is cut.
    static std::vector<double> cuts_between_lines(const QTextTable &table, int row)
    {
        std::vector<Band> lines;
        for (int column = 0; column < table.columns(); ++column) {
            const QTextTableCell cell = table.cellAt(row, column);
            for (auto it = cell.begin(); !it.atEnd(); ++it) {
                const std::vector<Band> more = lines_of(it.currentBlock());
                lines.insert(lines.end(), more.begin(), more.end());
            }
        }
        std::sort(lines.begin(), lines.end(), [](const Band &a, const Band &b) { return a.top < b.top; });
        std::vector<double> cuts;
        double bottom = lines.empty() ? 0 : lines.front().bottom;
        for (const Band &line : lines) {
            if (line.top >= bottom - 0.5)
                cuts.push_back(line.top);
            bottom = std::max(bottom, line.bottom);
        }
        return cuts;
    }

    LaidOutDocument &document_;
};

void find_links(const QTextBlock &block, std::vector<PlacedLink> &links)
{
    const QPointF corner = block.document()->documentLayout()->blockBoundingRect(block).topLeft();
    for (auto it = block.begin(); !it.atEnd(); ++it) {
        const QTextFragment fragment = it.fragment();
        const QString anchor = fragment.charFormat().stringProperty(kLinkProperty);
        if (anchor.isEmpty())
            continue;
        const int first = fragment.position() - block.position(), last = first + fragment.length();
        for (int i = 0; i < block.layout()->lineCount(); ++i) {
            const QTextLine line = block.layout()->lineAt(i);
            const int from = std::max(first, line.textStart()), to = std::min(last, line.textStart() + line.textLength());
            if (from >= to)
                continue;
            const double left = line.cursorToX(from), right = line.cursorToX(to);
            links.push_back(
                {QRectF(QPointF(left, line.y()), QPointF(right, line.y() + line.height())).normalized().translated(corner),
                 anchor});
        }
    }
}

} // namespace

void find_strips(const std::vector<Piece> &pieces, LaidOutDocument &document)
{
    StripFinder finder(document);
    for (const Piece &piece : pieces)
        finder.add(piece);
    const QTextDocument &text = *document.text;
    for (QTextBlock block = text.begin(); block.isValid(); block = block.next())
        find_links(block, document.links);
}

} // namespace ca::report
