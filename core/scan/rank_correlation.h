// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ca {

/// Spearman's correlation of ranks, with its 95 % interval.
struct RankCorrelation {
    double rho = 0;
    double low = -1, high = 1;
    std::size_t pairs = 0;
    bool operator==(const RankCorrelation &) const = default;
};

/// Ranks from 1 up; equal values share the mean of theirs. None may be NaN.
[[nodiscard]] std::vector<double> average_ranks(std::span<const double> values);

/// Pearson's correlation of average ranks; NaN below three pairs and where one side is all equal. Infinity ranks last; pairs with
/// a NaN are left out. `a` and `b` are equally long.
[[nodiscard]] double spearman(std::span<const double> a, std::span<const double> b);

/// With the interval between the 2.5th and 97.5th percentile of `resamples` seeded bootstrap samples of the pairs, of those that
/// have a correlation; from -1 to 1 where there is none.
[[nodiscard]] RankCorrelation rank_correlation(std::span<const double> a, std::span<const double> b, std::uint64_t seed,
                                               std::size_t resamples = 2000);

} // namespace ca
