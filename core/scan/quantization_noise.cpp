// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/quantization_noise.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace ca {
namespace {

constexpr std::size_t kLanes = 8;    ///< sums side by side, for the compiler to vectorise
constexpr std::size_t kBlock = 1024; ///< whose sums a float holds to 1e-6

/// Adding and taking away 1.5 * 2^(digits-1) rounds a smaller number to the nearest whole one, ties to even, without a call.
template <typename Real>
constexpr Real kRounder = Real{3} * static_cast<Real>(std::uint64_t{1} << (std::numeric_limits<Real>::digits - 2));

/// Sum of squared distances to the nearest whole number, of (w - low) * scale.
template <typename Real>
double squared_errors(std::span<const float> block, Real low, Real scale)
{
    const auto squared = [&](float w) {
        const Real level = (static_cast<Real>(w) - low) * scale;
        const Real error = level - ((level + kRounder<Real>)-kRounder<Real>);
        return error * error;
    };
    std::array<Real, kLanes> lanes{};
    const std::size_t whole = block.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += squared(block[i + lane]);
    for (std::size_t i = whole; i < block.size(); ++i)
        lanes[i - whole] += squared(block[i]);
    double sum = 0;
    for (const Real lane : lanes)
        sum += static_cast<double>(lane);
    return sum;
}

/// Levels of a range, for each of kScanBits.
struct Levels {
    double low = 0, range = 0;
    NoiseByBits per_unit{}; ///< steps in a range of 1
    bool single = false;    ///< whether single precision holds all that is computed

    Levels(double from, double to) : low(from), range(to - from), single(range > 1e-30 && range < 1e30)
    {
        for (std::size_t b = 0; b < kScanBits.size(); ++b)
            per_unit[b] = (std::exp2(kScanBits[b]) - 1) / range;
    }

    /// Adds the squares of what is lost, in the unit of the weights.
    void add_errors(std::span<const float> values, NoiseByBits &sums) const;
};

void Levels::add_errors(std::span<const float> values, NoiseByBits &sums) const
{
    if (!(range > 0))
        return; // one level, and all weights lie on it
    for (std::size_t start = 0; start < values.size(); start += kBlock) {
        const auto block = values.subspan(start, std::min(kBlock, values.size() - start));
        for (std::size_t b = 0; b < kScanBits.size(); ++b) {
            const double errors = single ? squared_errors(block, static_cast<float>(low), static_cast<float>(per_unit[b]))
                                         : squared_errors(block, low, per_unit[b]);
            sums[b] += errors / (per_unit[b] * per_unit[b]);
        }
    }
}

RoundingNoise errors_of_part(const WeightRows &weight, const WeightStatistics &statistics, const RowParts &parts,
                             std::size_t part)
{
    RoundingNoise sums;
    Levels(statistics.low, statistics.high).add_errors(parts.part(weight, part), sums.tensor);
    for (std::size_t row = parts.first_row(part); row < parts.end_row(part); ++row) {
        const ChannelRange &range = statistics.channels[row];
        Levels(static_cast<double>(range.low), static_cast<double>(range.high)).add_errors(parts.row(weight, row), sums.channel);
    }
    return sums;
}

} // namespace

Result<RoundingNoise> measure_noise(const WeightRows &weight, const WeightStatistics &statistics, int threads,
                                    std::stop_token stop)
{
    RoundingNoise noise;
    if (!statistics.spreads()) {
        noise.tensor.fill(std::numeric_limits<double>::infinity());
        noise.channel.fill(std::numeric_limits<double>::infinity());
        return noise;
    }
    const RowParts parts(weight);
    std::vector<RoundingNoise> sums(parts.count);
    const auto measured = parallel_for(parts.count, threads, stop, [&](std::size_t part) -> Status {
        sums[part] = errors_of_part(weight, statistics, parts, part);
        return {};
    });
    if (!measured)
        return forward(measured);
    const double signal = static_cast<double>(statistics.count) * statistics.variance;
    for (std::size_t b = 0; b < kScanBits.size(); ++b) {
        for (const RoundingNoise &part : sums) {
            noise.tensor[b] += part.tensor[b];
            noise.channel[b] += part.channel[b];
        }
        noise.tensor[b] /= signal;
        noise.channel[b] /= signal;
    }
    return noise;
}

} // namespace ca
