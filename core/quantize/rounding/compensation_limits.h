// SPDX-License-Identifier: GPL-3.0-or-later
// What compensated rounding looks at, for itself and for those who predict what it takes.
#pragma once

#include "core/base/units.h"

#include <cstddef>
#include <cstdint>

namespace ca {

/// Of a layer: six square matrices of so many columns take 1.5 GiB.
inline constexpr std::int64_t kMostCompensatedColumns = 8192;

/// As many of `images` as have their values between two steps, in the float network and in the quantized one, in 1.5 GiB
/// together, but 32 at least. `of_one`: what they take for one image in one network.
[[nodiscard]] std::size_t images_to_hold(std::size_t images, Bytes of_one);

/// Places that a layer's inputs are looked at in: three for each column, 8,192 at least, as far as they fit into 512 MiB.
[[nodiscard]] std::int64_t positions_to_look_at(std::int64_t columns, std::int64_t groups);

} // namespace ca
