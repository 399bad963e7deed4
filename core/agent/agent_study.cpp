// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/agent_study.h"

#include "core/agent/offline_advisor.h"

namespace ca {

Status end_search(StudyRunner &runner)
{
    if (runner.is_over())
        return {};
    const auto next = runner.propose(1);
    if (!next)
        return next.error().code == ErrorCode::cancelled ? Status() : Status(forward(next));
    return next->empty() ? runner.end_search(runner.why_over()) : Status();
}

namespace {

Status advise(StudyRunner &runner, const AgentOptions &agent, AgentSink &sink)
{
    if (runner.is_over() || runner.model().program.layers().empty())
        return end_search(runner);
    if (const auto planned = runner.plan(); !planned)
        return planned;
    RunnerDesk desk(runner);
    OfflineAdvisor offline;
    Advisor *speaking = nullptr;
    ToolOptions tools;
    tools.budget = agent.budget;
    tools.mode = agent.mode;
    tools.names = agent.names;
    if (agent.ask)
        tools.ask = [&](const ConsentRequest &asked, std::stop_token stop) {
            return speaking->ask_person(agent.ask, asked, stop);
        };
    ToolBox box(desk, std::move(tools));
    AdvisorOptions options;
    options.budget = agent.budget;
    options.price = agent.price;
    options.must_finish = true;
    options.note = [&](const Json &entry) { return runner.note(entry); };
    Advisor advisor(agent.model ? *agent.model : offline, offline, box, sink, std::move(options));
    speaking = &advisor;
    const auto end = advisor.answer(agent.request.empty() ? study_request() : agent.request, runner.stop());
    return end ? end_search(runner) : Status(forward(end));
}

} // namespace

Result<Study> run_agent_study(const Model &model, const DataSet &data, const StudyOptions &options, const AgentOptions &agent,
                              AgentSink &sink, const TrialSink &on_trial, std::stop_token stop, const Progress &progress)
{
    return StudyRunner(model, data, options, on_trial, std::move(stop), progress).run([&](StudyRunner &runner) {
        return advise(runner, agent, sink);
    });
}

} // namespace ca
