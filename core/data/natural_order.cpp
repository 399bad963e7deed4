// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/natural_order.h"

#include <cstddef>
#include <utility>

namespace ca {
namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes the digits at the front of `text`, without leading zeros.
std::string_view take_number(std::string_view &text)
{
    std::size_t zeros = 0, end = 0;
    while (zeros < text.size() && text[zeros] == '0')
        ++zeros;
    for (end = zeros; end < text.size() && is_digit(text[end]);)
        ++end;
    const std::string_view number = text.substr(zeros, end - zeros);
    text.remove_prefix(end);
    return number;
}

} // namespace

bool natural_less(std::string_view a, std::string_view b)
{
    std::string_view left = a, right = b;
    while (!left.empty() && !right.empty()) {
        if (is_digit(left.front()) && is_digit(right.front())) {
            const auto first = take_number(left), second = take_number(right);
            if (first != second)
                return std::pair(first.size(), first) < std::pair(second.size(), second);
            continue;
        }
        if (left.front() != right.front())
            return static_cast<unsigned char>(left.front()) < static_cast<unsigned char>(right.front());
        left.remove_prefix(1);
        right.remove_prefix(1);
    }
    return left.empty() && right.empty() ? a < b : left.empty();
}

} // namespace ca
