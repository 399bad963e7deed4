// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/clip_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <span>

namespace ca {
namespace {

struct TowerNames {
    std::string blocks;
    TransformerNames block;
};

TowerNames names_of(const std::string &tower, bool openai)
{
    TowerNames names;
    if (openai) {
        names.blocks = tower == "vision" ? "visual.transformer.resblocks." : "transformer.resblocks.";
        names.block = {"ln_1", "ln_2", "attn.",         "in_proj_weight", "in_proj_bias", {},
                       {},     {},     "attn.out_proj", "mlp.c_fc",       "mlp.c_proj"};
    } else {
        names.blocks = tower + "_model.encoder.layers.";
        names.block = {"layer_norm1",      "layer_norm2",        {},        {},       {}, "self_attn.q_proj", "self_attn.k_proj",
                       "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2"};
    }
    return names;
}

Operand blocks(NetworkBuilder &net, const ClipTower &tower, const TowerNames &names, bool causal, Operand x)
{
    const TransformerBlock block{tower.width, tower.heads, tower.hidden, tower.epsilon, tower.gelu, causal, names.block};
    for (std::int64_t i = 0; i < tower.depth; ++i)
        x = transformer_block(net, block, names.blocks + std::to_string(i) + ".", x);
    return x;
}

/// The numbers that only a folder's config.json says.
void take_config(const Json &config, ClipTower &tower)
{
    if (!config.is_object())
        return;
    tower.heads = config.value("num_attention_heads", tower.heads);
    tower.epsilon = config.value("layer_norm_eps", tower.epsilon);
    tower.gelu = gelu_named(config.value("hidden_act", std::string("quick_gelu")));
    if (tower.heads < 1 || tower.width % tower.heads != 0)
        throw WeightMismatch("the heads in config.json do not divide the width of " + std::to_string(tower.width));
}

/// Token ids [texts, length of the longest], and the place of each text's end in them as if they were one row.
struct TextBatch {
    at::Tensor ids, ends;
};

TextBatch padded(const ClipSizes &sizes, std::span<const std::vector<std::int64_t>> tokens)
{
    // No token sees those behind it, so what is behind the longest text need not be computed.
    std::size_t length = 1;
    for (const auto &text : tokens)
        length = std::max(length, text.size());
    const auto rows = static_cast<std::int64_t>(tokens.size()), columns = static_cast<std::int64_t>(length);
    if (columns > sizes.context)
        throw WeightMismatch("a text of " + std::to_string(columns) + " tokens is longer than its "
                             + std::to_string(sizes.context));
    TextBatch batch{at::zeros({rows, columns}, at::kLong), at::zeros({rows}, at::kLong)};
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto &text = tokens[static_cast<std::size_t>(row)];
        if (std::any_of(text.begin(), text.end(), [&](std::int64_t token) { return token < 0 || token >= sizes.vocabulary; }))
            throw WeightMismatch("its vocabulary has " + std::to_string(sizes.vocabulary)
                                 + " entries, and the tokenizer files beside it have more");
        std::copy(text.begin(), text.end(), batch.ids.data_ptr<std::int64_t>() + row * columns);
        batch.ends.data_ptr<std::int64_t>()[row] = row * columns + static_cast<std::int64_t>(text.size()) - 1;
    }
    return batch;
}

Operand text_batch(NetworkBuilder &net, const ClipSizes &sizes, std::span<const std::vector<std::int64_t>> tokens)
{
    const std::int64_t width = sizes.text.width;
    const TextBatch batch = padded(sizes, tokens);
    const std::string root = sizes.openai ? "" : "text_model.embeddings.";
    const Operand table = net.weight(root + "token_embedding.weight", {sizes.vocabulary, width});
    const Operand words = net.op("aten::embedding", "",
                                 {table, net.constant(batch.ids, "self.prompt_tokens"), net.constant(std::int64_t{-1}),
                                  net.constant(false), net.constant(false)});
    const Operand positions = net.slice(
        net.weight(root + (sizes.openai ? "positional_embedding" : "position_embedding.weight"), {sizes.context, width}), 0, 0,
        batch.ids.size(1));
    Operand x = blocks(net, sizes.text, names_of("text", sizes.openai), true, net.add(words, positions));
    const Operand flat = net.op("aten::flatten", "using_ints", {x, net.constant(std::int64_t{0}), net.constant(std::int64_t{1})});
    x = net.op("aten::index_select", "", {flat, net.constant(std::int64_t{0}), net.constant(batch.ends, "self.prompt_ends")});
    x = net.layer_norm(x, sizes.openai ? "ln_final" : "text_model.final_layer_norm", width, sizes.text.epsilon);
    return sizes.openai ? net.product(x, "text_projection", width, sizes.projection)
                        : net.linear(x, "text_projection", width, sizes.projection, false);
}

} // namespace

ClipSizes clip_vit_b_16_sizes()
{
    return {{768, 12, 3072, 12}, {512, 8, 2048, 12}, 3, 224, 16, 49408, 77, 512};
}

ClipSizes clip_vit_l_14_sizes()
{
    return {{1024, 16, 4096, 24}, {768, 12, 3072, 12}, 3, 224, 14, 49408, 77, 768};
}

