// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace ca {
namespace {

constexpr double kUnitLength = 1e-3; // how far from 1 the length of an embedding's row may be

at::Tensor rows_of(const at::Tensor &outputs)
{
    return outputs.to(at::kDouble).flatten(1).contiguous();
}

std::span<const double> row(const at::Tensor &rows, std::int64_t index)
{
    const std::int64_t columns = rows.size(1);
    return {rows.data_ptr<double>() + index * columns, static_cast<std::size_t>(columns)};
}

bool is_of_length_1(std::span<const double> values)
{
    double square = 0;
    for (const double value : values)
        square += value * value;
    return std::abs(std::sqrt(square) - 1) < kUnitLength;
}

} // namespace

FloatOutputs::FloatOutputs(const at::Tensor &outputs) : rows_(rows_of(outputs))
{
    embedding_ = rows_.size(1) > 1;
    for (std::int64_t i = 0; i < rows_.size(0) && embedding_; ++i)
        embedding_ = is_of_length_1(row(rows_, i));
}

DivergenceSums FloatOutputs::compare(std::size_t first, const at::Tensor &outputs) const
{
    const at::Tensor rows = rows_of(outputs);
    DivergenceSums sums;
    for (std::int64_t i = 0; i < rows.size(0); ++i)
        sums.add(row(rows_, static_cast<std::int64_t>(first) + i), row(rows, i));
    return sums;
}

std::vector<double> FloatOutputs::margins() const
{
    std::vector<double> margins;
    for (std::int64_t i = 0; i < rows_.size(0); ++i) {
        const auto values = row(rows_, i);
        std::vector<double> sorted(values.begin(), values.end());
        const auto two = std::min<std::ptrdiff_t>(2, std::ssize(sorted));
        std::partial_sort(sorted.begin(), sorted.begin() + two, sorted.end(), std::greater<>());
        margins.push_back(two == 2 ? sorted[0] - sorted[1] : 0);
    }
    return margins;
}

} // namespace ca
