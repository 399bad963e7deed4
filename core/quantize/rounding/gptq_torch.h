// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/rounding/row_problem_torch.h"

namespace ca {

/// Rounds rows as GPTQ does (Frantar et al. 2023): column by column, those first whose inputs are largest, each error made up for
/// by the columns not yet rounded, with the grids of groups fixed beforehand. Of several widths of the grid each row takes the
/// best; then `polish`. Never worse than the nearest codes on the grid of least squared error. Where H cannot be factorised, only
/// polishes. Errors: `cancelled`.
[[nodiscard]] Result<IntegerWeight> round_gptq(const RowProblem &problem, const Scheme &scheme, int threads,
                                               const std::stop_token &stop);

/// Descends from codes to codes that no change of a single code improves, in turn with the scales of least error for them, until
/// nothing improves or some rounds are over. The objective never grows.
void polish(const at::Tensor &hessian, const at::Tensor &target, RowCodes &codes, int rounds, const std::stop_token &stop);

} // namespace ca
