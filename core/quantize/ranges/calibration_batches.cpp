// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/calibration_batches.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::int64_t kMostImages = 32;
constexpr std::int64_t kMostOfBatch = std::int64_t{1} << 27, kMostOfAll = std::int64_t{1} << 32; // bytes

} // namespace

CalibrationBatches calibration_batches(Bytes of_one, int threads)
{
    const std::int64_t size = std::max<std::int64_t>(1, of_one.value);
    const std::int64_t images = std::clamp<std::int64_t>(kMostOfBatch / size, 1, kMostImages);
    const std::int64_t wanted = threads > 0 ? threads : default_threads();
    const std::int64_t at_once = std::clamp<std::int64_t>(kMostOfAll / size / images, 1, wanted);
    return {static_cast<std::size_t>(images), static_cast<int>(at_once)};
}

} // namespace ca
