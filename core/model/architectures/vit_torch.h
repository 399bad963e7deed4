// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/architectures/transformer_torch.h"

namespace ca {

/// Vision transformers (Dosovitskiy et al. 2020) under torchvision's names, q, k and v packed or apart.
struct ViTSizes {
    std::int64_t channels = 3, image = 224, patch = 16, width = 768, heads = 12, hidden = 3072, depth = 12, classes = 1000;
    double epsilon = 1e-6;
    Gelu gelu = Gelu::exact;
    bool packed = true; ///< q, k and v are one matrix
};

/// Heads are those of the published sizes, 64 columns but for ViT-H, until the caller knows better; 0 where these do not divide
/// the width. Throws WeightMismatch.
[[nodiscard]] ViTSizes vit_sizes(const FileWeights &weights);
/// Logits.
[[nodiscard]] Operand vit(NetworkBuilder &net, const ViTSizes &sizes);

} // namespace ca
