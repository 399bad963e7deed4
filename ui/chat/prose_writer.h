// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/chat/markdown.h"

#include <QColor>
#include <QFont>

class QTextCharFormat;
class QTextCursor;

namespace ca {

struct Theme;

/// Blocks of Markdown as blocks of a text document. `cursor` stands in an empty one, which is the first of them; how many they
/// are.
int write_markdown(QTextCursor &cursor, const std::vector<MarkdownBlock> &blocks, const std::vector<TextSpan> &spans,
                   const Theme &theme, const QFont &font);
/// The same for text as it is: one block for each line.
int write_plain(QTextCursor &cursor, const QString &text, const QColor &ink);
/// Of text that is not Markdown yet.
[[nodiscard]] QTextCharFormat plain_format(const QColor &ink);

/// The anchor of a figure, and the reference in one; empty where it is another's.
[[nodiscard]] QString figure_anchor(const QString &reference);
[[nodiscard]] QString reference_of(const QUrl &anchor);

} // namespace ca
