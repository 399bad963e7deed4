// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace ca {

/// A Beta distribution on the weights of a layer, scaled from [low, high] to (0, 1).
struct BetaFit {
    double alpha = 0;
    double beta = 0;
    double ks = 0;  ///< Kolmogorov-Smirnov distance between the weights and the fit, 0..1
    double low = 0; ///< smallest and largest weight
    double high = 0;
    bool bad_fit = false; ///< the distance is above 0.1, or the weights do not spread
};

/// Fit by moments: m = mean, v = variance of the scaled weights; alpha = m (m (1-m) / v - 1), beta = (1-m) (m (1-m) / v - 1).
/// O(n log n) for the distance.
[[nodiscard]] BetaFit fit_beta(std::span<const float> weights);

/// Noise to signal of rounding to nearest at b bits on [low, high]: (alpha+beta+1) / (12 mu (1-mu) (2^b-1)^2), mu =
/// alpha/(alpha+beta). Infinite where the weights do not spread.
[[nodiscard]] double beta_noise(const BetaFit &fit, int bits);

/// The same, measured: mean((w-q)^2) / variance(w), q nearest on the 2^b levels of [low, high].
[[nodiscard]] double measured_noise(std::span<const float> weights, int bits);

} // namespace ca
