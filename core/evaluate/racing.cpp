// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/racing.h"

#include <algorithm>

namespace ca {
namespace {

/// The part of the largest bet without ruin that is ever made.
constexpr double kBoldness = 0.75;
/// What rounding may add to a sum of a population.
constexpr double kSlack = 1e-9;

} // namespace

// Numbers x in [-1, 1] are betted on as y = (x + 1) / 2 in [0, 1].

Race::Race(std::size_t population, double threshold, double error)
    : population_(static_cast<double>(population)), threshold_((threshold + 1) / 2), limit_(1 / error)
{
}

void Race::add(double difference)
{
    if (verdict_ != RaceVerdict::undecided || static_cast<double>(seen_) >= population_)
        return;
    const double y = (difference + 1) / 2, n = static_cast<double>(seen_);
    // The mean of what was not yet seen, were the mean of all the threshold.
    const double mean = std::clamp((population_ * threshold_ - sum_) / (population_ - n), 0.0, 1.0);
    // Approximate GRAPA (aGRAPA of the source): the bet that is best to second order for the mean and variance seen so far,
    // both with half an image at each end of the range before the first.
    const double seen_mean = (0.5 + sum_) / (n + 1);
    const double seen_variance = (0.25 + std::max(0.0, squares_ - 2 * seen_mean * sum_ + n * seen_mean * seen_mean)) / (n + 1);
    const double edge = seen_mean - mean;
    const double bet = edge / (seen_variance + edge * edge);
    if (bet > 0)
        capital_above_ *= 1 + std::min(bet, kBoldness / mean) * (y - mean);
    else
        capital_below_ *= 1 + std::max(bet, -kBoldness / (1 - mean)) * (y - mean);
    sum_ += y;
    squares_ += y * y;
    ++seen_;

    const double rest = population_ - static_cast<double>(seen_), wanted = population_ * threshold_;
    const double slack = kSlack * population_;
    if (capital_below_ >= limit_ || sum_ + rest < wanted - slack)
        verdict_ = RaceVerdict::below;
    else if (capital_above_ >= limit_ || sum_ >= wanted - slack)
        verdict_ = RaceVerdict::not_below;
}

} // namespace ca
