// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/format.h"
#include "core/quantize/kernels/u8_kernels.h"
#include "core/quantize/ranges/activation_histogram.h"

#include <cstdint>
#include <span>
#include <utility>

namespace ca {

/// Smallest and largest value that the scale of a tensor with these values should cover, from the histogram alone:
/// `minmax`: all of them. `percentile`: all but the lowest and the highest 0.01 %. `mse`: the ends, each shrunk by 64ths, with
/// the least `expected_error`. `entropy`: up to the magnitude with the least `quantized_divergence` in 128 levels, as in TensorRT
/// (Migacz 2017).
[[nodiscard]] std::pair<float, float> choose_range(const ActivationHistogram &values, RangeMethod method);

/// Mean squared difference between a value and what the grid makes of it, values taken to lie in the middle of their bins; that
/// leaves out the twelfth of a squared bin that every grid has in common.
[[nodiscard]] double expected_error(const ActivationHistogram &values, U8Grid grid);

/// Kullback-Leibler divergence, in nats, of bins from what is left of them when equal stretches become one level each, spread
/// evenly over its bins that are not empty. What lies outside is clipped: it counts in the first and the last bin, but in no
/// level.
[[nodiscard]] double quantized_divergence(std::span<const std::uint64_t> bins, std::uint64_t below, std::uint64_t above,
                                          std::size_t levels);

} // namespace ca
