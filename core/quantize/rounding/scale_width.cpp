// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/scale_width.h"

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

float nearest_bf16(float value)
{
    return static_cast<float>(c10::BFloat16(value));
}

} // namespace

float stored_scale(float scale, bool of_group)
{
    const float narrow = nearest_bf16(scale);
    return of_group && std::isfinite(narrow) && narrow > 0 ? narrow : scale;
}

bool fit_bf16(std::span<const float> values)
{
    return std::all_of(values.begin(), values.end(), [](float value) { return nearest_bf16(value) == value; });
}

std::vector<std::uint16_t> to_bf16(std::span<const float> values)
{
    std::vector<std::uint16_t> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(), [](float value) { return c10::BFloat16(value).x; });
    return result;
}

std::vector<float> from_bf16(std::span<const std::uint16_t> values)
{
    std::vector<float> result(values.size());
    std::transform(values.begin(), values.end(), result.begin(),
                   [](std::uint16_t value) { return static_cast<float>(c10::BFloat16(value, c10::BFloat16::from_bits())); });
    return result;
}

} // namespace ca
