// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/base/units.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace ca {

/// The whole text as a number.
template <typename Number>
std::optional<Number> number_from(const std::string &text)
{
    Number number{};
    const char *end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

/// A whole number from `least` to `most`.
template <typename Target>
void add_integer(CLI::App &app, const std::string &name, Target &target, std::int64_t least, std::int64_t most,
                 const std::string &help)
{
    app.add_option_function<std::string>(
           name,
           [&target, name, least, most](const std::string &text) {
               const auto number = number_from<std::int64_t>(text);
               if (!number || *number < least || *number > most)
                   throw CLI::ValidationError(
                       name + " takes a whole number from " + std::to_string(least)
                       + (most == std::numeric_limits<std::int64_t>::max() ? " up" : " to " + std::to_string(most)) + ", and "
                       + clean_text(text) + " is none.");
               if constexpr (requires { target.has_value(); })
                   target = *number;
               else
                   target = static_cast<Target>(*number);
           },
           help)
        ->type_name("N");
}

inline constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

/// A finite number of at least `least`, or above it where `above`.
template <typename Target>
void add_real(CLI::App &app, const std::string &name, Target &target, double least, bool above, const std::string &help)
{
    app.add_option_function<std::string>(
           name,
           [&target, name, least, above](const std::string &text) {
               const auto number = number_from<double>(text);
               if (!number || !std::isfinite(*number) || *number < least || (above && *number == least))
                   throw CLI::ValidationError(name + " takes a number " + (above ? "above " : "of at least ") + to_text(least)
                                              + ", and " + clean_text(text) + " is none.");
               target = *number;
           },
           help)
        ->type_name("X");
}

/// One of a few words; `use` gets the word's place in the list.
inline void add_choice(CLI::App &app, const std::string &name, const std::vector<std::string> &words,
                       const std::function<void(std::size_t)> &use, const std::string &help)
{
    std::string list;
    for (const std::string &word : words)
        list += (list.empty() ? "" : ", ") + word;
    app.add_option_function<std::string>(
           name,
           [words, name, use, list](const std::string &text) {
               const auto found = std::find(words.begin(), words.end(), text);
               if (found == words.end())
                   throw CLI::ValidationError(name + " takes one of " + list + ", and " + clean_text(text) + " is none of them.");
               use(static_cast<std::size_t>(found - words.begin()));
           },
           help + ": " + list)
        ->type_name("WORD");
}

inline void add_word(CLI::App &app, const std::string &name, std::string &target, const std::vector<std::string> &words,
                     const std::string &help)
{
    add_choice(
        app, name, words, [&target, words](std::size_t i) { target = words[i]; }, help);
}

/// Words between commas, each one of `words`, none twice.
inline void add_list(CLI::App &app, const std::string &name, std::vector<std::string> &target,
                     const std::vector<std::string> &words, const std::string &help)
{
    std::string list;
    for (const std::string &word : words)
        list += (list.empty() ? "" : ",") + word;
    app.add_option_function<std::string>(
           name,
           [&target, words, name, list](const std::string &text) {
               target.clear();
               for (std::size_t at = 0; at <= text.size();) {
                   const std::size_t end = std::min(text.find(',', at), text.size());
                   const std::string word = text.substr(at, end - at);
                   if (std::find(words.begin(), words.end(), word) == words.end()
                       || std::find(target.begin(), target.end(), word) != target.end())
                       throw CLI::ValidationError(name + " takes words out of " + list + " with commas between, each once, and "
                                                  + clean_text(text) + " is no such list.");
                   target.push_back(word);
                   at = end + 1;
               }
           },
           help + ": " + list)
        ->type_name("F,...");
}

} // namespace ca
