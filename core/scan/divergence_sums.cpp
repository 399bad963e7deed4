// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_sums.h"

#include <algorithm>
#include <limits>
#include <numbers>
#include <numeric>

namespace ca {
namespace {

constexpr std::size_t kOne = kFactors / 2; // the factor 1

/// Of probabilities in proportion to exp(factor * x): log(sum(exp(factor * x))), and the mean of x.
struct Softmax {
    double log_sum = 0, mean = 0;

    Softmax(std::span<const double> x, double factor)
    {
        const double largest = *std::max_element(x.begin(), x.end());
        double sum = 0, first = 0;
        for (const double value : x) {
            const double below = value - largest, weight = std::exp(factor * below);
            sum += weight;
            first += weight * below;
        }
        log_sum = factor * largest + std::log(sum);
        mean = largest + first / sum;
    }
};

std::size_t top(std::span<const double> row)
{
    return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

double product(std::span<const double> a, std::span<const double> b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// The least value between two factors of the cubic that has the values and derivatives at both.
double least_between(const DivergenceSums &sums, std::size_t left)
{
    constexpr double kStep = 0.25; // between the factors' logarithms
    const double from = sums.kl[left], to = sums.kl[left + 1];
    const double a = kStep * sums.slope[left], b = kStep * sums.slope[left + 1];
    const double second = 3 * (to - from) - 2 * a - b, third = 2 * (from - to) + a + b; // from + a t + second t^2 + third t^3
    const double root = second * second - 3 * third * a;
    const double divisor = second + std::sqrt(std::max(0.0, root)); // of the root that is the least, also where `third` is 0
    const double t = divisor > 0 ? std::clamp(-a / divisor, 0.0, 1.0) : 0;
    return std::min({from, to, from + t * (a + t * (second + t * third))});
}

/// The least of the sums over all factors; they are convex in them.
double least(const DivergenceSums &sums)
{
    const auto best = static_cast<std::size_t>(std::min_element(sums.kl.begin(), sums.kl.end()) - sums.kl.begin());
    const bool to_the_left = sums.slope[best] > 0;
    if (!std::isfinite(sums.kl[best]) || best == (to_the_left ? 0 : kFactors - 1))
        return sums.kl[best];
    return std::max(0.0, least_between(sums, to_the_left ? best - 1 : best));
}

} // namespace

void DivergenceSums::add(std::span<const double> expected, std::span<const double> outputs)
{
    ++images;
    const bool finite = std::all_of(outputs.begin(), outputs.end(), [](double value) { return std::isfinite(value); });
    changed += finite && top(expected) == top(outputs) ? 0 : 1;
    if (!finite) {
        kl.fill(std::numeric_limits<double>::infinity());
        cosine = std::numeric_limits<double>::infinity();
        return;
    }
    const Softmax of_float(expected, 1);
    double entropy = 0, crossed = 0; // sum of p log p; of p times the other's output
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double log_p = expected[i] - of_float.log_sum, p = std::exp(log_p);
        entropy += p * log_p;
        crossed += p * outputs[i];
    }
    for (std::size_t k = 0; k < kFactors; ++k) {
        const double factor = output_factor(k);
        const Softmax of_other(outputs, factor);
        kl[k] += std::max(0.0, entropy - factor * crossed + of_other.log_sum);
        slope[k] += std::numbers::ln2 * factor * (of_other.mean - crossed);
    }
    const double lengths = std::sqrt(product(expected, expected) * product(outputs, outputs));
    cosine += lengths > 0 ? std::max(0.0, 1 - product(expected, outputs) / lengths) : 0;
}

void DivergenceSums::add(const DivergenceSums &other)
{
    for (std::size_t k = 0; k < kFactors; ++k) {
        kl[k] += other.kl[k];
        slope[k] += other.slope[k];
    }
    cosine += other.cosine;
    changed += other.changed;
    images += other.images;
}

Divergence DivergenceSums::mean() const
{
    if (images == 0)
        return {};
    const auto n = static_cast<double>(images);
    return {kl[kOne] / n, least(*this) / n, cosine / n, static_cast<double>(changed) / n, images};
}

} // namespace ca
