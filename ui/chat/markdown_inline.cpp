// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/markdown_inline.h"

#include <algorithm>
#include <map>
#include <optional>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

bool is_word(QChar character)
{
    return character.isLetterOrNumber() || character == u'_';
}

/// `[label](target)` at a place of a text.
struct Bracketed {
    qsizetype label_begin, label_end; ///< without the brackets
    QString target;
    qsizetype end; ///< behind the closing parenthesis
};

std::optional<Bracketed> bracketed(const QString &text, qsizetype open)
{
    // Longer ones stay as typed, so that a text full of brackets is read in linear time.
    constexpr qsizetype kMostLabel = 400, kMostTarget = 2000;
    const qsizetype most = std::min(text.size(), open + kMostLabel);
    qsizetype close = open + 1;
    for (int depth = 1; close < most; ++close) {
        depth += text[close] == u'[' ? 1 : text[close] == u']' ? -1 : 0;
        if (depth == 0)
            break;
    }
    if (close >= most || close + 1 >= text.size() || text[close + 1] != u'(')
        return std::nullopt;
    const QStringView rest = QStringView(text).mid(close + 2, kMostTarget);
    const qsizetype end = rest.indexOf(u')');
    if (end < 0)
        return std::nullopt;
    QString target = rest.left(end).trimmed().toString();
    target.truncate(std::max<qsizetype>(0, target.contains(u' ') ? target.indexOf(u' ') : target.size())); // a title follows
    return Bracketed{open + 1, close, target, close + 2 + end + 1};
}

/// Only what a browser opens as a page; anything else leads nowhere.
QUrl page(const QString &target)
{
    const QUrl url(target, QUrl::StrictMode);
    const bool good = url.isValid() && (url.scheme() == u"https"_s || url.scheme() == u"http"_s) && !url.host().isEmpty();
    return good ? url : QUrl();
}

/// One pass over a paragraph: delimiters turn a style on and off.
class InlineReader {
public:
    explicit InlineReader(const SpannedText &source) : source_(source), text_(source.text) { }

    std::vector<MarkdownRun> read()
    {
        while (at_ < text_.size()) {
            end_link();
            if (at_ < text_.size() && !(escaped() || code() || emphasis() || image() || link()))
                put(at_++);
        }
        end_link();
        return std::move(runs_);
    }

private:
    struct Emphasis {
        QString mark;
        bool is_on = false;
    };

    [[nodiscard]] QChar at(qsizetype place) const { return place >= 0 && place < text_.size() ? text_[place] : QChar(u' '); }

    void put(qsizetype place) { put(QString(text_[place]), source_.spans.empty() ? -1 : source_.spans[std::size_t(place)]); }

    void put(const QString &text, int span, bool code = false)
    {
        MarkdownRun run{text, bold_.is_on || strong_.is_on, italic_.is_on || slanted_.is_on, code, link_, span};
        if (!runs_.empty()) {
            MarkdownRun &last = runs_.back();
            if (last.bold == run.bold && last.italic == run.italic && last.code == code && last.link == run.link
                && last.span == span) {
                last.text += text;
                return;
            }
        }
        runs_.push_back(std::move(run));
    }

    bool escaped()
    {
        if (at(at_) != u'\\' || !at(at_ + 1).isPunct())
            return false;
        put(at_ + 1);
        at_ += 2;
        return true;
    }

    /// `code`, with as many ticks behind it as before it.
    bool code()
    {
        if (at(at_) != u'`')
            return false;
        qsizetype ticks = 1;
        while (at(at_ + ticks) == u'`')
            ++ticks;
        const qsizetype close = find(QString(ticks, u'`'), at_ + ticks);
        if (close < 0) {
            for (; ticks > 0; --ticks)
                put(at_++);
            return true;
        }
        for (qsizetype place = at_ + ticks; place < close; ++place)
            put(QString(text_[place]), source_.spans.empty() ? -1 : source_.spans[std::size_t(place)], true);
        at_ = close + ticks;
        return true;
    }

    bool emphasis()
    {
        for (Emphasis *style : {&bold_, &strong_, &italic_, &slanted_}) {
            const QString &mark = style->mark;
            if (!QStringView(text_).mid(at_).startsWith(mark))
                continue;
            const bool within_word = mark[0] == u'_' && is_word(at(style->is_on ? at_ + mark.size() : at_ - 1));
            const bool turns = style->is_on
                ? !at(at_ - 1).isSpace() && !within_word
                : !at(at_ + mark.size()).isSpace() && !within_word && find(mark, at_ + mark.size() + 1) >= 0;
            if (!turns)
                continue;
            style->is_on = !style->is_on;
            at_ += mark.size();
            return true;
        }
        return false;
    }

