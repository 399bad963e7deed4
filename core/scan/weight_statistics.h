// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/scan/row_parts.h"

#include <cstddef>
#include <stop_token>
#include <vector>

namespace ca {

struct ChannelRange {
    float low = 0, high = 0; ///< both 0 where the channel holds no finite weight
    bool operator==(const ChannelRange &) const = default;
};

/// What is exact about the weights of a layer. NaN and infinite ones are counted and otherwise left out; all is 0 where no
/// weight is left.
struct WeightStatistics {
    std::size_t count = 0; ///< finite weights
    std::size_t not_finite = 0;
    double low = 0, high = 0, mean = 0;
    double variance = 0; ///< of the population
    double skewness = 0; ///< this and the kurtosis are 0 where all weights are equal
    double kurtosis = 0; ///< excess: 0 for a normal density, 3 for Laplace's
    double zeros = 0;    ///< fraction of the weights that is exactly 0
    double outliers = 0; ///< fraction farther than 4 standard deviations from the mean; 6 in 100,000 of a normal density
    std::vector<ChannelRange> channels;
    /// The largest magnitude in a channel over the median channel's: 1 where channels are alike, infinite where more than half of
    /// them are 0.
    double channel_ratio = 1;

    /// Whether there is something to fit and to round.
    [[nodiscard]] bool spreads() const { return not_finite == 0 && high > low && variance > 0; }
};

/// Two passes at about the speed of memory, from at most `threads` threads (0: one per core); the same for any number of them.
/// Errors: `cancelled`, `out_of_memory`.
[[nodiscard]] Result<WeightStatistics> weight_statistics(const WeightRows &weight, int threads, std::stop_token stop);

} // namespace ca
