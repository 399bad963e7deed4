// SPDX-License-Identifier: GPL-3.0-or-later
// What compensated rounding looks at, for itself and for those who predict what it takes.
#pragma once

#include "core/quantize/network_work.h"

#include <cstddef>
#include <cstdint>

namespace ca {

/// Of a layer: eight square matrices of so many columns take 2 GiB.
inline constexpr std::int64_t kMostCompensatedColumns = 8192;

/// Up to so many columns matrices are factorised in float64, and whole.
inline constexpr std::int64_t kDoubleColumns = 1024;

/// Images of a batch in the float network and the quantized one side by side; few, so that a stop is heard soon.
inline constexpr std::size_t kLockstepBatch = 32;

/// As many of `images` as have their values between two steps, in the float network and in the quantized one, in 1.5 GiB
/// together, but 32 at least. `of_one`: what they take for one image in one network.
[[nodiscard]] std::size_t images_to_hold(std::size_t images, Bytes of_one);

/// Places that a layer's inputs are looked at in: three for each column, 8,192 at least, as far as they fit into 512 MiB.
[[nodiscard]] std::int64_t positions_to_look_at(std::int64_t columns, std::int64_t groups);

/// The most that rounding a layer holds beside the networks' values, by GPTQ (AdaRound holds less): first what it reads and
/// should give at so many positions with the sums of their products, then these with the matrices that are made of them.
[[nodiscard]] Bytes memory_to_compensate(const LayerWork &layer, std::int64_t positions, int threads);

} // namespace ca
