// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_sample.h"

#include "core/base/random.h"

#include <array>
#include <bit>

namespace ca {
namespace {

constexpr std::uint32_t kSign = 0x80000000;

/// Unsigned numbers in the order of the floats: all bits of a negative one are turned, the sign of the others.
std::uint32_t to_key(float weight)
{
    const auto bits = std::bit_cast<std::uint32_t>(weight);
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

float to_weight(std::uint32_t key)
{
    return std::bit_cast<float>((key & kSign) != 0 ? key & ~kSign : ~key);
}

std::size_t byte_of(std::uint32_t key, unsigned place)
{
    return (key >> (8 * place)) & 0xFFU;
}

} // namespace

std::vector<float> seeded_sample(std::span<const float> weights, std::size_t most, std::uint64_t seed)
{
    const std::size_t size = weights.size();
    if (size <= most)
        return {weights.begin(), weights.end()};
    std::vector<float> sample(most);
    const std::size_t length = size / most, longer = size % most; // the first `longer` parts hold one more
    std::size_t start = 0;
    for (std::size_t i = 0; i < most; ++i) {
        const std::size_t in_part = length + (i < longer ? 1 : 0);
        sample[i] = weights[start + mix(seed, i) % in_part];
        start += in_part;
    }
    return sample;
}

void sort_weights(std::vector<float> &weights)
{
    std::array<std::array<std::size_t, 256>, 4> places{}; // counts first, then where the next key with that byte goes
    std::vector<std::uint32_t> keys(weights.size()), sorted(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        keys[i] = to_key(weights[i]);
        for (unsigned place = 0; place < 4; ++place)
            ++places[place][byte_of(keys[i], place)];
    }
    for (unsigned place = 0; place < 4; ++place) {
        std::size_t next = 0;
        for (std::size_t &count : places[place]) {
            const std::size_t here = count;
            count = next;
            next += here;
        }
        for (const std::uint32_t key : keys)
            sorted[places[place][byte_of(key, place)]++] = key;
        keys.swap(sorted);
    }
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = to_weight(keys[i]);
}

} // namespace ca
