// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/example_set.h"

#include "core/base/base64.h"
#include "core/base/json_member.h"

#include <span>

namespace ca {
namespace {

void add_image(OrderedJson &json, const ShownExample &example)
{
    json["index"] = example.index;
    json["file"] = or_null(example.file);
}

OrderedJson to_json(const ShownAnswer &answer)
{
    return {{"output", answer.output}, {"class", answer.name}, {"probability", answer.probability}};
}

OrderedJson to_json(const Thumbnail &picture)
{
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(picture.png.data());
    return {{"width", picture.width}, {"height", picture.height}, {"png", to_base64(std::span(bytes, picture.png.size()))}};
}

OrderedJson to_json(const ShownExample &example, bool pictures)
{
    OrderedJson json;
    json["kind"] = example.kind;
    add_image(json, example);
    json["label"] = example.name ? OrderedJson(example.label) : OrderedJson(nullptr);
    json["class"] = or_null(example.name);
    json["float"] = to_json(example.before);
    json["quantized"] = to_json(example.after);
    if (pictures)
        json["picture"] = example.picture ? to_json(*example.picture) : OrderedJson(nullptr);
    return json;
}

OrderedJson to_json(const ShownClassChange &change)
{
    OrderedJson json;
    json["label"] = change.label;
    json["class"] = or_null(change.name);
    json["images"] = change.images;
    json["float_right"] = change.float_right;
    json["quantized_right"] = change.quantized_right;
    json["fixed"] = change.fixed;
    json["broken"] = change.broken;
    return json;
}

OrderedJson repairs_of(const ShownExample &example)
{
    OrderedJson json;
    add_image(json, example);
    json["before"] = example.probability_before;
    json["groups"] = OrderedJson::array();
    for (const ShownRepair &repair : example.repairs)
        json["groups"].push_back({{"group", repair.group}, {"repaired", repair.repaired}, {"probability", repair.probability}});
    return json;
}

ShownAnswer answer_from(const Json &json)
{
    return {json.at("output").get<int>(), json.at("class").get<std::string>(), json.at("probability").get<double>()};
}

std::optional<std::string> text_or_nothing(const Json &json, const char *key)
{
    const Json &value = member(json, key);
    return value.is_null() ? std::nullopt : std::optional(value.get<std::string>());
}

std::optional<Thumbnail> picture_from(const Json &json)
{
    if (json.is_null())
        return {};
    const auto bytes = from_base64(json.at("png").get_ref<const std::string &>());
    if (!bytes)
        return {};
    return Thumbnail{json.at("width").get<int>(), json.at("height").get<int>(), std::string(bytes->begin(), bytes->end())};
}

ShownExample example_from(const Json &json)
{
    ShownExample example;
    example.kind = json.at("kind").get<std::string>();
    example.index = json.at("index").get<std::int64_t>();
    example.file = text_or_nothing(json, "file");
    example.name = text_or_nothing(json, "class");
    example.label = example.name ? json.at("label").get<int>() : -1;
    example.before = answer_from(json.at("float"));
    example.after = answer_from(json.at("quantized"));
    example.picture = picture_from(member(json, "picture"));
    return example;
}

ShownClassChange change_from(const Json &json)
{
    const auto number = [&json](const char *key) { return json.at(key).get<std::int64_t>(); };
    return {json.at("label").get<int>(),
            text_or_nothing(json, "class"),
            number("images"),
            number("float_right"),
            number("quantized_right"),
            number("fixed"),
            number("broken")};
}

/// Of the broken image that it names; of none, where there is no such example.
void add_repairs(ExampleSet &set, const Json &json)
{
    for (ShownExample &example : set.examples)
        if (example.kind == "broken" && example.index == json.at("index").get<std::int64_t>()) {
            example.probability_before = json.at("before").get<double>();
            for (const Json &group : json.at("groups"))
                example.repairs.push_back({group.at("group").get<std::string>(), group.at("repaired").get<bool>(),
                                           group.at("probability").get<double>()});
        }
}

} // namespace

OrderedJson to_json(const ExampleSet &set, bool pictures)
{
    OrderedJson json{{"trial", set.trial}, {"split", set.split}};
    json["examples"] = OrderedJson::array();
    json["class_changes"] = OrderedJson::array();
    json["repairs"] = OrderedJson::array();
    for (const ShownExample &example : set.examples) {
        json["examples"].push_back(to_json(example, pictures));
        if (!example.repairs.empty())
            json["repairs"].push_back(repairs_of(example));
    }
    for (const ShownClassChange &change : set.changes)
        json["class_changes"].push_back(to_json(change));
    return json;
}

Result<ExampleSet> example_set_from_json(const Json &json)
{
    try {
        ExampleSet set{.trial = json.at("trial").get<std::string>(), .split = json.at("split").get<std::string>()};
        for (const Json &example : json.at("examples"))
            set.examples.push_back(example_from(example));
        for (const Json &change : json.at("class_changes"))
            set.changes.push_back(change_from(change));
        for (const Json &repairs : json.at("repairs"))
            add_repairs(set, repairs);
        return set;
    } catch (const Json::exception &error) {
        return fail(ErrorCode::bad_format,
                    "The examples of a study cannot be read: " + clean_text(error.what())
                        + ". Run it again with --show-examples.");
    }
}

} // namespace ca
