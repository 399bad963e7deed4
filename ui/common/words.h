// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/units.h"

#include <QString>

#include <cstdint>

/// How numbers are said: at most three significant digits, a real minus sign, units in the heading and not here unless named.
namespace ca::words {

[[nodiscard]] QString from(const std::string &utf8);
/// Names and messages out of files, without what could disturb a window (clean_text).
[[nodiscard]] QString clean(const std::string &utf8);
/// Text out of a file as it is: what would be invisible or turn the line around is shown by its number, "\\u{202E}".
[[nodiscard]] QString escaped(const QString &text);
/// For tooltips: names of files stay what they are, also those that Qt would take for HTML.
[[nodiscard]] QString tip(const QString &text);

[[nodiscard]] double megabytes(Bytes size);           ///< of 1000 x 1000 bytes
[[nodiscard]] QString three_digits(double value);     ///< 18.6, 4.70, 0.042, 152
[[nodiscard]] QString size(Bytes size);               ///< "18.6 MB"
[[nodiscard]] QString percent(double fraction);       ///< 0.806 is "80.6": one digit after the point
[[nodiscard]] QString points(double difference);      ///< of percentage points, signed: "−0.37", "+0.12", "0.00"
[[nodiscard]] QString count(std::int64_t value);      ///< "4.50 M", "197 k", "96"
[[nodiscard]] QString grouped(std::uint64_t value);   ///< "2,912"
[[nodiscard]] QString noise(double value);            ///< of a heatmap cell: "9e-4", "0.005", "0.10", "1.72", "15"
[[nodiscard]] QString p_value(double value);          ///< "0.31", "0.002", "< 0.001"
[[nodiscard]] QString time_left(double seconds);      ///< "about 24 s left", "about 3 min left"
[[nodiscard]] QString far(const ProgressReport &how); ///< "2,912 of 5,000 · about 24 s left"

} // namespace ca::words
