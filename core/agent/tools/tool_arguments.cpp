// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_arguments.h"

#include "core/agent/untrusted/untrusted.h"

#include <algorithm>

namespace ca {
namespace {

constexpr std::size_t kMostText = 64U << 10U; // of arguments: ten thousand ids
constexpr int kDeepest = 16;                  // objects in arguments nest four deep
constexpr std::size_t kMostErrors = 8;        // more than a model mends at a time

/// As a JSON pointer escapes it.
std::string step(const std::string &key)
{
    std::string text = "/";
    for (const char c : visible_text(key))
        text += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
    return text;
}

bool has_type(const Json &value, const std::string &type)
{
    if (type == "null")
        return value.is_null();
    if (type == "object")
        return value.is_object();
    if (type == "array")
        return value.is_array();
    if (type == "string")
        return value.is_string();
    if (type == "integer")
        return value.is_number_integer();
    return type == "number" && value.is_number();
}

bool has_type(const Json &value, const Json &types)
{
    if (types.is_string())
        return has_type(value, types.get_ref<const std::string &>());
    return std::any_of(types.begin(), types.end(),
                       [&](const Json &type) { return has_type(value, type.get_ref<const std::string &>()); });
}

void append(ArgumentErrors &errors, ArgumentErrors more)
{
    errors.insert(errors.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Json keys_of(const Json &object)
{
    Json keys = Json::array();
    for (const auto &[key, value] : object.items())
        keys.push_back(key);
    return keys;
}

ArgumentErrors check_object(const Json &value, const Json &schema, const std::string &path)
{
    ArgumentErrors errors;
    const Json &properties = schema["properties"];
    for (const auto &[key, property] : properties.items()) {
        const auto found = value.find(key);
        if (found == value.end())
            errors.push_back({path + step(key), "is missing", property.value("enum", property.value("type", Json()))});
        else
            append(errors, check_schema(*found, property, path + step(key)));
    }
    for (const auto &[key, unknown] : value.items())
        if (!properties.contains(key))
            errors.push_back({path + step(key), "is no property of this", keys_of(properties)});
    return errors;
}

} // namespace

Json to_json(const ArgumentErrors &errors)
{
    Json list = Json::array();
    for (const ArgumentError &error : errors) {
        if (list.size() == kMostErrors)
            break;
        list.push_back({{"path", error.path}, {"problem", error.problem}, {"allowed", error.allowed}});
    }
    Json result{{"errors", list}};
    if (errors.size() > kMostErrors)
        result["more_errors"] = errors.size() - kMostErrors;
    return result;
}

ArgumentErrors check_schema(const Json &value, const Json &schema, const std::string &path)
{
    const auto allowed = schema.find("enum");
    if (!has_type(value, schema["type"]))
        return {{path, "has the wrong type", allowed == schema.end() ? schema["type"] : *allowed}};
    if (allowed != schema.end() && std::find(allowed->begin(), allowed->end(), value) == allowed->end())
        return {{path, "is none of the allowed values", *allowed}};
    if (value.is_object())
        return check_object(value, schema, path);
    ArgumentErrors errors;
    if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            append(errors, check_schema(value[i], schema["items"], path + step(std::to_string(i))));
    return errors;
}

ParsedArguments parse_arguments(std::string_view text, const Json &schema)
{
    if (text.size() > kMostText)
        return {nullptr, {{"", "is longer than " + std::to_string(kMostText) + " bytes", "object"}}};
    auto value = parse_json(text, "The text of the arguments", kDeepest);
    if (!value)
        return {nullptr, {{"", visible_text(value.error().text(), 200), "object"}}};
    ArgumentErrors errors = check_schema(*value, schema);
    return {std::move(*value), std::move(errors)};
}

} // namespace ca
