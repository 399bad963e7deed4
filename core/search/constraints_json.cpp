// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/constraints_json.h"

namespace ca {
namespace {

std::optional<Format> format_in(const Json &json)
{
    return json.is_string() ? format_from(json.get_ref<const std::string &>()) : std::nullopt;
}

/// Nothing where the number is null; false where it is none.
template <typename Number>
bool read_number(const Json &json, const char *key, std::optional<Number> &number)
{
    const auto found = json.find(key);
    if (found == json.end() || found->is_null())
        return true;
    if (std::is_integral_v<Number> ? !found->is_number_integer() : !found->is_number())
        return false;
    number = found->get<Number>();
    return true;
}

template <typename Value, typename Read>
bool read_layers(const Json &json, const char *key, std::map<std::string, Value> &values, const Read &read)
{
    const auto found = json.find(key);
    if (found == json.end())
        return true;
    if (!found->is_object())
        return false;
    for (const auto &[layer, value] : found->items()) {
        const std::optional<Value> known = read(value);
        if (!known)
            return false;
        values[layer] = *known;
    }
    return true;
}

std::optional<int> bits_in(const Json &json)
{
    return json.is_number_integer() && json.get<std::int64_t>() >= 2 && json.get<std::int64_t>() <= 32
        ? std::optional(json.get<int>())
        : std::nullopt;
}

bool read_forbidden(const Json &json, std::set<Format> &forbidden)
{
    const Json formats = json.value("forbidden", Json::array());
    if (!formats.is_array())
        return false;
    for (const Json &text : formats) {
        const auto format = format_in(text);
        if (!format)
            return false;
        forbidden.insert(*format);
    }
    return true;
}

} // namespace

OrderedJson to_json(const Constraints &constraints)
{
    OrderedJson json;
    json["max_drop"] = or_null(constraints.max_drop);
    json["target_bytes"] = or_null(constraints.bytes);
    json["max_latency"] = or_null(constraints.latency);
    json["pins"] = OrderedJson::object();
    for (const auto &[layer, format] : constraints.pins)
        json["pins"][layer] = to_text(format);
    json["minimum_bits"] = constraints.minimum_bits.empty() ? OrderedJson::object() : OrderedJson(constraints.minimum_bits);
    json["forbidden"] = OrderedJson::array();
    for (const Format format : constraints.forbidden)
        json["forbidden"].push_back(to_text(format));
    return json;
}

Result<Constraints> constraints_from_json(const Json &json)
{
    Constraints constraints;
    const bool whole = json.is_object() && read_number(json, "max_drop", constraints.max_drop)
        && read_number(json, "target_bytes", constraints.bytes) && read_number(json, "max_latency", constraints.latency)
        && read_layers(json, "pins", constraints.pins, format_in)
        && read_layers(json, "minimum_bits", constraints.minimum_bits, bits_in) && read_forbidden(json, constraints.forbidden);
    if (!whole)
        return fail(ErrorCode::bad_format, "The constraints of the study are damaged. Give them again, or begin a new study.");
    return constraints;
}

} // namespace ca
