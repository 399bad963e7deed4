// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ca {

/// 32-bit words that a row of `columns` values of so many bits takes: ceil(columns * bits / 32).
[[nodiscard]] std::int64_t packed_words(std::int64_t columns, Bits bits);

/// Each row as a stream of bits, value after value from the lowest bit of the first word on, offset to unsigned by 2^(bits-1):
/// the dense form of compressed-tensors (`pack_to_int32`). `values` is rows x columns.
[[nodiscard]] std::vector<std::int32_t> pack_rows(std::span<const std::int8_t> values, std::int64_t rows, std::int64_t columns,
                                                  Bits bits);

/// The inverse. `words` must hold rows * packed_words(columns, bits).
[[nodiscard]] std::vector<std::int8_t> unpack_rows(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t columns,
                                                   Bits bits);

/// The same down the columns: packed_words(rows, bits) x columns words, as zero points are stored.
[[nodiscard]] std::vector<std::int32_t> pack_columns(std::span<const std::int8_t> values, std::int64_t rows, std::int64_t columns,
                                                     Bits bits);
[[nodiscard]] std::vector<std::int8_t> unpack_columns(std::span<const std::int32_t> words, std::int64_t rows,
                                                      std::int64_t columns, Bits bits);

} // namespace ca
