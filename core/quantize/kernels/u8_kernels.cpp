// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/u8_kernels.h"

#include "core/program/vector_math.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ca {
namespace {

CA_INLINE void quantize_loop(const float *values, std::size_t count, float inverse, float zero, std::uint8_t *out)
{
    for (std::size_t i = 0; i < count; ++i) {
        float x = values[i] * inverse;
        x = x > -512.0F ? x : -512.0F; // NaN too; keeps the trick below within its range
        x = x < 512.0F ? x : 512.0F;
        float q = ((x + kRoundingMagic) - kRoundingMagic) + zero;
        q = q > 0.0F ? q : 0.0F;
        q = q < 255.0F ? q : 255.0F;
        out[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(q));
    }
}

CA_INLINE void dequantize_loop(const std::uint8_t *values, std::size_t count, float scale, std::int32_t zero, float *out)
{
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<float>(static_cast<std::int32_t>(values[i]) - zero) * scale;
}

CA_INLINE void max_loop(std::uint8_t *into, const std::uint8_t *from, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i)
        into[i] = into[i] > from[i] ? into[i] : from[i];
}

#if defined(__x86_64__)
CA_AVX512 void quantize_avx512(const float *v, std::size_t n, float s, float z, std::uint8_t *out)
{
    quantize_loop(v, n, s, z, out);
}
CA_AVX2 void quantize_avx2(const float *v, std::size_t n, float s, float z, std::uint8_t *out)
{
    quantize_loop(v, n, s, z, out);
}
CA_AVX2 void dequantize_avx2(const std::uint8_t *v, std::size_t n, float s, std::int32_t z, float *out)
{
    dequantize_loop(v, n, s, z, out);
}
CA_AVX2 void max_avx2(std::uint8_t *into, const std::uint8_t *from, std::int64_t n)
{
    max_loop(into, from, n);
}
#endif

void max_of(std::uint8_t *into, const std::uint8_t *from, std::int64_t count)
{
#if defined(__x86_64__)
    if (has_avx2())
        return max_avx2(into, from, count);
#endif
    max_loop(into, from, count);
}

} // namespace

int exact_levels()
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512vnni") || __builtin_cpu_supports("avxvnni") ? 255 : 127;
#else
    return 255;
#endif
}

U8Grid u8_grid(float low, float high, int levels)
{
    low = std::min(low, 0.0F);
    high = std::max(high, 0.0F);
    if (!(high > low))
        return {};
    const float scale = (high - low) / static_cast<float>(levels);
    if (scale < std::numeric_limits<float>::min()) // its inverse would be infinite
        return {};
    const float zero = (-low / scale + kRoundingMagic) - kRoundingMagic;
    return {scale, std::clamp(static_cast<int>(zero), 0, levels)};
}

void quantize_u8(std::span<const float> values, U8Grid grid, std::uint8_t *out)
{
    const float inverse = 1.0F / grid.scale;
    const auto zero = static_cast<float>(grid.zero);
#if defined(__x86_64__)
    if (has_avx512())
        return quantize_avx512(values.data(), values.size(), inverse, zero, out);
    if (has_avx2())
        return quantize_avx2(values.data(), values.size(), inverse, zero, out);
#endif
    quantize_loop(values.data(), values.size(), inverse, zero, out);
}

void dequantize_u8(std::span<const std::uint8_t> values, U8Grid grid, float *out)
{
#if defined(__x86_64__)
    if (has_avx2())
        return dequantize_avx2(values.data(), values.size(), grid.scale, grid.zero, out);
#endif
    dequantize_loop(values.data(), values.size(), grid.scale, grid.zero, out);
}

void max_pool_u8(const std::uint8_t *in, const PoolShape &s, std::uint8_t *out)
{
    for (std::int64_t n = 0; n < s.batch; ++n)
        for (std::int64_t y = 0; y < s.out_height; ++y)
            for (std::int64_t x = 0; x < s.out_width; ++x, out += s.channels) {
                std::memset(out, 0, static_cast<std::size_t>(s.channels)); // 0 is the least value: every window meets the picture
                for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
                    for (std::int64_t kx = 0; kx < s.kernel_w; ++kx) {
                        const std::int64_t iy = y * s.stride_h - s.pad_h + ky * s.dilation_h,
                                           ix = x * s.stride_w - s.pad_w + kx * s.dilation_w;
                        if (iy >= 0 && iy < s.height && ix >= 0 && ix < s.width)
                            max_of(out, in + ((n * s.height + iy) * s.width + ix) * s.channels, s.channels);
                    }
            }
}

} // namespace ca
