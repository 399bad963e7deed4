// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/pack_bits.h"

namespace ca {
namespace {

template <typename T>
std::vector<T> transposed(std::span<const T> values, std::int64_t rows, std::int64_t columns)
{
    std::vector<T> result(values.size());
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t column = 0; column < columns; ++column)
            result[static_cast<std::size_t>(column * rows + row)] = values[static_cast<std::size_t>(row * columns + column)];
    return result;
}

} // namespace

std::int64_t packed_words(std::int64_t columns, Bits bits)
{
    return (columns * bits.value + 31) / 32;
}

std::vector<std::int32_t> pack_rows(std::span<const std::int8_t> values, std::int64_t rows, std::int64_t columns, Bits bits)
{
    const std::int64_t words = packed_words(columns, bits);
    const int offset = 1 << (bits.value - 1);
    std::vector<std::int32_t> packed(static_cast<std::size_t>(rows * words), 0);
    for (std::int64_t row = 0; row < rows; ++row) {
        std::uint64_t pending = 0;
        int held = 0; // bits in `pending`
        std::size_t word = static_cast<std::size_t>(row * words);
        for (std::int64_t column = 0; column < columns; ++column) {
            const auto value = static_cast<std::uint32_t>(values[static_cast<std::size_t>(row * columns + column)] + offset);
            pending |= static_cast<std::uint64_t>(value) << static_cast<unsigned>(held);
            held += bits.value;
            if (held >= 32) {
                packed[word++] = static_cast<std::int32_t>(pending & 0xFFFFFFFFU);
                pending >>= 32U;
                held -= 32;
            }
        }
        if (held > 0)
            packed[word] = static_cast<std::int32_t>(pending & 0xFFFFFFFFU);
    }
    return packed;
}

std::vector<std::int8_t> unpack_rows(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t columns, Bits bits)
{
    const std::int64_t in_row = packed_words(columns, bits);
    const int offset = 1 << (bits.value - 1);
    const std::uint64_t mask = (std::uint64_t{1} << static_cast<unsigned>(bits.value)) - 1;
    std::vector<std::int8_t> values(static_cast<std::size_t>(rows * columns));
    for (std::int64_t row = 0; row < rows; ++row) {
        std::uint64_t pending = 0;
        int held = 0;
        std::size_t word = static_cast<std::size_t>(row * in_row);
        for (std::int64_t column = 0; column < columns; ++column) {
            if (held < bits.value) {
                pending |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(words[word++])) << static_cast<unsigned>(held);
                held += 32;
            }
            values[static_cast<std::size_t>(row * columns + column)] =
                static_cast<std::int8_t>(static_cast<int>(pending & mask) - offset);
            pending >>= static_cast<unsigned>(bits.value);
            held -= bits.value;
        }
    }
    return values;
}

std::vector<std::int32_t> pack_columns(std::span<const std::int8_t> values, std::int64_t rows, std::int64_t columns, Bits bits)
{
    const auto packed = pack_rows(transposed(values, rows, columns), columns, rows, bits);
    return transposed(std::span<const std::int32_t>(packed), columns, packed_words(rows, bits));
}

std::vector<std::int8_t> unpack_columns(std::span<const std::int32_t> words, std::int64_t rows, std::int64_t columns, Bits bits)
{
    const auto values = unpack_rows(transposed(words, packed_words(rows, bits), columns), columns, rows, bits);
    return transposed(std::span<const std::int8_t>(values), columns, rows);
}

} // namespace ca
