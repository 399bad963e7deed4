// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/recipe.h"

#include "core/base/sha256.h"

#include <algorithm>
#include <array>
#include <set>

namespace ca {
namespace {

constexpr int kVersion = 1;
constexpr std::array<Format, 8> kFormats{Format::fp32, Format::int8, Format::int7, Format::int6,
                                         Format::int5, Format::int4, Format::int3, Format::int2};

std::string format_list()
{
    std::string list;
    for (const Format format : kFormats)
        list += (list.empty() ? "" : ", ") + to_text(format);
    return list;
}

tl::unexpected<Error> bad_scheme(const std::string &layer, const std::string &what)
{
    return fail(ErrorCode::usage, "The recipe's entry for the layer " + layer + " " + what + ".");
}

Result<Scheme> scheme_from_json(const std::string &layer, const Json &json)
{
    if (!json.is_object())
        return bad_scheme(layer, "is no object");
    static const std::set<std::string> kKeys{"format", "activation", "rounding", "group", "symmetric"};
    for (const auto &[key, value] : json.items())
        if (!kKeys.contains(key))
            return bad_scheme(layer,
                              "has the unknown key \"" + clean_text(key)
                                  + "\"; known are format, activation, rounding, group and symmetric");

    Scheme scheme;
    const auto text = [&](const char *key, const char *absent) {
        return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string(absent);
    };
    const auto format = format_from(text("format", ""));
    if (!format)
        return bad_scheme(layer, "needs a format out of " + format_list());
    scheme.format = *format;
    const std::string activation = text("activation", "none");
    if (activation != "none" && activation != "static")
        return bad_scheme(layer, "has an activation other than none and static");
    scheme.activation = activation == "static" ? Activation::static_int8 : Activation::none;
    const std::string rounding = text("rounding", "mse");
    if (rounding != "nearest" && rounding != "mse")
        return bad_scheme(layer, "has a rounding other than nearest and mse");
    scheme.rounding = rounding == "mse" ? Rounding::mse : Rounding::nearest;
    const Json group = json.value("group", Json("channel"));
    if (group.is_number_integer() && (group == 32 || group == 64 || group == 128))
        scheme.group = group.get<int>();
    else if (group != "channel")
        return bad_scheme(layer, "has a group other than 32, 64, 128 and \"channel\"");
    const Json symmetric = json.value("symmetric", Json(bits_of(scheme.format).value > 4));
    if (!symmetric.is_boolean())
        return bad_scheme(layer, "has a value of \"symmetric\" that is neither true nor false");
    scheme.symmetric = symmetric.get<bool>();
    return scheme;
}

/// Layers of other kinds have int weights and compute in float.
bool has_integer_kernel(const Layer &layer)
{
    return layer.kind == LayerKind::conv2d || layer.kind == LayerKind::linear;
}

} // namespace

std::string to_text(Format format)
{
    return format == Format::fp32 ? "fp32" : "int" + std::to_string(bits_of(format).value);
}

std::optional<Format> format_from(std::string_view text)
{
    const auto found = std::find_if(kFormats.begin(), kFormats.end(), [&](Format format) { return to_text(format) == text; });
    return found == kFormats.end() ? std::nullopt : std::optional(*found);
}

Bits bits_of(Format format)
{
    return bits(format == Format::fp32 ? 32 : 9 - static_cast<int>(format)); // int8 is 1, int2 is 7
}

Format int_format(Bits bits)
{
    return static_cast<Format>(9 - bits.value);
}

bool has_static_activations(const Recipe &recipe)
{
    return std::any_of(recipe.layers.begin(), recipe.layers.end(),
                       [](const auto &entry) { return entry.second.activation == Activation::static_int8; });
}

Json to_json(const Recipe &recipe)
{
    Json layers = Json::object();
    for (const auto &[name, scheme] : recipe.layers)
        layers[name] = {{"format", to_text(scheme.format)},
                        {"activation", scheme.activation == Activation::none ? "none" : "static"},
                        {"rounding", scheme.rounding == Rounding::mse ? "mse" : "nearest"},
                        {"group", scheme.group == 0 ? Json("channel") : Json(scheme.group)},
                        {"symmetric", scheme.symmetric}};
    return {{"version", kVersion}, {"model", recipe.model}, {"layers", layers}, {"options", Json::object()}};
}

Result<Recipe> recipe_from_json(const Json &json)
{
    if (!json.is_object() || !json.contains("layers") || !json["layers"].is_object())
        return fail(ErrorCode::usage,
                    "The recipe has no object \"layers\". It looks like "
                    "{\"version\":1,\"model\":…,\"layers\":{NAME:{\"format\":…}},\"options\":{}}.");
    if (json.value("version", Json()) != kVersion)
        return fail(ErrorCode::usage,
                    "The recipe is not of version " + std::to_string(kVersion) + ", the only one that this program knows.");
    Recipe recipe;
    recipe.model = json.contains("model") && json["model"].is_string() ? json["model"].get<std::string>() : std::string();
    for (const auto &[name, scheme] : json["layers"].items()) {
        const auto read = scheme_from_json(clean_text(name), scheme);
        if (!read)
            return forward(read);
        recipe.layers[name] = *read;
    }
    return recipe;
}

std::string hash(const Recipe &recipe)
{
    return sha256(canonical(to_json(recipe)));
}

const std::vector<std::string> &method_names()
{
    static const std::vector<std::string> names{"fp32",        "static-int8", "int8-weight",
                                                "int4-weight", "int3-weight", "int2-weight"};
    return names;
}

Result<MethodRecipe> make_recipe(const Model &model, std::string_view method, const MethodOptions &options)
{
    const auto &names = method_names();
    if (std::find(names.begin(), names.end(), method) == names.end()) {
        std::string known;
        for (const auto &name : names)
            known += (known.empty() ? "" : ", ") + name;
        return fail(ErrorCode::usage, "There is no method " + clean_text(method) + " here. Known are " + known + ".");
    }
    MethodRecipe result{{model.sha256, {}}, {}};
    if (method == "fp32")
        return result;
    const auto &layers = model.program.layers();
    if (layers.empty())
        return fail(ErrorCode::unsupported, "The model " + model.name + " has no layer that can be quantized.");
    const Format format = method == "static-int8" ? Format::int8 : *format_from(method.substr(0, 4));
    for (const Layer &layer : layers) {
        Scheme scheme{format, Activation::none, options.rounding.value_or(Rounding::mse), options.group.value_or(0),
                      options.symmetric.value_or(bits_of(format).value > 4)};
        if (method == "static-int8" && has_integer_kernel(layer))
            scheme.activation = Activation::static_int8;
        const bool end = layer.index.value == 0 || layer.index.value + 1 == layers.size();
        const std::int64_t columns = layer.weights() / std::max<std::int64_t>(1, layer.channels());
        if (options.first_and_last_float && end) {
            result.left_float.push_back({layer.name, "first or last layer, as asked"});
        } else {
            if (scheme.group != 0 && columns % scheme.group != 0)
                scheme.group = 0; // rows that groups do not divide keep one scale each
            result.recipe.layers[layer.name] = scheme;
        }
    }
    return result;
}

std::string describe(const Recipe &recipe, const Model &model)
{
    if (recipe.layers.empty())
        return "float";
    std::int64_t weights = 0, quantized = 0, activated = 0, unable = 0;
    double total_bits = 0;
    std::set<Format> formats;
    for (const Layer &layer : model.program.layers()) {
        const auto found = recipe.layers.find(layer.name);
        if (found == recipe.layers.end() || found->second.format == Format::fp32)
            continue;
        ++quantized;
        activated += found->second.activation == Activation::static_int8 ? 1 : 0;
        unable += has_integer_kernel(layer) || layer.kind == LayerKind::embedding ? 0 : 1;
        formats.insert(found->second.format);
        weights += layer.weights();
        total_bits += static_cast<double>(layer.weights()) * bits_of(found->second.format).value;
    }
    if (weights == 0)
        return "float";
    std::string name = formats.size() == 1 ? to_text(*formats.begin())
                                           : "mixed, " + to_text(total_bits / static_cast<double>(weights), 1) + " bits";
    name += activated == 0 ? " weights" : formats.size() == 1 && *formats.begin() == Format::int8 ? "" : ", int8 activations";
    if (activated > 0 && unable > 0)
        name += ", " + std::to_string(unable) + " with float activations";
    const auto left = static_cast<std::int64_t>(model.program.layers().size()) - quantized;
    return left == 0 ? name : name + ", " + std::to_string(left) + (left == 1 ? " layer float" : " layers float");
}

Status check(const Recipe &recipe, const Model &model)
{
    const auto &layers = model.program.layers();
    for (const auto &[name, scheme] : recipe.layers) {
        const auto layer =
            std::find_if(layers.begin(), layers.end(), [&](const Layer &candidate) { return candidate.name == name; });
        if (layer == layers.end())
            return fail(ErrorCode::usage,
                        "The recipe names the layer " + clean_text(name) + ", which the model " + model.name + " does not have.");
        const std::int64_t columns = layer->weights() / std::max<std::int64_t>(1, layer->channels());
        if (scheme.group != 0 && columns % scheme.group != 0)
            return bad_scheme(name,
                              "asks for groups of " + std::to_string(scheme.group) + ", which do not divide its rows of "
                                  + std::to_string(columns));
        if (!has_integer_kernel(*layer) && scheme.activation != Activation::none)
            return bad_scheme(name,
                              layer->kind == LayerKind::embedding
                                  ? "asks for quantized activations, but an embedding has none"
                                  : "asks for quantized activations, but only two-dimensional convolutions and linear layers "
                                    "have kernels for them");
    }
    return {};
}

} // namespace ca
