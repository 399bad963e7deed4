// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca {

/// A text with the signs around numbers in ASCII: `-` for every dash, kThinSpace for the spaces between thousands.
struct PlainText {
    std::string text;
    std::vector<std::size_t> places; ///< of its bytes in the text that it was made of; and one more, the end
};
inline constexpr char kThinSpace = '\x01';
[[nodiscard]] PlainText ascii_signs(std::string_view text);

/// Digits, as a PlainText has them.
struct WrittenNumber {
    double value = 0;
    double step = 1;   ///< what the last digit stands for
    bool whole = true; ///< without a point
    std::size_t end = 0;
};
/// `at`: of the first digit. Thousands may be apart by a comma, an apostrophe or a thin space; a comma before other than three
/// digits is a decimal one; an exponent may follow (`1e-3`, `× 10^-3`).
[[nodiscard]] WrittenNumber number_at(std::string_view text, std::size_t at);

enum class FigureUnit { none, percent, points, bytes, milliseconds, ratio, plain };
struct WrittenUnit {
    FigureUnit unit = FigureUnit::none;
    double scale = 1; ///< to percent, points, bytes, milliseconds
    std::size_t end = 0;
};
/// kB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024.
[[nodiscard]] std::optional<WrittenUnit> unit_at(std::string_view text, std::size_t at);

[[nodiscard]] constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_letter(char c) ///< of ASCII, or `_`
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
[[nodiscard]] constexpr bool is_space(char c) ///< within a line
{
    return c == ' ' || c == '\t' || c == kThinSpace;
}
[[nodiscard]] std::string lower_text(std::string_view text); ///< of ASCII

} // namespace ca
