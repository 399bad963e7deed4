// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluate/example_set.h"
#include "core/report/document/drawing.h"

#include <cstddef>
#include <string>
#include <vector>

namespace ca::report {

/// Classes beyond which those that change least stay out, and are counted.
inline constexpr std::size_t kMostClassRows = 24;

/// Each class's change of its share of right answers in percentage points, as bars to the left (worse) and to the right (better)
/// of a line; 960 wide. Classes without an image stay out. Without a class: a sentence.
[[nodiscard]] Drawing class_change_drawing(const std::vector<ShownClassChange> &changes, const std::string &title);

} // namespace ca::report
