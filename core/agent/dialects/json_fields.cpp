// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/json_fields.h"

namespace ca {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::int64_t kMostCount = 1'000'000'000'000;
constexpr std::size_t kEscape = 6; ///< bytes of `\uD83D`

/// The code unit of `\uXXXX` at `at`, or nothing.
std::optional<unsigned> code_unit(std::string_view text, std::size_t at)
{
    if (text.size() < at + kEscape || text[at] != '\\' || text[at + 1] != 'u')
        return std::nullopt;
    unsigned unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
        if (digit == std::string_view::npos)
            return std::nullopt;
        unit = unit * 16 + static_cast<unsigned>(digit);
    }
    return unit;
}

bool is_high_surrogate(std::optional<unsigned> unit)
{
    return unit && *unit >= 0xD800 && *unit < 0xDC00;
}

bool is_low_surrogate(std::optional<unsigned> unit)
{
    return unit && *unit >= 0xDC00 && *unit < 0xE000;
}

std::string without_lone_surrogates(std::string text)
{
    for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
        const auto unit = code_unit(text, at);
        if (is_high_surrogate(unit) && is_low_surrogate(code_unit(text, at + kEscape))) {
            at += 2 * kEscape;
        } else {
            if (is_high_surrogate(unit) || is_low_surrogate(unit))
                text.replace(at, kEscape, "\\uFFFD");
            at += 2; // an escaped backslash is passed over as one
        }
    }
    return text;
}

} // namespace

const Json *field(const Json &value, const char *key)
{
    if (!value.is_object())
        return nullptr;
    const auto found = value.find(key);
    return found == value.end() || found->is_null() ? nullptr : &*found;
}

std::string text_field(const Json &value, const char *key)
{
    const Json *const found = field(value, key);
    return found && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::int64_t> count_field(const Json &value, const char *key)
{
    const Json *const found = field(value, key);
    if (!found || !found->is_number_integer() || *found < 0 || *found > kMostCount)
        return std::nullopt;
    return found->get<std::int64_t>();
}

Result<Json> parse_stream_json(std::string_view text)
{
    auto value = parse_json(text, "The provider's answer");
    if (value)
        return value;
    const std::string mended = without_lone_surrogates(clean_text(text));
    return mended == text ? value : parse_json(mended, "The provider's answer");
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

} // namespace ca
