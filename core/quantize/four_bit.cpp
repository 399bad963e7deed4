// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/four_bit.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

namespace ca {
namespace {

/// Quantiles of the normal distribution. Source: QLoRA (arXiv 2305.14314), digits as bitsandbytes has them.
constexpr std::array<float, 16> kNormalFloat{
    -1.0F,
    -0.6961928009986877F,
    -0.5250730514526367F,
    -0.39491748809814453F,
    -0.28444138169288635F,
    -0.18477343022823334F,
    -0.09105003625154495F,
    0.0F,
    0.07958029955625534F,
    0.16093020141124725F,
    0.24611230194568634F,
    0.33791524171829224F,
    0.44070982933044434F,
    0.5626170039176941F,
    0.7229568362236023F,
    1.0F,
};

/// A sign bit, two of exponent and one of mantissa, over 12: numbers are not in the order of values, and the ninth is -0.
constexpr std::array<float, 16> kFloat4{
    0.0F,  0.0625F / 12,  8.0F / 12,  1.0F,  4.0F / 12,  6.0F / 12,  2.0F / 12,  3.0F / 12,
    -0.0F, -0.0625F / 12, -8.0F / 12, -1.0F, -4.0F / 12, -6.0F / 12, -2.0F / 12, -3.0F / 12,
};

constexpr float kSmallestScale = 1e-38F; ///< of bitsandbytes: its reciprocal is finite

#if defined(__x86_64__)
#define CA_AVX2 __attribute__((target("avx2")))
#else
#define CA_AVX2
#endif

/// A code's values in ascending order, and the midpoints between them. A value on a midpoint goes down.
struct Ladder {
    std::array<std::uint8_t, 16> codes{};
    std::array<float, 15> midpoints{};

    constexpr explicit Ladder(const std::array<float, 16> &values)
    {
        std::iota(codes.begin(), codes.end(), std::uint8_t{0});
        std::sort(codes.begin(), codes.end(), [&](std::uint8_t a, std::uint8_t b) {
            return values[a] < values[b] || (values[a] == values[b] && a > b); // -0 below 0
        });
        for (std::size_t i = 0; i < midpoints.size(); ++i)
            midpoints[i] = (values[codes[i]] + values[codes[i + 1]]) / 2;
    }
};

constexpr Ladder kNormalLadder(kNormalFloat), kFloatLadder(kFloat4);

using Block = std::array<float, kFourBitBlock>;
using Places = std::array<std::int32_t, kFourBitBlock>;

/// Midpoints below each value, counted one after the other for all, which vectorises.
inline __attribute__((always_inline)) void count_below(const Block &values, const Ladder &ladder, Places &above)
{
    above.fill(0);
    for (const float midpoint : ladder.midpoints)
        for (std::size_t i = 0; i < kFourBitBlock; ++i)
            above[i] += static_cast<std::int32_t>(values[i] > midpoint);
}

CA_AVX2 void count_below_avx2(const Block &values, const Ladder &ladder, Places &above)
{
    count_below(values, ladder, above);
}

void find_places(const Block &values, const Ladder &ladder, Places &above)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return count_below_avx2(values, ladder, above);
#endif
    count_below(values, ladder, above);
}

/// For i of 0..6, the middles of 2^i equal parts of 0.1..1, times 10^(i-6), with either sign; 0 and 1. Edges are those of
/// torch.linspace: counted from the nearer end, each rounded once, as fused multiplication and addition does.
constexpr std::array<float, 256> make_dynamic_map()
{
    constexpr std::array<float, 7> kPowers{1e-6F, 1e-5F, 1e-4F, 1e-3F, 1e-2F, 1e-1F, 1.0F};
    std::array<float, 256> map{0.0F, 1.0F};
    std::size_t next = 2;
    for (std::size_t i = 0; i < kPowers.size(); ++i) {
        const std::size_t parts = std::size_t{1} << i;
        const float step = (1.0F - 0.1F) / static_cast<float>(parts);
        const auto edge = [&](std::size_t k) {
            const bool lower = k < (parts + 1) / 2;
            const auto steps = static_cast<double>(lower ? k : parts - k) * static_cast<double>(step);
            return static_cast<float>(lower ? static_cast<double>(0.1F) + steps : 1.0 - steps);
        };
        for (std::size_t k = 0; k < parts; ++k) {
            const float value = kPowers[i] * ((edge(k) + edge(k + 1)) / 2);
            map[next++] = value;
            map[next++] = -value;
        }
    }
    std::sort(map.begin(), map.end());
    return map;
}

constexpr std::array<float, 256> kDynamicMap = make_dynamic_map();

/// Of finite numbers, which without their signs have the order of their bits.
float largest_magnitude(std::span<const float> values)
{
    std::uint32_t largest = 0;
    for (const float v : values)
        largest = std::max(largest, std::bit_cast<std::uint32_t>(v) & 0x7FFFFFFFU);
    return std::bit_cast<float>(largest);
}

/// The nearest of the map, the lower of two as near.
std::uint8_t dynamic_code(float value)
{
    const auto upper = std::lower_bound(kDynamicMap.begin() + 1, kDynamicMap.end() - 1, value);
    const auto nearest = std::abs(*upper - value) < std::abs(*(upper - 1) - value) ? upper : upper - 1;
    return static_cast<std::uint8_t>(nearest - kDynamicMap.begin());
}

ScaledScales quantize_scales(std::vector<float> scales)
{
    ScaledScales result;
    if (scales.empty())
        return result;
    const double sum = std::accumulate(scales.begin(), scales.end(), 0.0);
    result.offset = static_cast<float>(sum / static_cast<double>(scales.size()));
    for (float &scale : scales)
        scale -= result.offset;
    for (std::span<const float> left(scales); !left.empty(); left = left.subspan(std::min(kScaleBlock, left.size()))) {
        const auto block = left.first(std::min(kScaleBlock, left.size()));
        const float scale = largest_magnitude(block);
        result.scales.push_back(scale);
        for (const float value : block) // all restore to the offset where the scale is 0
            result.codes.push_back(scale > 0 ? dynamic_code(std::clamp(value * (1.0F / scale), -1.0F, 1.0F)) : std::uint8_t{0});
    }
    return result;
}

std::vector<float> restored_scales(const FourBitWeight &weight)
{
    if (!weight.doubled)
        return weight.scales;
    const ScaledScales &doubled = *weight.doubled;
    std::vector<float> scales(doubled.codes.size());
    for (std::size_t i = 0; i < scales.size(); ++i)
        scales[i] = kDynamicMap[doubled.codes[i]] * doubled.scales[i / kScaleBlock] + doubled.offset;
    return scales;
}

} // namespace

