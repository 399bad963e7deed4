// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/activation_histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr double kSmallestReach = 0x1p-64; ///< so that bins / reach is a float; what is smaller lies in the bins beside 0
constexpr std::int32_t kInfinity = 0x7F800000, kMagnitude = 0x7FFFFFFF;

/// Counts of one chunk, so small that they stay in the first cache. Equal values follow each other often (zeros after a ReLU):
/// four tables keep one count from waiting for the one before. The bin beyond the last takes what is not finite.
constexpr std::size_t kChunk = 32768;
constexpr std::size_t kTables = 4;
constexpr std::size_t kTableBins = ActivationHistogram::kBins + 16;
using Tables = std::array<std::array<std::uint16_t, kTableBins>, kTables>;
static_assert(kChunk / kTables <= std::numeric_limits<std::uint16_t>::max());

/// Smallest and largest finite value, in bits.
struct ChunkRange {
    std::int32_t low = kMagnitude, high = ~kMagnitude;
    std::int32_t not_finite = 0;
};

// Both loops choose by masks: branches and comparisons of floats would keep the compiler from vectorising them.

/// All bits where the value is finite, else none.
constexpr std::int32_t finite_mask(std::int32_t bits)
{
    return -static_cast<std::int32_t>((bits & kMagnitude) < kInfinity);
}

/// Floats in the order of signed numbers: of a negative one all bits but the sign are turned. Its own inverse.
constexpr std::int32_t turned(std::int32_t bits)
{
    return bits ^ ((bits >> 31) & kMagnitude);
}

inline __attribute__((always_inline)) ChunkRange range_loop(const float *values, std::size_t count)
{
    std::int32_t smallest = kMagnitude, largest = ~kMagnitude, finite_values = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::int32_t>(values[i]);
        const std::int32_t finite = finite_mask(bits), key = turned(bits);
        const std::int32_t low = (key & finite) | (kMagnitude & ~finite), high = (key & finite) | (~kMagnitude & ~finite);
        smallest = low < smallest ? low : smallest;
        largest = high > largest ? high : largest;
        finite_values -= finite;
    }
    return {turned(smallest), turned(largest), static_cast<std::int32_t>(count) - finite_values};
}

/// The bin of each value: floor(value * scale) + half of them, without a rounding since the scale is a power of two.
inline __attribute__((always_inline)) void bin_loop(const float *values, std::size_t count, float scale, std::uint16_t *bins)
{
    constexpr auto kBins = static_cast<std::int32_t>(ActivationHistogram::kBins);
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::int32_t>(values[i]);
        const std::int32_t finite = finite_mask(bits);
        const float place = std::bit_cast<float>(bits & finite) * scale;
        const auto towards_zero = static_cast<std::int32_t>(place);
        const std::int32_t bin = towards_zero - static_cast<std::int32_t>(static_cast<float>(towards_zero) > place) + kBins / 2;
        bins[i] = static_cast<std::uint16_t>((bin & finite) | (kBins & ~finite));
    }
}

// The same loops for several instruction sets, chosen at run time: the program is built for any x86-64.
#if defined(__x86_64__)
__attribute__((target("avx2"))) ChunkRange range_avx2(const float *values, std::size_t count)
{
    return range_loop(values, count);
}
__attribute__((target("avx2"))) void bin_avx2(const float *values, std::size_t count, float scale, std::uint16_t *bins)
{
    bin_loop(values, count, scale, bins);
}
#endif

ChunkRange range_of(std::span<const float> values)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return range_avx2(values.data(), values.size());
#endif
    return range_loop(values.data(), values.size());
}

void find_bins(std::span<const float> values, float scale, std::uint16_t *bins)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return bin_avx2(values.data(), values.size(), scale, bins);
#endif
    bin_loop(values.data(), values.size(), scale, bins);
}

