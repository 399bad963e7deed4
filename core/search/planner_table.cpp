// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_table.h"

#include "core/quantize/export/export.h"
#include "core/quantize/methods/method_list.h"
#include "core/search/planner_damages.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

constexpr std::array kWidths{Format::int8, Format::int6, Format::int5, Format::int4, Format::int3, Format::int2};

Scheme scheme_of(const Layer &layer, Format format, const MethodOptions &options)
{
    return is_integer(format) ? methods::integer_scheme(layer, format, options) : methods::plain_scheme(format);
}

std::vector<Format> formats_left(const std::string &layer, const Constraints &constraints)
{
    const auto pin = constraints.pins.find(layer);
    const auto minimum = constraints.minimum_bits.find(layer);
    const auto allowed = [&](Format format) {
        return !constraints.forbidden.contains(format)
            && (minimum == constraints.minimum_bits.end() || bits_of(format).value >= minimum->second);
    };
    std::vector<Format> result;
    if (pin != constraints.pins.end())
        result.push_back(pin->second);
    else
        result.assign(kWidths.begin(), kWidths.end());
    std::erase_if(result, [&](Format format) { return !allowed(format); });
    if (result.empty() && pin == constraints.pins.end() && allowed(Format::fp32))
        result.push_back(Format::fp32);
    return result;
}

tl::unexpected<Error> nothing_left(const std::string &layer, const Constraints &constraints)
{
    std::string forbidden;
    for (const Format format : constraints.forbidden)
        forbidden += (forbidden.empty() ? "" : ", ") + to_text(format);
    std::string sentence = "The constraints leave the layer " + layer + " no format:";
    if (const auto pin = constraints.pins.find(layer); pin != constraints.pins.end())
        sentence += " it is pinned to " + to_text(pin->second) + ",";
    if (const auto minimum = constraints.minimum_bits.find(layer); minimum != constraints.minimum_bits.end())
        sentence += " it must have at least " + std::to_string(minimum->second) + " bits,";
    if (!forbidden.empty())
        sentence += " no layer may have " + forbidden + ",";
    sentence.back() = '.';
    return fail(ErrorCode::constraint, sentence + " Lift one of these.");
}

Status check_names(const Model &model, const SensitivityTable &table, const Constraints &constraints)
{
    const auto &layers = model.program.layers();
    const auto same = [](const Layer &layer, const LayerSensitivity &row) { return layer.name == row.layer.name; };
    if (!std::equal(layers.begin(), layers.end(), table.layers.begin(), table.layers.end(), same)
        || model.sha256 != table.model_sha256)
        return fail(ErrorCode::usage,
                    "The scan is of " + table.model + ", whose layers are not those of the model " + model.name
                        + ". Scan this model.");
    const auto known = [&](const std::string &name) {
        return std::any_of(layers.begin(), layers.end(), [&](const Layer &layer) { return layer.name == name; });
    };
    const auto unknown = [&](const std::string &name) {
        return fail(ErrorCode::usage,
                    "A constraint names the layer " + name + ", which the model " + model.name
                        + " does not have. Name one that a scan lists.");
    };
    for (const auto &[name, format] : constraints.pins)
        if (!known(name))
            return unknown(name);
    for (const auto &[name, least] : constraints.minimum_bits)
        if (!known(name))
            return unknown(name);
    return {};
}

Result<PlannedLayer> planned_layer(const Layer &layer, const LayerDamages &damages, const PlannerOptions &options)
{
    MethodOptions method;
    method.has_images = options.has_images;
    PlannedLayer result;
    result.name = layer.name;
    result.weights = layer.weights();
    result.damages = damages.weight;
    result.input_damage = damages.input;
    result.takes_int8_inputs = has_integer_kernel(layer) && options.has_images;
    for (const Format format : formats_left(layer.name, options.constraints)) {
        const Scheme scheme = scheme_of(layer, format, method);
        result.formats.push_back({scheme, stored_bytes(layer, scheme).value});
    }
    if (const auto latency = options.latency.find(layer.name); latency != options.latency.end()) {
        result.float_latency = latency->second.first;
        result.int8_latency = latency->second.second;
    }
    return result.formats.empty() ? nothing_left(layer.name, options.constraints) : Result<PlannedLayer>(std::move(result));
}

} // namespace

