// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include "app/cli/advice.h"
#include "app/cli/constraints.h"
#include "app/cli/examples_text.h"
#include "app/cli/open_run.h"
#include "app/cli/output_place.h"
#include "app/cli/run_examples.h"
#include "app/cli/study_results.h"
#include "core/report/results.h"
#include "core/study/load_study.h"

#include <algorithm>
#include <iterator>

namespace ca {
namespace {

namespace fs = std::filesystem;

Arguments demo_arguments(Arguments arguments)
{
    arguments.model = "demo";
    arguments.data = "pictogram10";
    arguments.study = "demo";
    return arguments;
}

std::string trial_sentence(const Trial &trial)
{
    std::string text = trial.id + " " + to_text(trial.state) + ": " + trial.name;
    if (trial.state == TrialState::done && trial.selection)
        text += ", " + percent(trial.selection->accuracy.top1()) + ", " + to_text(trial.selection->size);
    return trial.error.empty() ? text : text + ". " + trial.error;
}

/// Into the store, from where reports take them.
Status keep_examples(const ExampleSet &examples, const fs::path &folder)
{
    auto store = StudyStore::open_for_writing(folder);
    return store ? store->set_scan(kExamplesTable, Json(to_json(examples, true))) : Status(forward(store));
}

/// The results folder with its report; the study, and study.json, then name its files.
Status add_report(Study &study, const fs::path &folder, const Console &console)
{
    const auto opened = open_study(folder);
    if (!opened)
        return forward(opened);
    const auto source = read_report_source(opened->store);
    if (!source)
        return forward(source);
    const auto written = write_study_results(*source, folder);
    if (!written)
        return forward(written);
    for (const std::string &note : written->notes)
        console.warn(note);
    study.files = {folder / kStoreFile, folder / "study.json"};
    std::copy_if(written->files.begin(), written->files.end(), std::back_inserter(study.files),
                 [](const fs::path &file) { return file.filename() != "study.json"; });
    return write_study(study, folder);
}

std::vector<std::string> trial_row(const Study &study, const Trial &trial)
{
    if (!trial.selection)
        return {trial.id + "  " + clean_text(trial.name), to_text(trial.state)};
    const Measurement &measured = *trial.selection;
    const double ratio =
        static_cast<double>(study.float_bytes.value) / static_cast<double>(std::max<std::int64_t>(measured.size.value, 1));
    const bool timed = measured.latency && measured.latency->batch1;
    return {trial.id + "  " + clean_text(trial.name),
            to_text(measured.size),
            to_text(ratio, 2),
            percent(measured.accuracy.top1()),
            trial.holdout ? percent(trial.holdout->accuracy.top1()) : "",
            timed ? to_text(measured.latency->batch1->median, 3) : "",
            trial.on_front ? "front" : ""};
}

std::string study_text(const Study &study)
{
    std::vector<std::vector<std::string>> rows{{"trial", "size", "ratio", "selection", "holdout", "ms", ""}};
    for (const Trial &trial : study.trials)
        rows.push_back(trial_row(study, trial));
    std::string text = text_table(rows) + "\n" + study.head_sentence + "\n" + study.preprocess_sentence + "\n";
    const auto add = [&text](const char *name, const std::optional<std::string> &trial) {
        if (trial)
            text += std::string(name) + ": " + *trial + "\n";
    };
    add("smallest", study.smallest);
    add("fastest", study.fastest);
    add("balanced", study.balanced);
    for (const fs::path &file : study.files)
        text += "wrote " + clean_text(file.string()) + "\n";
    return text;
}

bool is_over(const Study &study)
{
    return std::none_of(study.trials.begin(), study.trials.end(),
                        [](const Trial &trial) { return trial.state == TrialState::queued; });
}

/// A study that is not over gets its tables alone.
Status write_files(Study &study, const fs::path &folder, const Console &console, bool was_stopped)
{
    if (!has_results(study))
        return {};
    if (!was_stopped && is_over(study))
        return add_report(study, folder, console);
    const auto files = write_results(study, folder);
    return files ? Status() : forward(files);
}

int finish(Study study, const std::optional<ExampleSet> &examples, const fs::path &folder, const Console &console,
           bool was_stopped)
{
    if (const auto written = write_files(study, folder, console, was_stopped); !written)
        return console.fail(written.error());
    if (was_stopped)
        return console.fail(cancelled().value());
    OrderedJson json = to_json(study);
    std::string text = study_text(study);
    if (examples) {
        add_examples(json, *examples);
        text += examples_text(*examples);
    }
    const int printed = console.result(json, text);
    const auto reached = is_over(study) ? check_constraints(study) : Status();
    return reached || printed != 0 ? printed : console.fail(reached.error());
}

} // namespace

int run_command(const Arguments &given, const Console &console, std::stop_token stop)
{
    const Arguments arguments = given.command == Command::demo ? demo_arguments(given) : given;
    const Progress progress = console.progress();
    auto agent = agent_options(arguments, console);
    if (!agent)
        return console.fail(agent.error());
    const auto inputs = open_run(arguments, console.fetch(), stop, progress);
    if (!inputs)
        return console.fail(inputs.error());
    for (const std::string &note : inputs->notes())
        console.note(note);
    const StudyOptions options = study_options(arguments, *inputs);
    const TrialSink on_trial = [&console](const Study &, const Trial &trial) {
        if (trial.state != TrialState::queued && trial.state != TrialState::running)
            console.note(trial_sentence(trial));
    };
    const MadeFolders made(options.folder);
    ConsoleTranscript transcript(console);
    // A queue is for machines that talk to nobody.
    auto study = options.queue_only
        ? run_study(inputs->model, *inputs->data, options, on_trial, stop, progress)
        : run_agent_study(inputs->model, *inputs->data, options, *agent, transcript, on_trial, stop, progress);
    agent->model.reset(); // with its application object, beside which no chart can be drawn
    if (!study)
        return console.fail(study.error());
    std::optional<ExampleSet> examples;
    const Trial *trial = arguments.show_examples ? trial_to_show(*study) : nullptr;
    if (arguments.show_examples && !trial)
        console.warn("There is no quantized trial to show examples of.");
    if (trial && !stop.stop_requested()) {
        auto found = examples_of(*trial, arguments, *inputs, stop, progress);
        const auto kept = found ? keep_examples(*found, options.folder) : Status(forward(found));
        if (kept)
            examples = std::move(*found);
        else
            console.warn("No examples of " + trial->id + " can be shown. " + kept.error().text());
    }
    return finish(std::move(*study), examples, options.folder, console, stop.stop_requested());
}

} // namespace ca
