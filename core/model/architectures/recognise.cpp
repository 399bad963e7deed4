// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/recognise.h"

#include <algorithm>
#include <regex>
#include <string_view>

namespace ca {
namespace {

struct Rule {
    std::regex pattern;
    std::string name;
    int add = 0; ///< to the first number of the pattern, which `#` in the name stands for
};

/// Whose names these are, and what makes them the architecture's own. The first rule that fits a name counts.
struct Convention {
    Architecture architecture;
    std::string name;
    std::vector<std::string> marks; ///< names that all must be there, after the rules
    std::vector<Rule> rules;
};

std::regex operator""_r(const char *text, std::size_t length)
{
    return std::regex(text, length);
}

Convention hugging_face_resnet()
{
    std::vector<Rule> rules{{R"(resnet\.embedder\.embedder\.convolution\.(.*))"_r, "conv1.$1"},
                            {R"(resnet\.embedder\.embedder\.normalization\.(.*))"_r, "bn1.$1"},
                            {R"(classifier\.1\.(.*))"_r, "fc.$1"}};
    for (int stage = 0; stage < 4; ++stage) {
        const std::string from = R"(resnet\.encoder\.stages\.)" + std::to_string(stage) + R"(\.layers\.([0-9]{1,4})\.)";
        const std::string to = "layer" + std::to_string(stage + 1) + ".$1.";
        rules.push_back({std::regex(from + R"(shortcut\.convolution\.(.*))"), to + "downsample.0.$2"});
        rules.push_back({std::regex(from + R"(shortcut\.normalization\.(.*))"), to + "downsample.1.$2"});
        for (int layer = 0; layer < 3; ++layer) {
            const std::string inner = from + R"(layer\.)" + std::to_string(layer), number = std::to_string(layer + 1);
            rules.push_back({std::regex(inner + R"(\.convolution\.(.*))"), to + "conv" + number + ".$2"});
            rules.push_back({std::regex(inner + R"(\.normalization\.(.*))"), to + "bn" + number + ".$2"});
        }
    }
    return {Architecture::resnet, "Hugging Face", {"conv1.weight", "layer4.0.conv1.weight", "fc.weight"}, std::move(rules)};
}

Convention hugging_face_mobilenet_v2()
{
    std::vector<Rule> rules{{R"(classifier\.(weight|bias))"_r, "classifier.1.$1"}};
    const auto pair = [&](const std::string &from, const std::string &convolution, const std::string &norm, int add = 0) {
        const std::string rest = add == 0 ? "$1" : "$2";
        rules.push_back({std::regex("mobilenet_v2\\." + from + R"(\.convolution\.(.*))"), convolution + "." + rest, add});
        rules.push_back({std::regex("mobilenet_v2\\." + from + R"(\.normalization\.(.*))"), norm + "." + rest, add});
    };
    pair(R"(conv_stem\.first_conv)", "features.0.0", "features.0.1");
    pair(R"(conv_stem\.conv_3x3)", "features.1.conv.0.0", "features.1.conv.0.1");
    pair(R"(conv_stem\.reduce_1x1)", "features.1.conv.1", "features.1.conv.2");
    pair(R"(layer\.([0-9]{1,4})\.expand_1x1)", "features.#.conv.0.0", "features.#.conv.0.1", 2);
    pair(R"(layer\.([0-9]{1,4})\.conv_3x3)", "features.#.conv.1.0", "features.#.conv.1.1", 2);
    pair(R"(layer\.([0-9]{1,4})\.reduce_1x1)", "features.#.conv.2", "features.#.conv.3", 2);
    pair("conv_1x1", "features.18.0", "features.18.1");
    return {Architecture::mobilenet_v2,
            "Hugging Face",
            {"features.0.0.weight", "features.18.0.weight", "classifier.1.weight"},
            std::move(rules)};
}

/// The names of published files, and those that its version 5 has in memory.
Convention hugging_face_vit()
{
    const std::string from = R"(vit\.(?:encoder\.layer|layers)\.([0-9]{1,4})\.)", to = "encoder.layers.encoder_layer_$1.";
    const auto inner = [&](const char *name, const char *ours) {
        return Rule{std::regex(from + name + R"(\.(.*))"), to + ours + ".$2"};
    };
    return {Architecture::vit,
            "Hugging Face",
            {"conv_proj.weight", "encoder.pos_embedding", "heads.head.weight"},
            {{R"(vit\.embeddings\.cls_token)"_r, "class_token"},
             {R"(vit\.embeddings\.position_embeddings)"_r, "encoder.pos_embedding"},
             {R"(vit\.embeddings\.patch_embeddings\.projection\.(.*))"_r, "conv_proj.$1"},
             inner("attention\\.(?:attention\\.query|q_proj)", "self_attention.query"),
             inner("attention\\.(?:attention\\.key|k_proj)", "self_attention.key"),
             inner("attention\\.(?:attention\\.value|v_proj)", "self_attention.value"),
             inner("attention\\.(?:output\\.dense|o_proj)", "self_attention.out_proj"),
             inner("(?:intermediate\\.dense|mlp\\.fc1)", "mlp.0"),
             inner("(?:output\\.dense|mlp\\.fc2)", "mlp.3"),
             inner("layernorm_before", "ln_1"),
             inner("layernorm_after", "ln_2"),
             {R"(vit\.layernorm\.(.*))"_r, "encoder.ln.$1"},
             {R"(classifier\.(.*))"_r, "heads.head.$1"}}};
}

Convention timm_vit()
{
    const std::string from = R"(blocks\.([0-9]{1,4})\.)", to = "encoder.layers.encoder_layer_$1.";
    const auto inner = [&](const char *name, const char *ours) {
        return Rule{std::regex(from + name + R"(\.(.*))"), to + ours + ".$2"};
    };
    return {Architecture::vit,
            "timm",
            {"conv_proj.weight", "encoder.pos_embedding", "heads.head.weight"},
            {{"cls_token"_r, "class_token"},
             {"pos_embed"_r, "encoder.pos_embedding"},
             {R"(patch_embed\.proj\.(.*))"_r, "conv_proj.$1"},
             {std::regex(from + R"(attn\.qkv\.(.*))"), to + "self_attention.in_proj_$2"},
             inner("attn\\.proj", "self_attention.out_proj"),
             inner("norm1", "ln_1"),
             inner("norm2", "ln_2"),
             inner("mlp\\.fc1", "mlp.0"),
             inner("mlp\\.fc2", "mlp.3"),
             {R"(norm\.(.*))"_r, "encoder.ln.$1"},
             {R"(head\.(.*))"_r, "heads.head.$1"}}};
}

const std::vector<Convention> &conventions()
{
    static const std::vector<Convention> all{
        {Architecture::clip,
         "Hugging Face",
         {"vision_model.embeddings.patch_embedding.weight", "text_model.embeddings.token_embedding.weight",
          "visual_projection.weight", "text_projection.weight", "logit_scale"},
         {}},
        {Architecture::clip,
         "OpenAI",
         {"visual.conv1.weight", "visual.proj", "token_embedding.weight", "text_projection", "logit_scale"},
         {}},
        {Architecture::resnet, "torchvision", {"conv1.weight", "bn1.weight", "layer4.0.conv1.weight", "fc.weight"}, {}},
        {Architecture::mobilenet_v2,
         "torchvision",
         {"features.0.0.weight", "features.17.conv.3.weight", "classifier.1.weight"},
         {}},
        {Architecture::vit,
         "torchvision",
         {"conv_proj.weight", "encoder.pos_embedding", "heads.head.weight"},
         {{R"((.*)\.mlp\.linear_1\.(.*))"_r, "$1.mlp.0.$2"}, {R"((.*)\.mlp\.linear_2\.(.*))"_r, "$1.mlp.3.$2"}}},
        hugging_face_resnet(),
        hugging_face_mobilenet_v2(),
        hugging_face_vit(),
        timm_vit()};
    return all;
}

std::string without_wrapper(std::string name)
{
    static constexpr std::string_view kWrappers[] = {"module.", "_orig_mod.", "model.", "net."};
    for (bool again = true; again;) {
        again = false;
        for (const auto wrapper : kWrappers)
            if (name.starts_with(wrapper)) {
                name.erase(0, wrapper.size());
                again = true;
            }
    }
    return name;
}

/// No network calls a tensor by more; the patterns' cost, also in stack, grows with the name.
constexpr std::size_t kLongestName = 300;

std::string renamed(const std::string &name, const std::vector<Rule> &rules)
{
    if (name.size() > kLongestName)
        return name;
    std::smatch found;
    for (const Rule &rule : rules) {
        if (!std::regex_match(name, found, rule.pattern))
            continue;
        std::string to = found.format(rule.name);
        if (const auto at = to.find('#'); at != std::string::npos)
            to.replace(at, 1, std::to_string(std::stoi(found[1]) + rule.add));
        return to;
    }
    return name;
}

} // namespace

std::string to_text(Architecture architecture)
{
    switch (architecture) {
    case Architecture::resnet:
        return "ResNet";
    case Architecture::mobilenet_v2:
        return "MobileNetV2";
    case Architecture::vit:
        return "ViT";
    case Architecture::clip:
        return "CLIP";
    }
    return {};
}

std::optional<Recognised> recognise(const std::vector<FileTensor> &tensors)
{
    for (const Convention &convention : conventions()) {
        std::map<std::string, std::size_t> places;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const std::string name = renamed(without_wrapper(tensors[i].name), convention.rules);
            if (!places.emplace(name, i).second) // a second tensor of the name is none of the network's
                places.emplace(name + "#" + std::to_string(i), i);
        }
        if (std::all_of(convention.marks.begin(), convention.marks.end(),
                        [&](const std::string &mark) { return places.contains(mark); }))
            return Recognised{convention.architecture, convention.name, std::move(places)};
    }
    return std::nullopt;
}

} // namespace ca
