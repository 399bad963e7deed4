// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace ca {

/// Wilson score interval of a proportion, 95 % unless told. (0, 1) for n = 0. Source: Wilson 1927.
[[nodiscard]] std::pair<double, double> wilson_interval(std::int64_t successes, std::int64_t n, double confidence = 0.95);

/// Exact two-sided McNemar test: the chance of a split at least as uneven as (fixed, broken) if neither net were better. 1 for 0
/// and 0.
[[nodiscard]] double mcnemar_p_value(std::int64_t fixed, std::int64_t broken);

/// A quantized net against float on the same images.
struct PairedComparison {
    std::int64_t fixed = 0;  ///< float wrong, quantized right
    std::int64_t broken = 0; ///< float right, quantized wrong
    double p_value = 1;
    std::string verdict; ///< `same`, `better`, `worse` or `undetermined`
    bool operator==(const PairedComparison &) const = default;
};

/// `right` flags image by image. Verdict: worse or better where p < 0.05; same where p >= 0.05 and the 95 % interval of the
/// paired difference (fixed - broken) / n lies within half a point; else undetermined. Sizes must be equal; `unread` of the
/// images have no answer, and no flag in either. Source of the interval: Bonett and Price 2012 (adjusted Wald), which keeps its
/// width where nothing changed.
[[nodiscard]] PairedComparison compare_paired(std::span<const std::uint8_t> float_right,
                                              std::span<const std::uint8_t> quantized_right, std::int64_t unread = 0);

/// The median and a 95 % interval of it from order statistics (binomial), whatever the distribution.
struct MedianInterval {
    double median = 0;
    double low = 0;
    double high = 0;
    bool operator==(const MedianInterval &) const = default;
};
/// All zero for an empty sample; low and high are the extremes where there are too few for 95 %.
[[nodiscard]] MedianInterval median_interval(std::vector<double> sample);

} // namespace ca
