// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/scan/row_parts.h"
#include "core/scan/weight_statistics.h"

#include <array>
#include <cstddef>
#include <stop_token>

namespace ca {

inline constexpr std::size_t kHistogramBins = 64;
/// The fraction of the finite weights in each of equal bins from the smallest weight to the largest, which is in the last one.
/// All 0 where the weights do not spread.
using WeightHistogram = std::array<float, kHistogramBins>;

/// Of all weights, in one pass, from at most `threads` threads (0: one per core). `statistics` are those of `weight`. Errors:
/// `cancelled`, `out_of_memory`.
[[nodiscard]] Result<WeightHistogram> weight_histogram(const WeightRows &weight, const WeightStatistics &statistics, int threads,
                                                       std::stop_token stop);

} // namespace ca
