// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/cholesky_torch.h"

#include "core/quantize/rounding/gram_torch.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace ca {
namespace {

constexpr std::int64_t kBlock = 256; // columns: large enough for products at full speed, a tenth of a second of work at most

} // namespace

Cholesky::Cholesky(const at::Tensor &matrix) : size_(matrix.size(0) <= kDoubleColumns ? matrix.size(0) : kBlock)
{
    lower_ = matrix.to(matrix.size(0) <= kDoubleColumns ? at::kDouble : at::kFloat, false, true).contiguous();
}

std::int64_t Cholesky::blocks() const
{
    return (lower_.size(0) + size_ - 1) / size_;
}

at::Tensor Cholesky::block(std::int64_t row, std::int64_t column) const
{
    const auto part = [&](const at::Tensor &of, std::int64_t dim, std::int64_t index) {
        return of.narrow(dim, index * size_, std::min(size_, of.size(dim) - index * size_));
    };
    return part(part(lower_, 0, row), 1, column);
}

/// Of a row of blocks those left of the diagonal.
at::Tensor Cholesky::rows_before(std::int64_t row) const
{
    const std::int64_t first = row * size_;
    return lower_.narrow(0, first, std::min(size_, lower_.size(0) - first)).narrow(1, 0, first);
}

Result<std::optional<Cholesky>> Cholesky::of(const at::Tensor &matrix, int threads, const std::stop_token &stop)
{
    Cholesky factor(matrix);
    const auto done = factor.factorise(threads, stop);
    if (!done)
        return forward(done);
    return *done ? std::optional(std::move(factor)) : std::nullopt;
}

/// Column of blocks after column of blocks, each made of those left of it.
Result<bool> Cholesky::factorise(int threads, const std::stop_token &stop)
{
    for (std::int64_t column = 0; column < blocks(); ++column) {
        if (stop.stop_requested())
            return cancelled();
        at::Tensor diagonal = block(column, column);
        const at::Tensor before = rows_before(column);
        if (column > 0)
            diagonal.addmm_(before, before.t(), 1, -1);
        const auto [lower, info] = at::linalg_cholesky_ex(diagonal, false, false);
        if (info.item<int>() != 0)
            return false;
        diagonal.copy_(lower);
        const auto below = static_cast<std::size_t>(blocks() - column - 1);
        const auto one_block = [&](std::size_t i) {
            const std::int64_t row = column + 1 + static_cast<std::int64_t>(i);
            at::Tensor here = block(row, column);
            if (column > 0)
                here.addmm_(rows_before(row).narrow(1, 0, column * size_), before.t(), 1, -1);
            here.copy_(at::linalg_solve_triangular(diagonal.t(), here, true, false));
        };
        if (const auto done = parallel_tensors(below, threads, stop, one_block); !done)
            return forward(done);
    }
    return true;
}

/// L^-1 `right`, in place, where blocks of rows before `first` are zero; these are left out.
void Cholesky::substitute(at::Tensor &right, std::int64_t first, const std::stop_token &stop) const
{
    const std::int64_t start = first * size_;
    for (std::int64_t row = first; row < blocks() && !stop.stop_requested(); ++row) {
        at::Tensor here = right.narrow(0, row * size_ - start, block(row, row).size(0));
        if (row > first)
            here.addmm_(rows_before(row).narrow(1, start, row * size_ - start), right.narrow(0, 0, row * size_ - start), 1, -1);
        here.copy_(at::linalg_solve_triangular(block(row, row), here, false));
    }
}

at::Tensor Cholesky::solve(const at::Tensor &right, const std::stop_token &stop) const
{
    at::Tensor result = right.to(lower_.scalar_type(), false, true).contiguous();
    substitute(result, 0, stop);
    for (std::int64_t row = blocks() - 1; row >= 0 && !stop.stop_requested(); --row) {
        const at::Tensor diagonal = block(row, row);
        const std::int64_t after = row * size_ + diagonal.size(0), rest = lower_.size(0) - after;
        at::Tensor here = result.narrow(0, row * size_, diagonal.size(0));
        if (rest > 0)
            here.addmm_(lower_.narrow(0, after, rest).narrow(1, row * size_, diagonal.size(0)).t(), result.narrow(0, after, rest),
                        1, -1);
        here.copy_(at::linalg_solve_triangular(diagonal.t(), here, true));
    }
    return stop.stop_requested() ? at::Tensor() : result.to(at::kFloat);
}

Result<at::Tensor> Cholesky::inverse(int threads, const std::stop_token &stop) const
{
    const at::Tensor result = at::zeros(lower_.sizes(), lower_.options());
    const auto one_column = [&](std::size_t i) {
        const auto column = static_cast<std::int64_t>(i);
        const std::int64_t first = column * size_, count = lower_.size(0) - first;
        at::Tensor right = result.narrow(0, first, count).narrow(1, first, block(column, column).size(0));
        right.narrow(0, 0, right.size(1)).fill_diagonal_(1);
        substitute(right, column, stop);
    };
    if (const auto done = parallel_tensors(static_cast<std::size_t>(blocks()), threads, stop, one_column); !done)
        return forward(done);
    return result.to(at::kFloat);
}

Result<at::Tensor> inverse_factor(const at::Tensor &hessian, int threads, const std::stop_token &stop)
{
    const auto factor = Cholesky::of(at::flip(hessian, {0, 1}), threads, stop);
    if (!factor)
        return forward(factor);
    if (!*factor)
        return at::Tensor();
    const auto inverse = (*factor)->inverse(threads, stop);
    return inverse ? Result<at::Tensor>(at::flip(*inverse, {0, 1}).contiguous()) : forward(inverse);
}

} // namespace ca
