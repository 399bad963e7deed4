// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/rounding/row_problem_torch.h"

namespace ca {

/// Sums of one group of a layer: x x^T and y x^T (see Gram).
struct GroupSums {
    at::Tensor inputs, targets;
};

/// What the codes of these rows should stand for, with the damped H: the weight t that gives the float network's outputs from the
/// quantized network's inputs with least squares, damped towards the float weight. It makes up for what rounding the layers
/// before has done (after GPTAQ, Li et al. 2025). How far to go there from the float weight, 0 to 1, is what serves images held
/// out best, all the way where none are. Sums that are zero or not finite give the float weight and H = 1, with which the nearest
/// codes are best. Errors: `cancelled`.
[[nodiscard]] Result<RowProblem> row_problem(const GroupSums &fit, const GroupSums &held, const at::Tensor &weight, int threads,
                                             const std::stop_token &stop);

} // namespace ca
