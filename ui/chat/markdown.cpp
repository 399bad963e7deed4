// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/markdown.h"

#include "ui/chat/chat_words.h"
#include "ui/chat/markdown_inline.h"
#include "ui/common/words.h"

#include <QRegularExpression>

#include <algorithm>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

using Kind = MarkdownBlock::Kind;

struct Line {
    qsizetype begin, end; ///< without the line's end
};

std::vector<Line> lines_of(const QString &text)
{
    std::vector<Line> lines;
    for (qsizetype begin = 0; begin < text.size();) {
        const qsizetype found = text.indexOf(u'\n', begin);
        const qsizetype end = found < 0 ? text.size() : found;
        lines.push_back({begin, end});
        begin = end + 1;
    }
    return lines;
}

/// ``` or ~~~ and more at the beginning of a line: how many, else 0.
qsizetype fence_length(QStringView line)
{
    const QStringView trimmed = line.trimmed();
    if (trimmed.isEmpty() || (trimmed[0] != u'`' && trimmed[0] != u'~'))
        return 0;
    qsizetype length = 1;
    while (length < trimmed.size() && trimmed[length] == trimmed[0])
        ++length;
    return length >= 3 ? length : 0;
}

bool closes(QStringView line, QStringView opening)
{
    const QStringView trimmed = line.trimmed();
    return fence_length(line) >= fence_length(opening) && fence_length(line) == trimmed.size()
        && trimmed[0] == opening.trimmed()[0];
}

bool is_rule(QStringView line)
{
    const QStringView trimmed = line.trimmed();
    return trimmed.size() >= 3 && (trimmed[0] == u'-' || trimmed[0] == u'*' || trimmed[0] == u'_')
        && std::all_of(trimmed.begin(), trimmed.end(), [&](QChar c) { return c == trimmed[0] || c == u' '; });
}

/// "|---|:--:|"
bool is_table_rule(QStringView line)
{
    const QStringView trimmed = line.trimmed();
    return trimmed.contains(u'|') && trimmed.contains(u'-')
        && std::all_of(trimmed.begin(), trimmed.end(), [](QChar c) { return QStringView(u"|-: ").contains(c); });
}

/// Reads the lines of one text into blocks.
class BlockReader {
public:
    explicit BlockReader(const SpannedText &source) : source_(source), lines_(lines_of(source.text)) { }

    std::vector<MarkdownBlock> read()
    {
        while (at_ < lines_.size())
            read_block();
        end_paragraph();
        return std::move(blocks_);
    }

private:
    [[nodiscard]] QStringView view(std::size_t line) const
    {
        return QStringView(source_.text).mid(lines_[line].begin, lines_[line].end - lines_[line].begin);
    }

    void read_block()
    {
        const QStringView line = view(at_);
        if (line.trimmed().isEmpty()) {
            end_paragraph();
            ++at_;
        } else if (fence_length(line) > 0) {
            read_fence();
        } else if (line.contains(u'|') && at_ + 1 < lines_.size() && is_table_rule(view(at_ + 1))) {
            read_table();
        } else if (is_rule(line)) {
            end_paragraph();
            blocks_.push_back({Kind::rule});
            ++at_;
        } else {
            if (!begins_block(line))
                pending_.push_back(lines_[at_]);
            ++at_;
        }
    }

    /// A heading, an item or a quote: what follows its mark begins a paragraph of that kind.
    bool begins_block(QStringView line)
    {
        static const QRegularExpression kMark(u"^(?:(#{1,6})\\s+|(\\s*)(?:([-*+])|(\\d{1,9}[.)]))\\s+|\\s*>\\s?)"_s);
        const auto match = kMark.match(line);
        if (!match.hasMatch())
            return false;
        end_paragraph();
        if (match.capturedLength(1) > 0) {
            next_.kind = Kind::heading;
            next_.level = static_cast<int>(match.capturedLength(1));
        } else if (match.capturedLength(3) + match.capturedLength(4) > 0) {
            constexpr qsizetype kIndent = 2, kDeepest = 6; // spaces a level; levels
            next_.kind = Kind::item;
            next_.level = static_cast<int>(std::min(match.capturedLength(2) / kIndent, kDeepest));
            next_.marker = match.capturedLength(3) > 0 ? u"•"_s : match.captured(4);
        } else {
            next_.kind = Kind::quote;
        }
        pending_.push_back({lines_[at_].begin + match.capturedLength(0), lines_[at_].end});
        if (next_.kind == Kind::heading)
            end_paragraph();
        return true;
    }

    void end_paragraph()
    {
        if (!pending_.empty()) {
            next_.lines.push_back(read_inline(joined(pending_)));
            blocks_.push_back(std::move(next_));
        }
        next_ = {};
        pending_.clear();
    }

