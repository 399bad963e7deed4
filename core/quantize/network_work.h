// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program.h"

#include <cstdint>
#include <vector>

namespace ca {

/// What a layer multiplies for one image, from sizes alone.
struct LayerWork {
    std::int64_t matrices = 1;          ///< groups of a convolution; their columns are inputs of different channels
    std::int64_t rows = 0, columns = 0; ///< of each of the matrices
    std::int64_t positions = 0;         ///< rows of the matrix of inputs: pixels, tokens; summed over the layer's uses
    bool once = false;                  ///< it runs once in the program's life: `positions` are those of this run
    Bytes held;                         ///< values for one image before or after its first use; where it runs once, of this run

    [[nodiscard]] std::int64_t weights() const { return matrices * rows * columns; }
    [[nodiscard]] std::int64_t macs() const { return weights() * positions; } ///< multiplications
};

/// What a network computes and holds for one image.
struct NetworkWork {
    std::vector<LayerWork> layers; ///< in the program's order; without positions where the model has no network
    std::int64_t values = 0;       ///< elements of all results for one image, steps that run once left out
    Bytes between;                 ///< the most that is held for one image between two steps, likewise
    Bytes during;                  ///< and during one, likewise
    Bytes peak;                    ///< the most that is held during a step of any kind
};

/// Takes a run of one image. Values of operators that give views count where they were computed. Errors: those of running.
[[nodiscard]] Result<NetworkWork> network_work(const Program &program);

} // namespace ca