double PlannedLayer::damage(const Scheme &scheme, double gain) const
{
    return gain * (damages.at(scheme.format) + (scheme.activation == Activation::none ? 0 : input_damage));
}

double PlannerTable::damage(const Recipe &recipe, std::span<const double> gains) const
{
    double total = 0;
    for (std::size_t l = 0; l < layers.size(); ++l)
        if (const auto found = recipe.layers.find(layers[l].name); found != recipe.layers.end())
            total += layers[l].damage(found->second, gains[l]);
    return total;
}

std::optional<double> PlannerTable::latency(const Recipe &recipe) const
{
    if (!has_latency)
        return std::nullopt;
    double total = other_latency;
    for (const PlannedLayer &layer : layers) {
        const auto found = recipe.layers.find(layer.name);
        const bool int8 = found != recipe.layers.end() && found->second.activation != Activation::none;
        total += int8 ? layer.int8_latency : layer.float_latency;
    }
    return total;
}

std::int64_t PlannerTable::bytes(const Plan &plan) const
{
    std::int64_t total = other_bytes;
    for (std::size_t l = 0; l < layers.size(); ++l)
        total += layers[l].formats[plan.formats[l]].bytes;
    return total;
}

double PlannerTable::average_bits(const Recipe &recipe) const
{
    double total = 0, weights = 0;
    for (const PlannedLayer &layer : layers) {
        const auto found = recipe.layers.find(layer.name);
        const Format format = found == recipe.layers.end() ? Format::fp32 : found->second.format;
        total += static_cast<double>(layer.weights) * bits_of(format).value;
        weights += static_cast<double>(layer.weights);
    }
    return weights > 0 ? total / weights : bits_of(Format::fp32).value;
}

Result<PlannerTable> planner_table(const Model &model, const SensitivityTable &table, const PlannerOptions &options)
{
    if (const auto checked = check_names(model, table, options.constraints); !checked)
        return forward(checked);
    PlannerTable result;
    result.has_latency = !options.latency.empty();
    result.other_latency = options.other_latency;
    const std::vector<LayerDamages> damages = layer_damages(table);
    Plan plan;
    for (std::size_t l = 0; l < damages.size(); ++l) {
        auto layer = planned_layer(model.program.layers()[l], damages[l], options);
        if (!layer)
            return forward(layer);
        plan.formats.push_back(layer->formats.size() / 2);
        plan.int8_inputs.push_back(false);
        result.layers.push_back(std::move(*layer));
    }
    const Recipe middle = recipe_of(result, model, plan, options.has_images).recipe;
    result.other_bytes = predicted_bytes(model, middle).value - result.bytes(plan);
    return result;
}

MethodRecipe recipe_of(const PlannerTable &table, const Model &model, const Plan &plan, bool has_images)
{
    MethodRecipe result{{model.sha256, {}}, {}};
    for (std::size_t l = 0; l < table.layers.size(); ++l) {
        const PlannedLayer &layer = table.layers[l];
        Scheme scheme = layer.formats[plan.formats[l]].scheme;
        if (scheme.format == Format::fp32) {
            result.left_float.push_back({layer.name, "the constraints leave it no other format"});
            continue;
        }
        if (plan.int8_inputs[l] && is_integer(scheme.format))
            scheme.activation = Activation::static_int8;
        result.recipe.layers.emplace(layer.name, scheme);
    }
    if (has_static_activations(result.recipe)) {
        MethodOptions method;
        method.has_images = has_images;
        methods::set_static_options(result.recipe.options, model, method);
    }
    return result;
}

bool keeps_formats(const Recipe &recipe, const Constraints &constraints)
{
    const auto format_of = [&](const std::string &layer) {
        const auto found = recipe.layers.find(layer);
        return found == recipe.layers.end() ? Format::fp32 : found->second.format;
    };
    for (const auto &[layer, format] : constraints.pins)
        if (format_of(layer) != format)
            return false;
    for (const auto &[layer, least] : constraints.minimum_bits)
        if (bits_of(format_of(layer)).value < least)
            return false;
    return std::none_of(recipe.layers.begin(), recipe.layers.end(),
                        [&](const auto &entry) { return constraints.forbidden.contains(entry.second.format); });
}

} // namespace ca