ClipSizes clip_sizes(const FileWeights &weights, const Json &config)
{
    ClipSizes sizes;
    sizes.openai = weights.has("visual.conv1.weight");
    const auto patches =
        weights.sides(sizes.openai ? "visual.conv1.weight" : "vision_model.embeddings.patch_embedding.weight", 4);
    const auto positions =
        weights.sides(sizes.openai ? "visual.positional_embedding" : "vision_model.embeddings.position_embedding.weight", 2);
    const auto tokens =
        weights.sides(sizes.openai ? "token_embedding.weight" : "text_model.embeddings.token_embedding.weight", 2);
    const auto context =
        weights.sides(sizes.openai ? "positional_embedding" : "text_model.embeddings.position_embedding.weight", 2);
    sizes.channels = patches[1];
    sizes.patch = patches[2];
    sizes.image = sizes.patch * square_side(positions[0] - 1);
    sizes.vocabulary = tokens[0];
    sizes.context = context[0];
    sizes.projection = sizes.openai ? weights.sides("visual.proj", 2)[1] : weights.sides("visual_projection.weight", 2)[0];
    for (const auto &[name, width, tower] :
         {std::tuple{"vision", patches[0], &sizes.vision}, std::tuple{"text", tokens[1], &sizes.text}}) {
        const TowerNames names = names_of(name, sizes.openai);
        tower->width = width;
        tower->heads = std::max<std::int64_t>(1, width / 64);
        tower->depth = weights.count(names.blocks);
        tower->hidden = weights.sides(names.blocks + "0." + names.block.up + ".weight", 2)[0];
    }
    if (config.is_object()) {
        take_config(config.value("vision_config", Json()), sizes.vision);
        take_config(config.value("text_config", Json()), sizes.text);
    }
    return sizes;
}

Operand clip_image_tower(NetworkBuilder &net, const ClipSizes &sizes)
{
    const std::int64_t width = sizes.vision.width, side = sizes.image / sizes.patch, tokens = side * side + 1;
    const std::string root = sizes.openai ? "visual." : "vision_model.";
    PatchEmbedding embedding{
        "conv1", "class_embedding", "positional_embedding", {width}, {tokens, width}, sizes.channels, width, sizes.patch, tokens,
        false};
    if (!sizes.openai) {
        embedding.convolution = "embeddings.patch_embedding";
        embedding.class_token = "embeddings.class_embedding";
        embedding.positions = "embeddings.position_embedding.weight";
    }
    for (std::string *name : {&embedding.convolution, &embedding.class_token, &embedding.positions})
        *name = root + *name;
    Operand x = embed_patches(net, embedding);
    x = net.layer_norm(x, root + (sizes.openai ? "ln_pre" : "pre_layrnorm"), width, sizes.vision.epsilon);
    x = first_token(net, blocks(net, sizes.vision, names_of("vision", sizes.openai), false, x));
    x = net.layer_norm(x, root + (sizes.openai ? "ln_post" : "post_layernorm"), width, sizes.vision.epsilon);
    return sizes.openai ? net.product(x, "visual.proj", width, sizes.projection)
                        : net.linear(x, "visual_projection", width, sizes.projection, false);
}

Operand clip_text_tower(NetworkBuilder &net, const ClipSizes &sizes, const std::vector<std::vector<std::int64_t>> &tokens)
{
    constexpr std::size_t kTogether = 256; // a thousand classes times eighty templates do not fit into memory at once
    if (tokens.size() <= kTogether)
        return text_batch(net, sizes, tokens);
    std::vector<Operand> parts;
    for (std::size_t first = 0; first < tokens.size(); first += kTogether)
        parts.push_back(text_batch(net, sizes, std::span(tokens).subspan(first, std::min(kTogether, tokens.size() - first))));
    return net.op("aten::cat", "", {net.op("ca::list", "Tensor", std::move(parts)), net.constant(std::int64_t{0})});
}

Operand clip_class_embeddings(NetworkBuilder &net, const ClipSizes &sizes, const ZeroShotPrompts &prompts)
{
    const auto classes = static_cast<std::int64_t>(prompts.classes.size());
    const auto templates = static_cast<std::int64_t>(prompts.templates.size());
    const Operand texts = net.normalized(clip_text_tower(net, sizes, prompts.tokens));
    const Operand grouped =
        net.op("aten::unflatten", "int",
               {texts, net.constant(std::int64_t{0}), net.constant(std::vector<std::int64_t>{classes, templates})});
    return net.normalized(net.op("aten::mean", "dim",
                                 {grouped, net.constant(std::vector<std::int64_t>{1}), net.constant(false), net.constant({})}));
}

Operand clip_zero_shot(NetworkBuilder &net, const ClipSizes &sizes, const ZeroShotPrompts &prompts)
{
    const Operand images = net.normalized(clip_image_tower(net, sizes));
    const Operand classes = net.op("aten::t", "", {clip_class_embeddings(net, sizes, prompts)});
    const Operand scale = net.op("aten::exp", "", {net.weight("logit_scale", {})});
    return net.op("aten::mul", "Tensor", {net.op("aten::matmul", "", {images, classes}), scale});
}

} // namespace ca
