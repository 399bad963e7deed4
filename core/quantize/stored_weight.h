// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/quantize/four_bit.h"
#include "core/quantize/recipe.h"

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace ca {

/// A weight as integers with a scale and a zero point for each group of a row.
struct IntegerWeight {
    std::vector<std::int64_t> shape;    ///< of the weight
    std::int64_t rows = 0, columns = 0; ///< as a matrix: the first dimension (see Layer::shape) x the rest
    Bits bits;
    int group = 0; ///< columns of a group; equal to `columns` for a whole channel
    bool symmetric = true;
    std::vector<std::int8_t> values; ///< rows x columns, in [-2^(b-1), 2^(b-1) - 1]
    std::vector<float> scales;       ///< rows x groups
    std::vector<std::int8_t> zeros;  ///< rows x groups; empty when symmetric. w = (q - zero) * scale
};

/// A weight as LLM.int8() stores it: w = value * scale / 127. Scales are the largest magnitude of a row, after rounding to
/// fp16.
struct RowInt8Weight {
    std::int64_t rows = 0, columns = 0;
    std::vector<std::int8_t> values; ///< rows x columns
    std::vector<float> scales;       ///< one for each row
};

/// A weight in 16 bits.
struct HalfWeight {
    Format format = Format::bf16; ///< bf16 or fp16
    std::vector<std::uint16_t> values;
};

using StoredWeight = std::variant<IntegerWeight, FourBitWeight, RowInt8Weight, HalfWeight>;

/// By nearest or MSE rounding. Errors: `unsupported` where the group does not divide a row, for weights that are not finite, and
/// without elements. Rows that are all zero, or all of one value, are stored exactly as far as the grid has that value.
[[nodiscard]] Result<IntegerWeight> quantize_weight(std::span<const float> weight, const std::vector<std::int64_t> &shape,
                                                    const Scheme &scheme);

/// As bitsandbytes' LLM.int8() does. `weight` is rows x columns. All must be finite and below 65,504.
[[nodiscard]] RowInt8Weight quantize_rows(std::span<const float> weight, std::int64_t rows);

/// Any format but fp32; compensated roundings give what mse gives. Errors: those of `quantize_weight`; `unsupported` for weights
/// that the format has no number for.
[[nodiscard]] Result<StoredWeight> store_weight(std::span<const float> weight, const std::vector<std::int64_t> &shape,
                                                const Scheme &scheme, const RecipeOptions &options);

/// What the codes stand for, row-major.
[[nodiscard]] std::vector<float> dequantize(const IntegerWeight &weight);
[[nodiscard]] std::vector<float> dequantize(const RowInt8Weight &weight);
[[nodiscard]] std::vector<float> dequantize(const HalfWeight &weight);
[[nodiscard]] std::vector<float> dequantize(const StoredWeight &weight);
/// Weights that are stored.
[[nodiscard]] std::size_t count(const StoredWeight &weight);

} // namespace ca
