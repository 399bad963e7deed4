// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/failure_headers.h"

#include "core/agent/dialects/json_fields.h"

#include <array>
#include <charconv>
#include <cmath>

namespace ca {
namespace {

using std::chrono::sys_seconds;

std::optional<double> positive(std::string_view text)
{
    text = trimmed(text);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value <= 0)
        return std::nullopt;
    return value;
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + count, value);
    if (error != std::errc() || end != text.data() + at + count || value < 0)
        return std::nullopt;
    return value;
}

std::optional<unsigned> month(std::string_view name)
{
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (unsigned i = 0; i < kMonths.size(); ++i)
        if (name == kMonths[i])
            return i + 1;
    return std::nullopt;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that servers may still write.
std::optional<sys_seconds> http_date(std::string_view text)
{
    constexpr std::size_t kLength = 29;
    text = trimmed(text);
    if (text.size() != kLength || text.substr(3, 2) != ", " || !text.ends_with(" GMT"))
        return std::nullopt;
    const auto day = digits(text, 5, 2), year = digits(text, 12, 4);
    const auto hour = digits(text, 17, 2), minute = digits(text, 20, 2), second = digits(text, 23, 2);
    const auto in_year = month(text.substr(8, 3));
    if (!day || !year || !hour || !minute || !second || !in_year)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*in_year),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute)
        + std::chrono::seconds(*second);
}

} // namespace

std::optional<double> retry_after(const HttpHead &head, sys_seconds now)
{
    if (const std::string *const milliseconds = header(head, "retry-after-ms"))
        if (const auto value = positive(*milliseconds))
            return *value / 1000;
    const std::string *const text = header(head, "retry-after");
    if (!text)
        return std::nullopt;
    if (const auto seconds = positive(*text))
        return seconds;
    const auto then = http_date(*text);
    if (!then)
        return std::nullopt;
    const std::string *const date = header(head, "date");
    const auto wait = *then - (date ? http_date(*date).value_or(now) : now);
    if (wait.count() <= 0)
        return std::nullopt;
    return static_cast<double>(wait.count());
}

std::optional<bool> should_retry(const HttpHead &head)
{
    const std::string *const text = header(head, "x-should-retry");
    if (!text || (*text != "true" && *text != "false"))
        return std::nullopt;
    return *text == "true";
}

std::string request_id(const HttpHead &head)
{
    constexpr std::size_t kMostBytes = 64;
    for (const char *name : {"request-id", "x-request-id"})
        if (const std::string *const text = header(head, name))
            return clean_text(text->substr(0, kMostBytes));
    return {};
}

} // namespace ca
