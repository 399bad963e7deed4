// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/kernels/u8_kernels.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ca {

/// Activations that a product applies to its results. `clip`: to `low` and `high`.
enum class ProductActivation { none, relu, clip, gelu, quick_gelu, swish };

/// What becomes of the sums of a product.
struct ProductFinish {
    ProductActivation activation = ProductActivation::none;
    float low = 0, high = 0;
    const float *addend = nullptr; ///< [rows, outputs], before the activation
    std::optional<U8Grid> grid;    ///< of u8 results; absent: float32
};

/// x Wᵀ + b with x in u8 and W in s8, for processors with AVX512-VNNI, and with AMX where 64 divides the columns: without the 20
/// to 30 microseconds that a call of LibTorch's operators takes, which is most of the time of a small layer.
class U8Product {
public:
    [[nodiscard]] static bool has_instructions();
    /// Columns of a kind that the loops take: a multiple of four.
    [[nodiscard]] static bool takes(std::int64_t columns) { return columns > 0 && columns % 4 == 0; }

    /// `weight`: [outputs, columns]; `scales`: one for each output; `bias`: one for each output, or empty.
    U8Product(std::span<const std::int8_t> weight, std::span<const float> scales, std::span<const float> bias);

    /// `out`: float or u8, [rows, outputs], as `finish` says. Needs the instructions.
    void multiply(const std::uint8_t *x, std::int64_t rows, U8Grid input, const ProductFinish &finish, void *out) const;

    [[nodiscard]] std::int64_t outputs() const { return outputs_; }

private:
    std::int64_t outputs_ = 0, columns_ = 0;
    std::vector<std::int8_t> packed_; ///< [outputs / 16, columns / 4, 16, 4], zeros behind the last output
    std::vector<std::int32_t> sums_;  ///< of each output's weights
    std::vector<float> scales_, bias_;
};

} // namespace ca
