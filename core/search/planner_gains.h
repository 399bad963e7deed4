// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/planner_table.h"

namespace ca {

/// By layer, the factor that finished trials put on the damage that the scan saw: the most likely ones where drops follow a power
/// of the damage, measured with their errors, and the logarithms of the factors are normal, 0 in the mean, before any trial. So a
/// trial that lost more than expected raises the layers that it has most damage in, by little while it stands alone. Between 1/4
/// and 4; all 1 until eight trials say something. Linearised and solved anew a few times (Gauss-Newton).
[[nodiscard]] std::vector<double> layer_gains(const PlannerTable &table, std::span<const TrialResult> finished);

} // namespace ca
