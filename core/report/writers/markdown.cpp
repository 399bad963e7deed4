// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/markdown.h"

#include "core/report/writers/markdown_text.h"
#include "core/report/writers/markup.h"

#include <algorithm>

namespace ca::report {
namespace {

/// `**` takes no spaces at its inner side.
std::string around(const std::string &text, const char *mark)
{
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string::npos)
        return text;
    const std::size_t end = text.find_last_not_of(' ') + 1;
    return text.substr(0, first) + mark + text.substr(first, end - first) + mark + text.substr(end);
}

std::string text_of(const Run &run, bool in_table, bool strong)
{
    std::string text = run.code ? markdown_code(run.text, in_table) : markdown_text(run.text);
    if (run.strong || strong)
        text = around(text, "**");
    if (run.wrong)
        text = around(text, "~~");
    return run.link.empty() ? text : "[" + text + "](#" + run.link + ")";
}

std::string text_of(const Line &line, bool in_table = false, bool strong = false)
{
    std::string text;
    for (const Run &run : line)
        text += text_of(run, in_table, strong);
    return text;
}

std::string begun(const Line &line)
{
    return at_line_start(text_of(line));
}

std::string contents_of(const Document &document)
{
    std::string text;
    for (const Block &block : document.blocks)
        if (const auto *heading = std::get_if<Heading>(&block); heading != nullptr && heading->level == 2)
            text += "- [" + markdown_text(heading->text) + "](#" + heading->anchor + ")\n";
    return text.empty() ? text : text + "\n";
}

class MarkdownWriter {
public:
    explicit MarkdownWriter(const Document &document) : document_(document) { }

    [[nodiscard]] std::string write()
    {
        for (const Block &block : document_.blocks)
            std::visit([this](const auto &what) { add(what); }, block);
        return std::move(markdown_);
    }

private:
    void add(const Heading &heading);
    void add(const Paragraph &paragraph) { markdown_ += begun(paragraph.line) + "\n\n"; }
    void add(const Warning &warning) { markdown_ += "> [!WARNING]\n> " + begun(warning.line) + "\n\n"; }
    void add(const Listing &listing);
    void add(const CodeBlock &code) { markdown_ += markdown_block(code.text) + "\n"; }
    void add(const FactGrid &grid);
    void add(const Table &table);
    void add(const Chart &chart);
    void add(const PictureRow &row);
    void add(const PageBreak &) { }
    void add_row(const std::vector<std::string> &cells);

    const Document &document_;
    std::string markdown_;
    bool has_contents_ = false;
};

void MarkdownWriter::add(const Heading &heading)
{
    if (heading.level == 2 && !has_contents_) {
        markdown_ += contents_of(document_);
        has_contents_ = true;
    }
    const std::string anchor = heading.anchor.empty() ? "" : "<a id=\"" + escaped(heading.anchor) + "\"></a>";
    markdown_ += std::string(static_cast<std::size_t>(std::clamp(heading.level, 1, 3)), '#') + " " + anchor
        + markdown_text(heading.text) + "\n\n";
}

void MarkdownWriter::add(const Listing &listing)
{
    for (std::size_t i = 0; i < listing.items.size(); ++i)
        markdown_ += (listing.numbered ? std::to_string(i + 1) + ". " : "- ") + begun(listing.items[i]) + "\n";
    markdown_ += "\n";
}

void MarkdownWriter::add(const FactGrid &grid)
{
    for (const FactGrid::Fact &fact : grid.facts) {
        markdown_ += "- **" + markdown_text(fact.name) + "**: " + text_of(fact.value);
        if (!fact.note.empty())
            markdown_ += " (" + text_of(fact.note) + ")";
        markdown_ += "\n";
    }
    markdown_ += "\n";
}

void MarkdownWriter::add_row(const std::vector<std::string> &cells)
{
    markdown_ += "|";
    for (const std::string &cell : cells)
        markdown_ += " " + cell + " |";
    markdown_ += "\n";
}

void MarkdownWriter::add(const Table &table)
{
    if (!table.caption.empty())
        markdown_ += "**" + markdown_text(table.caption) + "**\n\n";
    std::vector<std::string> titles, sides;
    for (const Table::Column &column : table.columns) {
        titles.push_back(markdown_text(column.title));
        sides.emplace_back(column.number ? "---:" : "---");
    }
    add_row(titles);
    add_row(sides);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const bool marked = std::find(table.marked.begin(), table.marked.end(), i) != table.marked.end();
        std::vector<std::string> cells;
        for (const Line &cell : table.rows[i])
            cells.push_back(text_of(cell, true, marked));
        add_row(cells);
    }
    markdown_ += "\n";
}

void MarkdownWriter::add(const Chart &chart)
{
    const std::string title = markdown_text(chart.drawing.title), described = markdown_text(chart.drawing.description);
    if (chart.drawing.file.empty())
        markdown_ += "**" + title + "**\n\n" + at_line_start(described) + "\n\n";
    else
        markdown_ += "![" + title + ". " + described + "](" + chart.drawing.file + ")\n\n";
    if (!chart.caption.empty())
        markdown_ += begun(chart.caption) + "\n\n";
}

void MarkdownWriter::add(const PictureRow &row)
{
    for (const PictureRow::Picture &picture : row.pictures) {
        markdown_ += "- " + at_line_start(markdown_text(picture.alternative)) + "\n";
        for (const Line &line : picture.lines)
            markdown_ += "  - " + begun(line) + "\n";
    }
    markdown_ += "\n";
}

} // namespace

std::string to_markdown(const Document &document)
{
    return MarkdownWriter(document).write();
}

} // namespace ca::report