    [[nodiscard]] SpannedText part(qsizetype begin, qsizetype end) const
    {
        SpannedText part{source_.text.mid(begin, end - begin), {}};
        if (!source_.spans.empty())
            part.spans.assign(source_.spans.begin() + begin, source_.spans.begin() + end);
        return part;
    }

    /// Lines of a paragraph follow each other with a space; two spaces at a line's end, or a backslash, keep the line.
    [[nodiscard]] SpannedText joined(const std::vector<Line> &lines) const
    {
        SpannedText text;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            SpannedText line = part(lines[i].begin, lines[i].end);
            const bool keeps = line.text.endsWith(u"  "_s) || line.text.endsWith(u'\\');
            qsizetype from = 0, to = line.text.endsWith(u'\\') ? line.text.size() - 1 : line.text.size();
            while (from < to && line.text[from].isSpace())
                ++from;
            while (to > from && line.text[to - 1].isSpace())
                --to;
            text.text += line.text.mid(from, to - from);
            if (!line.spans.empty())
                text.spans.insert(text.spans.end(), line.spans.begin() + from, line.spans.begin() + to);
            if (i + 1 == lines.size())
                break;
            text.text += keeps ? QChar(QChar::LineSeparator) : QChar(u' ');
            if (!text.spans.empty())
                text.spans.push_back(text.spans.back());
        }
        return text;
    }

    void read_fence()
    {
        end_paragraph();
        const QStringView opening = view(at_++);
        MarkdownBlock block{Kind::code};
        for (; at_ < lines_.size() && !closes(view(at_), opening); ++at_)
            block.lines.push_back(as_code(part(lines_[at_].begin, lines_[at_].end)));
        ++at_;
        blocks_.push_back(std::move(block));
    }

    void read_table()
    {
        end_paragraph();
        std::vector<std::vector<SpannedText>> rows;
        for (; at_ < lines_.size() && view(at_).contains(u'|'); ++at_)
            if (!is_table_rule(view(at_)))
                rows.push_back(cells(lines_[at_]));
        blocks_.push_back({Kind::table, {}, 0, table_lines(rows)});
    }

    [[nodiscard]] std::vector<SpannedText> cells(Line line) const
    {
        std::vector<SpannedText> cells;
        for (qsizetype begin = line.begin; begin <= line.end;) {
            const qsizetype bar = source_.text.indexOf(u'|', begin);
            const qsizetype end = bar < 0 ? line.end : std::min(bar, line.end);
            const bool outside = cells.empty() ? begin == line.begin : end == line.end; // before the first bar, behind the last
            if (!(outside && QStringView(source_.text).mid(begin, end - begin).trimmed().isEmpty()))
                cells.push_back(joined({{begin, end}}));
            begin = end + 1;
        }
        return cells;
    }

    const SpannedText &source_;
    std::vector<Line> lines_;
    std::size_t at_ = 0;
    std::vector<Line> pending_; ///< of the paragraph that is being read
    MarkdownBlock next_;        ///< it
    std::vector<MarkdownBlock> blocks_;
};

} // namespace

std::vector<MarkdownBlock> parse_markdown(const SpannedText &source)
{
    return BlockReader(source).read();
}

qsizetype end_of_paragraph(QStringView text)
{
    QStringView fence;
    bool has_text = false;
    for (qsizetype begin = 0; begin < text.size();) {
        const qsizetype end = text.indexOf(u'\n', begin);
        if (end < 0 || (fence.isEmpty() && end >= kLongParagraph))
            break;
        const QStringView line = text.mid(begin, end - begin);
        const bool is_blank = line.trimmed().isEmpty();
        if (!fence.isEmpty() ? closes(line, fence) : is_blank && has_text)
            return end + 1;
        if (fence.isEmpty() && fence_length(line) > 0) {
            if (has_text)
                return begin; // what stands before it
            fence = line;
        }
        has_text = has_text || !is_blank;
        begin = end + 1;
    }
    if (!fence.isEmpty() || text.size() <= kLongParagraph)
        return -1;
    for (const QChar gap : {u'\n', u' '})
        if (const qsizetype place = text.lastIndexOf(gap, kLongParagraph - 1); place > 0)
            return place + 1;
    return kLongParagraph;
}

SpannedText spanned(const std::vector<TextSpan> &spans)
{
    SpannedText text;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const QString tamed = words::tame(words::from(spans[i].text));
        text.text += tamed;
        text.spans.insert(text.spans.end(), static_cast<std::size_t>(tamed.size()), static_cast<int>(i));
    }
    return text;
}

} // namespace ca
