// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/scan/divergence_sums.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

namespace ca {

/// The float model's outputs, [images, classes], that others are compared with.
class FloatOutputs {
public:
    explicit FloatOutputs(const at::Tensor &outputs);

    /// `outputs` are those of the images from `first` on. Of rows with a number that is not finite the divergence is infinite.
    [[nodiscard]] DivergenceSums compare(std::size_t first, const at::Tensor &outputs) const;
    /// Rows are of length 1: an embedding, not the classes of a classifier.
    [[nodiscard]] bool is_embedding() const { return embedding_; }
    /// Of each image, how far the largest output lies above the next: little where the model is unsure.
    [[nodiscard]] std::vector<double> margins() const;

private:
    at::Tensor rows_; ///< float64
    bool embedding_ = false;
};

} // namespace ca
