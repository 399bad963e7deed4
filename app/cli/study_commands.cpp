// SPDX-License-Identifier: GPL-3.0-or-later
// Commands on a study that is there: one more trial, carried out anywhere; results brought back.
#include "app/cli/commands.h"

#include "app/cli/open_inputs.h"
#include "app/cli/open_recipe.h"
#include "app/cli/output_place.h"
#include "app/cli/study_source.h"
#include "core/report/results.h"
#include "core/study/load_study.h"
#include "core/study/run_trial.h"

namespace ca {
namespace {

namespace fs = std::filesystem;

Result<MeasuredTrial> carry_out_trial(Arguments arguments, const Console &console, std::stop_token stop)
{
    const auto study = open_study(study_folder(arguments.study_place));
    if (!study)
        return forward(study);
    if (const auto known = add_source(arguments, study->facts); !known)
        return forward(known);
    if (const auto place = check_not_input(arguments.output, {arguments.recipe_file, study->store.folder() / kStoreFile}); !place)
        return forward(place);
    const Progress progress = console.progress();
    const auto inputs = open_inputs(arguments, console.fetch(), stop, progress);
    if (!inputs)
        return forward(inputs);
    if (const auto recorded = check_recorded(inputs->model); !recorded)
        return forward(recorded);
    const auto recipe = open_recipe(arguments, *inputs, std::nullopt, stop, progress);
    if (!recipe)
        return forward(recipe);
    return run_trial(study->store, inputs->model, *inputs->data, **recipe, arguments.threads,
                     fs::path(arguments.output.string() + ".safetensors"), stop, progress);
}

/// A trial whose machine never answered. A result that comes later still counts.
Status give_up(StudyStore &store, const std::string &id)
{
    auto trial = store.trial(id);
    if (!trial)
        return forward(trial);
    if (was_carried_out(*trial))
        return {};
    trial->state = TrialState::failed;
    trial->error = "No result came back from where it was carried out; it was given up.";
    return store.update_trial(*trial);
}

/// The study with what was merged; its files are written anew.
Result<Study> merge_all(const Arguments &arguments)
{
    auto store = StudyStore::open_for_writing(study_folder(arguments.study_place));
    if (!store)
        return forward(store);
    for (const std::string &file : arguments.files) {
        const auto result = read_measured_trial(file);
        if (!result)
            return forward(result);
        if (const auto merged = merge_result(*store, *result); !merged)
            return fail(merged.error().code, "The result " + clean_text(file) + " cannot be merged: " + merged.error().text());
    }
    for (const std::string &id : arguments.failed)
        if (const auto given_up = give_up(*store, id); !given_up)
            return forward(given_up);
    auto study = load_study(*store);
    if (!study)
        return forward(study);
    if (!study->hypervolume.empty())
        if (const auto kept = store->log_hypervolume(study->hypervolume.back().first, study->hypervolume.back().second); !kept)
            return forward(kept);
    study->files = {store->folder() / kStoreFile, store->folder() / "study.json"};
    if (!has_results(*study))
        return study;
    if (const auto written = write_study(*study, store->folder()); !written)
        return forward(written);
    if (const auto written = write_results(*study, store->folder()); !written)
        return forward(written);
    return study;
}

std::string front_text(const Study &study)
{
    std::string text;
    for (const Trial &trial : study.trials)
        if (trial.on_front)
            text += (text.empty() ? "" : ", ") + trial.id;
    return text.empty() ? "none" : text;
}

} // namespace

int run_trial_command(const Arguments &arguments, const Console &console, std::stop_token stop)
{
    const auto result = carry_out_trial(arguments, console, stop);
    if (!result)
        return console.fail(result.error());
    if (const auto written = write_measured_trial(*result, arguments.output); !written)
        return console.fail(written.error());
    const Measurement &measured = result->record.measurement;
    OrderedJson json;
    json["recipe_hash"] = hash(result->recipe);
    json["selection"] = to_json(measured);
    json["output"] = arguments.output.string();
    return console.result(json,
                          result->name + ": " + percent(measured.accuracy.top1()) + ", " + to_text(measured.size) + "\nwrote "
                              + clean_text(arguments.output.string()) + "\n");
}

int merge_command(const Arguments &arguments, const Console &console)
{
    const auto study = merge_all(arguments);
    if (!study)
        return console.fail(study.error());
    return console.result(to_json(*study),
                          std::to_string(arguments.files.size()) + " results merged into " + clean_text(study->name)
                              + "; on the front: " + front_text(*study) + "\n");
}

} // namespace ca
