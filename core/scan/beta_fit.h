// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/weight_statistics.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ca {

/// A Beta distribution on the weights of a layer, scaled from [low, high] to (0, 1).
struct BetaFit {
    double alpha = 0; ///< both shapes are 0 where no Beta density has the weights' moments
    double beta = 0;
    double ks = 1;  ///< Kolmogorov-Smirnov distance between the weights and the fit, 0..1
    double low = 0; ///< smallest and largest weight
    double high = 0;
    bool bad_fit = true; ///< the closed form of its noise is not to be relied on; BetaFits::trouble says why
};

/// Why a Beta density says little about a layer's weights. Known from the fit alone.
enum class FitTrouble {
    none,
    not_finite,  ///< there are NaN or infinite weights
    constant,    ///< no two weights differ
    at_the_ends, ///< all weights are at the smallest or the largest: two values
    far,         ///< more than 0.09 from the weights: many of them heap up
    wide_range,  ///< outliers stretch the range until the levels of 4 bits are 3 standard deviations apart
};

/// `not finite`, `constant`, `two values`, `heaped`, `wide range`; empty for none.
[[nodiscard]] std::string_view to_text(FitTrouble trouble);

/// The fits of a layer. Log-likelihoods are means over the weights, in nats, of their density on (0, 1).
struct BetaFits {
    BetaFit moments; ///< what the closed form of the noise rests on
    FitTrouble trouble = FitTrouble::constant;
    BetaFit likelihood; ///< most likely shapes: the density to draw; not to take noise from
    double log_likelihood = 0;
    /// Of Laplace's density, with the mean and the mean absolute deviation of the weights: the larger of both fits better.
    double laplace_log_likelihood = 0;
};

/// Weights that distances and likelihoods are taken from, in larger layers.
inline constexpr std::size_t kFitSample = std::size_t{1} << 20U;

/// Moments are those of `statistics`: m = mean, v = variance of the scaled weights; alpha = m (m (1-m) / v - 1),
/// beta = (1-m) (m (1-m) / v - 1). The rest is of a seeded sample of at most kFitSample weights, O(n).
[[nodiscard]] BetaFits fit_betas(std::span<const float> weights, const WeightStatistics &statistics, std::uint64_t seed);

/// Noise to signal of rounding to nearest at b bits on [low, high]: (alpha+beta+1) / (12 mu (1-mu) (2^b-1)^2), mu =
/// alpha/(alpha+beta). Infinite where the weights do not spread.
[[nodiscard]] double beta_noise(const BetaFit &fit, int bits);

} // namespace ca
