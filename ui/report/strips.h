// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/document_layout.h"
#include "ui/report/text_builder.h"

namespace ca::report {

/// Finds out where the pieces stand: fills in the strips, rules and links, and the tops of the headings.
void find_strips(const std::vector<Piece> &pieces, LaidOutDocument &document);

} // namespace ca::report
