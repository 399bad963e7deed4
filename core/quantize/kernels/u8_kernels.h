// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace ca {

/// The grid of a tensor in u8: value = (q - zero) * scale.
struct U8Grid {
    float scale = 1;
    int zero = 0;
};

/// The grid that covers [low, high] and zero in `levels` steps. Zero has a level of its own.
[[nodiscard]] U8Grid u8_grid(float low, float high, int levels = 255);

/// Steps of an activation that this processor's kernels add up exactly: 255 with VNNI; 127 without, where pairs of u8 x s8
/// products are added in 16 bits and would saturate.
[[nodiscard]] int exact_levels();

/// q = clamp(round(x / scale) + zero, 0, 255), ties to even; NaN gives 0. Sizes must be equal.
void quantize_u8(std::span<const float> values, U8Grid grid, std::uint8_t *out);
void dequantize_u8(std::span<const std::uint8_t> values, U8Grid grid, float *out);

/// A window that slides over channels-last pictures.
struct PoolShape {
    std::int64_t batch, channels, height, width; ///< of the input
    std::int64_t out_height, out_width;
    std::int64_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
};
/// Largest value of each window; places outside of the picture do not count. Both sides channels-last.
void max_pool_u8(const std::uint8_t *in, const PoolShape &shape, std::uint8_t *out);

} // namespace ca
