// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/sections/sections.h"
#include "core/report/sections/transcript.h"
#include "core/study/trial_front.h"

#include <algorithm>
#include <cmath>

namespace ca::report {
namespace {

constexpr std::size_t kMostRounds = 20;  // told one by one
constexpr std::size_t kMostSpeech = 600; // characters of a text of the advisor
constexpr std::size_t kMostReason = 220; // characters of a trial's
constexpr std::size_t kMostSpeeches = 2; // of a round
constexpr double kStandardErrors = 2;    // within which a prediction came true
constexpr double kLeastTolerance = 0.05; // points: what rounding a prediction costs

/// Half-open: the trials of a round.
std::pair<std::size_t, std::size_t> trials_of(const Study &study, std::size_t round)
{
    const std::size_t all = study.trials.size();
    const auto begin = std::min(study.rounds[round].first_trial, all);
    const auto end = round + 1 < study.rounds.size() ? std::min(study.rounds[round + 1].first_trial, all) : all;
    return {begin, std::max(begin, end)};
}

std::string outcome(const Study &study, const Trial &trial)
{
    if (trial.state != TrialState::done || !trial.selection)
        return to_text(trial.state);
    const std::string place = trial.on_front ? "; on the front" : stopped_early(study, trial) ? "; ended early" : "";
    if (!trial.predicted_drop)
        return trial.on_front ? "on the front" : place.empty() ? "below the front" : "ended early";
    const auto [drop, error] = measured_drop(*trial.selection);
    const double missed = drop - *trial.predicted_drop;
    if (std::abs(missed) <= std::max(kStandardErrors * error, kLeastTolerance))
        return "as predicted" + place;
    return (missed > 0 ? "worse than predicted" : "better than predicted") + place;
}

/// A language model's reason is its own words: no figure in it was looked up.
Line why(const Trial &trial)
{
    const std::string words = shortened(trial.reason.empty() ? trial.name : trial.reason, kMostReason);
    const bool own = trial.origin == TrialOrigin::advisor && !trial.reason.empty();
    return own ? line("The advisor’s words: “", words, "”") : line(words);
}

std::vector<Line> row(const Context &context, const Trial &trial)
{
    const Figures &figures = context.figures;
    const std::string predicted = "0 - " + path_of(trial) + "/predicted/drop";
    const std::string selection = path_of(trial, TrialSplit::selection);
    // Against float on the same images, which are fewer where the trial ended early.
    const std::string measured =
        selection + "/versus_float/fixed - " + selection + "/versus_float/broken / " + selection + "/n * 100";
    return {line(trial.id), why(trial), line(figures.change(predicted)), line(figures.change(measured)),
            line(outcome(context.study(), trial))};
}

Table hypotheses(const Context &context, std::size_t begin, std::size_t end)
{
    Table table;
    table.columns = {{"Trial"},
                     {"Why it was tried", false, 5},
                     {"Predicted change", true, 1.3},
                     {"Measured change", true, 1.3},
                     {"Outcome", false, 2}};
    for (std::size_t i = begin; i < end; ++i) {
        if (&context.study().trials[i] == context.best)
            table.marked.push_back(table.rows.size());
        table.rows.push_back(row(context, context.study().trials[i]));
    }
    return table;
}

void add_speeches(const std::vector<Speech> &speeches, Blocks &blocks)
{
    const std::size_t skipped = speeches.size() - std::min(speeches.size(), kMostSpeeches);
    for (std::size_t i = skipped; i < speeches.size(); ++i)
        blocks.emplace_back(paragraph(strong(speeches[i].by_person ? "Person: " : "Advisor: "), speeches[i].said));
}

void add_round(const Context &context, std::size_t round, const std::vector<Speech> &said, Blocks &blocks)
{
    const auto [begin, end] = trials_of(context.study(), round);
    const std::string number = std::to_string(round + 1);
    blocks.emplace_back(Heading{3, "Round " + number, "round-" + number});
    add_speeches(said, blocks);
    if (begin == end)
        blocks.emplace_back(paragraph(context.study().rounds[round].summary));
    else
        blocks.emplace_back(hypotheses(context, begin, end));
}

void add_end(const Context &context, const std::vector<Speech> &after, Blocks &blocks)
{
    const Study &study = context.study();
    const Conclusion conclusion = last_conclusion(context.source.transcript, 2 * kMostSpeech);
    if (conclusion.summary.empty() && study.why_over.empty())
        return;
    blocks.emplace_back(Heading{3, "How it ended", "end"});
    if (conclusion.summary.empty())
        add_speeches(after, blocks);
    else
        blocks.emplace_back(paragraph(strong("Advisor: "), conclusion.summary));
    if (!study.why_over.empty())
        blocks.emplace_back(paragraph("The search ended: ", study.why_over));
}

} // namespace

Blocks reasoning_section(const Context &context)
{
    const Study &study = context.study();
    Blocks blocks{Heading{2, "Reasoning by round", kReasoning}};
    if (study.rounds.empty()) {
        blocks.emplace_back(
            paragraph("No round was proposed: the trials were not chosen by a search, or it ended before its first round."));
        return blocks;
    }
    blocks.emplace_back(paragraph(
        "Each round was proposed before any of its trials was measured. Changes are percentage points of ", quality(context),
        " against float on the selection images; a prediction came true where it is within two standard errors of the "
        "measurement."));
    const auto said = speeches(context.source.transcript, study.rounds.size(), kMostSpeech);
    for (std::size_t round = 0; round < std::min(study.rounds.size(), kMostRounds); ++round)
        add_round(context, round, said[round], blocks);
    if (study.rounds.size() > kMostRounds)
        blocks.emplace_back(note(context.figures.count("#study/rounds - " + std::to_string(kMostRounds)),
                                 " later rounds are left out here; ", code("study.json"), " has all."));
    add_end(context, said.back(), blocks);
    return blocks;
}

} // namespace ca::report
