// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"

namespace ca {
namespace {

using Unit = StoredFigure::Unit;

constexpr double kMinute = 60'000; // milliseconds

void add_budget(const ToolBox::State &state, std::vector<StoredFigure> &figures)
{
    const Budget &budget = state.use.budget();
    figures.push_back({Unit::count, static_cast<double>(budget.trials), "budget/trials"});
    figures.push_back({Unit::count, static_cast<double>(state.trials_left()), "budget/trials_left"});
    figures.push_back({Unit::milliseconds, kMinute * budget.minutes, "budget/minutes"});
    figures.push_back({Unit::milliseconds, kMinute * state.told_minutes.value_or(state.minutes_left()), "budget/minutes_left"});
}

void add_model(const ToolBox::State &state, std::vector<StoredFigure> &figures)
{
    const Model &model = state.desk.model();
    figures.push_back({Unit::count, static_cast<double>(model.parameters), "model/parameters"});
    figures.push_back({Unit::count, static_cast<double>(model.program.layers().size()), "model/layers"});
    figures.push_back({Unit::count, static_cast<double>(state.desk.data().classes.size()), "data/classes"});
}

void add_proposal(const ToolBox::State &state, const KeptProposal &kept, std::vector<StoredFigure> &figures)
{
    const Proposal &proposal = kept.proposal;
    const auto size = static_cast<double>(proposal.predicted_bytes);
    const auto whole = static_cast<double>(state.desk.study().float_bytes.value);
    figures.push_back({Unit::bytes, size, kept.id + "/bytes"});
    if (size > 0 && whole > 0) {
        figures.push_back({Unit::ratio, whole / size, kept.id + "/ratio"});
        figures.push_back({Unit::fraction, 1 - size / whole, kept.id + "/saved"});
    }
    if (proposal.predicted_drop) {
        figures.push_back({Unit::points, *proposal.predicted_drop, kept.id + "/drop"});
        figures.push_back({Unit::points, proposal.drop_error, kept.id + "/drop_error"});
    }
    if (proposal.predicted_latency)
        figures.push_back({Unit::milliseconds, *proposal.predicted_latency, kept.id + "/latency"});
    if (kept.expected.drop)
        figures.push_back({Unit::points, *kept.expected.drop, kept.id + "/expected_drop"});
    if (kept.expected.bytes)
        figures.push_back({Unit::bytes, static_cast<double>(*kept.expected.bytes), kept.id + "/expected_bytes"});
    figures.push_back({Unit::plain, proposal.expected_gain, kept.id + "/gain"});
    if (kept.minutes > 0)
        figures.push_back({Unit::milliseconds, kMinute * kept.minutes, kept.id + "/minutes"});
    if (kept.memory.value > 0)
        figures.push_back({Unit::bytes, static_cast<double>(kept.memory.value), kept.id + "/memory"});
    figures.push_back({Unit::count, static_cast<double>(proposal.candidate.recipe.recipe.layers.size()), kept.id + "/layers"});
}

/// What was expected of a trial, which its own sentence may say without the proposal's id.
void add_prediction(const KeptProposal &kept, std::vector<StoredFigure> &figures)
{
    if (!kept.trial || !kept.proposal.predicted_drop)
        return;
    figures.push_back({Unit::points, *kept.proposal.predicted_drop, *kept.trial + "/proposal/predicted_drop"});
    figures.push_back({Unit::points, kept.proposal.drop_error, *kept.trial + "/proposal/drop_error"});
}

} // namespace

std::vector<StoredFigure> ToolBox::State::figures() const
{
    std::vector<StoredFigure> figures = figures_of(desk.study(), desk.table());
    add_budget(*this, figures);
    add_model(*this, figures);
    for (const KeptProposal &kept : proposals.all()) {
        add_proposal(*this, kept, figures);
        add_prediction(kept, figures);
    }
    figures.insert(figures.end(), compared.begin(), compared.end());
    return figures;
}

} // namespace ca
