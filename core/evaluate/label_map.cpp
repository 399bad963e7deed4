// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/label_map.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace ca {
namespace {

std::string folded(std::string_view name)
{
    std::string text;
    for (const char letter : name)
        if (std::string_view(" \t_-").find(letter) == std::string_view::npos)
            text += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return text;
}

/// The whole text first, then its parts between commas.
std::vector<std::string> names_of(const std::string &text)
{
    std::vector<std::string> names{folded(text)};
    for (std::string_view rest = text; names.front().find(',') != std::string::npos && !rest.empty();) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        if (std::string name = folded(part); !name.empty())
            names.push_back(std::move(name));
    }
    return names;
}

using Places = std::map<std::string, std::set<int>>;

std::set<int> places_of(const std::vector<std::string> &names, const Places &places)
{
    std::set<int> all;
    for (const std::string &name : names)
        if (const auto found = places.find(name); found != places.end())
            all.insert(found->second.begin(), found->second.end());
    return all;
}

} // namespace

std::vector<int> find_outputs(const std::vector<std::string> &classes, const std::vector<std::string> &outputs)
{
    Places whole, any;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto names = names_of(outputs[i]);
        whole[names.front()].insert(static_cast<int>(i));
        for (const std::string &name : names)
            any[name].insert(static_cast<int>(i));
    }
    std::vector<int> found;
    for (const std::string &text : classes) {
        const auto names = names_of(text);
        std::set<int> places = places_of({names.front()}, whole);
        if (places.empty())
            places = places_of(names, any);
        found.push_back(places.size() == 1 ? *places.begin() : -1);
    }
    return found;
}

std::optional<std::vector<int>> label_map(const std::vector<std::string> &classes, const std::vector<std::string> &outputs)
{
    std::vector<int> found = find_outputs(classes, outputs);
    const std::set<int> distinct(found.begin(), found.end());
    if (found.empty() || distinct.contains(-1) || distinct.size() != found.size())
        return std::nullopt;
    return found;
}

bool is_same_order(const std::vector<std::string> &classes, const std::vector<std::string> &outputs)
{
    const auto share_a_name = [](const std::string &one, const std::string &other) {
        const auto names = names_of(one), others = names_of(other);
        return std::find_first_of(names.begin(), names.end(), others.begin(), others.end()) != names.end();
    };
    return std::equal(classes.begin(), classes.end(), outputs.begin(), outputs.end(), share_a_name);
}

} // namespace ca
