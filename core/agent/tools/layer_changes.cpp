// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/layer_changes.h"

#include "core/quantize/methods/method_list.h"

#include <array>
#include <set>

namespace ca::tools {
namespace {

constexpr std::array kGroups{32, 64, 128};

std::optional<std::string> word(const Json &value)
{
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

/// Null in place of what is absent; the schema has checked the words.
template <typename Value>
std::optional<Value> value_of(const Json &json, std::optional<Value> (*from)(std::string_view))
{
    const auto text = word(json);
    return text ? from(*text) : std::nullopt;
}

std::optional<int> group_of(const Json &json)
{
    const auto text = word(json);
    if (!text)
        return std::nullopt;
    return *text == "channel" ? 0 : std::stoi(*text);
}

/// What one layer can have, and errors for what it cannot.
class SchemeChoice {
public:
    SchemeChoice(const LayerChange &change, const Layer &layer, bool has_images, ArgumentErrors &errors)
        : change_(change), layer_(layer), has_images_(has_images), errors_(errors)
    {
    }

    /// `before`: what the base has.
    Scheme scheme(const Scheme &before)
    {
        const Format format = change_.format.value_or(before.format);
        if (!is_integer(format))
            return plain(format);
        check_rounding();
        check_group();
        check_activation();
        const bool was_integer = is_integer(before.format);
        MethodOptions options;
        options.has_images = has_images_;
        options.rounding = change_.rounding;
        options.group = change_.group;
        if (was_integer && !change_.group)
            options.group = before.group;
        if (was_integer && format == before.format) {
            options.symmetric = before.symmetric;
            if (!change_.rounding)
                options.rounding = before.rounding;
        }
        Scheme scheme = methods::integer_scheme(layer_, format, options);
        scheme.activation = change_.activation.value_or(was_integer ? before.activation : Activation::none);
        return scheme;
    }

private:
    Scheme plain(Format format)
    {
        const std::string with = " with " + to_text(format) + " weights";
        if (change_.activation.value_or(Activation::none) != Activation::none)
            wrong("activation", with, {to_text(Activation::none), nullptr});
        if (change_.rounding.value_or(Rounding::nearest) != Rounding::nearest)
            wrong("rounding", with, {to_text(Rounding::nearest), nullptr});
        if (change_.group.value_or(0) != 0)
            wrong("group", with, {"channel", nullptr});
        return methods::plain_scheme(format);
    }

    void check_rounding()
    {
        if (change_.rounding && is_compensated(*change_.rounding) && !has_images_)
            wrong("rounding", " without calibration images", {to_text(Rounding::nearest), to_text(Rounding::mse), nullptr});
    }

    void check_group()
    {
        const std::int64_t columns = layer_.weights() / std::max<std::int64_t>(1, layer_.channels());
        if (!change_.group || *change_.group == 0 || columns % *change_.group == 0)
            return;
        Json allowed{"channel", nullptr};
        for (const int group : kGroups)
            if (columns % group == 0)
                allowed.push_back(std::to_string(group));
        wrong("group", ", whose rows have " + std::to_string(columns) + " weights", allowed);
    }

    void check_activation()
    {
        const Activation wanted = change_.activation.value_or(Activation::none);
        if (wanted != Activation::none && !has_integer_kernel(layer_))
            wrong("activation", ", which has no kernel for int8 inputs", {to_text(Activation::none), nullptr});
        else if (wanted == Activation::static_int8 && !has_images_)
            wrong("activation", " without calibration images",
                  {to_text(Activation::none), to_text(Activation::dynamic_int8), nullptr});
    }

    void wrong(const char *key, const std::string &why, const Json &allowed)
    {
        errors_.push_back({change_.path + "/" + key, "is not possible for " + layer_.index.id() + why, allowed});
    }

    const LayerChange &change_;
    const Layer &layer_;
    bool has_images_;
    ArgumentErrors &errors_;
};

} // namespace

std::vector<LayerChange> layer_changes(const ToolBox::State &state, const Json &list, ArgumentErrors &errors)
{
    std::vector<LayerChange> changes;
    std::set<std::string> seen;
    for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
        const Json &entry = list[i];
        LayerChange change;
        change.path = "/layers/" + std::to_string(i);
        change.format = value_of(entry["format"], format_from);
        change.activation = value_of(entry["activation"], activation_from);
        change.rounding = value_of(entry["rounding"], rounding_from);
        change.group = group_of(entry["group"]);
        if (!change.format && !change.activation && !change.rounding && !change.group)
            errors.push_back({change.path, "changes nothing", {"format", "activation", "rounding", "group"}});
        if (entry["ids"].empty())
            errors.push_back({change.path + "/ids", "is empty", state.layer_ids()});
        for (std::size_t j = 0; j < entry["ids"].size(); ++j) {
            const std::string id = entry["ids"][j].get<std::string>(), path = change.path + "/ids/" + std::to_string(j);
            const Layer *layer = state.layer(id);
            if (!layer)
                errors.push_back({path, "is no layer", state.layer_ids()});
            else if (!seen.insert(id).second)
                errors.push_back({path, id + " stands twice", "each layer once"});
            else
                change.layers.push_back(layer);
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

void apply_change(const LayerChange &change, bool has_images, Recipe &recipe, ArgumentErrors &errors)
{
    const std::size_t before = errors.size();
    for (const Layer *layer : change.layers) {
        const auto found = recipe.layers.find(layer->name);
        const Scheme base = found == recipe.layers.end() ? methods::plain_scheme(Format::fp32) : found->second;
        const Scheme scheme = SchemeChoice(change, *layer, has_images, errors).scheme(base);
        if (errors.size() > before)
            return; // the other layers of this change would say the same again
        if (scheme.format == Format::fp32)
            recipe.layers.erase(layer->name);
        else
            recipe.layers[layer->name] = scheme;
    }
}

} // namespace ca::tools
