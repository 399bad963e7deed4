// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/ranges.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace ca {
namespace {

constexpr double kTail = 1e-4;       // of values, at each end
constexpr int kShrinks = 64;         // of an end, down to a 64th
constexpr std::size_t kLevels = 128; // of entropy; with more, a level is too few bins to have a form
constexpr double kLeastShare = 1e-4; // of a bin that a level left empty: its divergence would be infinite

using Range = std::pair<float, float>;

/// A bin that is not empty, as one value.
struct Point {
    float value;
    double count;
};

std::vector<Point> points_of(const ActivationHistogram &values)
{
    if (values.bins().empty()) // zeros
        return {};
    const double width = 2 * values.reach() / ActivationHistogram::kBins;
    std::vector<Point> points;
    for (std::size_t bin = 0; bin < values.bins().size(); ++bin)
        if (values.bins()[bin] > 0) {
            const auto middle = static_cast<float>(-values.reach() + (static_cast<double>(bin) + 0.5) * width);
            points.push_back({std::clamp(middle, values.low(), values.high()), static_cast<double>(values.bins()[bin])});
        }
    return points;
}

double summed_error(const std::vector<Point> &points, U8Grid grid)
{
    const float inverse = 1 / grid.scale;
    const auto zero = static_cast<float>(grid.zero);
    double sum = 0;
    for (const Point &point : points) {
        const float level = std::clamp(std::nearbyintf(point.value * inverse) + zero, 0.0F, 255.0F);
        const double error = point.value - (level - zero) * grid.scale;
        sum += point.count * error * error;
    }
    return sum;
}

/// Shrinks both ends together, then each in turn while the other stays.
Range least_error(const ActivationHistogram &values)
{
    const std::vector<Point> points = points_of(values);
    int low = kShrinks, high = kShrinks;
    const auto range = [&](int of_low, int of_high) {
        return Range(values.low() * static_cast<float>(of_low) / kShrinks,
                     values.high() * static_cast<float>(of_high) / kShrinks);
    };
    const auto error = [&](int of_low, int of_high) {
        const auto [from, to] = range(of_low, of_high);
        return summed_error(points, u8_grid(from, to));
    };
    double least = error(low, high);
    const auto search = [&](bool shrink_low, bool shrink_high) {
        const int start_low = low, start_high = high;
        for (int shrink = kShrinks; shrink > 0; --shrink) {
            const int of_low = shrink_low ? shrink : start_low, of_high = shrink_high ? shrink : start_high;
            if (const double found = error(of_low, of_high); found < least) {
                least = found;
                low = of_low;
                high = of_high;
            }
        }
    };
    search(true, true);
    for (int round = 0; round < 2 && values.low() < 0 && values.high() > 0; ++round) {
        search(true, false);
        search(false, true);
    }
    return range(low, high);
}

/// The bins with the zeros cut down to their neighbours: zero has a level of its own, and after a ReLU it would drown the rest.
std::vector<std::uint64_t> without_zeros(const ActivationHistogram &values)
{
    constexpr std::size_t kZero = ActivationHistogram::kBins / 2;
    std::vector<std::uint64_t> bins(values.bins().begin(), values.bins().end());
    bins[kZero] = std::min(bins[kZero], std::max(bins[kZero - 1], bins[kZero + 1]));
    return bins;
}

Range least_divergence(const ActivationHistogram &values)
{
    if (values.bins().empty())
        return {values.low(), values.high()};
    const std::vector<std::uint64_t> bins = without_zeros(values);
    const double width = 2 * values.reach() / ActivationHistogram::kBins;
    const auto bin_of = [&](double value) {
        const auto bin = static_cast<std::ptrdiff_t>(std::floor((value + values.reach()) / width));
        return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(bin, 0, ActivationHistogram::kBins - 1));
    };
    const double low = std::min(values.low(), 0.0F), high = std::max(values.high(), 0.0F);
    const double magnitude = std::max(-low, high);
    double least = INFINITY;
    Range best(values.low(), values.high());
    for (int shrink = 2 * kShrinks; shrink > 0; --shrink) {
        const double most = magnitude * shrink / (2 * kShrinks), from = std::max(low, -most), to = std::min(high, most);
        const std::size_t first = bin_of(from), end = bin_of(to) + 1;
        if (end - first < kLevels)
            break;
        const auto begin = bins.begin();
        const auto at = [&](std::size_t bin) { return begin + static_cast<std::ptrdiff_t>(bin); };
        const double divergence =
            quantized_divergence(std::span(bins).subspan(first, end - first), std::accumulate(begin, at(first), std::uint64_t{0}),
                                 std::accumulate(at(end), bins.end(), std::uint64_t{0}), kLevels);
        if (divergence < least) {
            least = divergence;
            best = {static_cast<float>(from), static_cast<float>(to)};
        }
    }
    return best;
}

} // namespace

std::pair<float, float> choose_range(const ActivationHistogram &values, RangeMethod method)
{
    switch (method) {
    case RangeMethod::percentile:
        return {static_cast<float>(values.percentile(kTail)), static_cast<float>(values.percentile(1 - kTail))};
    case RangeMethod::mse:
        return least_error(values);
    case RangeMethod::entropy:
        return least_divergence(values);
    case RangeMethod::minmax:
        break;
    }
    return {values.low(), values.high()};
}

double expected_error(const ActivationHistogram &values, U8Grid grid)
{
    return values.count() == 0 ? 0 : summed_error(points_of(values), grid) / static_cast<double>(values.count());
}

double quantized_divergence(std::span<const std::uint64_t> bins, std::uint64_t below, std::uint64_t above, std::size_t levels)
{
    std::vector<double> clipped(bins.begin(), bins.end());
    clipped.front() += static_cast<double>(below);
    clipped.back() += static_cast<double>(above);
    std::vector<double> spread(bins.size(), 0);
    double total = 0, spread_total = 0;
    for (std::size_t level = 0; level < levels; ++level) {
        const std::size_t first = level * bins.size() / levels, end = (level + 1) * bins.size() / levels;
        double sum = 0, used = 0;
        for (std::size_t bin = first; bin < end; ++bin) {
            sum += static_cast<double>(bins[bin]);
            used += clipped[bin] > 0 ? 1 : 0;
            total += clipped[bin];
        }
        for (std::size_t bin = first; bin < end && sum > 0; ++bin)
            spread[bin] = clipped[bin] > 0 ? sum / used : 0;
        spread_total += sum;
    }
    double divergence = 0;
    for (std::size_t bin = 0; bin < bins.size(); ++bin)
        if (clipped[bin] > 0) {
            const double share = clipped[bin] / total;
            const double kept = spread_total > 0 ? spread[bin] / spread_total : 0;
            divergence += share * std::log(share / std::max(kept, kLeastShare * share));
        }
    return divergence;
}

} // namespace ca
