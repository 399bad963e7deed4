// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/vit_torch.h"

namespace ca {
namespace {

const std::string kBlocks = "encoder.layers.encoder_layer_";

TransformerNames block_names(bool packed)
{
    TransformerNames names;
    names.norm1 = "ln_1";
    names.norm2 = "ln_2";
    if (packed) {
        names.packed = "self_attention.";
        names.packed_weight = "in_proj_weight";
        names.packed_bias = "in_proj_bias";
    }
    names.query = "self_attention.query";
    names.key = "self_attention.key";
    names.value = "self_attention.value";
    names.out = "self_attention.out_proj";
    names.up = "mlp.0";
    names.down = "mlp.3";
    return names;
}

} // namespace

ViTSizes vit_sizes(const FileWeights &weights)
{
    ViTSizes sizes;
    const auto patches = weights.sides("conv_proj.weight", 4);
    sizes.width = patches[0];
    sizes.channels = patches[1];
    sizes.patch = patches[2];
    sizes.image = sizes.patch * square_side(weights.sides("encoder.pos_embedding", 3)[1] - 1);
    constexpr std::int64_t kHuge = 1280; // ViT-H has heads of 80 columns
    sizes.heads = sizes.width == kHuge ? 16 : sizes.width % 64 == 0 ? sizes.width / 64 : 0;
    sizes.depth = weights.count(kBlocks);
    sizes.hidden = weights.sides(kBlocks + "0.mlp.0.weight", 2)[0];
    sizes.packed = weights.has(kBlocks + "0.self_attention.in_proj_weight");
    sizes.classes = weights.sides("heads.head.weight", 2)[0];
    return sizes;
}

Operand vit(NetworkBuilder &net, const ViTSizes &sizes)
{
    const std::int64_t side = sizes.image / sizes.patch, tokens = side * side + 1;
    Operand x = embed_patches(net,
                              {"conv_proj",
                               "class_token",
                               "encoder.pos_embedding",
                               {1, 1, sizes.width},
                               {1, tokens, sizes.width},
                               sizes.channels,
                               sizes.width,
                               sizes.patch,
                               tokens,
                               true});
    const TransformerBlock block{
        sizes.width, sizes.heads, sizes.hidden, sizes.epsilon, sizes.gelu, false, block_names(sizes.packed)};
    for (std::int64_t i = 0; i < sizes.depth; ++i)
        x = transformer_block(net, block, kBlocks + std::to_string(i) + ".", x);
    x = first_token(net, net.layer_norm(x, "encoder.ln", sizes.width, sizes.epsilon));
    return net.linear(x, "heads.head", sizes.width, sizes.classes);
}

} // namespace ca
