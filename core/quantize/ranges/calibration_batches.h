// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"

#include <cstddef>

namespace ca {

/// How a run over calibration images is cut up.
struct CalibrationBatches {
    std::size_t images = 1; ///< of a batch; whatever the threads, so that results do not depend on them
    int threads = 1;        ///< batches at one time
};

/// Batches of 32 images, small enough to hear a stop soon, and one for each of `threads` (0: one per core). Where values are
/// large, batches of fewer images, down to one, that take 128 MiB each, and so many at one time that they take 4 GiB together.
/// `of_one`: what one image's values take between two steps.
[[nodiscard]] CalibrationBatches calibration_batches(Bytes of_one, int threads);

} // namespace ca
