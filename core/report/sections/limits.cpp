// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_member.h"
#include "core/report/sections/sections.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca::report {
namespace {

constexpr double kWideInterval = 0.04; // of an accuracy: two points to either side
constexpr std::int64_t kFewImages = 1000;
constexpr double kUsualDrop = 0.5; // points: what smallest and fastest may lose where nobody said
constexpr double kRounding = 1e-9; // points

using Limits = std::vector<Limit>;

const Measurement *quoted(const Context &context)
{
    return context.best ? measured(*context.best, quoted_split(context, *context.best)) : nullptr;
}

/// Whether holdout bears out what the search chose a trial for.
void add_holdout_limit(const Context &context, const Trial &trial, Limits &limits)
{
    if (!trial.holdout || !trial.holdout->versus_float)
        return;
    const auto &allowed = context.study().constraints.max_drop;
    const double loss = measured_drop(*trial.holdout).points;
    const bool too_much = loss > allowed.value_or(kUsualDrop) + kRounding && (allowed || !context.agreement);
    const bool worse = trial.holdout->versus_float->verdict == "worse" && !allowed && !context.agreement;
    if (!too_much && !worse)
        return;
    const Figures &figures = context.figures;
    const std::string path = path_of(trial, TrialSplit::holdout);
    const std::string lost = path + "/versus_float/broken - " + path + "/versus_float/fixed / " + path + "/n * 100";
    const Line than = !too_much ? line("more than chance explains")
        : allowed               ? line("more than the ", figures.points("study/constraints/max_drop"), " allowed")
                                : line("more than half a point");
    limits.push_back(
        {line("Holdout does not bear out ", trial.id, ": there it loses ", figures.points(lost), " against float, ", than,
              ", where the selection images showed a change of ", figures.change(change_path(trial, TrialSplit::selection)), "."),
         true});
}

void add_holdout_limits(const Context &context, Limits &limits)
{
    const Study &study = context.study();
    std::vector<const Trial *> told;
    for (const auto *id : {&study.answer, &study.balanced, &study.smallest, &study.fastest}) {
        const Trial *trial = *id ? find_trial(study, **id) : nullptr;
        if (!trial || is_float(*trial) || std::find(told.begin(), told.end(), trial) != told.end())
            continue;
        told.push_back(trial);
        add_holdout_limit(context, *trial, limits);
    }
}

void add_answer_limits(const Context &context, Limits &limits)
{
    const Study &study = context.study();
    if (study.constraints != Constraints() && !study.answer && context.best)
        limits.push_back({line("No trial holds all that was asked for. ", context.best->id,
                               " is the best compromise of size and ", quality(context), " without regard to it."),
                          true});
    const Measurement *measurement = quoted(context);
    if (!measurement || !measurement->versus_float || context.agreement)
        return;
    const std::string &verdict = measurement->versus_float->verdict;
    if (verdict == "undetermined")
        limits.push_back({line("These images neither show nor rule out that ", context.best->id, " loses ", quality(context),
                               " against float.")});
    if (verdict == "same")
        limits.push_back(
            {line("That no drop of ", context.best->id,
                  " can be detected does not prove that there is none: below half a point these images do not tell.")});
}

void add_split_limits(const Context &context, Limits &limits)
{
    if (context.best && quoted_split(context, *context.best) == TrialSplit::selection)
        limits.push_back(
            {line("Nothing was measured on holdout. The accuracies are of the selection images, by which the search chose, "
                  "so they flatter what it chose."),
             true});
    if (context.agreement)
        limits.push_back(
            {line("The images have no labels that fit the model. What counts is how often a trial answers as float does, "
                  "not whether that is right."),
             true});
}

void add_image_limits(const Context &context, Limits &limits)
{
    const Measurement *measurement = quoted(context);
    if (!measurement)
        return;
    const Accuracy &accuracy = measurement->accuracy;
    const std::string path = path_of(*context.best, quoted_split(context, *context.best));
    const double width = accuracy.interval[1] - accuracy.interval[0];
    if (accuracy.n < kFewImages || width > kWideInterval)
        limits.push_back({line("The ", quality(context), " of ", context.best->id, " rests on ",
                               counted(context.figures, path + "/n", " image", " images"), ": its 95 % interval is ",
                               context.figures.points(path + "/interval/1 - " + path + "/interval/0 * 100"), " wide."),
                          width > kWideInterval});
    if (accuracy.unread > 0)
        limits.push_back(
            {line(counted(context.figures, path + "/unread", " image", " images"), " could not be read and count nowhere."),
             true});
    const Json asked = member(context.source.facts.options, "asked");
    if (const Json &samples = member(asked, "samples"); samples.is_number_unsigned() && samples > 0U)
        limits.push_back({line("The study was told to use the first ", context.figures.count("facts/options/asked/samples"),
                               " images of each split.")});
}

/// Of the other trials' clocks: which of them is the fastest is told by those.
void add_clock_limit(const Context &context, Limits &limits)
{
    const Study &study = context.study();
    const auto disturbed = [](const Trial &trial) {
        return trial.selection && trial.selection->latency && trial.selection->latency->warning;
    };
    const bool others = std::any_of(study.trials.begin(), study.trials.end(),
                                    [&](const Trial &trial) { return &trial != context.best && disturbed(trial); });
    if (!others)
        return;
    const std::string latency = "#study/trials[selection/latency/";
    const std::string timed = latency + "pinned=true] + " + latency + "pinned=false]";
    const std::string warned = timed + " - " + latency + "warning=null]";
    const Trial *fastest = study.fastest ? find_trial(study, *study.fastest) : nullptr;
    const bool of_fastest = fastest && disturbed(*fastest);
    limits.push_back(
        {line(context.figures.count(warned), " of ", context.figures.count(timed),
              context.figures.value(warned) == 1 ? " trials was" : " trials were", " timed while other programs used the cores",
              of_fastest ? ", among them " + fastest->id + ", the fastest." : "."),
         of_fastest && fastest != context.best});
}

void add_latency_limits(const Context &context, Limits &limits)
{
    const Study &study = context.study();
    if (context.best && context.best->selection) {
        const auto &latency = context.best->selection->latency;
        if (latency && !latency->real)
            limits.push_back({line(context.best->id,
                                   " was simulated: it has the right numbers and no kernels for its speed, so its "
                                   "latency is absent, not guessed."),
                              true});
        else if (!latency)
            limits.push_back({line("Latency was not measured, so nothing here tells what is faster.")});
        if (latency && latency->warning)
            limits.push_back({line("The latency of ", context.best->id, " may be off: ", *latency->warning), true});
        else if (latency && latency->real && !latency->pinned)
            limits.push_back(
                {line("The clock of ", context.best->id, " ran on whichever core was free, so its times spread more.")});
    }
    add_clock_limit(context, limits);
    std::vector<std::string> simulated;
    for (const Trial &trial : study.trials)
        if (trial.on_front && &trial != context.best && trial.selection->latency && !trial.selection->latency->real)
            simulated.push_back(trial.id);
    if (!simulated.empty())
        limits.push_back({line("Simulated, and so without a latency: " + in_a_row(simulated) + ".")});
    if (context.source.machines.size() > 1)
        limits.push_back({line("The study ran on several machines; latencies from different machines cannot be compared.")});
}

void add_search_limits(const Context &context, Limits &limits)
{
    const Study &study = context.study();
    const auto count = [&](TrialState state) {
        return std::count_if(study.trials.begin(), study.trials.end(), [&](const Trial &trial) { return trial.state == state; });
    };
    if (count(TrialState::failed) > 0)
        limits.push_back({line(counted(context.figures, "#study/trials[state=failed]", " trial", " trials"), " failed; ",
                               to_section(kFront, "Trials"), " says why.")});
    std::string open = "#study/trials";
    for (const char *state : {"done", "failed"})
        open += std::string(" - #study/trials[state=") + state + "]";
    if (context.figures.value(open).value_or(0) > 0)
        limits.push_back({line("The study is not complete: ", counted(context.figures, open, " trial was", " trials were"),
                               " proposed and not finished."),
                          !context.best});
    const bool early =
        std::any_of(study.trials.begin(), study.trials.end(), [&](const Trial &trial) { return stopped_early(study, trial); });
    if (early)
        limits.push_back(
            {line("Trials marked “ended early” were given up once it was settled that they stay below the front. Their "
                  "accuracies rest on fewer images.")});
    if (!context.source.sensitivity)
        limits.push_back({line("No layer was scanned, so nothing is said about single layers.")});
}

void add_trust_limits(const Context &context, Limits &limits)
{
    const Json source = member(context.source.facts.options, "source");
    if (member(source, "trust") == true)
        limits.push_back({line("The model file was opened as trusted: its code was not refused, whatever it does."), true});
    const auto is_unproved = [](const Json &figure) { return member(figure, "reference").is_null(); };
    const bool unproved = std::any_of(context.source.transcript.begin(), context.source.transcript.end(), [&](const Json &entry) {
        const Json &figures = member(entry, "figures");
        return member(entry, "provider") != "offline" && figures.is_array()
            && std::any_of(figures.begin(), figures.end(), is_unproved);
    });
    if (unproved)
        limits.push_back({line("Some figures in the advisor’s texts match nothing that was measured. They are struck through.")});
}

} // namespace

std::vector<Limit> limits_of(const Context &context)
{
    Limits limits;
    add_answer_limits(context, limits);
    add_holdout_limits(context, limits);
    add_split_limits(context, limits);
    add_image_limits(context, limits);
    add_latency_limits(context, limits);
    add_trust_limits(context, limits);
    add_search_limits(context, limits);
    std::stable_sort(limits.begin(), limits.end(), [](const Limit &a, const Limit &b) { return a.grave && !b.grave; });
    return limits;
}

Blocks limits_section(const Context &context)
{
    Blocks blocks{Heading{2, "Limits", kLimits}};
    Listing others;
    for (const Limit &limit : limits_of(context)) {
        if (limit.grave)
            blocks.emplace_back(Warning{limit.line});
        else
            others.items.push_back(limit.line);
    }
    if (!others.items.empty())
        blocks.emplace_back(std::move(others));
    if (blocks.size() == 1)
        blocks.emplace_back(paragraph(context.best
                                          ? "Nothing stands against the figures of this report but what their intervals say."
                                          : "No recipe is recommended, so there is nothing here to be relied on."));
    return blocks;
}

} // namespace ca::report
