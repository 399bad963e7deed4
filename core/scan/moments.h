// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace ca {

/// Sums of powers of deviations from the mean, for the first four moments.
struct Moments {
    double count = 0, mean = 0, second = 0, third = 0, fourth = 0;

    /// Makes these the moments of both together. Pebay 2008, "Formulas for robust, one-pass parallel computation of covariances
    /// and arbitrary-order statistical moments", equations 3.1.
    void add(const Moments &other);
};

/// Of finite values, in two passes over them: for blocks that lie in a core's innermost cache.
[[nodiscard]] Moments block_moments(std::span<const float> block);

} // namespace ca
