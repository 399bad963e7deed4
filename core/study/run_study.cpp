// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_runner.h"

namespace ca {
namespace {

/// What the planner proposes, round by round.
Status follow_planner(StudyRunner &runner)
{
    while (!runner.is_over()) {
        const auto proposals = runner.propose(runner.options().round);
        if (!proposals)
            return forward(proposals);
        if (proposals->empty())
            return runner.end_search(runner.why_over());
        std::vector<TrialRequest> requests;
        for (const Proposal &proposal : *proposals)
            requests.push_back(request_of(proposal));
        const std::string number = std::to_string(runner.study().rounds.size() + 1);
        const auto done = runner.carry_out(requests,
                                           "Round " + number + ": " + std::to_string(requests.size())
                                               + " recipes, the first because of this: " + proposals->front().candidate.reason);
        if (!done || runner.options().queue_only)
            return done;
    }
    return {};
}

} // namespace

Result<Study> run_study(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial,
                        std::stop_token stop, const Progress &progress)
{
    return StudyRunner(model, data, options, on_trial, std::move(stop), progress).run(follow_planner);
}

} // namespace ca
