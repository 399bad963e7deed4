// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/kernels/u8_kernels.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ca {

/// Smallest and largest value; NaN where one value is not finite. Of no values: 0 and 0.
struct ValueRange {
    float low = 0, high = 0;
};
[[nodiscard]] ValueRange range_of(std::span<const float> values);
/// The grid of `range`, in `levels` steps. Its scale is NaN where the range is, so that results are no numbers as well.
[[nodiscard]] U8Grid run_time_grid(ValueRange range, int levels);

/// The zero of all rows to which a product with s8 weights refers: u8 = s8 + 128.
inline constexpr int kRowZero = 128;

/// A matrix of floats, row-major.
struct FloatRows {
    const float *values = nullptr;
    std::int64_t rows = 0, columns = 0;
};

/// Every row on the grid of its own values, 255 steps. `grids`: one for each row.
void quantize_each_row(FloatRows x, std::uint8_t *out, U8Grid *grids);

/// LLM.int8() (Dettmers et al. 2022), as bitsandbytes computes it on a processor: x in fp16; an outlier is a magnitude of
/// `threshold` or more (0: none is); `scales[row]` = the largest other magnitude of the row / 127; out = round(x / scale) + 128.
/// Sets those of `outliers`, one for each column, to 1 whose column has one. A row of zeros has scale 0, and one with a value
/// that is not finite NaN.
void quantize_llm_rows(FloatRows x, float threshold, std::uint8_t *out, float *scales, std::span<std::uint8_t> outliers);

/// What becomes of a product: sums[row][i] -> (sums - shift_row * column_sums[i]) * scale_row + bias[i] + addend[row][i].
/// Null pointers stand for zeros.
struct RowFinish {
    const float *scales = nullptr;
    const float *shifts = nullptr, *column_sums = nullptr;
    const float *bias = nullptr;
    const float *addend = nullptr;
};
void finish_rows(float *sums, std::int64_t rows, std::int64_t columns, const RowFinish &finish);

/// Layer normalisation of each row, on a grid. `weight` and `bias` may be null.
void layer_norm_u8(FloatRows x, const float *weight, const float *bias, float epsilon, U8Grid grid, std::uint8_t *out);

} // namespace ca
