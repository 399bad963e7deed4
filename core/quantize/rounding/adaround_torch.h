// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/rounding/row_problem_torch.h"

namespace ca {

/// Rounds each weight down or up as AdaRound learns it (Nagel et al. 2020): a rectified sigmoid of a variable for each weight,
/// moved by Adam, with a regulariser that takes it to 0 or 1. The squared error of the layer's output is a quadratic in H, so the
/// gradient over all calibration inputs is 2 (v - t) H and no inputs need to be kept. Grids: of least squared error. A row keeps
/// its nearest codes where they have the smaller objective. Errors: `cancelled`.
[[nodiscard]] Result<IntegerWeight> round_adaround(const RowProblem &problem, const Scheme &scheme, int threads,
                                                   const std::stop_token &stop);

} // namespace ca
