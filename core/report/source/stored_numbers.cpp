// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/source/stored_numbers.h"

#include <charconv>
#include <cmath>

namespace ca::report {
namespace {

/// Cuts off what lies before the first `separator`, which goes too.
std::string_view cut(std::string_view &text, char separator)
{
    const auto at = text.find(separator);
    const std::string_view front = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return front;
}

std::string name_of(std::string_view part)
{
    std::string name;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const char next = part[i] == '~' && i + 1 < part.size() ? part[i + 1] : '\0';
        const char meant = next == '0' ? '~' : next == '1' ? '/' : next == '2' ? ' ' : '\0';
        name += meant != '\0' ? meant : part[i];
        i += meant != '\0' ? 1 : 0;
    }
    return name;
}

/// What the objects of an array are known by; null: their place.
const char *key_of(const Json &array)
{
    if (array.empty() || !array.front().is_object())
        return nullptr;
    for (const char *key : {"id", "name"})
        if (array.front().contains(key) && array.front()[key].is_string())
            return key;
    return nullptr;
}

const Json *element(const Json &array, const std::string &name)
{
    if (const char *key = key_of(array)) {
        for (const Json &each : array)
            if (each.is_object() && each.contains(key) && each[key] == name)
                return &each;
        return nullptr;
    }
    std::size_t place = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), place);
    const bool whole = problem == std::errc() && end == name.data() + name.size();
    return whole && place < array.size() ? &array[place] : nullptr;
}

const Json *step(const Json &from, std::string_view part)
{
    const std::string name = name_of(part);
    if (from.is_array())
        return element(from, name);
    const auto found = from.is_object() ? from.find(name) : from.end();
    return found == from.end() ? nullptr : &*found;
}

const Json *walk(const Json &from, std::string_view path)
{
    const Json *place = &from;
    while (place && !path.empty())
        place = step(*place, cut(path, '/'));
    return place;
}

std::optional<double> number(const Json *json)
{
    return json && json->is_number() ? std::optional(json->get<double>()) : std::nullopt;
}

/// `path`, with `[key=value]` behind it where only some elements count.
std::optional<double> count(const Json &from, std::string_view path)
{
    const std::string_view list = cut(path, '[');
    const Json *counted = walk(from, list);
    if (!counted || !counted->is_structured())
        return std::nullopt;
    if (path.empty())
        return static_cast<double>(counted->size());
    const std::string_view key = cut(path, '=');
    const std::string value = name_of(cut(path, ']'));
    double found = 0;
    for (const Json &each : *counted) {
        const Json *held = walk(each, key);
        found += held && (held->is_string() ? held->get_ref<const std::string &>() == value : held->dump() == value) ? 1 : 0;
    }
    return found;
}

std::optional<double> sum(const Json &from, std::string_view path)
{
    const auto star = path.find("/*/");
    if (star == std::string_view::npos)
        return number(walk(from, path));
    const Json *list = walk(from, path.substr(0, star));
    if (!list || !list->is_structured())
        return std::nullopt;
    double total = 0;
    for (const Json &each : *list)
        total += sum(each, path.substr(star + 3)).value_or(0);
    return total;
}

std::optional<double> applied(double left, std::string_view sign, double right)
{
    if (sign == "+")
        return left + right;
    if (sign == "-")
        return left - right;
    if (sign == "*")
        return left * right;
    return sign == "/" && right != 0 ? std::optional(left / right) : std::nullopt;
}

Json tree_of(const ReportSource &source)
{
    Json tree;
    tree["study"] = Json(to_json(source.study));
    tree["facts"] = to_json(source.facts);
    tree["scan"] = source.sensitivity.value_or(Json());
    tree["examples"] = source.examples ? Json(to_json(*source.examples, false)) : Json();
    tree["machines"] = source.machines;
    tree["transcript"] = source.transcript;
    return tree;
}

} // namespace

StoredNumbers::StoredNumbers(const ReportSource &source) : stored_(tree_of(source)) { }

std::optional<double> StoredNumbers::term(std::string_view text) const
{
    double constant = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), constant);
    if (problem == std::errc() && end == text.data() + text.size())
        return constant;
    if (text.starts_with('#'))
        return count(stored_, text.substr(1));
    if (text.starts_with('+'))
        return sum(stored_, text.substr(1));
    return text.empty() ? std::nullopt : number(walk(stored_, text));
}

std::optional<double> StoredNumbers::value(std::string_view path) const
{
    auto result = term(cut(path, ' '));
    while (result && !path.empty()) {
        const std::string_view sign = cut(path, ' ');
        const auto right = term(cut(path, ' '));
        result = right ? applied(*result, sign, *right) : std::nullopt;
    }
    return result && std::isfinite(*result) ? result : std::nullopt;
}

std::optional<std::string> StoredNumbers::text(std::string_view path) const
{
    constexpr double kExact = 1LL << 53U; // whole numbers up to here are doubles
    const auto found = value(path);
    if (!found)
        return std::nullopt;
    const bool whole = std::abs(*found) < kExact && *found == std::floor(*found);
    return whole ? std::to_string(static_cast<long long>(*found)) : to_text(*found);
}

std::string path_part(std::string_view name)
{
    std::string part;
    for (const char c : name) {
        if (c == '~')
            part += "~0";
        else if (c == '/')
            part += "~1";
        else if (c == ' ')
            part += "~2";
        else
            part += c;
    }
    return part;
}

} // namespace ca::report
