// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"

#include <cstdint>
#include <span>

namespace ca {

/// The codes of a width: [-2^(b-1), 2^(b-1) - 1].
struct Levels {
    int low, high;
};
[[nodiscard]] Levels levels_of(Bits bits);

/// The grid of one group of weights: w is stored as q = round(w / scale) + zero, within the levels, and stands for
/// (q - zero) * scale. Weights so small that the inverse of their scale would be infinite get the scale 1 and stand for 0.
struct WeightGrid {
    float scale = 1;
    int zero = 0;
};

/// To nearest, ties to even, for |x| < 2^22: adding and taking away 1.5 * 2^23 leaves the integer part. A loop over it
/// vectorises.
inline float round_even(float x)
{
    constexpr float kMagic = 12582912.0F;
    return (x + kMagic) - kMagic;
}

/// The grid from the smallest to the largest weight.
[[nodiscard]] WeightGrid minmax_grid(std::span<const float> weights, bool symmetric, Levels levels);
/// Of 40 shrunken ranges the one with the least squared error; at 2 and 3 bits the neighbouring zero points too.
[[nodiscard]] WeightGrid mse_grid(std::span<const float> weights, bool symmetric, Levels levels);

/// The nearest code of each weight.
void nearest_codes(std::span<const float> weights, WeightGrid grid, Levels levels, std::int8_t *out);

} // namespace ca
