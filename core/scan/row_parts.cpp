// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/row_parts.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kWeightsInPart = std::size_t{1} << 16U;

} // namespace

RowParts::RowParts(const WeightRows &weight)
{
    const std::size_t size = weight.values.size();
    if (size == 0)
        return;
    rows = weight.rows > 0 && size % weight.rows == 0 ? weight.rows : 1;
    row_length = size / rows;
    rows_in_part = std::max<std::size_t>(1, kWeightsInPart / row_length);
    count = (rows + rows_in_part - 1) / rows_in_part;
}

std::size_t RowParts::end_row(std::size_t part) const
{
    return std::min(rows, first_row(part) + rows_in_part);
}

std::span<const float> RowParts::row(const WeightRows &weight, std::size_t index) const
{
    return weight.values.subspan(index * row_length, row_length);
}

std::span<const float> RowParts::part(const WeightRows &weight, std::size_t index) const
{
    const std::size_t first = first_row(index);
    return weight.values.subspan(first * row_length, (end_row(index) - first) * row_length);
}

} // namespace ca
