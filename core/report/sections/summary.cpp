// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/bars.h"
#include "core/report/sections/sections.h"

#include <algorithm>

namespace ca::report {
namespace {

constexpr std::size_t kMostGraveLimits = 4; // what is left of a page

Paragraph question(const Context &context)
{
    const Study &study = context.study();
    const Run model = strong(study.model_name), data = strong(study.data_name);
    const Line limits = constraints_words(context);
    const Line asked = limits.empty()
        ? line("How small and how fast can ", model, " become, and what does that cost on ", data, "?")
        : line("Which recipe for ", model, " on ", data, " ", limits, "?");
    const Line tried = line(" ", counted(context.figures, "#study/trials", " trial was", " trials were"), " made");
    if (context.figures.value("#study/trials - #study/trials[state=done]") == 0)
        return paragraph(asked, tried, ".");
    return paragraph(asked, tried, ", of which ", context.figures.count("#study/trials[state=done]"), " finished.");
}

Line size_words(const Context &context, const Trial &best)
{
    const Figures &figures = context.figures;
    const std::string size = path_of(best, TrialSplit::selection) + "/bytes";
    return line("It takes ", strong(figures.size(size)), " in place of ", figures.size("study/float_bytes"), ", ",
                figures.times(ratio_path(best)), " times smaller. ");
}

Line accuracy_words(const Context &context, const Trial &best)
{
    const Figures &figures = context.figures;
    const TrialSplit split = quoted_split(context, best);
    const std::string path = path_of(best, split);
    const Line images =
        line("Of ", figures.count(path + "/n"),
             split == TrialSplit::holdout ? " images that the search never saw it " : " images that the search decided by it ");
    return line(images, context.agreement ? "answers " : "has ", strong(figures.percent(path + "/top1")),
                context.agreement ? " as float does" : " right", " (95 % interval ", figures.percent(path + "/interval/0"),
                " to ", figures.percent(path + "/interval/1"), ")",
                context.agreement ? line(". ")
                                  : line("; float has ", figures.percent("study/float/" + to_text(split) + "/top1"), ". "),
                loss_sentence(context, best));
}

/// Where the intervals meet neither is called faster.
Line speed_against_float(const Context &context, const Trial &trial)
{
    const Figures &figures = context.figures;
    const std::string own = latency_path(trial), of_float = float_latency_path(trial);
    if (figures.value(own + "/high") < figures.value(of_float + "/low"))
        return line(figures.times(of_float + "/median / " + own + "/median"), " times as fast");
    if (figures.value(own + "/low") > figures.value(of_float + "/high"))
        return line(figures.times(own + "/median / " + of_float + "/median"), " times as long");
    return line("no difference that the clock can tell");
}

/// Float without a recipe, by bfloat16: said where it is surely faster than what is recommended.
Line bfloat16_words(const Context &context, const Trial &best)
{
    const Figures &figures = context.figures;
    const std::string bf16 = path_of(best, TrialSplit::selection) + "/float_latency/bf16/batch1";
    if (const auto high = figures.value(bf16 + "/high"); !high || *high >= figures.value(latency_path(best) + "/low"))
        return {};
    return line(" Float in bfloat16 is faster: it takes ", figures.milliseconds(bf16 + "/median"), " in the same runs.");
}

Line speed_words(const Context &context, const Trial &best)
{
    const Figures &figures = context.figures;
    if (!has_latency(best))
        return line(best.selection && best.selection->latency && !best.selection->latency->real
                        ? " Its latency is not known: there are no real kernels for it here, so it was simulated."
                        : " Latency was not measured.");
    const Latency &latency = *best.selection->latency;
    const Line where =
        line(" on ", counted(figures, path_of(best, TrialSplit::selection) + "/latency/threads", " thread", " threads"), " (",
             latency.isa, ")");
    const Line takes = line(" One image takes ", strong(figures.milliseconds(latency_path(best) + "/median")));
    const std::string of_float = float_latency_path(best);
    if (of_float.empty())
        return line(takes, where, ".", bfloat16_words(context, best));
    return line(takes, " in place of ", figures.milliseconds(of_float + "/median"), where, ", ",
                speed_against_float(context, best), ".", bfloat16_words(context, best));
}

Paragraph answer(const Context &context)
{
    const Study &study = context.study();
    if (context.best)
        return paragraph("Recommended is ", strong(context.best->id + ", " + context.best->name), ". ",
                         size_words(context, *context.best), accuracy_words(context, *context.best),
                         speed_words(context, *context.best));
    if (!has_results(study))
        return paragraph(strong("There is no answer: no trial was finished."), " ", to_section(kFront, "What became of each"),
                         " stands under Trials.");
    const bool only_float = std::none_of(study.trials.begin(), study.trials.end(),
                                         [](const Trial &trial) { return trial.state == TrialState::done && !is_float(trial); });
    if (only_float)
        return paragraph(strong("There is no answer: only the float model was measured."),
                         " It is what every recipe would be compared with.");
    return paragraph(strong("No recipe is recommended."),
                     " Of those that were tried none is better than float in any respect without losing more than it gains. ",
                     to_section(kFront, "All of them"), " stand under Trials.");
}

FactGrid::Fact accuracy_fact(const Context &context, const Trial &trial)
{
    const Figures &figures = context.figures;
    const TrialSplit split = quoted_split(context, trial);
    const std::string path = path_of(trial, split), of_float = "study/float/" + to_text(split) + "/top1";
    FactGrid::Fact fact;
    fact.name = (context.agreement ? "Agreement, " : "Accuracy, ") + to_text(split);
    fact.value = line(figures.percent(path + "/top1"));
    fact.note = line("95 % interval ", figures.percent(path + "/interval/0"), " to ", figures.percent(path + "/interval/1"));
    if (!is_float(trial) && !context.agreement)
        fact.note = line(fact.note, "; float ", figures.percent(of_float));
    return fact;
}

FactGrid::Fact latency_fact(const Context &context, const Trial &trial)
{
    const Figures &figures = context.figures;
    const std::string median = latency_path(trial) + "/median", of_float = float_latency_path(trial);
    FactGrid::Fact fact;
    fact.name = "Latency, one image";
    if (!has_latency(trial)) {
        const bool simulated = trial.selection && trial.selection->latency && !trial.selection->latency->real;
        fact.value = line(simulated ? "simulated" : "not measured");
        return fact;
    }
    fact.value = line(figures.milliseconds(median));
    if (!is_float(trial) && !of_float.empty())
        fact.note = line("float ", figures.milliseconds(of_float + "/median"), "; ", speed_against_float(context, trial));
    return fact;
}

FactGrid facts(const Context &context, const Trial &trial)
{
    const Figures &figures = context.figures;
    FactGrid::Fact size;
    size.name = "Size";
    size.value = line(figures.size(path_of(trial, TrialSplit::selection) + "/bytes"));
    if (!is_float(trial))
        size.note = line("float ", figures.size("study/float_bytes"), "; ", figures.times(ratio_path(trial)), " times smaller");
    return {{std::move(size), accuracy_fact(context, trial), latency_fact(context, trial)}};
}

Bar bar(const Context &context, const std::string &name, const Run &figure, const std::string &interval = {})
{
    Bar bar{.name = name, .value = context.figures.value(figure.figure).value_or(0), .text = figure.text};
    if (!interval.empty()) {
        const bool is_array = interval.ends_with("/interval");
        bar.low = context.figures.value(interval + (is_array ? "/0" : "/low"));
        bar.high = context.figures.value(interval + (is_array ? "/1" : "/high"));
    }
    return bar;
}

/// Size, accuracy and latency of the recommended trial beside float's.
Chart comparison(const Context &context, const Trial &best)
{
    const Figures &figures = context.figures;
    const TrialSplit split = quoted_split(context, best);
    const std::string of_float = "study/float/" + to_text(split), path = path_of(best, split);
    std::vector<BarGroup> groups;
    groups.push_back({.name = "Size",
                      .note = "smaller is better",
                      .bars = {bar(context, "Float", figures.size("study/float_bytes")),
                               bar(context, best.id, figures.size(path_of(best, TrialSplit::selection) + "/bytes"))}});
    groups.push_back({.name = context.agreement ? "Agreement" : "Accuracy",
                      .note = "larger is better; with 95 % intervals",
                      .bars = {bar(context, "Float", figures.percent(of_float + "/top1"), of_float + "/interval"),
                               bar(context, best.id, figures.percent(path + "/top1"), path + "/interval")},
                      .full = 1.0});
    if (const std::string floats = float_latency_path(best); has_latency(best) && !floats.empty())
        groups.push_back(
            {.name = "Latency",
             .note = "smaller is better; with 95 % intervals",
             .bars = {bar(context, "Float", figures.milliseconds(floats + "/median"), floats),
                      bar(context, best.id, figures.milliseconds(latency_path(best) + "/median"), latency_path(best))}});
    return {bars_drawing(groups, best.id + " beside float"),
            line(has_latency(best) ? "Size, " : "Size and ", quality(context), has_latency(best) ? " and latency of " : " of ",
                 best.id, " beside those of the float model.")};
}

} // namespace

Blocks summary_section(const Context &context)
{
    const Study &study = context.study();
    Blocks blocks{Heading{2, "Summary", kSummary}};
    blocks.emplace_back(question(context));
    blocks.emplace_back(answer(context));
    const Trial *shown = context.best;
    if (!shown && !study.trials.empty() && study.trials.front().selection)
        shown = &study.trials.front();
    if (shown)
        blocks.emplace_back(facts(context, *shown));
    if (context.best)
        blocks.emplace_back(comparison(context, *context.best));
    if (auto others = other_choices(context); context.best && !others.empty()) {
        blocks.emplace_back(
            paragraph("Other choices, of which ", to_section(kRecommended, "Recommended recipes"), " tells more:"));
        blocks.emplace_back(Listing{std::move(others), false});
    }
    std::size_t grave = 0, all = 0;
    for (const Limit &limit : limits_of(context)) {
        ++all;
        if (limit.grave && grave++ < kMostGraveLimits)
            blocks.emplace_back(Warning{limit.line});
    }
    if (all > std::min(grave, kMostGraveLimits))
        blocks.emplace_back(note("More to know before these figures are relied on: ", to_section(kLimits, "Limits"), "."));
    blocks.emplace_back(PageBreak{});
    return blocks;
}

} // namespace ca::report
