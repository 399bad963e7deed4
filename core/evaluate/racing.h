// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace ca {

enum class RaceVerdict { undecided, below, not_below };

/// Is the mean of a finite population of numbers in [-1, 1] below a threshold? Looked at image by image in a seeded order,
/// without replacement; may be asked at any time, and the chance that it is ever wrong is at most `error` on either side. A
/// number is what an image changed against float: +1 fixed, -1 broken, 0 the same. Source: betting on the mean, Waudby-Smith and
/// Ramdas 2024, "Estimating means of bounded random variables by betting"; Ville's inequality.
class Race {
public:
    Race(std::size_t population, double threshold, double error = 0.05);

    /// The next number. Once decided, further ones change nothing.
    void add(double difference);
    [[nodiscard]] RaceVerdict verdict() const { return verdict_; }
    [[nodiscard]] std::size_t seen() const { return seen_; }

private:
    double population_, threshold_, limit_;
    std::size_t seen_ = 0;
    double sum_ = 0, squares_ = 0;
    double capital_below_ = 1, capital_above_ = 1; ///< of those who bet against "not below" and against "below"
    RaceVerdict verdict_ = RaceVerdict::undecided;
};

} // namespace ca
