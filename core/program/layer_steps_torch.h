// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <cstddef>
#include <optional>

namespace ca {

/// How a step uses a constant weight.
struct LayerStep {
    LayerKind kind = LayerKind::linear;
    std::size_t weight = 1; ///< its place among the step's inputs
};

/// Nothing where the step has no weight that can be quantized. Of `conv2d` and `linear` the input is a slot and all else
/// constant, which packed kernels take for granted; what is not so is `matmul`.
[[nodiscard]] std::optional<LayerStep> layer_step(const Program::Data &data, const Step &step);

} // namespace ca
