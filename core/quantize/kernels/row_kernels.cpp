// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/row_kernels.h"

#include "core/program/vector_math.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace ca {
namespace {

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

struct Inliers {
    float largest = 0; ///< magnitude below the threshold; NaN where a value is not finite
    bool all = true;   ///< no value reaches it
};

struct NormNumbers {
    const float *weight, *bias;
    float epsilon;
    U8Grid grid;
};

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma")
namespace avx512 {
#include "core/quantize/kernels/row_loops.inc"
} // namespace avx512
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "core/quantize/kernels/row_loops.inc"
} // namespace avx2
#pragma GCC pop_options
#endif
namespace plain {
#include "core/quantize/kernels/row_loops.inc"
} // namespace plain

} // namespace

// Each of these chooses the loop of the widest instruction set.
#if defined(__x86_64__)
#define CA_CHOOSE(name, ...)                                                                                                     \
    do {                                                                                                                         \
        if (has_avx512())                                                                                                        \
            return avx512::name(__VA_ARGS__);                                                                                    \
        if (has_avx2())                                                                                                          \
            return avx2::name(__VA_ARGS__);                                                                                      \
    } while (false)
#else
#define CA_CHOOSE(name, ...)
#endif

ValueRange range_of(std::span<const float> values)
{
    const auto count = static_cast<std::int64_t>(values.size());
    CA_CHOOSE(range_loop, values.data(), count);
    return plain::range_loop(values.data(), count);
}

U8Grid run_time_grid(ValueRange range, int levels)
{
    if (std::isnan(range.low) || std::isnan(range.high))
        return {std::numeric_limits<float>::quiet_NaN(), 0};
    return u8_grid(range.low, range.high, levels);
}

void quantize_each_row(FloatRows x, std::uint8_t *out, U8Grid *grids)
{
    CA_CHOOSE(each_row_loop, x, out, grids);
    plain::each_row_loop(x, out, grids);
}

void quantize_llm_rows(FloatRows x, float threshold, std::uint8_t *out, float *scales, std::span<std::uint8_t> outliers)
{
    const float limit = threshold > 0 ? threshold : std::numeric_limits<float>::infinity();
    CA_CHOOSE(llm_loop, x, limit, outliers.data(), out, scales);
    plain::llm_loop(x, limit, outliers.data(), out, scales);
}

void finish_rows(float *sums, std::int64_t rows, std::int64_t columns, const RowFinish &finish)
{
    CA_CHOOSE(finish_any, sums, rows, columns, finish);
    plain::finish_any(sums, rows, columns, finish);
}

void layer_norm_u8(FloatRows x, const float *weight, const float *bias, float epsilon, U8Grid grid, std::uint8_t *out)
{
    const NormNumbers numbers{weight, bias, epsilon, grid};
    CA_CHOOSE(norm_loop, x, numbers, out);
    plain::norm_loop(x, numbers, out);
}

} // namespace ca
