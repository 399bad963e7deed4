// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/scan/row_parts.h"
#include "core/scan/weight_statistics.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace ca {

/// The widths that a scan looks at.
inline constexpr std::array<int, 6> kScanBits{2, 3, 4, 5, 6, 8};
/// A number for each of kScanBits.
using NoiseByBits = std::array<double, kScanBits.size()>;

/// mean((w-q)^2) / variance(w): noise to signal of rounding to nearest. Infinite where the weights do not spread.
struct RoundingNoise {
    NoiseByBits tensor{};  ///< q on the 2^b levels from the smallest to the largest weight
    NoiseByBits channel{}; ///< q on the 2^b levels from the smallest to the largest weight of w's channel
    bool operator==(const RoundingNoise &) const = default;
};

/// Of all weights, in one pass, from at most `threads` threads (0: one per core). `statistics` are those of `weight`. Rounds in
/// single precision where the range allows, which is within 1e-5 of the noise. Errors: `cancelled`, `out_of_memory`.
[[nodiscard]] Result<RoundingNoise> measure_noise(const WeightRows &weight, const WeightStatistics &statistics, int threads,
                                                  std::stop_token stop);

} // namespace ca
