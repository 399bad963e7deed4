// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/ks_distance.h"

#include "core/scan/boost_policy.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/math/special_functions/beta.hpp>

namespace ca {
namespace {

/// Order statistics that are looked at first; the distance among them rules most of the others out.
constexpr std::size_t kFirstPoints = 512;
/// What is not searched for: where the fit is good, many gaps may hold a little more.
constexpr double kNegligible = 2.5e-4;

/// The order statistics between two that were looked at.
struct Gap {
    std::size_t first = 0, last = 0;
    double at_first = 0, at_last = 0; ///< the distribution there
};

class DistanceSearch {
public:
    DistanceSearch(std::span<const float> sorted, double low, double high, const BetaShapes &shapes)
        : sorted_(sorted), low_(low), range_(high - low), shapes_(shapes), share_(1 / static_cast<double>(sorted.size()))
    {
    }

    double run();

private:
    double look_at(std::size_t i);
    bool may_hold_more(const Gap &gap) const;

    std::span<const float> sorted_;
    double low_, range_;
    BetaShapes shapes_;
    double share_; ///< of one weight
    double largest_ = 0;
    bool evaluated_ = true;
};

double DistanceSearch::look_at(std::size_t i)
{
    const double x = std::clamp((static_cast<double>(sorted_[i]) - low_) / range_, 0.0, 1.0);
    const double expected = boost::math::ibeta(shapes_.alpha, shapes_.beta, x, NoThrow());
    evaluated_ = evaluated_ && std::isfinite(expected);
    const double below = static_cast<double>(i) * share_;
    largest_ = std::max({largest_, expected - below, below + share_ - expected});
    return expected;
}

/// Both curves rise, so that their values at its ends bound the distance within a gap.
bool DistanceSearch::may_hold_more(const Gap &gap) const
{
    if (gap.last - gap.first < 2)
        return false;
    const double above = gap.at_last - static_cast<double>(gap.first + 1) * share_;
    const double under = static_cast<double>(gap.last) * share_ - gap.at_first;
    return std::max(above, under) > largest_ + kNegligible;
}

double DistanceSearch::run()
{
    std::vector<Gap> gaps;
    const std::size_t points = std::min(sorted_.size(), kFirstPoints);
    Gap gap;
    for (std::size_t k = 0; k < points; ++k) {
        gap.last = points == 1 ? 0 : k * (sorted_.size() - 1) / (points - 1);
        gap.at_last = look_at(gap.last);
        if (k > 0)
            gaps.push_back(gap);
        gap.first = gap.last;
        gap.at_first = gap.at_last;
    }
    while (!gaps.empty() && evaluated_) {
        const Gap wide = gaps.back();
        gaps.pop_back();
        if (!may_hold_more(wide))
            continue;
        const std::size_t middle = wide.first + (wide.last - wide.first) / 2;
        const double at_middle = look_at(middle);
        gaps.push_back({wide.first, middle, wide.at_first, at_middle});
        gaps.push_back({middle, wide.last, at_middle, wide.at_last});
    }
    return evaluated_ ? std::min(largest_, 1.0) : 1;
}

} // namespace

double ks_distance(std::span<const float> sorted, double low, double high, const BetaShapes &shapes)
{
    return DistanceSearch(sorted, low, high, shapes).run();
}

} // namespace ca
