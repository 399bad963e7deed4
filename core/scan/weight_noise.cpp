// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_noise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/math/distributions/beta.hpp>

namespace ca {
namespace {

constexpr double kBadDistance = 0.1;
/// The distance is looked at on so many order statistics: as both curves rise, it misses less than 1 / 4096.
constexpr std::size_t kDistancePoints = 4096;

/// A shape that the library cannot evaluate gives a number or NaN, never an exception.
using NoThrow = boost::math::policies::policy<boost::math::policies::domain_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::pole_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

struct Moments {
    double mean = 0;
    double variance = 0; // of the population
};

Moments moments(std::span<const float> weights)
{
    Moments result;
    for (const float w : weights)
        result.mean += w;
    result.mean /= static_cast<double>(weights.size());
    for (const float w : weights)
        result.variance += (w - result.mean) * (w - result.mean);
    result.variance /= static_cast<double>(weights.size());
    return result;
}

double ks_distance(std::span<const float> weights, const BetaFit &fit)
{
    std::vector<float> sorted(weights.begin(), weights.end());
    std::sort(sorted.begin(), sorted.end());
    const boost::math::beta_distribution<double, NoThrow> density(fit.alpha, fit.beta);
    const std::size_t n = sorted.size();
    const std::size_t points = std::min(n, kDistancePoints);
    const double count = static_cast<double>(n);
    double distance = 0;
    for (std::size_t k = 0; k < points; ++k) {
        const std::size_t i = points == 1 ? 0 : k * (n - 1) / (points - 1);
        const double scaled = std::clamp((sorted[i] - fit.low) / (fit.high - fit.low), 0.0, 1.0);
        const double expected = boost::math::cdf(density, scaled);
        const double below = static_cast<double>(i) / count;
        const double up_to = static_cast<double>(i + 1) / count;
        distance = std::max({distance, std::abs(expected - below), std::abs(up_to - expected)});
    }
    return distance;
}

bool all_finite(std::span<const float> weights)
{
    return std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); });
}

} // namespace

BetaFit fit_beta(std::span<const float> weights)
{
    BetaFit fit{.ks = 1, .bad_fit = true};
    if (weights.empty() || !all_finite(weights))
        return fit;
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    fit.low = *low;
    fit.high = *high;
    if (!(fit.high > fit.low))
        return fit;

    const double range = fit.high - fit.low;
    const Moments raw = moments(weights);
    const double mean = (raw.mean - fit.low) / range;
    const double variance = raw.variance / (range * range);
    const double spread = mean * (1 - mean) / variance - 1;
    if (!(spread > 0) || !std::isfinite(spread)) // all weights at the two ends: no Beta density has that
        return fit;
    fit.alpha = mean * spread;
    fit.beta = (1 - mean) * spread;
    fit.ks = ks_distance(weights, fit);
    fit.bad_fit = !(fit.ks <= kBadDistance);
    return fit;
}

double beta_noise(const BetaFit &fit, int bits)
{
    const double sum = fit.alpha + fit.beta;
    if (!(sum > 0))
        return std::numeric_limits<double>::infinity();
    const double mean = fit.alpha / sum;
    const double steps = std::exp2(bits) - 1;
    return (sum + 1) / (12 * mean * (1 - mean) * steps * steps);
}

double measured_noise(std::span<const float> weights, int bits)
{
    if (weights.empty() || !all_finite(weights))
        return std::numeric_limits<double>::infinity();
    const auto [low_at, high_at] = std::minmax_element(weights.begin(), weights.end());
    const double low = *low_at;
    const double step = (*high_at - low) / (std::exp2(bits) - 1);
    if (!(step > 0))
        return std::numeric_limits<double>::infinity();
    double squares = 0;
    for (const float w : weights) {
        const double error = w - (low + std::round((w - low) / step) * step);
        squares += error * error;
    }
    return squares / static_cast<double>(weights.size()) / moments(weights).variance;
}

} // namespace ca
