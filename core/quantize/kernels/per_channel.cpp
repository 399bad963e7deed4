// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/per_channel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace ca {
namespace {

std::optional<ChannelInt8> without_zero_points(const IntegerWeight &weight)
{
    if (weight.group != weight.columns)
        return std::nullopt;
    ChannelInt8 result{weight.values, weight.scales};
    if (weight.zeros.empty())
        return result;
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        const int value = weight.values[i] - weight.zeros[i / static_cast<std::size_t>(weight.columns)];
        if (value < std::numeric_limits<std::int8_t>::min() || value > std::numeric_limits<std::int8_t>::max())
            return std::nullopt;
        result.values[i] = static_cast<std::int8_t>(value);
    }
    return result;
}

ChannelInt8 nearest(const std::vector<float> &values, std::size_t rows)
{
    ChannelInt8 result{std::vector<std::int8_t>(values.size()), {}};
    const std::size_t columns = rows == 0 ? 0 : values.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        float largest = 0;
        for (std::size_t i = row * columns; i < (row + 1) * columns; ++i)
            largest = std::max(largest, std::fabs(values[i]));
        const float scale = largest / 127.0F;
        const bool usable = scale >= std::numeric_limits<float>::min();
        result.scales.push_back(usable ? scale : 1.0F);
        for (std::size_t i = row * columns; usable && i < (row + 1) * columns; ++i)
            result.values[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(values[i] / scale), -127.0F, 127.0F));
    }
    return result;
}

} // namespace

ChannelInt8 per_channel_int8(const StoredWeight &weight, std::int64_t rows)
{
    if (const auto *integers = std::get_if<IntegerWeight>(&weight))
        if (auto exact = without_zero_points(*integers))
            return std::move(*exact);
    return nearest(dequantize(weight), static_cast<std::size_t>(rows));
}

} // namespace ca
