// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/scale_width.h"
#include "core/quantize/rounding/weight_grid.h"
#include "core/quantize/stored_weight.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ca {
namespace {

/// So that a range, and a level beyond its end, are finite.
constexpr float kMostWeight = std::numeric_limits<float>::max() / 4;

} // namespace

Result<IntegerWeight> quantize_weight(std::span<const float> weight, const std::vector<std::int64_t> &shape, const Scheme &scheme)
{
    IntegerWeight result;
    result.shape = shape;
    result.rows = shape.empty() ? 0 : shape.front();
    if (result.rows == 0 || weight.empty() || static_cast<std::int64_t>(weight.size()) % result.rows != 0)
        return fail(ErrorCode::unsupported, "A weight without elements cannot be quantized.");
    result.columns = static_cast<std::int64_t>(weight.size()) / result.rows;
    result.bits = bits_of(scheme.format);
    result.group = scheme.group == 0 ? static_cast<int>(result.columns) : scheme.group;
    result.symmetric = scheme.symmetric;
    if (result.columns % result.group != 0)
        return fail(ErrorCode::unsupported,
                    "Groups of " + std::to_string(result.group) + " weights do not divide rows of "
                        + std::to_string(result.columns) + ".");
    if (!std::all_of(weight.begin(), weight.end(), [](float w) { return std::fabs(w) <= kMostWeight; }))
        return fail(
            ErrorCode::unsupported,
            "A weight holds numbers that are not finite, or that are near the largest a float can be. The model is damaged "
            "or was trained to overflow.");

    const Levels levels = levels_of(result.bits);
    const auto group = static_cast<std::size_t>(result.group);
    result.values.resize(weight.size());
    for (std::size_t at = 0; at < weight.size(); at += group) {
        const auto part = weight.subspan(at, group);
        WeightGrid grid = scheme.rounding != Rounding::nearest ? mse_grid(part, scheme.symmetric, levels)
                                                               : minmax_grid(part, scheme.symmetric, levels);
        grid.scale = stored_scale(grid.scale, result.group != result.columns);
        nearest_codes(part, grid, levels, result.values.data() + at);
        result.scales.push_back(grid.scale);
        if (!scheme.symmetric)
            result.zeros.push_back(static_cast<std::int8_t>(grid.zero));
    }
    return result;
}

std::vector<float> dequantize(const IntegerWeight &weight)
{
    std::vector<float> values(weight.values.size());
    const auto group = static_cast<std::size_t>(weight.group);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int zero = weight.zeros.empty() ? 0 : weight.zeros[i / group];
        values[i] = static_cast<float>(weight.values[i] - zero) * weight.scales[i / group];
    }
    return values;
}

} // namespace ca
