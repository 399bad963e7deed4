// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"
#include "core/search/planner_table.h"
#include "core/study/trial_front.h"

#include <algorithm>
#include <set>

namespace ca::tools {
namespace {

constexpr double kSurprise = 2;           // standard errors
constexpr double kBytesAsExpected = 0.01; // of them

using Wanted = std::vector<KeptProposal *>;

Wanted wanted_proposals(ToolBox::State &state, const Json &ids, ArgumentErrors &errors)
{
    Wanted wanted;
    if (ids.empty())
        errors.push_back({"/proposals", "is empty", state.proposals.open_ids()});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string path = "/proposals/" + std::to_string(i);
        KeptProposal *kept = state.proposals.find(ids[i].get_ref<const std::string &>());
        if (!kept)
            errors.push_back({path, "is no proposal", state.proposals.open_ids()});
        else if (kept->trial)
            errors.push_back({path, "was carried out as " + *kept->trial, state.proposals.open_ids()});
        else if (std::find(wanted.begin(), wanted.end(), kept) != wanted.end())
            errors.push_back({path, kept->id + " stands twice", state.proposals.open_ids()});
        else
            wanted.push_back(kept);
    }
    return wanted;
}

/// What the study itself has room for, and what has changed since they were proposed.
void check_room(const ToolBox::State &state, const Wanted &wanted, ArgumentErrors &errors)
{
    const std::size_t room = state.desk.trials_left();
    if (wanted.size() > room)
        errors.push_back({"/proposals", "are more than the study has trials left", "at most " + std::to_string(room)});
    if (state.desk.seconds_left() <= 0)
        errors.push_back({"/proposals", "cannot be run: the study's time is used up", "finish"});
    const Constraints &limits = state.desk.study().constraints;
    for (const KeptProposal *kept : wanted) {
        const Proposal &proposal = kept->proposal;
        if (!keeps_formats(proposal.candidate.recipe.recipe, limits)
            || (limits.bytes && proposal.predicted_bytes > *limits.bytes))
            errors.push_back({"/proposals", kept->id + " does not keep the constraints that hold now", "another recipe"});
        for (const Trial &trial : state.desk.study().trials)
            if (trial.recipe_hash == kept->hash && !was_left_undone(trial))
                errors.push_back({"/proposals", kept->id + " is the recipe of " + trial.id, "another recipe"});
    }
}

ConsentRequest consent_for(const ToolBox::State &state, const Wanted &wanted)
{
    double minutes = 0;
    Bytes memory{};
    for (const KeptProposal *kept : wanted) {
        const TrialCost cost = cost_of(state, kept->proposal.candidate.recipe.recipe);
        minutes += cost.minutes;
        memory = std::max(memory, cost.memory);
    }
    return compute_request(wanted.size(), minutes, memory, state.use);
}

TrialRequest request_for(const KeptProposal &kept)
{
    TrialRequest request = request_of(kept.proposal);
    request.origin = kept.origin;
    if (kept.expected.drop) // the hypothesis that it is judged by
        request.predicted_drop = kept.expected.drop;
    return request;
}

std::string round_summary(const ToolBox::State &state, const Wanted &wanted)
{
    return "Round " + std::to_string(state.desk.study().rounds.size() + 1) + ": " + std::to_string(wanted.size())
        + " recipes, the first because of this: " + wanted.front()->proposal.candidate.reason;
}

std::set<std::string> front_of(const Study &study)
{
    std::set<std::string> ids;
    for (const Trial &trial : study.trials)
        if (trial.on_front)
            ids.insert(trial.id);
    return ids;
}

Json without(const std::set<std::string> &these, const std::set<std::string> &those)
{
    Json ids = Json::array();
    for (const std::string &id : these)
        if (!those.contains(id))
            ids.push_back(id);
    return ids;
}

double area_of(const Study &study)
{
    return study.hypervolume.empty() ? 0 : study.hypervolume.back().second;
}

/// A drop against what was expected of it: within what chance explains?
std::string verdict(double expected, double expected_error, const MeasuredDrop &measured)
{
    const double error = std::hypot(expected_error, measured.standard_error);
    if (std::abs(measured.points - expected) <= kSurprise * error)
        return "as expected";
    return measured.points < expected ? "better than expected" : "worse than expected";
}

Json outcome_json(const ToolBox::State &state, const KeptProposal &kept, const Trial &trial)
{
    Json json{{"proposal", kept.id},
              {"trial", trial.id},
              {"predicted_drop", rounded(kept.proposal.predicted_drop, 2)},
              {"predicted_error", rounded(kept.proposal.drop_error, 2)},
              {"you_expected_drop", rounded(kept.expected.drop, 2)},
              {"seconds", rounded(trial.seconds, 1)}};
    if (!trial.selection || stopped_early(state.desk.study(), trial))
        return json;
    const MeasuredDrop drop = measured_drop(*trial.selection);
    if (kept.proposal.predicted_drop)
        json["prediction"] = verdict(*kept.proposal.predicted_drop, kept.proposal.drop_error, drop);
    if (kept.expected.drop)
        json["your_expectation"] = verdict(*kept.expected.drop, 0, drop);
    if (kept.expected.bytes) {
        const auto expected = static_cast<double>(*kept.expected.bytes), size = static_cast<double>(trial.selection->size.value);
        json["your_bytes"] = std::abs(size - expected) <= kBytesAsExpected * expected ? "as expected"
            : size < expected                                                         ? "smaller than expected"
                                                                                      : "larger than expected";
    }
    return json;
}

/// What came of a call.
struct Run {
    std::size_t first = 0; ///< of its trials, index in the study
    std::optional<Error> error{};
    bool cancelled = false;
    std::string why_not{}; ///< some were not begun
};

/// It took time, whatever became of it.
bool was_begun(const Trial &trial)
{
    return was_carried_out(trial) || trial.seconds > 0;
}

double minutes_since(const Study &study, std::size_t first)
{
    double seconds = 0;
    for (std::size_t i = first; i < study.trials.size(); ++i)
        seconds += study.trials[i].seconds;
    return seconds / 60;
}

/// As one round. Before each but the first: the next goes beyond the minutes that are approved, it was stopped, or the person
/// allows less than in the mode that it was granted in.
Run carry_out(ToolBox::State &state, const Wanted &wanted, ConsentMode granted_in, const std::stop_token &stop)
{
    Run run;
    run.first = state.desk.study().trials.size();
    const double each = consent_for(state, wanted).minutes / static_cast<double>(wanted.size());
    const auto why_not = [&]() -> std::optional<std::string> {
        const double left = state.use.minutes_left() - minutes_since(state.desk.study(), run.first);
        run.cancelled = stop.stop_requested();
        if (run.cancelled)
            run.why_not = "The person stopped it.";
        else if (left <= 0 || left < each)
            run.why_not = "The trials before it took the minutes that were approved.";
        else if (const ConsentMode mode = state.mode(); mode == ConsentMode::chat_only)
            run.why_not = "Only talk is allowed now.";
        else if (mode == ConsentMode::ask && granted_in != ConsentMode::ask)
            run.why_not = "The person wants to be asked first now.";
        else if (const auto other = state.options.why_not ? state.options.why_not() : std::nullopt)
            run.why_not = *other;
        return run.why_not.empty() ? std::nullopt : std::optional(run.why_not);
    };
    std::vector<TrialRequest> requests;
    for (const KeptProposal *kept : wanted)
        requests.push_back(request_for(*kept));
    const auto status = state.desk.carry_out(requests, round_summary(state, wanted), why_not);
    if (!status)
        run.error = status.error();
    const auto &trials = state.desk.study().trials;
    for (std::size_t i = 0; i < wanted.size() && run.first + i < trials.size(); ++i) {
        const Trial &trial = trials[run.first + i];
        if (trial.state != TrialState::cancelled)
            wanted[i]->trial = trial.id;
        else if (run.why_not.empty()) // by the study itself
            run.why_not = trial.error;
        if (was_begun(trial))
            state.use.use(1, trial.seconds / 60);
        run.cancelled = run.cancelled || (trial.state == TrialState::cancelled && was_begun(trial));
    }
    return run;
}

ToolAnswer answer_for(const ToolBox::State &state, const Wanted &wanted, const Run &run, const std::set<std::string> &front,
                      double area)
{
    const Study &study = state.desk.study();
    ToolAnswer answer;
    Table table{trial_columns()};
    Json outcomes = Json::array();
    std::vector<std::string> texts;
    Json not_run = Json::array();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::size_t place = run.first + i;
        if (place >= study.trials.size() || study.trials[place].state == TrialState::cancelled) {
            not_run.push_back(wanted[i]->id);
            continue;
        }
        const Trial &trial = study.trials[place];
        table.rows.push_back(trial_row(state, trial));
        outcomes.push_back(outcome_json(state, *wanted[i], trial));
        answer.trials.push_back(trial.id);
        texts.push_back(trial_text(trial));
    }
    const auto now = front_of(study);
    answer.content = {{"trials", table.json()},
                      {"outcomes", outcomes},
                      {"front", {{"entered", without(now, front)}, {"left", without(front, now)}, {"now", now}}},
                      {"hypervolume", {{"before", rounded(area, 3)}, {"now", rounded(area_of(study), 3)}}},
                      {"answer_to_the_constraints", Json(or_null(study.answer))},
                      {"trials_left", state.trials_left()}};
    if (!not_run.empty())
        answer.content["not_run"] = {{"proposals", not_run}, {"why", visible_text(run.why_not, 300)}};
    for (const std::string &text : texts)
        answer.summary += (answer.summary.empty() ? "" : "; ") + text;
    if (!not_run.empty())
        answer.summary += (answer.summary.empty() ? "" : "; ") + std::to_string(not_run.size()) + " not run: " + run.why_not;
    answer.state = run.cancelled ? CallState::cancelled : run.error ? CallState::failed : CallState::done;
    answer.failed = run.error.has_value();
    answer.fatal = run.error;
    return answer;
}

} // namespace

ToolAnswer run_trials(ToolBox::State &state, const Json &arguments, std::stop_token stop)
{
    ArgumentErrors errors;
    const Wanted wanted = wanted_proposals(state, arguments["proposals"], errors);
    check_room(state, wanted, errors);
    if (!errors.empty())
        return refusal(errors);
    const ConsentRequest request = consent_for(state, wanted);
    const ConsentMode mode = state.mode();
    const Decision decision = decide(request, mode, state.use, state.options.ask, stop);
    if (!decision.granted) {
        const std::string why = visible_text(decision.reason, 300);
        ToolAnswer refused = refusal({{"/proposals", "was not approved" + (why.empty() ? "" : ": " + why),
                                       "at most " + std::to_string(state.use.trials_left()) + " trials and "
                                           + to_text(state.use.minutes_left(), 1) + " minutes are left of the budget"}},
                                     stop.stop_requested() ? CallState::cancelled : CallState::refused);
        refused.summary = "Not approved" + (why.empty() ? "." : ": " + why);
        return refused;
    }
    const auto front = front_of(state.desk.study());
    const double area = area_of(state.desk.study());
    const Run run = carry_out(state, wanted, mode, stop);
    return answer_for(state, wanted, run, front, area);
}

} // namespace ca::tools
