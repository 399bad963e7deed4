// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/writers/html.h"

#include "core/base/base64.h"
#include "core/base/units.h"
#include "core/report/writers/html_style.h"
#include "core/report/writers/markup.h"
#include "core/report/writers/svg.h"

#include <algorithm>

namespace ca::report {
namespace {

constexpr std::size_t kLongWord = 18; // letters: longer ones break anywhere, so that a table keeps inside its page
constexpr int kTinyPicture = 96;      // pixels: enlarged, its pixels stay sharp

std::string element(const char *name, const std::string &content)
{
    return std::string("<") + name + ">" + content + "</" + name + ">";
}

/// In bytes.
std::size_t longest_word(const Line &line)
{
    std::size_t longest = 0, word = 0;
    for (const Run &run : line) {
        for (const char c : run.text) {
            word = c == ' ' ? 0 : word + 1;
            longest = std::max(longest, word);
        }
    }
    return longest;
}

class HtmlWriter {
public:
    HtmlWriter(const Document &document, const FigureValue &value_of) : document_(document), value_of_(value_of) { }

    [[nodiscard]] std::string write();

private:
    [[nodiscard]] std::string head() const;
    [[nodiscard]] std::string contents() const;
    [[nodiscard]] std::string run(const Run &run) const;
    [[nodiscard]] std::string line(const Line &line) const;
    [[nodiscard]] std::string cell(const Line &content, const Table::Column &column, bool is_head) const;

    void add(const Heading &heading);
    void add(const Paragraph &paragraph);
    void add(const Warning &warning);
    void add(const Listing &listing);
    void add(const CodeBlock &code);
    void add(const FactGrid &grid);
    void add(const Table &table);
    void add(const Chart &chart);
    void add(const PictureRow &row);
    void add(const PageBreak &);
    void add_rows(const Table &table);
    void add_picture(const PictureRow::Picture &picture);