void count_bins(std::span<const float> values, float scale, Tables &tables)
{
    std::array<std::uint16_t, 512> bins; // NOLINT: filled before it is read
    static_assert(bins.size() % kTables == 0);
    for (std::size_t start = 0; start < values.size(); start += bins.size()) {
        const auto block = values.subspan(start, std::min(bins.size(), values.size() - start));
        find_bins(block, scale, bins.data());
        const std::size_t whole = block.size() / kTables * kTables;
        for (std::size_t i = 0; i < whole; i += kTables)
            for (std::size_t table = 0; table < kTables; ++table)
                ++tables[table][bins[i + table]];
        for (std::size_t i = whole; i < block.size(); ++i)
            ++tables[0][bins[i]];
    }
}

/// The power of two above both magnitudes; 0 where both are 0.
double reach_of(float low, float high)
{
    const float largest = std::max(-low, high);
    int exponent = 0;
    (void)std::frexp(largest, &exponent); // a half or more, below 1, times 2^exponent
    return largest > 0 ? std::max(std::ldexp(1.0, exponent), kSmallestReach) : 0;
}

} // namespace

void ActivationHistogram::add(std::span<const float> values)
{
    for (; !values.empty(); values = values.subspan(std::min(kChunk, values.size())))
        add_chunk(values.first(std::min(kChunk, values.size())));
}

void ActivationHistogram::add_chunk(std::span<const float> values)
{
    const ChunkRange range = range_of(values);
    const auto strange = static_cast<std::uint64_t>(range.not_finite);
    not_finite_ += strange;
    if (strange == values.size())
        return;
    include_range(std::bit_cast<float>(range.low), std::bit_cast<float>(range.high), values.size() - strange);
    if (counts_.empty())
        return; // zeros
    Tables tables{};
    count_bins(values, static_cast<float>(kBins / 2 / reach_), tables);
    for (const auto &table : tables)
        for (std::size_t bin = 0; bin < kBins; ++bin)
            counts_[bin] += table[bin];
}

void ActivationHistogram::merge(const ActivationHistogram &other)
{
    not_finite_ += other.not_finite_;
    if (other.finite_ == 0)
        return;
    include_range(other.low_, other.high_, other.finite_);
    if (counts_.empty())
        return;
    ActivationHistogram grown = other;
    grown.grow(reach_);
    for (std::size_t bin = 0; bin < kBins; ++bin)
        counts_[bin] += grown.counts_[bin];
}

/// Makes room for `count` values of a range that are then added to the bins.
void ActivationHistogram::include_range(float low, float high, std::uint64_t count)
{
    grow(reach_of(low, high));
    low_ = finite_ == 0 ? low : std::min(low_, low);
    high_ = finite_ == 0 ? high : std::max(high_, high);
    finite_ += count;
}

void ActivationHistogram::grow(double reach)
{
    if (reach <= reach_)
        return;
    if (reach_ == 0) { // all that came were zeros
        counts_.assign(kBins, 0);
        counts_[kBins / 2] = finite_;
    }
    for (; reach_ != 0 && reach_ < reach; reach_ *= 2) {
        std::vector<std::uint64_t> halved(kBins, 0);
        for (std::size_t bin = 0; bin < kBins; ++bin)
            halved[kBins / 4 + bin / 2] += counts_[bin];
        counts_ = std::move(halved);
    }
    reach_ = reach;
}

double ActivationHistogram::percentile(double share) const
{
    if (share <= 0 || counts_.empty())
        return share <= 0 ? low_ : high_;
    const double target = std::min(share, 1.0) * static_cast<double>(finite_); // values at or below the answer
    const double width = 2 * reach_ / kBins;
    double below = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        const auto here = static_cast<double>(counts_[bin]);
        if (here > 0 && below + here >= target) {
            const double value = -reach_ + (static_cast<double>(bin) + (target - below) / here) * width;
            return std::clamp(value, static_cast<double>(low_), static_cast<double>(high_));
        }
        below += here;
    }
    return high_;
}

} // namespace ca
