// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/figures.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

std::string with_commas(const std::string &digits)
{
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0)
            text += ',';
        text += digits[i];
    }
    return text;
}

/// `1.2e-05` as people write it: `1.2e-5`.
std::string scientific(double value)
{
    const int power = static_cast<int>(std::floor(std::log10(std::abs(value))));
    std::string mantissa = to_text(value / std::pow(10.0, power), 1);
    const bool carried = mantissa.starts_with("10");
    return (carried ? "1.0" : mantissa) + "e" + std::to_string(carried ? power + 1 : power);
}

} // namespace

std::string three_digits(double value)
{
    const double size = std::abs(value);
    if (size == 0)
        return "0";
    if (size < 0.00095 || size >= 1e6)
        return scientific(value);
    const int power = static_cast<int>(std::floor(std::log10(size)));
    return to_text(value, std::clamp(2 - power, 0, 5));
}

template <typename Print>
Run Figures::run(const std::string &path, const Print &print) const
{
    const auto value = numbers_.value(path);
    return value ? Run{.text = print(*value), .figure = path} : Run{.text = kDash};
}

Run Figures::percent(const std::string &path) const
{
    return run(path, [](double value) { return to_text(100 * value, 2) + " %"; });
}

Run Figures::points(const std::string &path) const
{
    return run(path, [](double value) {
        const std::string text = to_text(value, 2);
        return text + (text == "1.00" ? " point" : " points");
    });
}

Run Figures::change(const std::string &path) const
{
    return run(path, [](double value) {
        const std::string size = to_text(std::abs(value), 2);
        return size == "0.00" ? size : (value < 0 ? kMinus : "+") + size;
    });
}

Run Figures::size(const std::string &path) const
{
    return run(path, [](double value) { return to_text(bytes(std::llround(value))); });
}

Run Figures::milliseconds(const std::string &path) const
{
    return run(path, [](double value) { return three_digits(value) + " ms"; });
}

Run Figures::times(const std::string &path) const
{
    return run(path, [](double value) { return value < 100 ? to_text(value, 2) : to_text(value, 0); });
}

Run Figures::count(const std::string &path) const
{
    return run(path, [](double value) {
        const std::string digits = std::to_string(std::llround(std::abs(value)));
        return (value < 0 ? kMinus : "") + with_commas(digits);
    });
}

Run Figures::plain(const std::string &path) const
{
    return run(path, [](double value) { return (value < 0 ? kMinus : "") + three_digits(std::abs(value)); });
}

Run Figures::duration(const std::string &path) const
{
    return run(path, [](double seconds) {
        if (seconds < 99.5)
            return to_text(seconds, seconds < 9.95 ? 1 : 0) + " s";
        return seconds < 5995 ? to_text(seconds / 60, 1) + " min" : to_text(seconds / 3600, 1) + " h";
    });
}

} // namespace ca::report
