// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/row_problem_torch.h"

#include "core/quantize/rounding/scale_width.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace ca {

IntegerWeight empty_codes(std::int64_t rows, std::int64_t columns, const Scheme &scheme)
{
    IntegerWeight weight;
    weight.rows = rows;
    weight.columns = columns;
    weight.bits = bits_of(scheme.format);
    weight.group = scheme.group == 0 ? static_cast<int>(columns) : scheme.group;
    weight.symmetric = scheme.symmetric;
    weight.values.resize(static_cast<std::size_t>(rows * columns));
    weight.scales.resize(static_cast<std::size_t>(rows * (columns / weight.group)), 1.0F);
    if (!weight.symmetric)
        weight.zeros.resize(weight.scales.size());
    return weight;
}

RowCodes rows_of(IntegerWeight &weight, std::int64_t first, std::int64_t count)
{
    const std::int64_t groups = weight.columns / weight.group;
    return {count,
            weight.columns,
            weight.group,
            levels_of(weight.bits),
            weight.symmetric,
            weight.values.data() + first * weight.columns,
            weight.scales.data() + first * groups,
            weight.symmetric ? nullptr : weight.zeros.data() + first * groups};
}

at::Tensor values_of(const RowCodes &codes)
{
    at::Tensor values = at::empty({codes.rows, codes.columns}, at::kFloat);
    auto *out = values.data_ptr<float>();
    for (std::int64_t i = 0; i < codes.rows * codes.columns; ++i) {
        const std::int64_t at = i / codes.group;
        out[i] = static_cast<float>(codes.values[i] - (codes.zeros ? codes.zeros[at] : 0)) * codes.scales[at];
    }
    return values;
}

at::Tensor objective(const at::Tensor &values, const at::Tensor &target, const at::Tensor &hessian)
{
    const at::Tensor error = values - target;
    return (at::mm(error, hessian) * error).sum(1, false, at::kDouble);
}

void round_to_nearest(const at::Tensor &target, RowCodes &codes)
{
    const auto *values = target.const_data_ptr<float>();
    for (std::int64_t at = 0; at < codes.rows * codes.groups(); ++at) {
        const std::span part(values + at * codes.group, static_cast<std::size_t>(codes.group));
        WeightGrid grid = mse_grid(part, codes.symmetric, codes.levels);
        grid.scale = stored_scale(grid.scale, codes.group != codes.columns);
        codes.scales[at] = grid.scale;
        if (codes.zeros)
            codes.zeros[at] = static_cast<std::int8_t>(grid.zero);
        nearest_codes(part, grid, codes.levels, codes.values + at * codes.group);
    }
}

} // namespace ca
