// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/weight_grid.h"

#include <algorithm>
#include <limits>

namespace ca {
namespace {

double squared_error(std::span<const float> weights, WeightGrid grid, Levels levels)
{
    const float inverse = 1.0F / grid.scale;
    const auto zero = static_cast<float>(grid.zero), low = static_cast<float>(levels.low), high = static_cast<float>(levels.high);
    float sum = 0;
    for (const float w : weights) {
        const float q = std::min(std::max(round_even(w * inverse) + zero, low), high);
        const float error = w - (q - zero) * grid.scale;
        sum += error * error;
    }
    return static_cast<double>(sum);
}

/// The range in so many steps; 1 where its inverse would be infinite: such weights are zero beside any others.
float scale_for(float low, float high, int steps)
{
    const float scale = (high - low) / static_cast<float>(steps);
    return scale >= std::numeric_limits<float>::min() ? scale : 1.0F;
}

WeightGrid grid_for(float low, float high, bool symmetric, Levels levels)
{
    if (symmetric)
        return {scale_for(0, std::max(-low, high), levels.high), 0};
    low = std::min(low, 0.0F); // so that zero has a level of its own
    high = std::max(high, 0.0F);
    const float scale = scale_for(low, high, levels.high - levels.low);
    const int zero = static_cast<int>(round_even(static_cast<float>(levels.low) - low / scale));
    return {scale, std::clamp(zero, levels.low, levels.high)};
}

} // namespace

Levels levels_of(Bits bits)
{
    return {-(1 << (bits.value - 1)), (1 << (bits.value - 1)) - 1};
}

WeightGrid minmax_grid(std::span<const float> weights, bool symmetric, Levels levels)
{
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    return grid_for(*low, *high, symmetric, levels);
}

WeightGrid mse_grid(std::span<const float> weights, bool symmetric, Levels levels)
{
    constexpr int kSteps = 40;
    constexpr float kLeast = 0.35F; // of the range; below it clipping always costs more at these widths
    const auto [least_weight, most_weight] = std::minmax_element(weights.begin(), weights.end());
    const float low = *least_weight, high = *most_weight;
    WeightGrid best = grid_for(low, high, symmetric, levels);
    double least = squared_error(weights, best, levels);
    const int spread = !symmetric && levels.high <= 3 ? 1 : 0;
    for (int step = 0; step < kSteps; ++step) {
        const float share = 1.0F - (1.0F - kLeast) * static_cast<float>(step) / kSteps;
        const WeightGrid middle = grid_for(low * share, high * share, symmetric, levels);
        for (int shift = -spread; shift <= spread; ++shift) {
            const WeightGrid grid{middle.scale, std::clamp(middle.zero + shift, levels.low, levels.high)};
            const double error = squared_error(weights, grid, levels);
            if (error < least) {
                least = error;
                best = grid;
            }
        }
    }
    return best;
}

void nearest_codes(std::span<const float> weights, WeightGrid grid, Levels levels, std::int8_t *out)
{
    const float inverse = 1.0F / grid.scale;
    const auto zero = static_cast<float>(grid.zero), low = static_cast<float>(levels.low), high = static_cast<float>(levels.high);
    for (std::size_t i = 0; i < weights.size(); ++i)
        out[i] = static_cast<std::int8_t>(std::min(std::max(round_even(weights[i] * inverse) + zero, low), high));
}

} // namespace ca
