// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study.h"

#include "core/base/atomic_file.h"
#include "core/search/constraints_json.h"

#include <algorithm>

namespace ca {
namespace {

OrderedJson measured(const std::optional<Measurement> &measurement)
{
    return measurement ? to_json(*measurement) : OrderedJson(nullptr);
}

OrderedJson to_json(const Trial &trial)
{
    OrderedJson json;
    json["id"] = trial.id;
    json["parent"] = or_null(trial.parent);
    json["origin"] = to_text(trial.origin);
    json["name"] = trial.name;
    json["reason"] = trial.reason;
    json["method"] = trial.method;
    json["recipe"] = OrderedJson(to_json(trial.recipe));
    json["recipe_hash"] = trial.recipe_hash;
    const bool predicted = trial.predicted_bytes.value > 0;
    json["predicted"]["bytes"] = predicted ? OrderedJson(trial.predicted_bytes.value) : OrderedJson(nullptr);
    json["predicted"]["drop"] = or_null(trial.predicted_drop);
    json["state"] = to_text(trial.state);
    json["selection"] = measured(trial.selection);
    json["holdout"] = measured(trial.holdout);
    json["on_front"] = trial.on_front;
    json["seconds"] = trial.seconds;
    json["error"] = trial.error.empty() ? OrderedJson(nullptr) : OrderedJson(trial.error);
    return json;
}

/// The front's trials by rising bytes.
std::vector<const Trial *> front_of(const Study &study)
{
    std::vector<const Trial *> front;
    for (const Trial &trial : study.trials)
        if (trial.on_front && trial.selection)
            front.push_back(&trial);
    std::stable_sort(front.begin(), front.end(),
                     [](const Trial *a, const Trial *b) { return a->selection->size < b->selection->size; });
    return front;
}

} // namespace

std::string to_text(TrialState state)
{
    switch (state) {
    case TrialState::queued:
        return "queued";
    case TrialState::running:
        return "running";
    case TrialState::done:
        return "done";
    case TrialState::failed:
        return "failed";
    case TrialState::cancelled:
        return "cancelled";
    case TrialState::interrupted:
        break;
    }
    return "interrupted";
}

std::string to_text(TrialOrigin origin)
{
    switch (origin) {
    case TrialOrigin::baseline:
        return "baseline";
    case TrialOrigin::planner:
        return "planner";
    case TrialOrigin::advisor:
        return "advisor";
    case TrialOrigin::user:
        break;
    }
    return "user";
}

bool has_results(const Study &study)
{
    return std::any_of(study.trials.begin(), study.trials.end(),
                       [](const Trial &trial) { return trial.state == TrialState::done; });
}

OrderedJson to_json(const Study &study)
{
    OrderedJson json;
    json["study"] = study.name;
    json["model"] = study.model_name;
    json["model_sha256"] = study.model_sha256;
    json["data"] = study.data_name;
    json["splits"] = OrderedJson::object();
    for (const auto &[name, facts] : study.splits)
        json["splits"][name] = {{"size", facts.first}, {"hash", facts.second}};
    json["device"] = "cpu";
    json["seed"] = study.seed;
    json["head"] = study.head_sentence;
    json["preprocess"] = study.preprocess_sentence;
    json["float_bytes"] = study.float_bytes.value;
    json["float"] = {{"selection", measured(study.float_selection)}, {"holdout", measured(study.float_holdout)}};
    json["trials"] = OrderedJson::array();
    for (const Trial &trial : study.trials)
        json["trials"].push_back(to_json(trial));
    json["front"] = OrderedJson::array();
    for (const Trial *trial : front_of(study))
        json["front"].push_back(trial->id);
    json["hypervolume"] = OrderedJson::array();
    for (const auto &[evaluations, value] : study.hypervolume)
        json["hypervolume"].push_back({{"evaluations", evaluations}, {"value", value}});
    json["recommended"] = {
        {"smallest", or_null(study.smallest)}, {"fastest", or_null(study.fastest)}, {"balanced", or_null(study.balanced)}};
    json["constraints"] = to_json(study.constraints);
    json["answer"] = or_null(study.answer);
    json["rounds"] = OrderedJson::array();
    for (std::size_t i = 0; i < study.rounds.size(); ++i)
        json["rounds"].push_back({{"number", i + 1}, {"summary", study.rounds[i].summary}});
    json["over"] = study.why_over.empty() ? OrderedJson(nullptr) : OrderedJson(study.why_over);
    json["llm"] = to_json(study.llm);
    json["seconds"] = study.seconds;
    json["files"] = OrderedJson::array();
    for (const std::filesystem::path &file : study.files)
        json["files"].push_back(file.string());
    return json;
}

Status write_study(const Study &study, const std::filesystem::path &folder)
{
    const auto written = write_file(folder / "study.json", pretty(to_json(study)) + "\n");
    return written ? Status() : Status(forward(written));
}

} // namespace ca
