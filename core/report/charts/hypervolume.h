// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/drawing.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ca::report {

/// The front's hypervolume after so many finished trials, as steps, 960 x 320. Without a value: the axes and a sentence.
[[nodiscard]] Drawing hypervolume_drawing(const std::vector<std::pair<std::size_t, double>> &values, const std::string &title);

} // namespace ca::report
