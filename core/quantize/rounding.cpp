// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/stored_weight.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

/// The grid of one group: w is stored as q = round(w / scale) + zero, in [low, high].
struct Grid {
    float scale = 1;
    int zero = 0;
};

struct Levels {
    int low, high;
};

Levels levels_of(Bits bits)
{
    return {-(1 << (bits.value - 1)), (1 << (bits.value - 1)) - 1};
}

/// To nearest, ties to even, for |x| < 2^22: adding and taking away 1.5 * 2^23 leaves the integer part. A loop over it
/// vectorises.
inline float round_even(float x)
{
    constexpr float kMagic = 12582912.0F;
    return (x + kMagic) - kMagic;
}

double squared_error(std::span<const float> weights, Grid grid, Levels levels)
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

Grid grid_for(float low, float high, bool symmetric, Levels levels)
{
    if (symmetric) {
        const float largest = std::max(-low, high);
        return {largest > 0 ? largest / static_cast<float>(levels.high) : 1.0F, 0};
    }
    low = std::min(low, 0.0F); // so that zero has a level of its own
    high = std::max(high, 0.0F);
    const float scale = high > low ? (high - low) / static_cast<float>(levels.high - levels.low) : 1.0F;
    const int zero = static_cast<int>(round_even(static_cast<float>(levels.low) - low / scale));
    return {scale, std::clamp(zero, levels.low, levels.high)};
}

/// Of 40 shrunken ranges the one with the least squared error; at 2 and 3 bits the neighbouring zero points too.
Grid search_grid(std::span<const float> weights, float low, float high, const Scheme &scheme, Levels levels)
{
    constexpr int kSteps = 40;
    constexpr float kLeast = 0.35F; // of the range; below it clipping always costs more at these widths
    Grid best = grid_for(low, high, scheme.symmetric, levels);
    double least = squared_error(weights, best, levels);
    const int spread = !scheme.symmetric && levels.high <= 3 ? 1 : 0;
    for (int step = 0; step < kSteps; ++step) {
        const float share = 1.0F - (1.0F - kLeast) * static_cast<float>(step) / kSteps;
        const Grid middle = grid_for(low * share, high * share, scheme.symmetric, levels);
        for (int shift = -spread; shift <= spread; ++shift) {
            const Grid grid{middle.scale, std::clamp(middle.zero + shift, levels.low, levels.high)};
            const double error = squared_error(weights, grid, levels);
            if (error < least) {
                least = error;
                best = grid;
            }
        }
    }
    return best;
}

void store(std::span<const float> weights, Grid grid, Levels levels, std::int8_t *out)
{
    const float inverse = 1.0F / grid.scale;
    const auto zero = static_cast<float>(grid.zero), low = static_cast<float>(levels.low), high = static_cast<float>(levels.high);
    for (std::size_t i = 0; i < weights.size(); ++i)
        out[i] = static_cast<std::int8_t>(std::min(std::max(round_even(weights[i] * inverse) + zero, low), high));
}

} // namespace

Result<IntegerWeight> quantize_weight(std::span<const float> weight, const std::vector<std::int64_t> &shape, const Scheme &scheme)
{
    IntegerWeight result;
    result.shape = shape;
    result.rows = shape.empty() ? 0 : shape.front();
    if (result.rows == 0 || weight.empty() || static_cast<std::int64_t>(weight.size()) % result.rows != 0)
        return fail(ErrorCode::unsupported, "A weight without elements cannot be quantized.");
    result.columns = static_cast<std::int64_t>(weight.size()) / result.rows;
    result.bits = bits_of(scheme.format);
    result.group = scheme.group == 0 ? static_cast<int>(result.columns) : scheme.group;
    result.symmetric = scheme.symmetric;
    if (result.columns % result.group != 0)
        return fail(ErrorCode::unsupported,
                    "Groups of " + std::to_string(result.group) + " weights do not divide rows of "
                        + std::to_string(result.columns) + ".");
    if (!std::all_of(weight.begin(), weight.end(), [](float w) { return std::isfinite(w); }))
        return fail(ErrorCode::unsupported,
                    "A weight holds numbers that are not finite. The model is damaged or was trained to overflow.");

    const Levels levels = levels_of(result.bits);
    const auto group = static_cast<std::size_t>(result.group);
    result.values.resize(weight.size());
    for (std::size_t at = 0; at < weight.size(); at += group) {
        const auto part = weight.subspan(at, group);
        const auto [low, high] = std::minmax_element(part.begin(), part.end());
        const Grid grid = scheme.rounding != Rounding::nearest ? search_grid(part, *low, *high, scheme, levels)
                                                               : grid_for(*low, *high, scheme.symmetric, levels);
        store(part, grid, levels, result.values.data() + at);
        result.scales.push_back(grid.scale);
        if (!scheme.symmetric)
            result.zeros.push_back(static_cast<std::int8_t>(grid.zero));
    }
    return result;
}

std::vector<float> dequantize(const IntegerWeight &weight)
{
    std::vector<float> values(weight.values.size());
    const auto group = static_cast<std::size_t>(weight.group);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int zero = weight.zeros.empty() ? 0 : weight.zeros[i / group];
        values[i] = static_cast<float>(weight.values[i] - zero) * weight.scales[i / group];
    }
    return values;
}

} // namespace ca
