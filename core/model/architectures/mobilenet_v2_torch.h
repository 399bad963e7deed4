// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/architectures/network_builder_torch.h"

namespace ca {

/// MobileNetV2 (Sandler et al. 2018) with torchvision's names; widths as the tensors say.
struct MobileNetV2Sizes {
    std::int64_t channels = 3, classes = 1000, stem = 32, last = 1280;
    std::array<std::int64_t, 17> widths{16, 24, 24, 32, 32,  32,  64,  64, 64,
                                        64, 96, 96, 96, 160, 160, 160, 320}; ///< of each block
    std::array<std::int64_t, 17> hidden{32,  96,  144, 144, 192, 192, 192, 384, 384,
                                        384, 384, 576, 576, 576, 960, 960, 960}; ///< inside of each block
    bool small_images = false;  ///< the form for images up to 64 x 64: no stride in the stem and in the second stage
    bool padded_at_end = false; ///< TensorFlow's padding, as Hugging Face's files want it: with stride 2 only right and below
    double epsilon = 1e-5;      ///< of batch norms
};

/// Throws WeightMismatch.
[[nodiscard]] MobileNetV2Sizes mobilenet_v2_sizes(const FileWeights &weights);
/// Logits. `padded_at_end` takes sides that are multiples of 32.
[[nodiscard]] Operand mobilenet_v2(NetworkBuilder &net, const MobileNetV2Sizes &sizes);

} // namespace ca
