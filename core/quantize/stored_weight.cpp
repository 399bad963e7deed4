// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/stored_weight.h"

#include "core/quantize/rounding/weight_grid.h"

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace ca {
namespace {

/// The largest finite number of fp16.
constexpr float kMostHalf = 65504.0F;

bool all_below(std::span<const float> weight, float most)
{
    return std::all_of(weight.begin(), weight.end(), [&](float w) { return std::fabs(w) <= most; });
}

template <typename Half>
HalfWeight to_half(std::span<const float> weight, Format format)
{
    HalfWeight stored{format, {}};
    stored.values.reserve(weight.size());
    for (const float w : weight)
        stored.values.push_back(Half(w).x);
    return stored;
}

tl::unexpected<Error> out_of_range(Format format)
{
    return fail(ErrorCode::unsupported,
                "A weight is not finite or larger than 65,504, the largest number that " + to_text(format) + " can hold.");
}

} // namespace

RowInt8Weight quantize_rows(std::span<const float> weight, std::int64_t rows)
{
    const auto columns = rows == 0 ? 0 : weight.size() / static_cast<std::size_t>(rows);
    RowInt8Weight stored{rows, static_cast<std::int64_t>(columns), std::vector<std::int8_t>(weight.size()), {}};
    stored.scales.reserve(static_cast<std::size_t>(rows));
    std::vector<float> half(columns); // a row as fp16 has it
    for (std::size_t start = 0; start < weight.size(); start += columns) {
        std::uint32_t largest = 0; // the order of magnitudes is that of their bits
        for (std::size_t i = 0; i < columns; ++i) {
            half[i] = static_cast<float>(c10::Half(weight[start + i]));
            largest = std::max(largest, std::bit_cast<std::uint32_t>(half[i]) & 0x7FFFFFFFU);
        }
        const float scale = std::bit_cast<float>(largest);
        stored.scales.push_back(scale);
        const float factor = scale > 0 ? 1.0F / scale * 127.0F : 0.0F; // in two steps, as PyTorch divides a number by a tensor
        for (std::size_t i = 0; i < columns; ++i)
            stored.values[start + i] = static_cast<std::int8_t>(round_even(half[i] * factor));
    }
    return stored;
}

Result<StoredWeight> store_weight(std::span<const float> weight, const std::vector<std::int64_t> &shape, const Scheme &scheme,
                                  const RecipeOptions &options)
{
    if (is_integer(scheme.format)) {
        auto stored = quantize_weight(weight, shape, scheme);
        return stored ? Result<StoredWeight>(std::move(*stored)) : forward(stored);
    }
    if (weight.empty() || shape.empty())
        return fail(ErrorCode::unsupported, "A weight without elements cannot be quantized.");
    const bool half = scheme.format == Format::fp16 || scheme.format == Format::llm_int8;
    if (!all_below(weight, half ? kMostHalf : std::numeric_limits<float>::max()))
        return half ? out_of_range(scheme.format)
                    : fail(ErrorCode::unsupported,
                           "A weight holds numbers that are not finite. The model is damaged or was trained to overflow.");
    const bool doubled = options.double_quantization && doubling_pays(static_cast<std::int64_t>(weight.size()));
    switch (scheme.format) {
    case Format::fp16:
        return to_half<c10::Half>(weight, scheme.format);
    case Format::bf16:
        return to_half<c10::BFloat16>(weight, scheme.format);
    case Format::nf4:
        return quantize_four_bit(weight, FourBit::nf4, doubled);
    case Format::fp4:
        return quantize_four_bit(weight, FourBit::fp4, doubled);
    case Format::llm_int8:
        return quantize_rows(weight, shape.front());
    default:
        return fail(ErrorCode::unsupported, "A weight stays as it is in " + to_text(scheme.format) + ".");
    }
}

std::vector<float> dequantize(const RowInt8Weight &weight)
{
    std::vector<float> values(weight.values.size());
    const auto columns = static_cast<std::size_t>(weight.columns);
    for (std::size_t row = 0, start = 0; start < values.size(); ++row, start += columns)
        for (std::size_t i = start; i < start + columns; ++i) // products in the order of bitsandbytes
            values[i] = static_cast<float>(weight.values[i]) * weight.scales[row] * (1.0F / 127.0F);
    return values;
}

std::vector<float> dequantize(const HalfWeight &weight)
{
    std::vector<float> values(weight.values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = weight.format == Format::fp16
            ? static_cast<float>(c10::Half(weight.values[i], c10::Half::from_bits()))
            : static_cast<float>(c10::BFloat16(weight.values[i], c10::BFloat16::from_bits()));
    return values;
}

std::vector<float> dequantize(const StoredWeight &weight)
{
    return std::visit([](const auto &stored) { return dequantize(stored); }, weight);
}

std::size_t count(const StoredWeight &weight)
{
    return std::visit(
        [](const auto &stored) {
            if constexpr (requires { stored.count; })
                return stored.count;
            else
                return stored.values.size();
        },
        weight);
}

} // namespace ca
