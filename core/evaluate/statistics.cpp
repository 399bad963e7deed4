// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/statistics.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>

namespace ca {
namespace {

constexpr double kHalfPoint = 0.005; // a difference that nobody needs to hear of
constexpr double kSignificance = 0.05;

double two_sided_z(double confidence)
{
    return boost::math::quantile(boost::math::normal(), 0.5 + confidence / 2);
}

/// 95 % interval of (fixed - broken) / n with one image added to each of the two counts, so that it keeps its width where no
/// answer changed. Source: Bonett and Price 2012, adjusted Wald.
std::pair<double, double> paired_interval(std::int64_t fixed, std::int64_t broken, std::int64_t n)
{
    const double size = static_cast<double>(n) + 2;
    const double up = (static_cast<double>(fixed) + 1) / size;
    const double down = (static_cast<double>(broken) + 1) / size;
    const double difference = up - down;
    const double half = two_sided_z(0.95) * std::sqrt((up + down - difference * difference) / size);
    return {difference - half, difference + half};
}

} // namespace

std::pair<double, double> wilson_interval(std::int64_t successes, std::int64_t n, double confidence)
{
    if (n <= 0)
        return {0, 1};
    const double z = two_sided_z(confidence);
    const double size = static_cast<double>(n);
    const double p = static_cast<double>(successes) / size;
    const double scale = 1 / (1 + z * z / size);
    const double centre = scale * (p + z * z / (2 * size));
    const double half = scale * z * std::sqrt(p * (1 - p) / size + z * z / (4 * size * size));
    // At the ends the bound is exactly 0 or 1; rounding would miss it by an ulp.
    return {successes <= 0 ? 0 : std::max(0.0, centre - half), successes >= n ? 1 : std::min(1.0, centre + half)};
}

double mcnemar_p_value(std::int64_t fixed, std::int64_t broken)
{
    const std::int64_t changed = fixed + broken;
    if (changed <= 0)
        return 1;
    const boost::math::binomial coin(static_cast<double>(changed), 0.5);
    return std::min(1.0, 2 * boost::math::cdf(coin, static_cast<double>(std::min(fixed, broken))));
}

PairedComparison compare_paired(std::span<const std::uint8_t> float_right, std::span<const std::uint8_t> quantized_right,
                                std::int64_t unread)
{
    PairedComparison result;
    const std::size_t n = std::min(float_right.size(), quantized_right.size());
    for (std::size_t i = 0; i < n; ++i) {
        result.fixed += float_right[i] == 0 && quantized_right[i] != 0 ? 1 : 0;
        result.broken += float_right[i] != 0 && quantized_right[i] == 0 ? 1 : 0;
    }
    result.p_value = mcnemar_p_value(result.fixed, result.broken);
    if (result.p_value < kSignificance) {
        result.verdict = result.fixed > result.broken ? "better" : "worse";
        return result;
    }
    const auto [low, high] = paired_interval(result.fixed, result.broken, static_cast<std::int64_t>(n) - unread);
    result.verdict = low >= -kHalfPoint && high <= kHalfPoint ? "same" : "undetermined";
    return result;
}

MedianInterval median_interval(std::vector<double> sample)
{
    if (sample.empty())
        return {};
    std::sort(sample.begin(), sample.end());
    const std::size_t n = sample.size();
    const double median = n % 2 == 1 ? sample[n / 2] : (sample[n / 2 - 1] + sample[n / 2]) / 2;

    // The k-th smallest and k-th largest bracket the median unless fewer than k of n fall on one side of it.
    const boost::math::binomial coin(static_cast<double>(n), 0.5);
    std::size_t cut = 0; // from 0: k - 1
    while (cut + 1 <= (n - 1) / 2 && boost::math::cdf(coin, static_cast<double>(cut + 1)) <= 0.025)
        ++cut;
    return {median, sample[cut], sample[n - 1 - cut]};
}

} // namespace ca
