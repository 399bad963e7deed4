// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "ui/report/pagination.h"

#include <QColor>
#include <QRectF>
#include <QString>
#include <QTextDocument>

#include <memory>
#include <vector>

class QTextTable;

namespace ca::report {

/// A line between rows, or a bar at the side of a warning.
struct Rule {
    QRectF place;
    QColor colour;
};

struct PlacedHeading {
    int level = 2;
    QString text, anchor;
    double top = 0;
};
/// A piece of a line that leads to a heading.
struct PlacedLink {
    QRectF place;
    QString anchor;
};

/// A document as one endless column of text, in the units of paper.h, and what is to be known to cut it into pages. Charts are
/// painted as vectors.
struct LaidOutDocument {
    std::unique_ptr<QTextDocument> text;
    std::vector<Strip> strips;
    std::vector<Rule> rules;
    std::vector<PlacedHeading> headings;
    std::vector<PlacedLink> links;
    QTextTable *contents = nullptr; ///< a row for each section, its second cell empty; absent where there are no two sections
};

/// The table of contents stands before the second section, so that the first, the summary, comes first.
[[nodiscard]] LaidOutDocument lay_out(const Document &document);

/// Writes the numbers of the sections' pages into the contents. Nothing moves.
void write_page_numbers(const LaidOutDocument &document, const std::vector<std::size_t> &pages);

} // namespace ca::report
