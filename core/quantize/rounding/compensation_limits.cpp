// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/compensation_limits.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::int64_t kMostHeld = std::int64_t{3} << 29; // bytes: 1.5 GiB
constexpr std::size_t kLeastImages = 32;
constexpr std::int64_t kLeastPositions = 8192, kPositionsPerColumn = 3;
constexpr std::int64_t kMostValues = std::int64_t{1} << 27; // of a layer's inputs: 512 MiB

} // namespace

std::size_t images_to_hold(std::size_t images, Bytes of_one)
{
    const auto fitting = static_cast<std::size_t>(kMostHeld / std::max<std::int64_t>(1, 2 * of_one.value));
    return std::min(images, std::max(kLeastImages, fitting));
}

std::int64_t positions_to_look_at(std::int64_t columns, std::int64_t groups)
{
    const std::int64_t wanted = std::max(kLeastPositions, kPositionsPerColumn * columns);
    return std::min(wanted, kMostValues / std::max<std::int64_t>(1, columns * groups) + 1);
}

} // namespace ca
