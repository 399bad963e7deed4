// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tool_state.h"

namespace ca::tools {
namespace {

constexpr std::size_t kMostSummary = 16'000; // bytes

std::vector<std::string> unproved(const std::vector<TextSpan> &text)
{
    std::vector<std::string> figures;
    for (const TextSpan &span : text)
        if (span.kind == TextSpan::Kind::unproved)
            figures.push_back(span.text);
    return figures;
}

} // namespace

ToolAnswer finish(ToolBox::State &state, const Json &arguments, std::stop_token)
{
    const auto &summary = arguments["summary"].get_ref<const std::string &>();
    const Json &recommended = arguments["recommended"];
    ArgumentErrors errors;
    if (visible_text(summary).empty())
        errors.push_back({"/summary", "is empty", "some sentences"});
    if (summary.size() > kMostSummary)
        errors.push_back({"/summary", "is too long", "at most " + std::to_string(kMostSummary) + " bytes"});
    const Trial *trial = recommended.is_null() ? nullptr : state.trial(recommended.get_ref<const std::string &>());
    if (!recommended.is_null() && (!trial || trial->state != TrialState::done))
        errors.push_back({"/recommended", trial ? trial->id + " is not done" : "is no trial", state.trial_ids()});
    if (!errors.empty())
        return refusal(errors);
    ToolAnswer answer;
    answer.text = look_up_figures(summary, state.figures());
    const auto wrong = unproved(answer.text);
    if (!wrong.empty() && !state.figures_were_refused) {
        state.figures_were_refused = true;
        for (const std::string &figure : wrong)
            errors.push_back(
                {"/summary", "has the figure " + visible_text(figure) + ", which nothing that is stored matches",
                 "figures of the tools' results, in their units, with the trial's id in the sentence; or no figure"});
        return refusal(errors);
    }
    state.figures_were_refused = false;
    answer.content = {{"finished", true}, {"unproved_figures", wrong}};
    answer.ends_turn = true;
    answer.summary = trial ? "Recommends " + trial->id : "Summed up";
    if (!wrong.empty())
        answer.summary += "; unproved and struck through: " + in_a_row(wrong);
    if (trial) {
        answer.recommended = trial->id;
        answer.trials.push_back(trial->id);
    }
    return answer;
}

} // namespace ca::tools