    const Document &document_;
    const FigureValue &value_of_;
    std::string html_;
    bool in_section_ = false, has_contents_ = false;
};

std::string HtmlWriter::write()
{
    html_ = head();
    const auto is_title = [](const Block &block) {
        const auto *heading = std::get_if<Heading>(&block);
        return heading != nullptr && heading->level == 1;
    };
    if (std::none_of(document_.blocks.begin(), document_.blocks.end(), is_title))
        html_ += element("h1", escaped(document_.title)) + "\n";
    for (const Block &block : document_.blocks)
        std::visit([this](const auto &what) { add(what); }, block);
    return html_ + (in_section_ ? "</section>\n" : "") + "</main>\n</body>\n</html>\n";
}

/// The policy forbids the browser to load or run anything, whatever the texts hold.
std::string HtmlWriter::head() const
{
    std::string keywords;
    for (const std::string &keyword : document_.keywords)
        keywords += (keywords.empty() ? "" : ", ") + keyword;
    std::string text =
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:\"/>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
    text += element("title", escaped(document_.title)) + "\n";
    const auto meta = [&text](const char *name, const std::string &content) {
        if (!content.empty())
            text += std::string("<meta name=\"") + name + "\" content=\"" + escaped(content) + "\"/>\n";
    };
    meta("description", document_.subject);
    meta("generator", document_.creator);
    meta("keywords", keywords);
    meta("date", document_.date);
    return text + "<style>" + kHtmlStyle + "</style>\n</head>\n<body>\n<main>\n";
}

std::string HtmlWriter::contents() const
{
    std::string items;
    for (const Block &block : document_.blocks)
        if (const auto *heading = std::get_if<Heading>(&block); heading != nullptr && heading->level == 2)
            items += "<li><a href=\"#" + escaped(heading->anchor) + "\">" + escaped(heading->text) + "</a></li>\n";
    return "<nav aria-label=\"Contents\">\n<p>Contents</p>\n<ol>\n" + items + "</ol>\n</nav>\n";
}

std::string HtmlWriter::run(const Run &run) const
{
    std::string text = escaped(run.text);
    if (!run.figure.empty()) {
        const std::optional<std::string> value = value_of_ ? value_of_(run.figure) : std::nullopt;
        text = "<data value=\"" + escaped(value.value_or(run.text)) + "\" data-source=\"" + escaped(run.figure) + "\">" + text
            + "</data>";
    }
    if (run.code)
        text = element("code", text);
    if (run.strong)
        text = element("strong", text);
    if (run.wrong)
        text = element("s", text);
    if (!run.link.empty())
        text = "<a href=\"#" + escaped(run.link) + "\">" + text + "</a>";
    return text;
}

std::string HtmlWriter::line(const Line &line) const
{
    std::string text;
    for (const Run &part : line)
        text += run(part);
    return text;
}

void HtmlWriter::add(const Heading &heading)
{
    const std::string anchor = heading.anchor.empty() ? "" : " id=\"" + escaped(heading.anchor) + "\"";
    if (heading.level == 2) {
        if (!has_contents_)
            html_ += contents();
        has_contents_ = true;
        html_ += std::string(in_section_ ? "</section>\n" : "") + "<section>\n";
        in_section_ = true;
    }
    const std::string name = "h" + std::to_string(std::clamp(heading.level, 1, 3));
    html_ += "<" + name + anchor + ">" + escaped(heading.text) + "</" + name + ">\n";
}

void HtmlWriter::add(const Paragraph &paragraph)
{
    html_ += std::string(paragraph.small ? "<p class=\"small\">" : "<p>") + line(paragraph.line) + "</p>\n";
}

void HtmlWriter::add(const Warning &warning)
{
    html_ += "<p class=\"warning\" role=\"note\">" + line(warning.line) + "</p>\n";
}

void HtmlWriter::add(const Listing &listing)
{
    std::string items;
    for (const Line &item : listing.items)
        items += element("li", line(item)) + "\n";
    if (!items.empty())
        html_ += element(listing.numbered ? "ol" : "ul", "\n" + items) + "\n";
}

void HtmlWriter::add(const CodeBlock &code)
{
    html_ += "<pre><code>" + escaped(code.text) + "</code></pre>\n";
}

void HtmlWriter::add(const FactGrid &grid)
{
    std::string facts;
    for (const FactGrid::Fact &fact : grid.facts) {
        facts += "<div><dt>" + escaped(fact.name) + "</dt><dd class=\"value\">" + line(fact.value) + "</dd>";
        if (!fact.note.empty())
            facts += "<dd class=\"note\">" + line(fact.note) + "</dd>";
        facts += "</div>\n";
    }
    if (!facts.empty())
        html_ += "<dl class=\"facts\">\n" + facts + "</dl>\n";
}

std::string HtmlWriter::cell(const Line &content, const Table::Column &column, bool is_head) const
{
    const char *name = is_head ? "th" : "td";
    const std::string style = column.number ? "number" : longest_word(content) > kLongWord ? "long" : "";
    return std::string("<") + name + (is_head ? " scope=\"row\"" : "") + (style.empty() ? "" : " class=\"" + style + "\"") + ">"
        + line(content) + "</" + name + ">";
}

void HtmlWriter::add_rows(const Table &table)
{
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const bool marked = std::find(table.marked.begin(), table.marked.end(), i) != table.marked.end();
        html_ += marked ? "<tr class=\"marked\">" : "<tr>";
        for (std::size_t column = 0; column < table.columns.size(); ++column)
            html_ += cell(column < table.rows[i].size() ? table.rows[i][column] : Line{}, table.columns[column], column == 0);
        html_ += "</tr>\n";
    }
}

void HtmlWriter::add(const Table &table)
{
    double weights = 0;
    for (const Table::Column &column : table.columns)
        weights += column.weight;
    html_ += "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"" + escaped(table.caption)
        + "\">\n<table style=\"--columns:" + std::to_string(table.columns.size()) + "\">\n";
    html_ += element("caption", escaped(table.caption)) + "\n<colgroup>";
    for (const Table::Column &column : table.columns)
        html_ += "<col style=\"width:" + to_text(weights > 0 ? 100 * column.weight / weights : 0, 1) + "%\"/>";
    html_ += "</colgroup>\n<thead><tr>";
    for (const Table::Column &column : table.columns)
        html_ +=
            std::string("<th scope=\"col\"") + (column.number ? " class=\"number\"" : "") + ">" + escaped(column.title) + "</th>";
    html_ += "</tr></thead>\n<tbody>\n";
    add_rows(table);
    html_ += "</tbody>\n</table>\n</div>\n";
}

void HtmlWriter::add(const Chart &chart)
{
    html_ += "<figure>\n" + to_svg(chart.drawing);
    if (!chart.caption.empty())
        html_ += element("figcaption", line(chart.caption)) + "\n";
    html_ += "</figure>\n";
}

void HtmlWriter::add_picture(const PictureRow::Picture &picture)
{
    const std::vector<std::uint8_t> bytes(picture.png.begin(), picture.png.end());
    const bool is_tiny = std::max(picture.width, picture.height) < kTinyPicture;
    html_ += "<figure><img src=\"data:image/png;base64," + to_base64(bytes) + "\" width=\"" + std::to_string(picture.width)
        + "\" height=\"" + std::to_string(picture.height) + "\" alt=\"" + escaped(picture.alternative) + "\""
        + (is_tiny ? " class=\"tiny\"" : "") + "/>";
    if (!picture.lines.empty()) {
        html_ += "<figcaption>";
        for (const Line &under : picture.lines)
            html_ += element("div", line(under));
        html_ += "</figcaption>";
    }
    html_ += "</figure>\n";
}

void HtmlWriter::add(const PictureRow &row)
{
    html_ += "<div class=\"pictures\">\n";
    for (const PictureRow::Picture &picture : row.pictures)
        add_picture(picture);
    html_ += "</div>\n";
}

void HtmlWriter::add(const PageBreak &)
{
    html_ += "<div class=\"break\"></div>\n";
}

} // namespace

std::string to_html(const Document &document, const FigureValue &value_of)
{
    return HtmlWriter(document, value_of).write();
}

} // namespace ca::report
