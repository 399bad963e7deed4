// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/units.h"

#include <array>
#include <charconv>

namespace ca {

std::string LayerIndex::id() const
{
    std::string digits = std::to_string(value + 1);
    if (digits.size() < 3)
        digits.insert(0, 3 - digits.size(), '0');
    return "L" + digits;
}

std::string to_text(double value)
{
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

std::string to_text(double value, int digits)
{
    std::array<char, 400> text{}; // the largest double has 309 digits before the point
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
    return {text.data(), end.ptr};
}

std::string to_text(Bytes size)
{
    if (size.value < 0)
        return "-" + to_text(Bytes() - size);
    double amount = static_cast<double>(size.value);
    if (amount < 1000)
        return std::to_string(size.value) + (size.value == 1 ? " byte" : " bytes");
    static constexpr std::array<const char *, 4> kUnits{" kB", " MB", " GB", " TB"};
    std::size_t unit = 0;
    for (amount /= 1000; amount >= 999.5 && unit + 1 < kUnits.size(); ++unit)
        amount /= 1000;
    const int digits = amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0;
    return to_text(amount, digits) + kUnits.at(unit);
}

} // namespace ca
