// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

/// Weights without a random generator, so that Python makes the same to the bit: as tests/golden's make.py compute them.
inline std::vector<float> golden_weights(std::uint64_t count)
{
    std::vector<float> result(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::int64_t whole = static_cast<std::int64_t>(i * 2654435761U % (1ULL << 32U) / 256) - (1 << 23);
        const float u = static_cast<float>(whole) * 0x1p-23F;
        result[i] = std::nearbyint(u * u * u * 1638) * 0x1p-14F;
    }
    return result;
}
