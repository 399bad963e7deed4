// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_noise.h"

#include "core/scan/weight_statistics.h"

#include <cmath>
#include <limits>

namespace ca {

BetaFit fit_beta(std::span<const float> weights)
{
    const auto statistics = weight_statistics({weights}, 1, {});
    return statistics ? fit_betas(weights, *statistics, 0).moments : BetaFit{};
}

double measured_noise(std::span<const float> weights, int bits)
{
    const auto statistics = weight_statistics({weights}, 1, {});
    if (!statistics || !statistics->spreads())
        return std::numeric_limits<double>::infinity();
    const double step = (statistics->high - statistics->low) / (std::exp2(bits) - 1);
    double squares = 0;
    for (const float w : weights) {
        const double above = static_cast<double>(w) - statistics->low;
        const double error = above - std::round(above / step) * step;
        squares += error * error;
    }
    return squares / static_cast<double>(statistics->count) / statistics->variance;
}

} // namespace ca
