// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_histogram.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace ca {
namespace {

constexpr std::size_t kBlock = 4096; ///< whose bins stay in the innermost cache
constexpr std::size_t kLanes = 4;    ///< counts side by side: weights that follow one another often share a bin

using Counts = std::array<std::uint64_t, kHistogramBins>;

/// Bins of one thread's part.
class BinCounter {
public:
    BinCounter(double low, double high) : low_(low), per_unit_(static_cast<double>(kHistogramBins) / (high - low)) { }

    void add(std::span<const float> block);
    [[nodiscard]] Counts counts() const;

private:
    double low_, per_unit_;
    std::array<std::int32_t, kBlock> bins_{};
    std::array<Counts, kLanes> lanes_{};
};

void BinCounter::add(std::span<const float> block)
{
    constexpr double last = kHistogramBins - 1;
    // NaN ends up in the first bin and infinities at the ends; weights that hold any do not spread, and come here never.
    for (std::size_t i = 0; i < block.size(); ++i)
        bins_[i] = static_cast<std::int32_t>(std::min(last, std::max(0.0, (static_cast<double>(block[i]) - low_) * per_unit_)));
    for (std::size_t i = 0; i < block.size(); ++i)
        ++lanes_[i % kLanes][static_cast<std::size_t>(bins_[i])];
}

Counts BinCounter::counts() const
{
    Counts sum{};
    for (const Counts &lane : lanes_)
        for (std::size_t bin = 0; bin < kHistogramBins; ++bin)
            sum[bin] += lane[bin];
    return sum;
}

} // namespace

Result<WeightHistogram> weight_histogram(const WeightRows &weight, const WeightStatistics &statistics, int threads,
                                         std::stop_token stop)
{
    WeightHistogram fractions{};
    if (!statistics.spreads())
        return fractions;
    const RowParts parts(weight);
    std::vector<Counts> found(parts.count);
    const auto counted = parallel_for(parts.count, threads, stop, [&](std::size_t part) -> Status {
        BinCounter counter(statistics.low, statistics.high);
        const auto values = parts.part(weight, part);
        for (std::size_t start = 0; start < values.size(); start += kBlock)
            counter.add(values.subspan(start, std::min(kBlock, values.size() - start)));
        found[part] = counter.counts();
        return {};
    });
    if (!counted)
        return forward(counted);
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
        std::uint64_t count = 0;
        for (const Counts &part : found)
            count += part[bin];
        fractions[bin] = static_cast<float>(static_cast<double>(count) / static_cast<double>(statistics.count));
    }
    return fractions;
}

} // namespace ca
