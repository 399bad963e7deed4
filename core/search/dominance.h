// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace ca {

/// Up to three things to be had little of; one that does not count is the same number for all. None is NaN.
using Costs = std::array<double, 3>;

/// Indices of the costs that no others dominate (no larger in all, smaller in one), in lexicographic order of the costs; of equal
/// ones the first. O(n log n). Source: Kung, Luccio and Preparata 1975.
[[nodiscard]] std::vector<std::size_t> nondominated(std::span<const Costs> costs);

/// Volume of the union of the boxes between `reference` and each point, over the first `dimensions` (1 to 3) coordinates, higher
/// being better. Points that do not lie beyond the reference in each, or are not finite, add nothing. Exact but for rounding, and
/// the same to the last bit in any order of the points. O(n log n).
[[nodiscard]] double dominated_volume(std::span<const std::array<double, 3>> points, const std::array<double, 3> &reference,
                                      std::size_t dimensions = 3);

/// By how much `dominated_volume` grows with one point more. Not a difference of two volumes, so that small gains keep their
/// digits. O(n log n).
[[nodiscard]] double volume_gain(std::span<const std::array<double, 3>> points, const std::array<double, 3> &candidate,
                                 const std::array<double, 3> &reference, std::size_t dimensions = 3);

} // namespace ca
