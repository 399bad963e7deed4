// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/compensation_limits.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::int64_t kMostHeld = std::int64_t{3} << 29; // bytes: 1.5 GiB
constexpr std::size_t kLeastImages = 32;
constexpr std::int64_t kLeastPositions = 8192, kPositionsPerColumn = 3;
constexpr std::int64_t kMostValues = std::int64_t{1} << 27; // of a layer's inputs: 512 MiB

// What one matrix's rounding holds at one time, in float32, float64 counting twice: square ones (sums of all images, the damped
// H, two factors of it with the one that LAPACK makes; then H in another order, its factor and that one's inverse), and ones of
// the weight's size (the weight, its targets, and the step to them, which is solved for whole or 64 rows at a time).
constexpr std::int64_t kSquaresInDouble = 8, kSquaresInBlocks = 6, kRowsInDouble = 10, kRowsInBlocks = 5;

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

Bytes memory_to_compensate(const LayerWork &layer, std::int64_t positions, int threads)
{
    const std::int64_t square = layer.columns * layer.columns, weight = layer.rows * layer.columns;
    const std::int64_t sums = 2 * layer.matrices * (square + weight); // of the images to fit, and of those held out
    const std::int64_t read = positions * layer.matrices * (layer.columns + layer.rows);
    const bool whole = layer.columns <= kDoubleColumns;
    const std::int64_t of_one =
        whole ? kSquaresInDouble * square + kRowsInDouble * weight : kSquaresInBlocks * square + kRowsInBlocks * weight;
    const std::int64_t at_once = std::min<std::int64_t>(layer.matrices, threads);
    const std::int64_t values = layer.matrices * weight;
    return bytes(static_cast<std::int64_t>(sizeof(float)) * (sums + std::max(read, values + at_once * of_one)));
}

} // namespace ca
