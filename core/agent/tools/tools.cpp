// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/tools.h"

#include "core/agent/tools/tool_state.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

struct Tool {
    const char *name;
    ToolAnswer (*call)(ToolBox::State &state, const Json &arguments, std::stop_token stop);
};
constexpr std::array kTools{Tool{"study_overview", tools::study_overview}, Tool{"sensitivity", tools::sensitivity},
                            Tool{"propose_recipe", tools::propose_recipe}, Tool{"run_trials", tools::run_trials},
                            Tool{"compare_trials", tools::compare_trials}, Tool{"explain_layer", tools::explain_layer},
                            Tool{"set_constraint", tools::set_constraint}, Tool{"finish", tools::finish}};

const ToolSpec *spec_of(const std::string &name)
{
    const auto &specs = tool_specs();
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const ToolSpec &spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

ToolAnswer unknown_tool()
{
    Json names = Json::array();
    for (const ToolSpec &spec : tool_specs())
        names.push_back(spec.name);
    return tools::refusal({{"", "There is no such tool", names}});
}

} // namespace

ToolBox::ToolBox(StudyDesk &desk, ToolOptions options) : state_(std::make_unique<State>(desk, std::move(options))) { }
ToolBox::~ToolBox() = default;

ToolAnswer ToolBox::call(const ToolCall &call, std::stop_token stop)
{
    const auto tool = std::find_if(kTools.begin(), kTools.end(), [&](const Tool &each) { return each.name == call.name; });
    if (tool == kTools.end())
        return unknown_tool();
    const ParsedArguments arguments = parse_arguments(call.arguments, spec_of(call.name)->parameters);
    if (!arguments.errors.empty())
        return tools::refusal(arguments.errors);
    return tool->call(*state_, arguments.value, std::move(stop));
}

void ToolBox::set_mode(ConsentMode mode)
{
    state_->options.mode = mode;
}

void ToolBox::set_names(bool sent)
{
    state_->options.names = sent;
    state_->untrusted = Untrusted(sent);
}

void ToolBox::set_budget(const Budget &budget)
{
    state_->use.set(budget);
}

void ToolBox::leave(std::size_t trials, double minutes)
{
    state_->use.leave(trials, minutes);
}

ConsentMode ToolBox::mode() const
{
    return state_->mode();
}

std::size_t ToolBox::trials_left() const
{
    return state_->trials_left();
}

double ToolBox::minutes_left() const
{
    return state_->minutes_left();
}

bool ToolBox::sends_names() const
{
    return state_->untrusted.sent();
}

std::vector<StoredFigure> ToolBox::figures() const
{
    return state_->figures();
}

} // namespace ca
