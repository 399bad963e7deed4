// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/architectures/network_builder_torch.h"

namespace ca {

/// ResNets of torchvision, ResNet-18 unless told, with its names: He et al. 2015, the stride of a bottleneck in its 3 x 3
/// convolution.
struct ResNetSizes {
    std::array<std::int64_t, 4> blocks{2, 2, 2, 2};
    bool bottleneck = false;
    std::int64_t stem_kernel = 7; ///< 7: stride 2 and a pooling behind it; 3: the form for images of 32 x 32, with neither
    std::int64_t stem_width = 64;
    /// Of each stage, the channels of a block's 3 x 3 convolutions and what it gives.
    std::array<std::int64_t, 4> widths{64, 128, 256, 512}, outputs{64, 128, 256, 512};
    std::int64_t groups = 1;
    std::int64_t channels = 3, classes = 1000;
};

/// Throws WeightMismatch.
[[nodiscard]] ResNetSizes resnet_sizes(const FileWeights &weights);
/// Logits.
[[nodiscard]] Operand resnet(NetworkBuilder &net, const ResNetSizes &sizes);

} // namespace ca
