// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/beta_likelihood.h"

#include "core/scan/boost_policy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

namespace ca {
namespace {

constexpr double kLeastShape = 1e-4, kMostShape = 1e8;
constexpr int kMostSteps = 100, kMostHalvings = 40;
/// What the next step can gain, in nats a weight, where it is the last.
constexpr double kSettled = 1e-12;

/// Mean logarithm by products: one logarithm for so many factors, each above 2^-21 (half a weight's share of 2^20), so that no
/// product underflows.
constexpr std::size_t kFactors = 32;
constexpr std::size_t kLanes = 8;

struct Gradient {
    double alpha = 0, beta = 0;
};

Gradient gradient(const BetaShapes &at, const MeanLogs &logs)
{
    const double both = boost::math::digamma(at.alpha + at.beta, NoThrow());
    return {logs.of_values - boost::math::digamma(at.alpha, NoThrow()) + both,
            logs.of_rests - boost::math::digamma(at.beta, NoThrow()) + both};
}

/// Newton's step towards the top: the negative second derivatives, solved for the gradient.
Gradient newton_step(const BetaShapes &at, const Gradient &slope)
{
    const double both = boost::math::trigamma(at.alpha + at.beta, NoThrow());
    const double a = boost::math::trigamma(at.alpha, NoThrow()) - both;
    const double b = boost::math::trigamma(at.beta, NoThrow()) - both;
    const double determinant = a * b - both * both;
    return {(b * slope.alpha + both * slope.beta) / determinant, (a * slope.beta + both * slope.alpha) / determinant};
}

BetaShapes bounded(double alpha, double beta)
{
    return {std::clamp(alpha, kLeastShape, kMostShape), std::clamp(beta, kLeastShape, kMostShape)};
}

/// Goes along `step`, less far until the likelihood rises. False where it does not.
bool climb(BetaShapes &at, const Gradient &step, const MeanLogs &logs)
{
    const double here = log_likelihood(at, logs);
    double length = 1;
    for (int halving = 0; halving < kMostHalvings; ++halving, length /= 2) {
        const BetaShapes next = bounded(at.alpha + length * step.alpha, at.beta + length * step.beta);
        if (log_likelihood(next, logs) > here) {
            at = next;
            return true;
        }
    }
    return false;
}

} // namespace

MeanLogs mean_logs(std::span<const float> weights, double low, double high)
{
    const double n = static_cast<double>(weights.size());
    const double scale = (n - 1) / n / (high - low), offset = 0.5 / n;
    MeanLogs sums;
    constexpr std::size_t block = kFactors * kLanes;
    for (std::size_t start = 0; start < weights.size(); start += block) {
        std::array<double, kLanes> values{}, rests{};
        values.fill(1);
        rests.fill(1);
        const auto part = weights.subspan(start, std::min(block, weights.size() - start));
        const auto take = [&](std::size_t i, std::size_t lane) {
            const double x = (static_cast<double>(part[i]) - low) * scale + offset;
            values[lane] *= x;
            rests[lane] *= 1 - x;
        };
        const std::size_t whole = part.size() / kLanes * kLanes;
        for (std::size_t i = 0; i < whole; i += kLanes)
            for (std::size_t lane = 0; lane < kLanes; ++lane)
                take(i + lane, lane);
        for (std::size_t i = whole; i < part.size(); ++i)
            take(i, i - whole);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            sums.of_values += std::log(values[lane]);
            sums.of_rests += std::log(rests[lane]);
        }
    }
    return {sums.of_values / n, sums.of_rests / n};
}

double log_likelihood(const BetaShapes &shapes, const MeanLogs &logs)
{
    const double log_beta = boost::math::lgamma(shapes.alpha, NoThrow()) + boost::math::lgamma(shapes.beta, NoThrow())
        - boost::math::lgamma(shapes.alpha + shapes.beta, NoThrow());
    return (shapes.alpha - 1) * logs.of_values + (shapes.beta - 1) * logs.of_rests - log_beta;
}

BetaShapes most_likely_shapes(const MeanLogs &logs, const BetaShapes &start)
{
    BetaShapes at = bounded(start.alpha, start.beta);
    for (int count = 0; count < kMostSteps; ++count) {
        const Gradient slope = gradient(at, logs);
        const Gradient step = newton_step(at, slope);
        const double gain = slope.alpha * step.alpha + slope.beta * step.beta;
        if (!(gain > 0)) // rounding is all that is left
            break;
        if (gain < kSettled) {
            at = bounded(at.alpha + step.alpha, at.beta + step.beta);
            break;
        }
        if (!climb(at, step, logs))
            break;
    }
    return at;
}

} // namespace ca
