// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/model/architectures/transformer_torch.h"
#include "core/model/zero_shot.h"

namespace ca {

/// One tower of CLIP (Radford et al. 2021).
struct ClipTower {
    std::int64_t width = 0, heads = 0, hidden = 0, depth = 0;
    double epsilon = 1e-5;
    Gelu gelu = Gelu::quick;
};

/// Under Hugging Face's names, or OpenAI's: q, k and v packed, projections as matrices [in, out].
struct ClipSizes {
    ClipTower vision, text;
    std::int64_t channels = 3, image = 224, patch = 16;
    std::int64_t vocabulary = 49408, context = 77;
    std::int64_t projection = 512; ///< columns of an embedding
    bool openai = false;
};

[[nodiscard]] ClipSizes clip_vit_b_16_sizes();
[[nodiscard]] ClipSizes clip_vit_l_14_sizes();
/// `config`: of the folder, null without one; then heads are those of 64 columns. Throws WeightMismatch.
[[nodiscard]] ClipSizes clip_sizes(const FileWeights &weights, const Json &config);

/// Images to embeddings [batch, projection], not normalised.
[[nodiscard]] Operand clip_image_tower(NetworkBuilder &net, const ClipSizes &sizes);
/// Texts to embeddings [texts, projection], not normalised. Reads constants alone, so it runs once in a program's life.
[[nodiscard]] Operand clip_text_tower(NetworkBuilder &net, const ClipSizes &sizes,
                                      const std::vector<std::vector<std::int64_t>> &tokens);
/// The embedding of each class [classes, projection]: of its texts, each normalised, the mean, normalised again.
[[nodiscard]] Operand clip_class_embeddings(NetworkBuilder &net, const ClipSizes &sizes, const ZeroShotPrompts &prompts);
/// Logits: cosine of image and class, times exp(`logit_scale`).
[[nodiscard]] Operand clip_zero_shot(NetworkBuilder &net, const ClipSizes &sizes, const ZeroShotPrompts &prompts);

} // namespace ca
