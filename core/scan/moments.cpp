// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/moments.h"

#include <array>
#include <cstddef>

namespace ca {
namespace {

/// Sums that run side by side, so that the compiler can vectorise them without reordering.
constexpr std::size_t kLanes = 8;

double mean_of(std::span<const float> values)
{
    std::array<double, kLanes> lanes{};
    const std::size_t whole = values.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += static_cast<double>(values[i + lane]);
    double sum = 0;
    for (const double lane : lanes)
        sum += lane;
    for (const float w : values.subspan(whole))
        sum += static_cast<double>(w);
    return sum / static_cast<double>(values.size());
}

} // namespace

void Moments::add(const Moments &other)
{
    if (other.count == 0)
        return;
    const double n = count + other.count, delta = other.mean - mean;
    const double a = count, b = other.count, step = delta / n;
    fourth += other.fourth + delta * step * step * step * a * b * (a * a - a * b + b * b)
        + 6 * step * step * (a * a * other.second + b * b * second) + 4 * step * (a * other.third - b * third);
    third += other.third + delta * step * step * a * b * (a - b) + 3 * step * (a * other.second - b * second);
    second += other.second + delta * step * a * b;
    mean += step * b;
    count = n;
}

Moments block_moments(std::span<const float> block)
{
    Moments result;
    if (block.empty())
        return result;
    result.count = static_cast<double>(block.size());
    const double mean = mean_of(block);
    result.mean = mean;

    std::array<double, kLanes> second{}, third{}, fourth{};
    const auto add = [&](double w, std::size_t lane) {
        const double deviation = w - mean, square = deviation * deviation;
        second[lane] += square;
        third[lane] += square * deviation;
        fourth[lane] += square * square;
    };
    const std::size_t whole = block.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            add(static_cast<double>(block[i + lane]), lane);
    for (std::size_t i = whole; i < block.size(); ++i)
        add(static_cast<double>(block[i]), 0);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        result.second += second[lane];
        result.third += third[lane];
        result.fourth += fourth[lane];
    }
    return result;
}

} // namespace ca
