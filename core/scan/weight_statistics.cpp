// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_statistics.h"

#include "core/base/parallel.h"
#include "core/scan/moments.h"
#include "core/scan/row_parts.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

namespace ca {
namespace {

constexpr double kOutlierDeviations = 4;
constexpr std::size_t kBlock = 4096; ///< 16 KiB: half of the innermost cache
constexpr std::size_t kLanes = 8;    ///< running extremes side by side, for the compiler to vectorise

std::size_t count_not_finite(std::span<const float> values)
{
    constexpr std::uint32_t exponent = 0x7F800000;
    std::uint32_t count = 0; // of a block
    for (const float w : values)
        count += (std::bit_cast<std::uint32_t>(w) & exponent) == exponent ? 1U : 0U;
    return count;
}

std::size_t count_zeros(std::span<const float> values)
{
    std::uint32_t count = 0; // of a block
    for (const float w : values)
        count += w == 0 ? 1U : 0U;
    return count;
}

/// Calls `look` with one block after another.
template <typename Look>
void for_each_block(std::span<const float> values, const Look &look)
{
    for (std::size_t start = 0; start < values.size(); start += kBlock)
        look(values.subspan(start, std::min(kBlock, values.size() - start)));
}

struct PartStatistics {
    Moments moments;
    std::size_t not_finite = 0, zeros = 0;
};

void add_block(PartStatistics &part, std::span<const float> block)
{
    const std::size_t not_finite = count_not_finite(block);
    part.not_finite += not_finite;
    part.zeros += count_zeros(block);
    if (not_finite == 0) {
        part.moments.add(block_moments(block));
        return;
    }
    std::vector<float> finite;
    std::copy_if(block.begin(), block.end(), std::back_inserter(finite), [](float w) { return std::isfinite(w); });
    part.moments.add(block_moments(finite));
}

/// Of no weight at all: any range that is added to it stays as it is.
constexpr ChannelRange kNoRange{std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};

ChannelRange joined(const ChannelRange &a, const ChannelRange &b)
{
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

ChannelRange range_of_finite(std::span<const float> row)
{
    ChannelRange range = kNoRange;
    for (const float w : row)
        if (std::isfinite(w))
            range = joined(range, {w, w});
    return range;
}

/// Where all are finite.
ChannelRange range_of(std::span<const float> row)
{
    std::array<ChannelRange, kLanes> lanes;
    lanes.fill(kNoRange);
    const std::size_t whole = row.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] = joined(lanes[lane], {row[i + lane], row[i + lane]});
    ChannelRange range = range_of_finite(row.subspan(whole));
    for (const ChannelRange &lane : lanes)
        range = joined(range, lane);
    return range;
}

PartStatistics look_at_part(const WeightRows &weight, const RowParts &parts, std::size_t part,
                            std::vector<ChannelRange> &channels)
{
    PartStatistics result;
    for_each_block(parts.part(weight, part), [&](auto block) { add_block(result, block); });
    for (std::size_t row = parts.first_row(part); row < parts.end_row(part); ++row)
        channels[row] = result.not_finite == 0 ? range_of(parts.row(weight, row)) : range_of_finite(parts.row(weight, row));
    return result;
}

double magnitude(const ChannelRange &range)
{
    return std::max(-static_cast<double>(range.low), static_cast<double>(range.high));
}

double channel_ratio(const std::vector<ChannelRange> &channels)
{
    std::vector<double> magnitudes;
    magnitudes.reserve(channels.size());
    for (const ChannelRange &range : channels)
        magnitudes.push_back(magnitude(range));
    const double largest = *std::max_element(magnitudes.begin(), magnitudes.end());
    if (!(largest > 0))
        return 1;
    const auto middle = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 2);
    std::nth_element(magnitudes.begin(), middle, magnitudes.end());
    return *middle > 0 ? largest / *middle : std::numeric_limits<double>::infinity();
}

void take_moments(const Moments &moments, WeightStatistics &statistics)
{
    statistics.mean = moments.mean;
    statistics.variance = moments.second / moments.count;
    if (!(moments.second > 0))
        return;
    statistics.skewness = std::sqrt(moments.count / moments.second) * (moments.third / moments.second);
    statistics.kurtosis = moments.count * (moments.fourth / moments.second) / moments.second - 3;
}

WeightStatistics summed(const std::vector<PartStatistics> &parts, std::vector<ChannelRange> channels)
{
    WeightStatistics result;
    Moments moments;
    std::size_t zeros = 0;
    for (const PartStatistics &part : parts) {
        moments.add(part.moments);
        result.not_finite += part.not_finite;
        zeros += part.zeros;
    }
    result.count = static_cast<std::size_t>(moments.count);
    if (result.count > 0) {
        const ChannelRange whole = std::accumulate(channels.begin(), channels.end(), kNoRange, joined);
        result.low = static_cast<double>(whole.low);
        result.high = static_cast<double>(whole.high);
        result.zeros = static_cast<double>(zeros) / moments.count;
        take_moments(moments, result);
        std::replace(channels.begin(), channels.end(), kNoRange, ChannelRange{});
        result.channel_ratio = channel_ratio(channels);
    } else {
        std::fill(channels.begin(), channels.end(), ChannelRange{});
    }
    result.channels = std::move(channels);
    return result;
}

/// Finite weights outside of [low, high].
std::size_t count_outside(std::span<const float> values, float low, float high)
{
    constexpr float most = std::numeric_limits<float>::max();
    std::size_t count = 0;
    for_each_block(values, [&](auto block) {
        std::uint32_t in_block = 0;
        for (const float w : block)
            in_block += ((w < low) & (w >= -most)) | ((w > high) & (w <= most)) ? 1U : 0U;
        count += in_block;
    });
    return count;
}

Result<double> outlier_fraction(const WeightRows &weight, const RowParts &parts, const WeightStatistics &statistics, int threads,
                                std::stop_token stop)
{
    constexpr double most = std::numeric_limits<float>::max();
    const double limit = kOutlierDeviations * std::sqrt(statistics.variance);
    const auto low = static_cast<float>(std::max(statistics.mean - limit, -most));
    const auto high = static_cast<float>(std::min(statistics.mean + limit, most));
    std::atomic<std::size_t> outliers{0};
    const auto counted = parallel_for(parts.count, threads, stop, [&](std::size_t part) -> Status {
        outliers += count_outside(parts.part(weight, part), low, high);
        return {};
    });
    if (!counted)
        return forward(counted);
    return static_cast<double>(outliers) / static_cast<double>(statistics.count);
}

} // namespace

Result<WeightStatistics> weight_statistics(const WeightRows &weight, int threads, std::stop_token stop)
{
    const RowParts parts(weight);
    std::vector<PartStatistics> found(parts.count);
    std::vector<ChannelRange> channels(parts.rows);
    const auto looked = parallel_for(parts.count, threads, stop, [&](std::size_t part) -> Status {
        found[part] = look_at_part(weight, parts, part, channels);
        return {};
    });
    if (!looked)
        return forward(looked);
    WeightStatistics result = summed(found, std::move(channels));
    if (result.variance > 0) {
        const auto outliers = outlier_fraction(weight, parts, result, threads, stop);
        if (!outliers)
            return forward(outliers);
        result.outliers = *outliers;
    }
    return result;
}

} // namespace ca
