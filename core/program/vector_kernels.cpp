// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/vector_kernels.h"

#include "core/program/vector_math.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace ca {
namespace {

using Halves = std::uint16_t __attribute__((vector_size(32)));

/// A matrix in rows `stride` apart.
struct Rows {
    const float *first;
    std::int64_t stride;
};

/// One head of one image: `keys` is transposed, [width, padded].
struct Head {
    Rows queries, keys, values;
    std::int64_t count, padded, width; ///< of keys; of keys, to a multiple of 16; of the head
};

constexpr int kQueries = 6; // 12 sums, two columns of the right side and a factor fit into 16 registers

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,fma")
namespace avx512 {
#include "core/program/vector_loops.inc"
} // namespace avx512
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#include "core/program/vector_loops.inc"
} // namespace avx2
#pragma GCC pop_options
#endif
namespace plain {
#include "core/program/vector_loops.inc"
} // namespace plain

void attend_one(const Head &head, std::int64_t queries, float *scores, float *out, std::int64_t stride)
{
#if defined(__x86_64__)
    if (has_avx512())
        return avx512::attend_head(head, queries, scores, out, stride);
    if (has_avx2())
        return avx2::attend_head(head, queries, scores, out, stride);
#endif
    plain::attend_head(head, queries, scores, out, stride);
}

} // namespace

void quick_gelu(std::span<float> values)
{
#if defined(__x86_64__)
    if (has_avx512())
        return avx512::quick_gelu_loop(values.data(), values.size());
    if (has_avx2())
        return avx2::quick_gelu_loop(values.data(), values.size());
#endif
    plain::quick_gelu_loop(values.data(), values.size());
}

void quick_gelu_bf16(std::span<std::uint16_t> values)
{
#if defined(__x86_64__)
    if (has_avx512())
        return avx512::quick_gelu_bf16_loop(values.data(), values.size());
    if (has_avx2())
        return avx2::quick_gelu_bf16_loop(values.data(), values.size());
#endif
    plain::quick_gelu_bf16_loop(values.data(), values.size());
}

void attend(const AttentionShape &shape, const AttentionSide &query, const AttentionSide &key, const AttentionSide &value,
            std::int64_t image, float *out)
{
    const std::int64_t padded = (shape.keys + kLanes - 1) / kLanes * kLanes;
    std::vector<float> scratch(static_cast<std::size_t>((shape.width + kQueries) * padded), 0.0F);
    float *const transposed = scratch.data(), *const scores = transposed + shape.width * padded;
    for (std::int64_t head = 0; head < shape.heads; ++head) {
        const float *keys = key.values + image * key.batch + head * key.head;
        for (std::int64_t t = 0; t < shape.keys; ++t)
            for (std::int64_t i = 0; i < shape.width; ++i)
                transposed[i * padded + t] = keys[t * key.token + i] * shape.scale;
        attend_one({{query.values + image * query.batch + head * query.head, query.token},
                    {transposed, padded},
                    {value.values + image * value.batch + head * value.head, value.token},
                    shape.keys,
                    padded,
                    shape.width},
                   shape.queries, scores, out + head * shape.width, shape.heads * shape.width);
    }
}

} // namespace ca
