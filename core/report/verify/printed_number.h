// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace ca::report {

/// A number as a text shows it, in the unit that stores use: fractions for percents, bytes, seconds; milliseconds and percentage
/// points as they are.
struct PrintedNumber {
    double value = 0;
    double step = 1; ///< what its last digit stands for, in the same unit
};
/// The whole text is one number with its unit: "91.34 %", "−0.42", "4.70 MB", "5,000", "1.2e-5", "11.5 min". Nothing otherwise.
[[nodiscard]] std::optional<PrintedNumber> printed_number(std::string_view text);

/// `text` is `value` rounded to the digits that it has.
[[nodiscard]] bool shows(std::string_view text, double value);

} // namespace ca::report
