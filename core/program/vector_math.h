// SPDX-License-Identifier: GPL-3.0-or-later
// Sixteen floats at a time, for loops that are compiled for several instruction sets and chosen at run time: the program is built
// for any x86-64. Such loops stand in files *.inc that are included once in a namespace of each instruction set, since a compiler
// takes vectors apart where a function is written, not where it is inlined. Arguments go by reference: how such values are passed
// depends on the instruction set.
#pragma once

#include <cstdint>
#include <cstring>

#define CA_INLINE inline __attribute__((always_inline))
#if defined(__x86_64__)
#define CA_AVX2 __attribute__((target("avx2,fma,f16c")))
#define CA_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,f16c,fma")))
#endif

namespace ca {

#if defined(__x86_64__)
inline bool has_avx512()
{
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
inline bool has_avx2()
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

using Floats = float __attribute__((vector_size(64)));
using Integers = std::int32_t __attribute__((vector_size(64)));
inline constexpr std::int64_t kLanes = 16;

inline constexpr float kRoundingMagic = 12582912.0F; // 1.5 * 2^23: adding it rounds to nearest even, in the last bits

} // namespace ca
