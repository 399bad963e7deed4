// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/verify/printed_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace ca::report {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 14> kUnits{{{"", 1},
                                                                      {" %", 0.01},
                                                                      {" point", 1},
                                                                      {" points", 1},
                                                                      {" byte", 1},
                                                                      {" bytes", 1},
                                                                      {" kB", 1e3},
                                                                      {" MB", 1e6},
                                                                      {" GB", 1e9},
                                                                      {" TB", 1e12},
                                                                      {" ms", 1},
                                                                      {" s", 1},
                                                                      {" min", 60},
                                                                      {" h", 3600}}};

/// Takes the sign off: -1 or 1.
double take_sign(std::string_view &text)
{
    for (const auto &[sign, factor] : {std::pair<std::string_view, double>("−", -1), {"-", -1}, {"+", 1}})
        if (text.starts_with(sign)) {
            text.remove_prefix(sign.size());
            return factor;
        }
    return 1;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

std::optional<PrintedNumber> printed_number(std::string_view text)
{
    const double sign = take_sign(text);
    std::string digits;
    std::size_t end = 0;
    for (; end < text.size() && (is_digit(text[end]) || text[end] == ',' || text[end] == '.'); ++end)
        if (text[end] != ',')
            digits += text[end];
    const auto point = digits.find('.');
    double step = point == std::string::npos ? 1 : std::pow(10.0, -static_cast<double>(digits.size() - point - 1));
    int power = 0; // of ten
    if (end < text.size() && text[end] == 'e') {
        const auto after = std::from_chars(text.data() + end + 1, text.data() + text.size(), power).ptr;
        end = static_cast<std::size_t>(after - text.data());
    }
    step *= std::pow(10.0, power);
    double value = 0;
    const auto [last, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() || last != digits.data() + digits.size())
        return std::nullopt;
    for (const auto &[unit, scale] : kUnits)
        if (text.substr(end) == unit)
            return PrintedNumber{sign * value * std::pow(10.0, power) * scale, step * scale};
    return std::nullopt;
}

bool shows(std::string_view text, double value)
{
    constexpr double kRounding = 1e-9; // of doubles, beside half a step
    const auto printed = printed_number(text);
    return printed
        && std::abs(printed->value - value) <= printed->step * 0.5 + kRounding * std::max(1.0, std::abs(value)) * printed->step;
}

} // namespace ca::report
