// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_member.h"
#include "core/report/sections/sections.h"
#include "core/report/sections/transcript.h"

#include <algorithm>

namespace ca::report {
namespace {

/// A trial, and all that it is recommended for.
struct Choice {
    const Trial *trial;
    std::vector<std::string> purposes;
};

void add(std::vector<Choice> &choices, const Study &study, const std::optional<std::string> &id, const char *purpose)
{
    const Trial *trial = id ? find_trial(study, *id) : nullptr;
    if (!trial || !trial->selection || is_float(*trial))
        return;
    const auto known = std::find_if(choices.begin(), choices.end(), [&](const Choice &choice) { return choice.trial == trial; });
    if (known == choices.end())
        choices.push_back({trial, {purpose}});
    else
        known->purposes.emplace_back(purpose);
}

std::vector<Choice> choices_of(const Context &context)
{
    const Study &study = context.study();
    std::vector<Choice> choices;
    add(choices, study, study.answer, "holds the constraints");
    add(choices, study, study.smallest, "smallest");
    add(choices, study, study.fastest, "fastest");
    add(choices, study, study.balanced, "balanced");
    add(choices, study, last_conclusion(context.source.transcript, 0).recommended, "the advisor’s choice");
    return choices;
}

/// Where its exported model lies in the study's folder.
Line export_of(const ReportSource &source, const Trial &trial)
{
    const auto found = std::find_if(source.artefacts.begin(), source.artefacts.end(), [&](const Artefact &artefact) {
        return !trial.recipe_hash.empty() && artefact.path.stem() == trial.recipe_hash;
    });
    return found == source.artefacts.end() ? line(kDash) : Line{code(found->path.generic_string())};
}

Table table_of(const Context &context, const std::vector<Choice> &choices)
{
    const Figures &figures = context.figures;
    Table table;
    table.caption = "What to take";
    table.columns = {{"For", false, 2},
                     {"Trial"},
                     {"Recipe", false, 2.4},
                     {"Size", true, 1.2},
                     {context.agreement ? "Agreement" : "Accuracy", true, 1.2},
                     {"95 % interval", true, 2.2},
                     {"Change, points", true},
                     {"Latency", true, 1.2}};
    for (const Choice &choice : choices) {
        const Trial &trial = *choice.trial;
        const TrialSplit split = quoted_split(context, trial);
        const std::string path = path_of(trial, split);
        if (choice.trial == context.best)
            table.marked.push_back(table.rows.size());
        table.rows.push_back({line(in_a_row(choice.purposes)), line(trial.id), line(trial.name),
                              line(figures.size(path_of(trial, TrialSplit::selection) + "/bytes")),
                              line(figures.percent(path + "/top1"), split == context.split ? "" : " on " + to_text(split)),
                              line(figures.percent(path + "/interval/0"), " to ", figures.percent(path + "/interval/1")),
                              is_float(trial) ? line(kDash) : line(figures.change(change_path(trial, split))),
                              has_latency(trial) ? line(figures.milliseconds(latency_path(trial) + "/median")) : line(kDash)});
    }
    return table;
}

Listing files_of(const Context &context, const std::vector<Choice> &choices)
{
    Listing files;
    for (const Choice &choice : choices)
        if (const Line file = export_of(context.source, *choice.trial); file.front().code)
            files.items.push_back(line(choice.trial->id, ": ", file));
    return files;
}

} // namespace

std::vector<Line> other_choices(const Context &context)
{
    const Figures &figures = context.figures;
    std::vector<Line> lines;
    for (const Choice &choice : choices_of(context)) {
        const Trial &trial = *choice.trial;
        if (choice.trial == context.best)
            continue;
        const Line latency = has_latency(trial) ? line(", ", figures.milliseconds(latency_path(trial) + "/median")) : line("");
        lines.push_back(line(trial.id, " (", in_a_row(choice.purposes),
                             "): ", figures.size(path_of(trial, TrialSplit::selection) + "/bytes"), ", ",
                             figures.percent(path_of(trial, quoted_split(context, trial)) + "/top1"), latency));
    }
    return lines;
}

Blocks recommended_section(const Context &context)
{
    Blocks blocks{Heading{2, "Recommended recipes", kRecommended}};
    const auto choices = choices_of(context);
    if (choices.empty()) {
        blocks.emplace_back(paragraph(has_results(context.study())
                                          ? "No recipe is recommended: none was found that does better than float."
                                          : "There is nothing to recommend: no trial has a result."));
        return blocks;
    }
    blocks.emplace_back(paragraph(
        "Smallest and fastest are those among the trials that lose at most half a point on the selection images, or, where none "
        "does, the most accurate one. Balanced is the knee of the front, where it bends most."));
    blocks.emplace_back(table_of(context, choices));
    blocks.emplace_back(note(context.agreement ? "Agreements" : "Accuracies", " are of the ", to_text(context.split),
                             " images where nothing else is said. The recipes lie in the folder ", code("recipes"), "."));
    if (Listing files = files_of(context, choices); !files.items.empty()) {
        blocks.emplace_back(paragraph("The exported models, ready for use:"));
        blocks.emplace_back(std::move(files));
    }
    return blocks;
}

} // namespace ca::report
