// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/class_odds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ca {
namespace {

/// The network ends in a softmax; half precision leaves the sum that far from 1.
bool are_probabilities(std::span<const float> outputs)
{
    constexpr double kSlack = 0.01;
    const bool negative = std::any_of(outputs.begin(), outputs.end(), [](float value) { return value < 0; });
    return !negative && std::abs(std::accumulate(outputs.begin(), outputs.end(), 0.0) - 1) <= kSlack;
}

} // namespace

ClassOdds::ClassOdds(std::span<const float> outputs)
    : outputs_(outputs),
      largest_(*std::max_element(outputs.begin(), outputs.end())),
      are_probabilities_(are_probabilities(outputs)),
      sum_(0)
{
    for (const float value : outputs)
        sum_ += weight(value);
}

double ClassOdds::of(std::size_t output) const
{
    return weight(outputs_[output]) / (are_probabilities_ ? 1 : sum_);
}

double ClassOdds::weight(float value) const
{
    if (are_probabilities_)
        return static_cast<double>(value);
    // The largest counts 1 even where it is infinite.
    return value == largest_ ? 1 : std::exp(static_cast<double>(value) - static_cast<double>(largest_));
}

} // namespace ca
