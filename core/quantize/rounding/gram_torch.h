// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <stop_token>

namespace ca {

/// Sums over positions of what a layer reads, x, and of what it should give, y.
struct Gram {
    at::Tensor inputs;  ///< [groups, columns, columns]: sum of x x^T
    at::Tensor targets; ///< [groups, rows of a group, columns]: sum of y x^T
};

/// `inputs`: [groups, positions, columns]; `outputs`: [positions, groups x rows]. Products in float32, block by block; the same
/// for any number of threads.
[[nodiscard]] Result<Gram> gram_of(const at::Tensor &inputs, const at::Tensor &outputs, int threads, const std::stop_token &stop);

/// Calls `work` for each i below `count` from several threads, each under inference mode with one thread inside operators.
[[nodiscard]] Status parallel_tensors(std::size_t count, int threads, const std::stop_token &stop,
                                      const std::function<void(std::size_t)> &work);

} // namespace ca
