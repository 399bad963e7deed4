// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/sections.h"

namespace ca::report {
namespace {

/// By how much it lies below or above float.
Line difference(const Context &context, const Trial &trial, TrialSplit split)
{
    const std::string path = path_of(trial, split);
    const auto change = context.figures.value(change_path(trial, split));
    if (!change || *change == 0)
        return line("as many as float has");
    if (*change > 0)
        return line(context.figures.points(change_path(trial, split)), " above float");
    return line(context.figures.points(path + "/versus_float/broken - " + path + "/versus_float/fixed / " + path + "/n * 100"),
                " below float");
}

Line test(const Context &context, const Trial &trial, TrialSplit split)
{
    const std::string path = path_of(trial, split) + "/versus_float/";
    const Figures &figures = context.figures;
    return line("only ", trial.id, " has ", counted(figures, path + "fixed", " image", " images"), " right, only float ",
                figures.count(path + "broken"), " (p = ", figures.plain(path + "p_value"), ").");
}

} // namespace

Line loss_sentence(const Context &context, const Trial &trial)
{
    const TrialSplit split = quoted_split(context, trial);
    const Measurement *measurement = measured(trial, split);
    if (!measurement || !measurement->versus_float || context.agreement)
        return {};
    const std::string &verdict = measurement->versus_float->verdict;
    const Line by = line("That is ", difference(context, trial, split));
    if (verdict == "worse" || verdict == "better")
        return line(by, ", more than chance explains: ", test(context, trial, split));
    if (verdict == "same")
        return line(by, ". No drop can be detected, and if there is one it is below half a point: ", test(context, trial, split));
    return line(by, "; whether that is chance these images do not tell: ", test(context, trial, split));
}

Line constraints_words(const Context &context)
{
    const Constraints &constraints = context.study().constraints;
    const Figures &figures = context.figures;
    std::vector<Line> words;
    if (constraints.max_drop)
        words.push_back(line("loses at most ", figures.points("study/constraints/max_drop"), " of ", quality(context)));
    if (constraints.bytes)
        words.push_back(line("takes at most ", figures.size("study/constraints/target_bytes")));
    if (constraints.latency)
        words.push_back(line("runs in at most ", figures.milliseconds("study/constraints/max_latency")));
    if (!constraints.pins.empty())
        words.push_back(line("keeps ", counted(figures, "#study/constraints/pins", " layer", " layers"), " as pinned"));
    if (!constraints.minimum_bits.empty())
        words.push_back(line("keeps ", counted(figures, "#study/constraints/minimum_bits", " layer", " layers"),
                             " at the width asked for or above"));
    if (!constraints.forbidden.empty()) {
        std::vector<std::string> formats;
        for (const Format format : constraints.forbidden)
            formats.push_back(to_text(format));
        words.push_back(line("uses no " + in_a_row(formats)));
    }
    Line whole;
    for (std::size_t i = 0; i < words.size(); ++i)
        whole = line(whole, i == 0 ? "" : i + 1 == words.size() ? " and " : ", ", words[i]);
    return whole;
}

} // namespace ca::report
