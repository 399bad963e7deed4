// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/figures/figures.h"

#include <QString>
#include <QUrl>

#include <vector>

namespace ca {

/// Text in which each character knows the span that it came from.
struct SpannedText {
    QString text;
    std::vector<int> spans; ///< of each character; empty where all are plain
};

/// A stretch of text in one style.
struct MarkdownRun {
    QString text;
    bool bold = false, italic = false, code = false;
    QUrl link{};   ///< where it leads; empty: nowhere
    int span = -1; ///< index into the spans; -1 where there are none
};

/// One block of Markdown: a subset that shows what models write, and loads, runs and hides nothing.
struct MarkdownBlock {
    enum class Kind { paragraph, heading, item, quote, code, table, rule } kind = Kind::paragraph;
    QString marker{};                              ///< of an item, as written: "3.", or "•"
    int level = 0;                                 ///< of a nested item, from 0; of a heading, from 1
    std::vector<std::vector<MarkdownRun>> lines{}; ///< of code and tables each, of others one
};

/// Links keep only http and https, and say their host; an image becomes its alternative text; HTML stays what was typed. Linear
/// in the length of the text.
[[nodiscard]] std::vector<MarkdownBlock> parse_markdown(const SpannedText &source);

/// Where the first paragraph of `text` ends, with the blank lines behind it: it will not change, whatever follows. -1 where none
/// has ended. A fence ends with its closing line. A paragraph of more than kLongParagraph characters ends at a space of its own,
/// so that a stream of one line stays quick to lay out.
[[nodiscard]] qsizetype end_of_paragraph(QStringView text);
inline constexpr qsizetype kLongParagraph = 3000;

/// `spans` one after the other, tamed (words::tame).
[[nodiscard]] SpannedText spanned(const std::vector<TextSpan> &spans);

} // namespace ca
