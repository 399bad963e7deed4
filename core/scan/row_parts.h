// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace ca {

/// A weight as its output channels have it: `rows` rows of equal length, one after another.
struct WeightRows {
    std::span<const float> values;
    std::size_t rows = 1; ///< divides the number of values, else all of them are taken as one row
};

/// A weight cut into parts of whole rows, one for a thread at a time: of 2^16 weights, which stay in a core's cache, or of one
/// row.
struct RowParts {
    std::size_t count = 0;
    std::size_t rows = 0, row_length = 0, rows_in_part = 1;

    explicit RowParts(const WeightRows &weight);
    [[nodiscard]] std::size_t first_row(std::size_t part) const { return part * rows_in_part; }
    [[nodiscard]] std::size_t end_row(std::size_t part) const;
    [[nodiscard]] std::span<const float> row(const WeightRows &weight, std::size_t index) const;
    [[nodiscard]] std::span<const float> part(const WeightRows &weight, std::size_t index) const;
};

} // namespace ca
