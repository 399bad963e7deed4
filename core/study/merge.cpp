// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measured_trial.h"

#include <algorithm>

namespace ca {
namespace {

tl::unexpected<Error> foreign(const StudyStore &study, const std::string &what)
{
    return fail(ErrorCode::bad_data,
                "The result does not belong to the study in " + study.folder().string() + ": it is of another " + what
                    + ". Carry the trial out with that study's file.");
}

/// Which of the study's splits was measured. Errors: `bad_data`.
Result<TrialSplit> split_of(const StudyStore &study, const MeasurementKey &key)
{
    const auto facts = study.facts();
    if (!facts)
        return forward(facts);
    if (key.model != facts->model_sha256)
        return foreign(study, "model");
    if (key.data != facts->data)
        return foreign(study, "data set, preprocessing or head");
    if (key.seed != facts->seed)
        return foreign(study, "seed");
    if (key.program != facts->program)
        return foreign(study, "version of this program");
    for (const TrialSplit split : {TrialSplit::selection, TrialSplit::holdout})
        for (const SplitFacts &known : facts->splits)
            if (known.name == to_text(split) && !known.hash.empty() && known.hash == key.split)
                return split;
    return foreign(study, "choice of images");
}

Trial trial_of(const MeasuredTrial &result)
{
    Trial trial;
    trial.id = "TM" + result.record.key.recipe.substr(0, 12);
    trial.origin = TrialOrigin::user;
    trial.method = result.method;
    trial.name = result.name;
    trial.reason = "It was carried out apart from the study and merged.";
    trial.recipe = result.recipe;
    trial.recipe_hash = result.record.key.recipe;
    return trial;
}

/// The trials with the result's recipe; a new one where there is none.
Result<std::vector<Trial>> trials_for(StudyStore &study, const MeasuredTrial &result)
{
    auto trials = study.trials_of(result.record.key.recipe);
    if (!trials || !trials->empty())
        return trials;
    Trial trial = trial_of(result);
    if (const auto added = study.add_trial(trial); !added)
        return forward(added);
    return std::vector{std::move(trial)};
}

Status record_in(StudyStore &study, Trial trial, TrialSplit split, const MeasuredTrial &result,
                 const std::optional<MeasurementRecord> &before)
{
    if (trial.id.starts_with("TM")) { // whichever result brought it
        trial.method = std::min(trial.method, result.method);
        trial.name = std::min(trial.name, result.name);
    }
    const bool timed_here = trial.state == TrialState::done && !(before && trial.seconds == before->measurement.seconds);
    if (split == TrialSplit::selection) {
        trial.state = TrialState::done;
        trial.error.clear();
    }
    if (const auto recorded = study.record(trial, split, result.record); !recorded)
        return recorded;
    if (split == TrialSplit::holdout || timed_here)
        return {};
    const auto after = study.find_measurement(result.record.key);
    if (!after)
        return forward(after);
    trial.seconds = (*after)->measurement.seconds;
    return study.update_trial(trial);
}

} // namespace

Status merge_result(StudyStore &study, const MeasuredTrial &result)
{
    if (result.record.key.recipe != hash(result.recipe))
        return fail(ErrorCode::bad_data, "The result's recipe is not the one that its key names. Carry the trial out again.");
    return study.transaction([&]() -> Status {
        const auto split = split_of(study, result.record.key);
        if (!split)
            return forward(split);
        const auto before = study.find_measurement(result.record.key);
        if (!before)
            return forward(before);
        const auto trials = trials_for(study, result);
        if (!trials)
            return forward(trials);
        for (const Trial &trial : *trials)
            if (const auto recorded = record_in(study, trial, *split, result, *before); !recorded)
                return recorded;
        return {};
    });
}

} // namespace ca
