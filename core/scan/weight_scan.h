// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/scan/beta_fit.h"
#include "core/scan/quantization_noise.h"
#include "core/scan/weight_histogram.h"
#include "core/scan/weight_statistics.h"

#include <cstdint>
#include <stop_token>

namespace ca {

/// All that the weights of a layer tell of what rounding them costs.
struct WeightScan {
    WeightStatistics statistics{};
    BetaFits fits{};
    NoiseByBits beta_noise{}; ///< closed form, from the moment fit
    RoundingNoise measured{};
    WeightHistogram histogram{};
};

struct WeightScanOptions {
    std::uint64_t seed = 0; ///< of the sample that is fitted
    int threads = 1;        ///< 0: one per core. The layers of a model are better scanned side by side, each by one thread
};

/// Of any weights: constant, two-valued, sparse, with huge outliers, not finite, none. About 30 ns a weight on one core up to
/// 2^20 weights, 6 ns for each one beyond. Errors: `cancelled`, `out_of_memory`.
[[nodiscard]] Result<WeightScan> scan_weight(const WeightRows &weight, const WeightScanOptions &options, std::stop_token stop);

} // namespace ca
