// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/recipe.h"

#include <algorithm>
#include <set>

namespace ca {
namespace {

tl::unexpected<Error> bad_scheme(const std::string &layer, const std::string &what)
{
    return fail(ErrorCode::usage, "The recipe's entry for the layer " + clean_text(layer) + " " + what + ".");
}

/// What of a recipe's layers its name tells.
struct Summary {
    std::int64_t weights = 0, quantized = 0, static_inputs = 0, dynamic_inputs = 0, unable = 0;
    double total_bits = 0;
    std::set<Format> formats;
};

Summary summary_of(const Recipe &recipe, const Model &model)
{
    Summary summary;
    for (const Layer &layer : model.program.layers()) {
        const auto found = recipe.layers.find(layer.name);
        if (found == recipe.layers.end() || found->second.format == Format::fp32)
            continue;
        ++summary.quantized;
        summary.static_inputs += found->second.activation == Activation::static_int8 ? 1 : 0;
        summary.dynamic_inputs += found->second.activation == Activation::dynamic_int8 ? 1 : 0;
        summary.unable += has_integer_kernel(layer) || layer.kind == LayerKind::embedding ? 0 : 1;
        summary.formats.insert(found->second.format);
        summary.weights += layer.weights();
        summary.total_bits += static_cast<double>(layer.weights()) * bits_of(found->second.format).value;
    }
    return summary;
}

std::string activations_text(const Summary &summary)
{
    const bool only_int8 = summary.formats.size() == 1 && *summary.formats.begin() == Format::int8;
    if (summary.static_inputs > 0)
        return only_int8 ? "" : ", int8 activations";
    if (summary.dynamic_inputs > 0)
        return only_int8 ? ", dynamic" : ", dynamic int8 activations";
    const bool integers = std::any_of(summary.formats.begin(), summary.formats.end(), is_integer);
    return integers ? " weights" : "";
}

} // namespace

bool has_integer_kernel(const Layer &layer)
{
    return layer.kind == LayerKind::conv2d || layer.kind == LayerKind::linear;
}

bool has_static_activations(const Recipe &recipe)
{
    return std::any_of(recipe.layers.begin(), recipe.layers.end(),
                       [](const auto &entry) { return entry.second.activation == Activation::static_int8; });
}

bool needs_images(const Recipe &recipe)
{
    const RecipeOptions &options = recipe.options;
    return has_static_activations(recipe) || options.correct_biases || options.smooth || options.equalize
        || std::any_of(recipe.layers.begin(), recipe.layers.end(), [](const auto &entry) {
               return is_integer(entry.second.format) && is_compensated(entry.second.rounding);
           });
}

std::string describe(const Recipe &recipe, const Model &model)
{
    const Summary summary = summary_of(recipe, model);
    if (summary.weights == 0)
        return "float";
    const double average = summary.total_bits / static_cast<double>(summary.weights);
    std::string name =
        summary.formats.size() == 1 ? to_text(*summary.formats.begin()) : "mixed, " + to_text(average, 1) + " bits";
    name += activations_text(summary);
    if (summary.static_inputs + summary.dynamic_inputs > 0 && summary.unable > 0)
        name += ", " + std::to_string(summary.unable) + " with float activations";
    const auto left = static_cast<std::int64_t>(model.program.layers().size()) - summary.quantized;
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
        if (scheme.activation != Activation::none && !is_integer(scheme.format))
            return bad_scheme(name,
                              "asks for " + to_text(scheme.format)
                                  + " weights with quantized activations, which go with int8 to "
                                    "int2");
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
