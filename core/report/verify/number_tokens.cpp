// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verify/number_tokens.h"

#include "core/base/json.h"

#include <algorithm>

namespace ca::report {
namespace {

constexpr std::size_t kAround = 30; // bytes to either side

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Signs, and the points and commas between digits.
bool joins(std::string_view text, std::size_t at)
{
    const bool mark = text[at] == '.' || text[at] == ',' || text[at] == '-' || text[at] == '+';
    return mark && at + 1 < text.size() && is_digit(text[at + 1]);
}

std::size_t sign_before(std::string_view text, std::size_t at)
{
    constexpr std::string_view kMinus = "−";
    if (at >= kMinus.size() && text.substr(at - kMinus.size(), kMinus.size()) == kMinus)
        return kMinus.size();
    return at > 0 && (text[at - 1] == '-' || text[at - 1] == '+') ? 1 : 0;
}

ReportFault fault_at(const std::string &file, std::string_view found, const NumberToken &token, std::string_view stored)
{
    return {file, place_of(found, token.at), surroundings(found, token.at, token.text.size()), clean_text(stored)};
}

ReportFault first_difference(const std::string &file, std::string_view found, std::string_view expected)
{
    const auto at = static_cast<std::size_t>(std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first
                                             - found.begin());
    return {file, place_of(found, at), surroundings(found, at, 0), surroundings(expected, at, 0)};
}

} // namespace

std::vector<NumberToken> number_tokens(std::string_view text)
{
    std::vector<NumberToken> tokens;
    for (std::size_t i = 0; i < text.size();) {
        if (!is_word(text[i])) {
            ++i;
            continue;
        }
        std::size_t end = i;
        bool has_digit = false;
        for (; end < text.size() && (is_word(text[end]) || joins(text, end)); ++end)
            has_digit = has_digit || is_digit(text[end]);
        if (has_digit) {
            const std::size_t begin = i - sign_before(text, i);
            tokens.push_back({text.substr(begin, end - begin), begin});
        }
        i = end;
    }
    return tokens;
}

namespace {

/// Numbers of `found` that are not those of `expected` in the same order.
std::vector<ReportFault> compare_numbers(const std::string &file, std::string_view found, std::string_view expected)
{
    std::vector<ReportFault> faults;
    const auto there = number_tokens(found), stored = number_tokens(expected);
    const auto same = [](const NumberToken &a, const NumberToken &b) { return a.text == b.text; };
    if (there.size() == stored.size()) {
        for (std::size_t i = 0; i < there.size() && faults.size() < kMostFaults; ++i)
            if (!same(there[i], stored[i]))
                faults.push_back(fault_at(file, found, there[i], stored[i].text));
        return faults;
    }
    // Something is missing or too much: what is alike at both ends is right.
    const auto [first, first_stored] = std::mismatch(there.begin(), there.end(), stored.begin(), stored.end(), same);
    const auto [last, last_stored] = std::mismatch(there.rbegin(), std::make_reverse_iterator(first), stored.rbegin(),
                                                   std::make_reverse_iterator(first_stored), same);
    const auto count = static_cast<std::size_t>(last.base() - first),
               count_stored = static_cast<std::size_t>(last_stored.base() - first_stored);
    for (std::size_t i = 0; i < std::max(count, count_stored) && faults.size() < kMostFaults; ++i) {
        const std::string_view wanted = i < count_stored ? first_stored[static_cast<std::ptrdiff_t>(i)].text : "nothing there";
        if (i < count)
            faults.push_back(fault_at(file, found, first[static_cast<std::ptrdiff_t>(i)], wanted));
        else
            faults.push_back(
                {file, place_of(found, last == there.rbegin() ? found.size() : last.base()->at), "nothing", clean_text(wanted)});
    }
    return faults;
}

} // namespace

std::vector<ReportFault> compare_texts(const std::string &file, std::string_view found, std::string_view expected)
{
    if (found == expected)
        return {};
    auto faults = compare_numbers(file, found, expected);
    return faults.empty() ? std::vector{first_difference(file, found, expected)} : faults;
}

std::string place_of(std::string_view text, std::size_t at)
{
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size()));
    return "line " + std::to_string(1 + std::count(text.begin(), end, '\n'));
}

std::string surroundings(std::string_view text, std::size_t at, std::size_t length)
{
    const std::size_t begin = at - std::min(at, kAround),
                      end = std::min(text.size(), at + std::min(length, 2 * kAround) + kAround);
    return clean_text(text.substr(begin, end - begin));
}

} // namespace ca::report
