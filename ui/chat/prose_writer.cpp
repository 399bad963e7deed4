// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/chat/prose_writer.h"

#include "ui/common/theme.h"
#include "ui/common/words.h"

#include <QCoreApplication>
#include <QFontDatabase>
#include <QFontMetrics>
#include <QTextBlockFormat>
#include <QTextCursor>

namespace ca {

using namespace Qt::StringLiterals;

namespace {

using Kind = MarkdownBlock::Kind;

constexpr int kGap = 6;     // px under a paragraph
constexpr int kIndent = 16; // px of a level of a list
constexpr auto kFigure = "figure";

QString tr(const char *text)
{
    return QCoreApplication::translate("Prose", text);
}

/// Writes blocks one under the other.
class Writer {
public:
    Writer(QTextCursor &cursor, const std::vector<TextSpan> &spans, const Theme &theme, const QFont &font)
        : cursor_(cursor), spans_(spans), theme_(theme), font_(font)
    {
        mono_.setFontFamilies(QFontDatabase::systemFont(QFontDatabase::FixedFont).families());
    }

    int write(const std::vector<MarkdownBlock> &blocks)
    {
        for (const MarkdownBlock &block : blocks)
            write(block);
        return written_;
    }

private:
    void write(const MarkdownBlock &block)
    {
        const bool is_fixed = block.kind == Kind::code || block.kind == Kind::table;
        if (block.kind == Kind::rule) {
            begin(format_of(block));
            return;
        }
        for (std::size_t line = 0; line < block.lines.size(); ++line) {
            QTextBlockFormat format = format_of(block);
            if (is_fixed && line + 1 < block.lines.size())
                format.setBottomMargin(0);
            begin(format);
            if (!block.marker.isEmpty())
                cursor_.insertText(block.marker + u'\u00A0', plain_format(theme_.ink));
            for (const MarkdownRun &run : block.lines[line])
                cursor_.insertText(run.text, format_of(run, block.kind));
        }
    }

    void begin(const QTextBlockFormat &format)
    {
        if (written_ == 0)
            cursor_.setBlockFormat(format);
        else
            cursor_.insertBlock(format, {});
        ++written_;
    }

    [[nodiscard]] QTextBlockFormat format_of(const MarkdownBlock &block) const
    {
        QTextBlockFormat format;
        format.setBottomMargin(kGap);
        switch (block.kind) {
        case Kind::item: {
            const int hanging = QFontMetrics(font_).horizontalAdvance(block.marker + u'\u00A0');
            format.setLeftMargin(block.level * kIndent + hanging);
            format.setTextIndent(-hanging);
            format.setBottomMargin(2);
            break;
        }
        case Kind::quote:
            format.setLeftMargin(kIndent);
            break;
        case Kind::code:
        case Kind::table:
            format.setBackground(theme_.grid);
            break;
        case Kind::rule:
            format.setBackground(theme_.grid);
            format.setLineHeight(1, QTextBlockFormat::FixedHeight);
            break;
        case Kind::paragraph:
        case Kind::heading:
            break;
        }
        return format;
    }

    [[nodiscard]] QTextCharFormat format_of(const MarkdownRun &run, Kind kind) const
    {
        const bool is_fixed = kind == Kind::code || kind == Kind::table;
        QTextCharFormat format = run.code || is_fixed ? mono_ : QTextCharFormat();
        if (run.bold || kind == Kind::heading)
            format.setFontWeight(QFont::DemiBold);
        format.setFontItalic(run.italic);
        if (run.code && !is_fixed)
            format.setBackground(theme_.grid);
        format.setForeground(kind == Kind::quote ? theme_.dim : theme_.ink);
        if (!run.link.isEmpty()) {
            format.setAnchor(true);
            format.setAnchorHref(run.link.toString(QUrl::FullyEncoded));
            format.setForeground(theme_.accent);
            format.setFontUnderline(true);
            format.setToolTip(words::tip(run.link.toString(QUrl::FullyEncoded)));
        }
        if (run.span >= 0)
            add_figure(format, spans_[static_cast<std::size_t>(run.span)]);
        return format;
    }

    void add_figure(QTextCharFormat &format, const TextSpan &span) const
    {
        if (span.kind == TextSpan::Kind::figure) {
            const QString reference = words::clean(span.reference);
            format.setAnchor(true);
            format.setAnchorHref(figure_anchor(reference));
            format.setUnderlineStyle(QTextCharFormat::DotLine);
            format.setUnderlineColor(theme_.accent);
            format.setToolTip(words::tip(tr("Measured: %1. Choose it to see where.").arg(reference)));
        } else if (span.kind == TextSpan::Kind::unproved) {
            format.setFontStrikeOut(true);
            format.setForeground(theme_.warning);
            format.setToolTip(tr("Nothing in this study's measurements matches this figure."));
        }
    }

    QTextCursor &cursor_;
    const std::vector<TextSpan> &spans_;
    const Theme &theme_;
    const QFont &font_;
    QTextCharFormat mono_;
    int written_ = 0;
};

} // namespace

int write_markdown(QTextCursor &cursor, const std::vector<MarkdownBlock> &blocks, const std::vector<TextSpan> &spans,
                   const Theme &theme, const QFont &font)
{
    return Writer(cursor, spans, theme, font).write(blocks);
}

QTextCharFormat plain_format(const QColor &ink)
{
    QTextCharFormat format; // the palette's text is the system's, not the theme's
    format.setForeground(ink);
    return format;
}

int write_plain(QTextCursor &cursor, const QString &text, const QColor &ink)
{
    cursor.setBlockFormat({});
    cursor.insertText(text, plain_format(ink)); // a line's end begins a block
    return static_cast<int>(text.count(u'\n')) + 1;
}

QString figure_anchor(const QString &reference)
{
    return QString::fromLatin1(kFigure) + u':' + QString::fromLatin1(QUrl::toPercentEncoding(reference));
}

QString reference_of(const QUrl &anchor)
{
    return anchor.scheme() == QLatin1String(kFigure) ? anchor.path(QUrl::FullyDecoded) : QString();
}

} // namespace ca
