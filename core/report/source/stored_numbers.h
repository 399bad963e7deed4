// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/source/report_source.h"

#include <optional>
#include <string>
#include <string_view>

namespace ca::report {

/// The numbers of a store by where they are: nothing here knows how a report prints them.
///
/// A path leads through `study` (study.json), `facts`, `scan` (the sensitivity table), `examples`, `machines` and `transcript`.
/// Objects of an array are known by their `id` or `name` where they have one, else by their place from 0:
/// `study/trials/T7/selection/top1`, `scan/layers/L017/divergence/int4`, `examples/examples/3/before/probability`. A name with
/// a `/` or a space in it has `~1` or `~2` in their place, and `~0` for `~` (path_part).
///
/// What is not stored itself is a term of stored numbers, worked out from the left to the right:
/// `study/float_bytes / study/trials/T7/selection/bytes`, `study/float/holdout/top1 - study/trials/T7/holdout/top1 * 100`.
/// `#study/trials` is how many there are, `#study/trials[state=done]` how many of them have that value, and `+` before a path
/// with `*` in it the sum of all that it leads to: `+scan/layers/*/parameters`.
class StoredNumbers {
public:
    explicit StoredNumbers(const ReportSource &source);

    /// Nothing where there is no such number.
    [[nodiscard]] std::optional<double> value(std::string_view path) const;
    /// As short as it reads back: whole numbers without a point. Nothing where there is no such number.
    [[nodiscard]] std::optional<std::string> text(std::string_view path) const;

private:
    [[nodiscard]] std::optional<double> term(std::string_view text) const;

    Json stored_;
};

/// A name as a part of a path.
[[nodiscard]] std::string path_part(std::string_view name);

} // namespace ca::report
