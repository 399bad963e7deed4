// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace ca {

/// x * sigmoid(1.702 x), the activation of CLIP. In place.
void quick_gelu(std::span<float> values);
/// The same in bfloat16, by its bits.
void quick_gelu_bf16(std::span<std::uint16_t> values);
inline constexpr double kQuickGelu = 1.702;

/// Where the values of a query, key or value lie: `width` of them in a row for each token.
struct AttentionSide {
    const float *values = nullptr;
    std::int64_t batch = 0, head = 0, token = 0; ///< steps, in values
};
struct AttentionShape {
    std::int64_t batch, heads, queries, keys;
    std::int64_t width; ///< of a head; a multiple of 16
    float scale;        ///< of products, before softmax
};

/// softmax(scale q kᵀ) v of the image `image`, without a mask. `out`: [queries, heads * width].
void attend(const AttentionShape &shape, const AttentionSide &query, const AttentionSide &key, const AttentionSide &value,
            std::int64_t image, float *out);

} // namespace ca