const std::array<float, 16> &four_bit_values(FourBit code)
{
    return code == FourBit::nf4 ? kNormalFloat : kFloat4;
}

const std::array<float, 256> &dynamic_map()
{
    return kDynamicMap;
}

FourBitWeight quantize_four_bit(std::span<const float> weight, FourBit code, bool double_quantization)
{
    const Ladder &ladder = code == FourBit::nf4 ? kNormalLadder : kFloatLadder;
    FourBitWeight result{code, weight.size(), std::vector<std::uint8_t>((weight.size() + 1) / 2), {}, {}};
    result.scales.reserve((weight.size() + kFourBitBlock - 1) / kFourBitBlock);
    Places above;
    for (std::size_t start = 0; start < weight.size(); start += kFourBitBlock) {
        const auto block = weight.subspan(start, std::min(kFourBitBlock, weight.size() - start));
        const bool whole = block.size() == kFourBitBlock;
        const float largest = largest_magnitude(block), divisor = std::max(largest, kSmallestScale), inverse = 1.0F / divisor;
        result.scales.push_back(whole ? largest : divisor);
        Block scaled{};
        for (std::size_t i = 0; i < block.size(); ++i) // the rounding of bitsandbytes differs in the short last block
            scaled[i] = whole ? block[i] * inverse : block[i] / divisor;
        find_places(scaled, ladder, above);
        for (std::size_t i = 0; i < block.size(); i += 2) {
            const unsigned first = ladder.codes[static_cast<std::size_t>(above[i])];
            const unsigned second = ladder.codes[static_cast<std::size_t>(above[i + 1])];
            result.packed[(start + i) / 2] = static_cast<std::uint8_t>(first << 4 | second);
        }
    }
    if (double_quantization)
        result.doubled = quantize_scales(std::exchange(result.scales, {}));
    return result;
}

std::vector<float> dequantize(const FourBitWeight &weight)
{
    const auto &values = four_bit_values(weight.code);
    const std::vector<float> scales = restored_scales(weight);
    std::vector<float> result(weight.count);
    for (std::size_t block = 0; block < scales.size(); ++block) {
        std::array<float, 16> scaled{};
        for (std::size_t i = 0; i < scaled.size(); ++i)
            scaled[i] = values[i] * scales[block];
        const std::size_t start = block * kFourBitBlock, end = std::min(start + kFourBitBlock, result.size());
        for (std::size_t i = start; i < end; ++i) {
            const unsigned both = weight.packed[i / 2];
            result[i] = scaled[i % 2 == 0 ? both >> 4 : both & 15U];
        }
    }
    return result;
}

} // namespace ca
