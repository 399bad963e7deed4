// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/charts/hypervolume.h"
#include "core/report/charts/pareto.h"
#include "core/report/results.h"
#include "core/report/sections/sections.h"
#include "core/study/trial_front.h"

#include <algorithm>
#include <limits>

namespace ca::report {
namespace {

constexpr std::size_t kMostOthers = 40;  // finished trials that are not on the front
constexpr std::size_t kMostWithout = 20; // trials without a result
constexpr std::size_t kMostError = 160;  // characters of one
constexpr std::size_t kMostName = 80;    // characters of a trial's
constexpr std::size_t kLeastToRise = 3;  // finished trials whose hypervolume is worth a chart

/// How far below the front: points of accuracy (as a fraction) by which the best trial of the front that is no larger is better.
double distance(const Study &study, const Trial &trial, const std::vector<const Trial *> &front)
{
    double best = -std::numeric_limits<double>::infinity();
    for (const Trial *other : front)
        if (other->selection->size <= trial.selection->size)
            best = std::max(best, other->selection->accuracy.top1());
    return best - selection_accuracy(study, trial).value_or(0);
}

struct Listed {
    std::vector<const Trial *> front;   ///< by rising size
    std::vector<const Trial *> others;  ///< the nearest first
    std::vector<const Trial *> without; ///< a result
    std::size_t left_out = 0;           ///< of the others
};

Listed listed_trials(const Study &study)
{
    Listed listed;
    for (const Trial &trial : study.trials) {
        const bool has_result = trial.state == TrialState::done && trial.selection;
        (!has_result ? listed.without : trial.on_front ? listed.front : listed.others).push_back(&trial);
    }
    std::stable_sort(listed.front.begin(), listed.front.end(),
                     [](const Trial *a, const Trial *b) { return a->selection->size < b->selection->size; });
    std::vector<std::pair<double, const Trial *>> by_distance;
    for (const Trial *trial : listed.others)
        by_distance.emplace_back(distance(study, *trial, listed.front), trial);
    std::stable_sort(by_distance.begin(), by_distance.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    listed.left_out = by_distance.size() - std::min(by_distance.size(), kMostOthers);
    listed.others.clear();
    for (std::size_t i = 0; i < std::min(by_distance.size(), kMostOthers); ++i)
        listed.others.push_back(by_distance[i].second);
    return listed;
}

Line standing(const Context &context, const Trial &trial)
{
    if (context.best == &trial)
        return {strong("recommended")};
    if (trial.on_front)
        return line("front");
    return line(stopped_early(context.study(), trial) ? "ended early" : "");
}

std::vector<Line> row(const Context &context, const Trial &trial)
{
    const Figures &figures = context.figures;
    const std::string selection = path_of(trial, TrialSplit::selection), holdout = path_of(trial, TrialSplit::holdout);
    // Float was timed in the runs of every trial: one time of it alone would be compared with those of other runs.
    const bool timed = has_latency(trial) && !is_float(trial);
    return {line(trial.id),
            line(shortened(trial.name, kMostName)),
            line(figures.size(selection + "/bytes")),
            line(figures.times(ratio_path(trial))),
            line(figures.percent(holdout + "/top1")),
            line(figures.change(change_path(trial, TrialSplit::holdout))),
            line(figures.percent(selection + "/top1")),
            line(figures.change(change_path(trial, TrialSplit::selection))),
            timed ? line(figures.milliseconds(latency_path(trial) + "/median")) : line(kDash),
            timed ? line(figures.times(speed_path(trial))) : line(kDash),
            standing(context, trial)};
}

Table trials_table(const Context &context, const Listed &listed)
{
    Table table;
    table.caption = "The front by size, then the trials nearest below it";
    table.columns = {{"Trial"},
                     {"Recipe", false, 3},
                     {"Size", true, 1.2},
                     {"Times smaller", true},
                     {context.agreement ? "Agreement, holdout" : "Accuracy, holdout", true, 1.2},
                     {"Change, points", true},
                     {"On selection", true, 1.2},
                     {"Change, points", true},
                     {"Latency", true, 1.2},
                     {"Times as fast", true},
                     {"Standing", false, 1.6}};
    for (const auto *trials : {&listed.front, &listed.others})
        for (const Trial *trial : *trials) {
            if (trial == context.best)
                table.marked.push_back(table.rows.size());
            table.rows.push_back(row(context, *trial));
        }
    return table;
}

void add_table(const Context &context, const Listed &listed, Blocks &blocks)
{
    blocks.emplace_back(trials_table(context, listed));
    const auto &trials = context.study().trials;
    const bool timed = std::any_of(trials.begin(), trials.end(), [](const Trial &trial) { return !speed_path(trial).empty(); });
    blocks.emplace_back(note("Changes are against float on the images to their left.",
                             timed ? " Times as fast: as float, which was timed in the runs of each trial." : ""));
}

Table without_table(const std::vector<const Trial *> &trials)
{
    Table table;
    table.caption = "Trials without a result";
    table.columns = {{"Trial"}, {"Recipe", false, 2}, {"State", false, 1.2}, {"Why", false, 5}};
    for (std::size_t i = 0; i < std::min(trials.size(), kMostWithout); ++i)
        table.rows.push_back({line(trials[i]->id), line(shortened(trials[i]->name, kMostName)), line(to_text(trials[i]->state)),
                              line(shortened(trials[i]->error, kMostError))});
    return table;
}

Paragraph what_is_the_front(const Context &context)
{
    const Study &study = context.study();
    const bool three = std::all_of(study.trials.begin(), study.trials.end(),
                                   [&](const Trial &trial) { return !is_whole(study, trial) || has_latency(trial); });
    return paragraph("A trial is on the front if no other is at least as good in ",
                     three ? "size, " + quality(context) + " and latency" : "size and " + quality(context),
                     " and better in one of them, by the selection images. ",
                     counted(context.figures, "#study/trials[on_front=true]", " trial is", " trials are"), " on it.",
                     context.split == TrialSplit::holdout ? " Holdout tells how good they are: the search never saw those images."
                                                          : "");
}

/// What the chart leaves out.
std::string not_comparable(const Study &study)
{
    std::vector<std::string> names;
    for (const Trial &trial : study.trials)
        if (trial.state == TrialState::done && trial.selection && !selection_accuracy(study, trial))
            names.push_back(trial.id);
    return names.empty() ? "" : " Left out, as they ended early and were not compared with float: " + in_a_row(names) + ".";
}

void add_charts(const Context &context, Blocks &blocks)
{
    const Study &study = context.study();
    auto points = chart_points(study);
    bool early = false;
    for (ChartPoint &point : points) {
        point.marked = context.best && point.label == context.best->id;
        early = early || point.ended_early_at > 0;
    }
    if (points.empty())
        return;
    Drawing pareto =
        pareto_drawing(points, study.model_name + " on " + study.data_name + ": size and " + quality(context) + " of the trials",
                       context.agreement ? "Agreement with float" : "Top-1 accuracy");
    blocks.emplace_back(Chart{std::move(pareto),
                              line("Size and ", quality(context), " of the trials on the selection images.",
                                   context.best ? " The ring marks " + context.best->id + ", which is recommended." : "",
                                   early ? " Hollow ones ended early: they stand where their change against float on the images "
                                           "that they looked at puts them."
                                         : "",
                                   not_comparable(study))});
    if (study.hypervolume.size() < kLeastToRise)
        return;
    const std::string last = "study/hypervolume/" + std::to_string(study.hypervolume.size() - 1);
    blocks.emplace_back(
        Chart{hypervolume_drawing(study.hypervolume, "What the search gained"),
              line("How good the whole front was after each trial: its hypervolume, ", context.figures.plain(last + "/value"),
                   " bit-points after ", context.figures.count(last + "/evaluations"), " trials.")});
}

void add_left_out(const Listed &listed, const Figures &figures, Blocks &blocks)
{
    if (listed.left_out > 0) {
        const std::string shown = std::to_string(listed.front.size() + listed.others.size());
        const Run rest = figures.count("#study/trials[state=done] - " + shown);
        blocks.emplace_back(note(rest, " more finished, farther from the front; ", code("trials.csv"), " has all ",
                                 figures.count("#study/trials"), " trials."));
    }
    if (listed.without.empty())
        return;
    blocks.emplace_back(without_table(listed.without));
    if (listed.without.size() > kMostWithout)
        blocks.emplace_back(note("The others without a result stand in ", code("trials.csv"), "."));
}

} // namespace

Blocks front_section(const Context &context)
{
    Blocks blocks{Heading{2, "Trials", kFront}};
    const Study &study = context.study();
    if (study.trials.empty()) {
        blocks.emplace_back(paragraph("The study has no trial."));
        return blocks;
    }
    const Listed listed = listed_trials(study);
    if (!listed.front.empty())
        blocks.emplace_back(what_is_the_front(context));
    add_charts(context, blocks);
    if (!listed.front.empty() || !listed.others.empty())
        add_table(context, listed, blocks);
    add_left_out(listed, context.figures, blocks);
    return blocks;
}

} // namespace ca::report
