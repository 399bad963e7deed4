// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/architectures/network_builder_torch.h"

#include <optional>

namespace ca {

enum class Gelu { exact, tanh, quick };
/// As Hugging Face's configurations call it. Throws WeightMismatch.
[[nodiscard]] Gelu gelu_named(const std::string &activation);

/// How the parts of one block are called, behind the block's name.
struct TransformerNames {
    std::string norm1, norm2;               ///< before attention, before the MLP
    std::string packed;                     ///< of q, k and v in one matrix, without its ending; empty: three linears
    std::string packed_weight, packed_bias; ///< endings behind `packed`: `.weight`, or `in_proj_weight` has none of its own
    std::string query, key, value;
    std::string out;
    std::string up, down; ///< of the MLP
};

/// One pre-norm transformer block (Vaswani et al. 2017, Dosovitskiy et al. 2020).
struct TransformerBlock {
    std::int64_t width = 0, heads = 0, hidden = 0;
    double epsilon = 1e-5;
    Gelu gelu = Gelu::exact;
    bool causal = false; ///< a token sees itself and those before it
    TransformerNames names;
};

/// [batch, tokens, width] -> the same.
[[nodiscard]] Operand transformer_block(NetworkBuilder &net, const TransformerBlock &block, const std::string &prefix, Operand x);

/// Images into tokens: a convolution whose stride is its kernel, the class token before them, and the positions' embedding added.
struct PatchEmbedding {
    std::string convolution, class_token, positions;
    std::vector<std::int64_t> class_shape, position_shape;        ///< as the file has them
    std::int64_t channels = 3, width = 0, patch = 16, tokens = 0; ///< tokens with the class token
    bool bias = true;
};
[[nodiscard]] Operand embed_patches(NetworkBuilder &net, const PatchEmbedding &sizes);

/// The first token of each image: [batch, tokens, width] -> [batch, width].
[[nodiscard]] Operand first_token(NetworkBuilder &net, Operand x);

/// The side of a square of `patches`, throws WeightMismatch where there is none.
[[nodiscard]] std::int64_t square_side(std::int64_t patches);

} // namespace ca
