// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/rank_correlation.h"

#include "core/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ca {
namespace {

/// Which of the distinct values, in ascending order, each value is.
struct Levels {
    std::vector<std::uint32_t> of;
    std::size_t count = 0;
};

Levels levels_of(std::span<const double> values)
{
    std::vector<std::uint32_t> order(values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t i, std::uint32_t k) { return values[i] < values[k]; });
    Levels levels{std::vector<std::uint32_t>(values.size()), 0};
    for (std::size_t i = 0; i < order.size(); ++i) {
        levels.count += i == 0 || values[order[i - 1]] < values[order[i]] ? 1 : 0;
        levels.of[order[i]] = static_cast<std::uint32_t>(levels.count - 1);
    }
    return levels;
}

/// The average rank of each level among `chosen`, which may name a value more than once. Linear time.
std::vector<double> ranks_of_levels(const Levels &levels, std::span<const std::uint32_t> chosen)
{
    std::vector<double> ranks(levels.count, 0);
    for (const std::uint32_t i : chosen)
        ++ranks[levels.of[i]];
    double below = 0;
    for (double &rank : ranks) {
        const double here = rank;
        rank = below + (here + 1) / 2;
        below += here;
    }
    return ranks;
}

/// Ranks are halves of whole numbers, so that all sums are exact.
double correlation(const Levels &a, const Levels &b, std::span<const std::uint32_t> chosen)
{
    const auto ranks_a = ranks_of_levels(a, chosen), ranks_b = ranks_of_levels(b, chosen);
    const double mean = (static_cast<double>(chosen.size()) + 1) / 2;
    double aa = 0, bb = 0, ab = 0;
    for (const std::uint32_t i : chosen) {
        const double x = ranks_a[a.of[i]] - mean, y = ranks_b[b.of[i]] - mean;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    if (chosen.size() < 3 || aa == 0 || bb == 0)
        return std::numeric_limits<double>::quiet_NaN();
    return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

/// The pairs without a NaN.
struct Pairs {
    Levels a, b;
    std::vector<std::uint32_t> all; ///< 0, 1, 2 ...

    Pairs(std::span<const double> left, std::span<const double> right)
    {
        std::vector<double> kept_left, kept_right;
        for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
            if (!std::isnan(left[i]) && !std::isnan(right[i])) {
                kept_left.push_back(left[i]);
                kept_right.push_back(right[i]);
            }
        a = levels_of(kept_left);
        b = levels_of(kept_right);
        all.resize(kept_left.size());
        std::iota(all.begin(), all.end(), 0U);
    }
};

/// Between the two values nearest to it, as numpy does.
double percentile(const std::vector<double> &sorted, double share)
{
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto before = static_cast<std::size_t>(place);
    const auto after = std::min(before + 1, sorted.size() - 1);
    return sorted[before] + (place - static_cast<double>(before)) * (sorted[after] - sorted[before]);
}

} // namespace

std::vector<double> average_ranks(std::span<const double> values)
{
    const Levels levels = levels_of(values);
    std::vector<std::uint32_t> all(values.size());
    std::iota(all.begin(), all.end(), 0U);
    const auto ranks = ranks_of_levels(levels, all);
    std::vector<double> result(values.size());
    std::transform(levels.of.begin(), levels.of.end(), result.begin(), [&](std::uint32_t level) { return ranks[level]; });
    return result;
}

double spearman(std::span<const double> a, std::span<const double> b)
{
    const Pairs pairs(a, b);
    return correlation(pairs.a, pairs.b, pairs.all);
}

RankCorrelation rank_correlation(std::span<const double> a, std::span<const double> b, std::uint64_t seed, std::size_t resamples)
{
    const Pairs pairs(a, b);
    const std::size_t size = pairs.all.size();
    RankCorrelation result{correlation(pairs.a, pairs.b, pairs.all), -1, 1, size};
    if (std::isnan(result.rho))
        return result;
    std::vector<double> samples;
    std::vector<std::uint32_t> chosen(size);
    for (std::size_t sample = 0; sample < resamples; ++sample) {
        for (std::size_t i = 0; i < size; ++i)
            chosen[i] = static_cast<std::uint32_t>(mix(seed, sample * size + i) % size);
        if (const double rho = correlation(pairs.a, pairs.b, chosen); !std::isnan(rho))
            samples.push_back(rho);
    }
    if (samples.empty())
        return result;
    std::sort(samples.begin(), samples.end());
    result.low = percentile(samples, 0.025);
    result.high = percentile(samples, 0.975);
    return result;
}

} // namespace ca
