// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/figures/written_number.h"

#include "core/agent/untrusted/characters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ca {
namespace {

constexpr double kKilo = 1e3, kMega = 1e6, kGiga = 1e9, kKibi = 1024, kMebi = kKibi * kKibi, kGibi = kMebi * kKibi;
constexpr double kMicro = 1e-3, kSecond = 1e3, kMinute = 6e4; // milliseconds
constexpr std::size_t kMostDigits = 40;

struct UnitWord {
    std::string_view word;
    FigureUnit unit;
    double scale = 1;
};
/// The longest first among those that begin alike.
constexpr std::array kUnits{UnitWord{"percentage points", FigureUnit::points},
                            UnitWord{"percentage point", FigureUnit::points},
                            UnitWord{"percentage-point", FigureUnit::points},
                            UnitWord{"percent points", FigureUnit::points},
                            UnitWord{"% points", FigureUnit::points},
                            UnitWord{"%-points", FigureUnit::points},
                            UnitWord{"percent", FigureUnit::percent},
                            UnitWord{"%", FigureUnit::percent},
                            UnitWord{"points", FigureUnit::points},
                            UnitWord{"point", FigureUnit::points},
                            UnitWord{"pp", FigureUnit::points},
                            UnitWord{"bit-points", FigureUnit::plain},
                            UnitWord{"kilobytes", FigureUnit::bytes, kKilo},
                            UnitWord{"megabytes", FigureUnit::bytes, kMega},
                            UnitWord{"gigabytes", FigureUnit::bytes, kGiga},
                            UnitWord{"bytes", FigureUnit::bytes},
                            UnitWord{"byte", FigureUnit::bytes},
                            UnitWord{"kB", FigureUnit::bytes, kKilo},
                            UnitWord{"KB", FigureUnit::bytes, kKilo},
                            UnitWord{"MB", FigureUnit::bytes, kMega},
                            UnitWord{"GB", FigureUnit::bytes, kGiga},
                            UnitWord{"KiB", FigureUnit::bytes, kKibi},
                            UnitWord{"MiB", FigureUnit::bytes, kMebi},
                            UnitWord{"GiB", FigureUnit::bytes, kGibi},
                            UnitWord{"B", FigureUnit::bytes},
                            UnitWord{"milliseconds", FigureUnit::milliseconds},
                            UnitWord{"millisecond", FigureUnit::milliseconds},
                            UnitWord{"microseconds", FigureUnit::milliseconds, kMicro},
                            UnitWord{"ms", FigureUnit::milliseconds},
                            UnitWord{"µs", FigureUnit::milliseconds, kMicro},
                            UnitWord{"seconds", FigureUnit::milliseconds, kSecond},
                            UnitWord{"second", FigureUnit::milliseconds, kSecond},
                            UnitWord{"s", FigureUnit::milliseconds, kSecond},
                            UnitWord{"minutes", FigureUnit::milliseconds, kMinute},
                            UnitWord{"minute", FigureUnit::milliseconds, kMinute},
                            UnitWord{"min", FigureUnit::milliseconds, kMinute},
                            UnitWord{"times", FigureUnit::ratio},
                            UnitWord{"fold", FigureUnit::ratio},
                            UnitWord{"x", FigureUnit::ratio},
                            UnitWord{"×", FigureUnit::ratio},
                            UnitWord{"thousand", FigureUnit::none, kKilo},
                            UnitWord{"million", FigureUnit::none, kMega},
                            UnitWord{"billion", FigureUnit::none, kGiga},
                            UnitWord{"k", FigureUnit::none, kKilo},
                            UnitWord{"M", FigureUnit::none, kMega}};

char at_or_end(std::string_view text, std::size_t at)
{
    return at < text.size() ? text[at] : '\0';
}

bool separates_thousands(std::string_view text, std::size_t at)
{
    const char c = at_or_end(text, at);
    if (c != ',' && c != '\'' && c != kThinSpace)
        return false;
    for (std::size_t i = 1; i <= 3; ++i)
        if (!is_digit(at_or_end(text, at + i)))
            return false;
    return !is_digit(at_or_end(text, at + 4));
}

/// 0 where none follows; moves `at` behind it.
int read_exponent(std::string_view text, std::size_t &at)
{
    std::size_t digits = 0;
    for (const std::string_view sign : {"e", "E", "×10^", "·10^", " × 10^", " · 10^"})
        if (text.substr(at).starts_with(sign))
            digits = at + sign.size();
    if (digits == 0)
        return 0;
    const bool negative = at_or_end(text, digits) == '-';
    digits += negative || at_or_end(text, digits) == '+' ? 1 : 0;
    if (!is_digit(at_or_end(text, digits)))
        return 0;
    int exponent = 0;
    for (at = digits; is_digit(at_or_end(text, at)); ++at)
        exponent = std::min(400, 10 * exponent + (text[at] - '0'));
    return negative ? -exponent : exponent;
}

} // namespace

PlainText ascii_signs(std::string_view text)
{
    PlainText plain;
    for (const Character &character : characters(text)) {
        const char32_t c = character.value;
        std::string as(text.substr(character.begin, character.size));
        if (c == 0xA0 || c == 0x2009 || c == 0x202F)
            as = kThinSpace;
        else if (c == 0x2212 || (c >= 0x2010 && c <= 0x2014))
            as = "-";
        else if (c == 0x2019)
            as = "'";
        else if (c == 0x3BC)
            as = "µ";
        plain.text += as;
        plain.places.insert(plain.places.end(), as.size(), character.begin);
    }
    plain.places.push_back(text.size());
    return plain;
}

WrittenNumber number_at(std::string_view text, std::size_t at)
{
    WrittenNumber number;
    std::string digits;
    const auto take = [&] {
        for (; is_digit(at_or_end(text, at)); ++at)
            if (digits.size() < kMostDigits)
                digits += text[at];
    };
    take();
    while (separates_thousands(text, at)) {
        ++at;
        take();
    }
    std::size_t decimals = 0;
    if ((at_or_end(text, at) == '.' || at_or_end(text, at) == ',') && is_digit(at_or_end(text, at + 1))) {
        number.whole = false;
        const std::size_t point = digits.size();
        ++at;
        take();
        decimals = digits.size() - point;
    }
    const int exponent = read_exponent(text, at);
    number.whole = number.whole && exponent >= 0;
    number.step = std::pow(10, exponent - static_cast<int>(decimals));
    // As a whole, so that it is the double that the digits mean.
    number.value = std::strtod((digits + "e" + std::to_string(exponent - static_cast<int>(decimals))).c_str(), nullptr);
    number.end = at;
    return number;
}

std::optional<WrittenUnit> unit_at(std::string_view text, std::size_t at)
{
    const std::string_view rest = text.substr(std::min(at, text.size()));
    for (const UnitWord &unit : kUnits) {
        const char next = at_or_end(rest, unit.word.size());
        const bool goes_on = is_letter(unit.word.back()) && (is_letter(next) || is_digit(next));
        if (rest.starts_with(unit.word) && !goes_on)
            return WrittenUnit{unit.unit, unit.scale, at + unit.word.size()};
    }
    return std::nullopt;
}

std::string lower_text(std::string_view text)
{
    std::string lower(text);
    for (char &c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

} // namespace ca
