// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"
#include "core/model/model.h"

#include <cstdint>
#include <stop_token>

namespace ca {

/// The memory that a net needs for its first run: what it keeps, and the most that lives at one time during the run (of CLIP also
/// while its text tower runs). The process around it, a float model that it came from, code that kernels generate, and memory
/// that was freed and that the system's allocator keeps for later are not in it.
struct MemoryUse {
    /// Computed, and part of both sums below, as kernels hide their weights: a layer with an integer kernel takes a byte a weight
    /// and scale and zero point of each row, a packed one the size of its floats; then all constants that steps read.
    Bytes weights;
    /// Computed from the program: the images, and the values that are needed at one time (`peak_values`).
    Bytes predicted_values;
    /// Measured: the images, and the most bytes that the run held of LibTorch's allocator at one time, memory that kernels take
    /// for themselves included. Equal to the growth of the process's resident memory where that takes freed memory back at once.
    Bytes measured_values;

    [[nodiscard]] Bytes predicted() const { return weights + predicted_values; }
    [[nodiscard]] Bytes measured() const { return weights + measured_values; }
};

/// Runs the program three times on one thread, to warm up, to predict and to measure. Errors: `unsupported` for one that runs
/// through the interpreter, which does not show its weights; `cancelled`, those of running.
[[nodiscard]] Result<MemoryUse> measure_memory(const Program &program, const InputSpec &input, std::stop_token stop,
                                               std::int64_t images = 1);

} // namespace ca
