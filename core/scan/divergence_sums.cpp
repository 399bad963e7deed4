// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_sums.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace ca {
namespace {

constexpr std::size_t kOne = kFactors / 2; // the factor 1

/// Of probabilities in proportion to exp(factor * x): log(sum(exp(factor * x))), and mean and variance of x.
struct Softmax {
    double log_sum = 0, mean = 0, variance = 0;

    Softmax(std::span<const double> x, double factor)
    {
        const double largest = *std::max_element(x.begin(), x.end());
        double sum = 0, first = 0, second = 0;
        for (const double value : x) {
            const double below = value - largest, weight = std::exp(factor * below);
            sum += weight;
            first += weight * below;
            second += weight * below * below;
        }
        log_sum = factor * largest + std::log(sum);
        mean = largest + first / sum;
        variance = std::max(0.0, second / sum - first / sum * (first / sum));
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

/// The least of the sums over all factors, by a Newton step from the best of those that were summed.
double least(const DivergenceSums &sums)
{
    const auto best = static_cast<std::size_t>(std::min_element(sums.kl.begin(), sums.kl.end()) - sums.kl.begin());
    if (!std::isfinite(sums.kl[best]))
        return sums.kl[best];
    const double slope = sums.slope[best], curvature = sums.curvature[best];
    return std::max(0.0, sums.kl[best] - (curvature > 0 ? slope * slope / (2 * curvature) : 0));
}

} // namespace

void DivergenceSums::add(std::span<const double> expected, std::span<const double> outputs)
{
    ++images;
    changed += top(expected) == top(outputs) ? 0 : 1;
    if (!std::all_of(outputs.begin(), outputs.end(), [](double value) { return std::isfinite(value); })) {
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
        const double first = factor * (of_other.mean - crossed);
        kl[k] += std::max(0.0, entropy - factor * crossed + of_other.log_sum);
        slope[k] += first;
        curvature[k] += first + factor * factor * of_other.variance;
    }
    const double lengths = std::sqrt(product(expected, expected) * product(outputs, outputs));
    cosine += lengths > 0 ? std::max(0.0, 1 - product(expected, outputs) / lengths) : 0;
}

void DivergenceSums::add(const DivergenceSums &other)
{
    for (std::size_t k = 0; k < kFactors; ++k) {
        kl[k] += other.kl[k];
        slope[k] += other.slope[k];
        curvature[k] += other.curvature[k];
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
