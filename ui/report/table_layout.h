// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "ui/report/text_builder.h"

namespace ca::report {

/// The caption and the table: as wide as the text, its head repeated on each page, with lines between the rows.
void add_table(TextBuilder &text, const Table &table);

/// Gives a cell a ground, once it is filled: formatting its first block takes the format of the cell with it.
void shade(QTextTableCell cell, const QColor &colour);

} // namespace ca::report
