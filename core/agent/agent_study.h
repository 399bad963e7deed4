// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/advisor.h"
#include "core/study/study_runner.h"

#include <memory>

namespace ca {

/// Who advises a study, and within what.
struct AgentOptions {
    std::shared_ptr<ChatModel> model{}; ///< null: the advisor that needs no network
    Budget budget{};
    ConsentMode mode = ConsentMode::within_budget;
    AskPerson ask{};   ///< absent: nobody is there, and what asks is refused
    bool names = true; ///< names of layers, files and classes go to the model
    std::optional<Price> price{};
    std::string request{}; ///< what the person says; empty: study_request()
};

/// Where the planner has nothing more to propose, the study says why.
[[nodiscard]] Status end_search(StudyRunner &runner);

/// As run_study, with an advisor that decides what is carried out: the planner's proposals as they are where it is the offline
/// one, so that it comes to what run_study comes to. `sink` hears it, on this thread. The conversation is kept in the study's
/// transcript. Where the advisor ends with budget left and nothing forbids it, nothing more is carried out: it has said why.
/// Errors: as run_study.
[[nodiscard]] Result<Study> run_agent_study(const Model &model, const DataSet &data, const StudyOptions &options,
                                            const AgentOptions &agent, AgentSink &sink, const TrialSink &on_trial,
                                            std::stop_token stop, const Progress &progress);

} // namespace ca
