// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/quantize/rounding/compensation_limits.h"

#include <ATen/core/Tensor.h>

#include <optional>
#include <stop_token>

namespace ca {

/// The lower triangular L with L L^T = H, block by block beyond `kDoubleColumns`, so that several threads share the work and a
/// stop is heard between blocks. What comes out does not depend on the number of threads. Throws what LibTorch throws.
class Cholesky {
public:
    /// Absent where H is not positive definite. Errors: `cancelled`; those of the threads.
    [[nodiscard]] static Result<std::optional<Cholesky>> of(const at::Tensor &matrix, int threads, const std::stop_token &stop);

    /// H^-1 `right`, [columns, any], float32; on the calling thread. Undefined when stopped.
    [[nodiscard]] at::Tensor solve(const at::Tensor &right, const std::stop_token &stop) const;
    /// L^-1, float32. Errors: as above.
    [[nodiscard]] Result<at::Tensor> inverse(int threads, const std::stop_token &stop) const;

private:
    explicit Cholesky(const at::Tensor &matrix);
    [[nodiscard]] std::int64_t blocks() const;
    [[nodiscard]] at::Tensor block(std::int64_t row, std::int64_t column) const;
    [[nodiscard]] at::Tensor rows_before(std::int64_t row) const;
    [[nodiscard]] Result<bool> factorise(int threads, const std::stop_token &stop);
    void substitute(at::Tensor &right, std::int64_t first, const std::stop_token &stop) const;

    at::Tensor lower_;  ///< blocks above the diagonal hold what H has there
    std::int64_t size_; ///< columns of a block
};

/// The upper triangular U with U^T U = H^-1, by one factorisation of the H whose indices run backwards; undefined where H is not
/// positive definite. Errors: as above.
[[nodiscard]] Result<at::Tensor> inverse_factor(const at::Tensor &hessian, int threads, const std::stop_token &stop);

} // namespace ca
