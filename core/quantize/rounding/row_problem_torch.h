// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/rounding/gram_torch.h"
#include "core/quantize/rounding/weight_grid.h"
#include "core/quantize/stored_weight.h"

namespace ca {

/// Rows of a weight that read the same inputs. Codes are sought whose values v make (v - t) H (v - t)^T small in each row.
struct RowProblem {
    at::Tensor hessian; ///< H [columns, columns], float32, symmetric, positive definite
    at::Tensor target;  ///< t [rows, columns], float32
};

/// Rows that are worked on at once. What comes out does not depend on it, nor on the number of threads.
inline constexpr std::int64_t kRowChunk = 64;

/// Some rows of an integer weight: what is written into them.
struct RowCodes {
    std::int64_t rows = 0, columns = 0, group = 0;
    Levels levels{};
    bool symmetric = false;
    std::int8_t *values = nullptr;
    float *scales = nullptr;
    std::int8_t *zeros = nullptr; ///< null when symmetric

    [[nodiscard]] std::int64_t groups() const { return columns / group; }
    [[nodiscard]] WeightGrid grid(std::int64_t row, std::int64_t of) const
    {
        const std::int64_t at = row * groups() + of;
        return {scales[at], zeros ? zeros[at] : 0};
    }
};

/// An integer weight without codes yet, in the scheme's grid; and rows of it.
[[nodiscard]] IntegerWeight empty_codes(std::int64_t rows, std::int64_t columns, const Scheme &scheme);
[[nodiscard]] RowCodes rows_of(IntegerWeight &weight, std::int64_t first, std::int64_t count);

/// What the codes stand for: [rows, columns].
[[nodiscard]] at::Tensor values_of(const RowCodes &codes);
/// (v - t) H (v - t)^T of each row: [rows], float64.
[[nodiscard]] at::Tensor objective(const at::Tensor &values, const at::Tensor &target, const at::Tensor &hessian);

/// The grid of least squared error and the nearest codes on it.
void round_to_nearest(const at::Tensor &target, RowCodes &codes);

} // namespace ca
