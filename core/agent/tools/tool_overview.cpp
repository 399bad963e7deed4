// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"
#include "core/study/trial_front.h"

#include <algorithm>
#include <map>

namespace ca::tools {
namespace {

constexpr std::size_t kMostProposals = 16;
constexpr std::size_t kMostTrials = 64; // rows of some 40 tokens; the front and failures come whatever their number

Json model_json(const ToolBox::State &state)
{
    const Model &model = state.desk.model();
    std::map<std::string, int> kinds;
    for (const Layer &layer : model.program.layers())
        ++kinds[to_text(layer.kind)];
    return {{"name", state.untrusted(model.name)},
            {"parameters", model.parameters},
            {"float_bytes", state.desk.study().float_bytes.value},
            {"layers", kinds},
            {"ids", state.layer_ids()},
            {"input", {model.input.channels, model.input.height, model.input.width}},
            {"outputs", model.input.outputs}};
}

Json data_json(const ToolBox::State &state)
{
    const DataSet &data = state.desk.data();
    Json images = Json::object();
    for (const auto &[name, facts] : state.desk.study().splits)
        images[name] = facts.first;
    return {{"name", state.untrusted(data.name)},
            {"classes", data.classes.size()},
            {"images", images},
            {"head", state.untrusted(state.desk.study().head_sentence)}};
}

Json trials_json(const ToolBox::State &state, std::size_t &left_out)
{
    const auto &trials = state.desk.study().trials;
    const std::size_t begin = trials.size() - std::min(trials.size(), kMostTrials);
    Table table{trial_columns()};
    for (std::size_t i = 0; i < trials.size(); ++i) {
        const Trial &trial = trials[i];
        if (i >= begin || i == 0 || trial.on_front || trial.state == TrialState::failed)
            table.rows.push_back(trial_row(state, trial));
        else
            ++left_out;
    }
    return table.json();
}

Json front_json(const Study &study)
{
    Json ids = Json::array();
    for (const Trial &trial : study.trials)
        if (trial.on_front)
            ids.push_back(trial.id);
    return {{"trials", ids},
            {"smallest_within_half_a_point", Json(or_null(study.smallest))},
            {"fastest_within_half_a_point", Json(or_null(study.fastest))},
            {"balanced", Json(or_null(study.balanced))},
            {"answer_to_the_constraints", Json(or_null(study.answer))},
            {"hypervolume", study.hypervolume.empty() ? Json(nullptr) : rounded(study.hypervolume.back().second, 3)}};
}

Json budget_json(ToolBox::State &state)
{
    state.told_minutes = state.minutes_left();
    return {{"trials_left", state.trials_left()}, {"minutes_left", rounded(*state.told_minutes, 1)}};
}

std::string approval_text(ConsentMode mode)
{
    switch (mode) {
    case ConsentMode::ask:
        return "the person is asked before each run_trials and set_constraint; what is within the budget is usual";
    case ConsentMode::within_budget:
        return "run_trials within the budget needs no approval; beyond it, and for set_constraint, the person is asked";
    case ConsentMode::chat_only:
        break;
    }
    return "nothing is computed: run_trials is refused; set_constraint is asked for";
}

Json proposal_row(const ToolBox::State &state, const KeptProposal &kept)
{
    const Proposal &proposal = kept.proposal;
    const auto size = static_cast<double>(std::max<std::int64_t>(1, proposal.predicted_bytes));
    return {kept.id,
            to_text(kept.origin),
            visible_text(proposal.candidate.name),
            proposal.predicted_bytes,
            rounded(static_cast<double>(state.desk.study().float_bytes.value) / size, 2),
            rounded(proposal.predicted_drop, 2),
            rounded(proposal.drop_error, 2),
            rounded(proposal.predicted_latency, 3),
            rounded(proposal.expected_gain, 3)};
}

/// The model's own that wait to be run, by what is known now.
void add_open_ones(ToolBox::State &state, Table &table)
{
    const auto finished = trial_results(state.desk.study());
    for (const Json &id : state.proposals.open_ids()) {
        KeptProposal &kept = *state.proposals.find(id.get_ref<const std::string &>());
        const bool listed = std::any_of(table.rows.begin(), table.rows.end(), [&](const Json &row) { return row[0] == id; });
        if (kept.origin != TrialOrigin::advisor || listed || table.rows.size() >= kMostProposals)
            continue;
        const Candidate candidate = kept.proposal.candidate;
        kept.proposal = state.desk.planner()->predict(candidate.recipe, finished);
        kept.proposal.candidate = candidate;
        table.rows.push_back(proposal_row(state, kept));
    }
}

/// What the planner would carry out next, so that it can be run as it is; then what else can be.
Result<Json> proposals_json(ToolBox::State &state)
{
    const auto next = state.desk.propose(state.desk.options().round);
    if (!next)
        return forward(next);
    Table table{{"id", "origin", "name", "bytes", "times_smaller", "predicted_drop", "drop_error", "predicted_latency_ms",
                 "expected_gain"}};
    for (const Proposal &proposal : *next) {
        KeptProposal *kept = state.proposals.with_recipe(hash(proposal.candidate.recipe.recipe));
        if (!kept)
            kept = &state.proposals.add({{}, request_of(proposal).origin, proposal});
        else if (!kept->trial && kept->origin != TrialOrigin::advisor)
            kept->proposal = proposal; // trials since then have changed what is expected of it
        table.rows.push_back(proposal_row(state, *kept));
    }
    add_open_ones(state, table);
    return table.json();
}

std::string summary_of(const Study &study)
{
    std::size_t done = 0, failed = 0, front = 0;
    for (const Trial &trial : study.trials) {
        done += trial.state == TrialState::done ? 1U : 0U;
        failed += trial.state == TrialState::failed ? 1U : 0U;
        front += trial.on_front ? 1U : 0U;
    }
    return std::to_string(done) + (done == 1 ? " trial done" : " trials done") + (failed > 0 ? ", " : "")
        + (failed > 0 ? std::to_string(failed) + " failed" : "") + ", " + std::to_string(front) + " on the front";
}

} // namespace

ToolAnswer study_overview(ToolBox::State &state, const Json &, std::stop_token)
{
    if (state.mode() != ConsentMode::chat_only || state.desk.planner())
        if (auto refused = state.plan())
            return std::move(*refused);
    const Study &study = state.desk.study();
    ToolAnswer answer;
    std::size_t left_out = 0;
    answer.content = {{"model", model_json(state)},
                      {"data", data_json(state)},
                      {"constraints", constraints_json(state, study.constraints)},
                      {"trials", trials_json(state, left_out)},
                      {"front", front_json(study)},
                      {"budget", budget_json(state)},
                      {"approval", approval_text(state.mode())},
                      {"search_over", study.why_over.empty() ? Json(nullptr) : Json(visible_text(study.why_over, 300))}};
    if (left_out > 0)
        answer.content["trials_left_out"] = left_out;
    if (state.desk.planner()) {
        auto proposals = proposals_json(state);
        if (!proposals)
            return failure(state, proposals.error(), proposals.error().code != ErrorCode::constraint);
        answer.content["proposals"] = std::move(*proposals);
    }
    answer.summary = summary_of(study);
    return answer;
}

} // namespace ca::tools
