// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

namespace ca::report {

/// A part of a column of text from `top` to `bottom`; y grows downwards.
struct Band {
    double top = 0, bottom = 0;
    [[nodiscard]] double height() const { return bottom - top; }
    bool operator==(const Band &) const = default;
};

/// What is not cut: a line, a row of a table, a chart.
struct Strip {
    Band band;
    bool keep_with_next = false;
    bool new_page = false;      ///< begins one
    std::optional<Band> head{}; ///< of its table, repeated above it where it begins a page
};

struct Page {
    Band body;
    std::optional<Band> head{};
    bool operator==(const Page &) const = default;
};

/// Cuts a column, whose strips stand one under the other, into pages of at most `height`. Strips that are to be kept with the
/// next are parted only where they and it do not fit a page; a strip that is higher than a page is cut where the page ends.
[[nodiscard]] std::vector<Page> paginate(const std::vector<Strip> &strips, double height);

} // namespace ca::report
