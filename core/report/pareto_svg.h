// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/charts/pareto.h"

#include <string>
#include <vector>

namespace ca {

/// `pareto_drawing` as a file of its own.
[[nodiscard]] std::string pareto_svg(const std::vector<ChartPoint> &points, const std::string &title);

} // namespace ca
