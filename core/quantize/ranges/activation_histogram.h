// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ca {

/// How often values fall where, in one pass over values whose range is not known beforehand. Bins are equal parts of [-r, r), r a
/// power of two that grows with the values: two bins then become one, exactly, so that the histogram of two parts is that of the
/// whole in whatever order they came. Values that are not finite are counted apart.
class ActivationHistogram {
public:
    static constexpr std::size_t kBins = 4096;

    /// One to two nanoseconds a value.
    void add(std::span<const float> values);
    void merge(const ActivationHistogram &other);

    [[nodiscard]] std::uint64_t count() const { return finite_; } ///< finite values
    [[nodiscard]] std::uint64_t not_finite() const { return not_finite_; }
    [[nodiscard]] float low() const { return low_; } ///< exact smallest and largest; 0 without values
    [[nodiscard]] float high() const { return high_; }
    [[nodiscard]] double reach() const { return reach_; }                         ///< r, at least 2^-64; 0 while all values are 0
    [[nodiscard]] std::span<const std::uint64_t> bins() const { return counts_; } ///< empty while all values are 0
    /// The value that the fraction `share` (0..1) lies at or below: within a bin's width, 2r / kBins, and exact at 0 and 1.
    [[nodiscard]] double percentile(double share) const;

    bool operator==(const ActivationHistogram &) const = default;

private:
    void add_chunk(std::span<const float> values);
    void include_range(float low, float high, std::uint64_t count);
    void grow(double reach);

    double reach_ = 0;
    float low_ = 0, high_ = 0;
    std::uint64_t finite_ = 0, not_finite_ = 0;
    std::vector<std::uint64_t> counts_;
};

} // namespace ca
