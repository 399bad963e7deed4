// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export_config.h"

#include <set>

namespace ca {
namespace {

bool is_whole_byte(Format format)
{
    return bits_of(format).value == 8;
}

Json activations_json(const Scheme &scheme, bool per_token)
{
    if (scheme.activation == Activation::none)
        return nullptr;
    const bool dynamic = scheme.activation == Activation::dynamic_int8;
    return {{"num_bits", 8},
            {"type", "int"},
            {"symmetric", false},
            {"strategy", dynamic && per_token ? "token" : "tensor"},
            {"dynamic", dynamic}};
}

Json weights_json(const Scheme &scheme)
{
    return {{"num_bits", bits_of(scheme.format).value},
            {"type", "int"},
            {"symmetric", scheme.symmetric},
            {"strategy", scheme.group == 0 ? "channel" : "group"},
            {"group_size", scheme.group == 0 ? Json() : Json(scheme.group)},
            {"dynamic", false}};
}

/// The layers that have a scheme that `is_part` takes, and all others.
struct Selection {
    std::vector<std::string> targets, others;
};

template <typename IsPart>
Selection select(const Recipe &recipe, const std::vector<Layer> &layers, const IsPart &is_part)
{
    Selection selection;
    for (const Layer &layer : layers) {
        const auto found = recipe.layers.find(layer.name);
        const bool part = found != recipe.layers.end() && is_part(found->second.format);
        (part ? selection.targets : selection.others).push_back(layer.name);
    }
    return selection;
}

/// Layers of one scheme are one group.
Json compressed_tensors(const Recipe &recipe, const Selection &selection)
{
    std::map<Scheme, std::vector<std::string>> groups;
    bool packed = false, plain = false;
    for (const std::string &name : selection.targets) {
        const Scheme &scheme = recipe.layers.at(name);
        (is_whole_byte(scheme.format) ? plain : packed) = true;
        groups[scheme].push_back(name);
    }
    Json config_groups = Json::object();
    for (const auto &[scheme, names] : groups)
        config_groups["group_" + std::to_string(config_groups.size())] = {
            {"targets", names},
            {"format", is_whole_byte(scheme.format) ? "int-quantized" : "pack-quantized"},
            {"input_activations", activations_json(scheme, recipe.options.per_token)},
            {"output_activations", nullptr},
            {"weights", weights_json(scheme)}};
    const char *format = packed && plain ? "mixed-precision" : packed ? "pack-quantized" : "int-quantized";
    return {{"quant_method", "compressed-tensors"},
            {"format", format},
            {"quantization_status", "compressed"},
            {"config_groups", config_groups},
            {"ignore", selection.others}};
}

Json bitsandbytes(Format format, const RecipeOptions &options, const Selection &selection)
{
    const bool rows = format == Format::llm_int8;
    return {{"quant_method", "bitsandbytes"},
            {"load_in_4bit", !rows},
            {"load_in_8bit", rows},
            {"bnb_4bit_quant_type", rows ? "fp4" : to_text(format)}, // fp4: what its class has where that is not looked at
            {"bnb_4bit_use_double_quant", !rows && options.double_quantization},
            {"bnb_4bit_compute_dtype", options.compute == Format::bf16 ? "bfloat16" : "float32"},
            {"bnb_4bit_quant_storage", "uint8"},
            {"llm_int8_threshold", options.threshold},
            {"llm_int8_has_fp16_weight", false},
            {"llm_int8_enable_fp32_cpu_offload", false},
            {"llm_int8_skip_modules", selection.others}};
}

} // namespace

Json quantization_config(const Recipe &recipe, const std::vector<Layer> &layers)
{
    std::vector<std::pair<Json, Selection>> parts;
    if (auto integers = select(recipe, layers, is_integer); !integers.targets.empty())
        parts.emplace_back(compressed_tensors(recipe, integers), integers);
    for (const Format format : {Format::nf4, Format::fp4, Format::llm_int8}) {
        auto selection = select(recipe, layers, [&](Format other) { return other == format; });
        if (!selection.targets.empty())
            parts.emplace_back(bitsandbytes(format, recipe.options, selection), selection);
    }
    if (parts.empty())
        return nullptr;
    if (parts.size() == 1)
        return parts.front().first;
    Json mixed{{"quant_method", "mixed"}, {"parts", Json::array()}};
    for (auto &[config, selection] : parts) {
        config["targets"] = selection.targets;
        mixed["parts"].push_back(std::move(config));
    }
    return mixed;
}

} // namespace ca
