// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/document/document.h"
#include "core/report/source/stored_numbers.h"

#include <string>

namespace ca::report {

/// Prints stored numbers. A Run's text is made of the number at its figure's path and of nothing else, so that the two cannot
/// part. Where a path leads to no number the text is a dash, and there is no figure.
class Figures {
public:
    explicit Figures(const StoredNumbers &numbers) : numbers_(numbers) { }

    [[nodiscard]] Run percent(const std::string &path) const;      ///< of a fraction: "91.34 %"
    [[nodiscard]] Run points(const std::string &path) const;       ///< "0.42 points"
    [[nodiscard]] Run change(const std::string &path) const;       ///< signed, of points, without the word: "−0.42"
    [[nodiscard]] Run size(const std::string &path) const;         ///< "4.70 MB"
    [[nodiscard]] Run milliseconds(const std::string &path) const; ///< "3.26 ms"
    [[nodiscard]] Run times(const std::string &path) const;        ///< a ratio: "3.98"
    [[nodiscard]] Run count(const std::string &path) const;        ///< "5,000"
    [[nodiscard]] Run plain(const std::string &path) const;        ///< three digits: "0.0123", "1.2e-5"
    [[nodiscard]] Run duration(const std::string &path) const;     ///< of seconds: "42 s", "11.5 min", "2.3 h"

    [[nodiscard]] std::optional<double> value(const std::string &path) const { return numbers_.value(path); }

private:
    template <typename Print>
    [[nodiscard]] Run run(const std::string &path, const Print &print) const;

    const StoredNumbers &numbers_;
};

/// With three digits that count.
[[nodiscard]] std::string three_digits(double value);

inline constexpr const char *kDash = "–"; ///< in place of a number that there is not
inline constexpr const char *kMinus = "−";

} // namespace ca::report