    bool image()
    {
        const auto found = at(at_) == u'!' && at(at_ + 1) == u'[' ? bracketed(text_, at_ + 1) : std::nullopt;
        if (!found)
            return false;
        for (qsizetype place = found->label_begin; place < found->label_end; ++place)
            put(place);
        at_ = found->end;
        return true;
    }

    bool link()
    {
        const auto found = at(at_) == u'[' && link_end_ < 0 ? bracketed(text_, at_) : std::nullopt;
        if (!found)
            return false;
        link_ = page(found->target);
        link_end_ = found->label_end;
        behind_link_ = found->end;
        at_ = found->label_begin;
        return true;
    }

    void end_link()
    {
        if (link_end_ < 0 || at_ < link_end_)
            return;
        // The host as a server is really called: punycode shows what looks like another's name.
        const QString host = QString::fromLatin1(link_.toEncoded(QUrl::RemoveUserInfo)).section(u'/', 2, 2);
        link_end_ = -1;
        at_ = std::max(at_, behind_link_);
        const int span = runs_.empty() ? -1 : runs_.back().span;
        const bool goes = !link_.isEmpty();
        link_.clear();
        if (goes)
            put(u" ("_s + host + u')', span);
    }

    /// Where `mark` comes next; that it does not is remembered, so that looking for it stays linear.
    qsizetype find(const QString &mark, qsizetype from)
    {
        if (const auto none = none_from_.find(mark); none != none_from_.end() && from >= none->second)
            return -1;
        const qsizetype found = text_.indexOf(mark, from);
        if (found < 0)
            none_from_[mark] = from;
        return found;
    }

    const SpannedText &source_;
    const QString &text_;
    qsizetype at_ = 0;
    Emphasis bold_{u"**"_s}, strong_{u"__"_s}, italic_{u"*"_s}, slanted_{u"_"_s};
    QUrl link_;
    qsizetype link_end_ = -1, behind_link_ = -1;
    std::map<QString, qsizetype> none_from_;
    std::vector<MarkdownRun> runs_;
};

qsizetype width(const std::vector<MarkdownRun> &cell)
{
    qsizetype width = 0;
    for (const MarkdownRun &run : cell)
        width += run.text.size();
    return width;
}

std::vector<MarkdownRun> line_of(std::vector<std::vector<MarkdownRun>> cells, const std::vector<qsizetype> &widths, bool is_head)
{
    constexpr qsizetype kGap = 2; // letters between columns
    std::vector<MarkdownRun> line;
    for (std::size_t column = 0; column < cells.size(); ++column) {
        const qsizetype fill =
            column + 1 < cells.size() ? std::max<qsizetype>(0, widths[column] - width(cells[column])) + kGap : 0;
        for (MarkdownRun &run : cells[column]) {
            run.bold = run.bold || is_head;
            line.push_back(std::move(run));
        }
        line.push_back({QString(fill, u' ')});
    }
    return line;
}

} // namespace

std::vector<MarkdownRun> read_inline(const SpannedText &source)
{
    return InlineReader(source).read();
}

std::vector<MarkdownRun> as_code(const SpannedText &source)
{
    std::vector<MarkdownRun> runs;
    for (qsizetype i = 0; i < source.text.size(); ++i) {
        const int span = source.spans.empty() ? -1 : source.spans[std::size_t(i)];
        if (runs.empty() || runs.back().span != span)
            runs.push_back({{}, false, false, true, {}, span});
        runs.back().text += source.text[i];
    }
    return runs;
}

std::vector<std::vector<MarkdownRun>> table_lines(const std::vector<std::vector<SpannedText>> &rows)
{
    constexpr qsizetype kWidest = 48; // letters of a column; longer cells stand out of it
    std::vector<std::vector<std::vector<MarkdownRun>>> cells;
    std::vector<qsizetype> widths;
    for (const auto &row : rows) {
        cells.emplace_back();
        for (const SpannedText &cell : row) {
            cells.back().push_back(read_inline(cell));
            widths.resize(std::max(widths.size(), cells.back().size()));
            qsizetype &widest = widths[cells.back().size() - 1];
            widest = std::clamp(width(cells.back().back()), widest, kWidest);
        }
    }
    std::vector<std::vector<MarkdownRun>> lines;
    for (auto &row : cells)
        lines.push_back(line_of(std::move(row), widths, lines.empty()));
    return lines;
}

} // namespace ca
