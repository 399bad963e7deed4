// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ca {

/// The two four-bit codes of bitsandbytes.
enum class FourBit { nf4, fp4 };

/// Weights that share a scale, and scales that share one with double quantization.
inline constexpr std::size_t kFourBitBlock = 64;
inline constexpr std::size_t kScaleBlock = 256;

/// The 16 values of a code, in the order of their numbers.
[[nodiscard]] const std::array<float, 16> &four_bit_values(FourBit code);

/// Scales (the largest magnitude of each block), themselves in 8 bits. restored = map[code] * scale of scales + offset.
struct ScaledScales {
    std::vector<std::uint8_t> codes; ///< one for each block of weights; into `dynamic_map`
    std::vector<float> scales;       ///< one for kScaleBlock of them
    float offset = 0;                ///< the mean of all
};

/// Double quantization of fewer scales costs a file more, for the map of 1 kB that each weight carries, than it saves: they stay
/// float.
[[nodiscard]] constexpr bool doubling_pays(std::int64_t weights)
{
    return weights >= std::int64_t{512} * static_cast<std::int64_t>(kFourBitBlock);
}

/// A weight in four bits, as bitsandbytes stores it: blocks run over the flattened weight.
struct FourBitWeight {
    FourBit code = FourBit::nf4;
    std::size_t count = 0;
    std::vector<std::uint8_t> packed; ///< two weights a byte, the first in the upper half
    std::vector<float> scales;        ///< one for each block; empty with double quantization
    std::optional<ScaledScales> doubled;
};

/// The 256 values of the signed dynamic map, ascending. Source: bitsandbytes, create_dynamic_map(signed=True).
[[nodiscard]] const std::array<float, 256> &dynamic_map();

/// Equal to bitsandbytes' quantize_4bit to the bit (fp4: in its values, since that has two zeros), but for two things where its
/// own answer depends on the machine: the offset is the mean rounded once, where torch adds in single precision; and scales get
/// the nearest value of the map, where bitsandbytes from 0.50 on looks them up in 2^16 cells on the CPU and misses it by one or
/// two for some. All weights must be finite.
[[nodiscard]] FourBitWeight quantize_four_bit(std::span<const float> weight, FourBit code, bool double_quantization);
[[nodiscard]] std::vector<float> dequantize(const FourBitWeight &weight);

} // namespace ca
