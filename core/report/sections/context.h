// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/report.h"
#include "core/report/sections/figures.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ca::report {

/// What the sections of a report are written from.
struct Context {
    const ReportSource &source;
    const ReportOptions &options;
    const Figures &figures;
    const Trial *best = nullptr; ///< recommended_trial
    bool agreement = false;      ///< the images have no labels that fit: right is what float answers
    /// Split that accuracies are quoted from: holdout where the recommended trial, or float without one, was measured on it.
    TrialSplit split = TrialSplit::selection;

    [[nodiscard]] const Study &study() const { return source.study; }
};
[[nodiscard]] Context context_of(const ReportSource &source, const ReportOptions &options, const Figures &figures);

/// On that split, or null where it was not measured there.
[[nodiscard]] const Measurement *measured(const Trial &trial, TrialSplit split);
/// On the quoted split, else on the other.
[[nodiscard]] TrialSplit quoted_split(const Context &context, const Trial &trial);

[[nodiscard]] bool is_float(const Trial &trial);
[[nodiscard]] const Trial *find_trial(const Study &study, const std::string &id);
/// Done, and looked at as many images as float.
[[nodiscard]] bool is_whole(const Study &study, const Trial &trial);
/// Of a finished trial on the selection images, a fraction that others' compare with: where it ended early float's, plus the
/// change against float on the images that it looked at. Nothing where it was not compared with float.
[[nodiscard]] std::optional<double> selection_accuracy(const Study &study, const Trial &trial);

// Paths of stored numbers.
[[nodiscard]] std::string path_of(const Trial &trial);
[[nodiscard]] std::string path_of(const Trial &trial, TrialSplit split);
/// The trial's accuracy less that of float on the same images, in points.
[[nodiscard]] std::string change_path(const Trial &trial, TrialSplit split);
/// How many times smaller than float.
[[nodiscard]] std::string ratio_path(const Trial &trial);
/// The float model's latency that was timed between the trial's own runs: fused, else TorchScript. Empty where there is none.
[[nodiscard]] std::string float_latency_path(const Trial &trial);
[[nodiscard]] std::string latency_path(const Trial &trial);
/// How often the trial runs while float runs once, by the clock of the trial's own runs. Empty where there is none of float.
[[nodiscard]] std::string speed_path(const Trial &trial);
/// Batch-1 latency by real kernels.
[[nodiscard]] bool has_latency(const Trial &trial);

/// Pieces in a row: texts, runs, and lines of both.
[[nodiscard]] inline Line as_line(std::string_view text)
{
    return plain(text);
}
[[nodiscard]] inline Line as_line(const Run &run)
{
    return {run};
}
[[nodiscard]] inline Line as_line(const Line &line)
{
    return line;
}
template <typename... Parts>
[[nodiscard]] Line line(const Parts &...parts)
{
    Line whole;
    const auto add = [&whole](Line piece) { whole.insert(whole.end(), piece.begin(), piece.end()); };
    (add(as_line(parts)), ...);
    return whole;
}
template <typename... Parts>
[[nodiscard]] Paragraph paragraph(const Parts &...parts)
{
    return {line(parts...)};
}
/// What explains a table or a chart.
template <typename... Parts>
[[nodiscard]] Paragraph note(const Parts &...parts)
{
    return {line(parts...), true};
}
[[nodiscard]] Run strong(std::string_view text);
[[nodiscard]] Run strong(Run run);
[[nodiscard]] Run code(std::string_view text);
/// A link to a section.
[[nodiscard]] Run to_section(std::string_view anchor, std::string_view text);

/// "a, b and c".
[[nodiscard]] std::string in_a_row(const std::vector<std::string> &words);
/// `count` of things: "1 trial", "5 trials".
[[nodiscard]] Line counted(const Figures &figures, const std::string &path, const char *one, const char *more);
/// The first `most` characters, with an ellipsis where there were more.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);
/// "accuracy", or "agreement with float".
[[nodiscard]] std::string quality(const Context &context);

} // namespace ca::report
