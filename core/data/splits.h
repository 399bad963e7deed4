// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ca {

using Order = std::vector<std::uint32_t>;

/// The order of `count` images of which the first at most 2,000 are for calibration.
[[nodiscard]] Order calibration_order(std::size_t count, std::uint64_t seed);
/// The most images that are taken for calibration where nobody chose them. Source: CLI.md, "Splits".
inline constexpr std::size_t kMostForCalibration = 2000;

/// All images in order, as the split `all`.
[[nodiscard]] Split whole(ImageSet images);

/// The images of a split by the hash of (seed, index): `all` is in the order of its files, class after class in folders, and its
/// first N are a fair sample only this way.
[[nodiscard]] Split shuffled(Split split, std::uint64_t seed);

/// Halves `all` into selection and holdout, after it took calibration out of it where that has no images of its own. Errors:
/// `bad_data` where there are too few.
[[nodiscard]] Status divide(DataSet &data, std::uint64_t seed);

} // namespace ca
