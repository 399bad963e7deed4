// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/verify/verify_report.h"

#include <string>
#include <string_view>
#include <vector>

namespace ca::report {

/// A word with a digit in it, with the sign before it: `91.34`, `−0.42`, `T7`, `int8`, `2026-11-26`.
struct NumberToken {
    std::string_view text;
    std::size_t at = 0;
};
[[nodiscard]] std::vector<NumberToken> number_tokens(std::string_view text);

/// Faults of a file that are told one by one.
inline constexpr std::size_t kMostFaults = 200;

/// Where `found` is not `expected`: the numbers that are others; where all numbers are the same, the first line that is another.
[[nodiscard]] std::vector<ReportFault> compare_texts(const std::string &file, std::string_view found, std::string_view expected);

/// `line 12`.
[[nodiscard]] std::string place_of(std::string_view text, std::size_t at);
/// What stands at a place, with the words around it, on one line.
[[nodiscard]] std::string surroundings(std::string_view text, std::size_t at, std::size_t length);

} // namespace ca::report
