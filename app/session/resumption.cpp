// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/resumption.h"

#include "core/base/json_member.h"

#include "core/study/run_trial.h"

#include <algorithm>

namespace ca {
namespace {

void set_text(std::string &text, const Json &value)
{
    if (value.is_string())
        text = value.get<std::string>();
}

void set_count(std::size_t &count, const Json &value)
{
    if (value.is_number_integer() && value >= 0)
        count = value.get<std::size_t>();
}

std::string named(const std::string &name, const Json &place)
{
    std::string where;
    set_text(where, place);
    return clean_text(where.empty() || where == name ? name : name + " (" + where + ")");
}

/// It was stopped after its last trial, while those of the front were measured once more.
bool lacks_holdout(const Study &study)
{
    const auto is_holdout = [](const auto &split) { return split.first == "holdout" && split.second.first > 0; };
    return std::any_of(study.splits.begin(), study.splits.end(), is_holdout)
        && std::any_of(study.trials.begin(), study.trials.end(),
                       [](const Trial &trial) { return trial.on_front && !trial.holdout; });
}

} // namespace

StudyOptions resuming_options(const std::filesystem::path &folder, const StudyFacts &facts, const Study &study)
{
    const auto asked = options_of(facts);
    StudyOptions options = asked ? *asked : StudyOptions();
    options.name = facts.name;
    options.folder = folder;
    options.resume = true;
    options.seed = facts.seed;
    options.constraints = study.constraints;
    const Json &source = member(facts.options, "source");
    set_count(options.max_trials, member(source, "trials"));
    if (const Json &minutes = member(source, "minutes"); minutes.is_number())
        options.minutes = minutes.get<double>();
    if (source.is_object())
        options.source = source;
    return options;
}

bool is_unfinished(const Study &study, std::size_t max_trials)
{
    return !std::all_of(study.trials.begin(), study.trials.end(), was_carried_out) || lacks_holdout(study)
        || (study.why_over.empty() && study.trials.size() < max_trials);
}

std::string missing_for(const Study &study, const Json &source, bool has_model, bool has_data)
{
    std::string what;
    if (!has_model)
        what = "open the model " + named(study.model_name, member(source, "model"));
    if (!has_data)
        what += (what.empty() ? "" : " and ") + ("choose the data " + named(study.data_name, member(source, "data")));
    return what.empty() ? what : "To go on with this study, " + what + ".";
}

} // namespace ca
