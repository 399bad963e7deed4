// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/sensitivity.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace ca {

/// Factors on outputs at which divergences are summed: 2^-3 to 2^3, four to an octave; the middle one is 1.
inline constexpr std::size_t kFactors = 25;
[[nodiscard]] inline double output_factor(std::size_t index)
{
    return std::exp2((static_cast<double>(index) - 12) / 4);
}

/// Divergences of images, summed, so that those of several batches and rounds add up.
struct DivergenceSums {
    /// At each factor: Kullback-Leibler, and its derivative by the factor's logarithm to base 2.
    std::array<double, kFactors> kl{}, slope{};
    double cosine = 0;
    std::size_t changed = 0, images = 0;

    /// One image's outputs of both models, as many each.
    void add(std::span<const double> expected, std::span<const double> outputs);
    void add(const DivergenceSums &other);
    [[nodiscard]] Divergence mean() const; ///< all 0 without images
    bool operator==(const DivergenceSums &) const = default;
};

} // namespace ca
