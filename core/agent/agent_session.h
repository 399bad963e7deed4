// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/advisor.h"
#include "core/agent/agent_inbox.h"
#include "core/study/study_runner.h"

#include <functional>

namespace ca {

/// What a message came to.
struct Answered {
    AdvisorEnd::Why why = AdvisorEnd::Why::answered;
    std::vector<ChatMessage> history; ///< of the conversation, up to here
    bool stopped = false;             ///< on request
    bool only_talk = false;           ///< nothing was to be carried out, and nothing was
    bool is_last = false;             ///< the whole was stopped with it
};

/// What a conversation about a study is held with.
struct AgentTalk {
    Budget budget{};                    ///< of the whole conversation
    std::vector<ChatMessage> history{}; ///< that it goes on from
    AskPerson ask{};                    ///< absent: what asks is refused
    /// Called after each message, when what it added to the front is measured on holdout.
    std::function<void(const Study &, const Answered &)> answered{};
    /// What an earlier run left unfinished is left so: the study is talked about.
    Unfinished unfinished = Unfinished::carry_out;
};

/// A study as a conversation: opened once, then each message of `inbox` is answered, with whatever that makes the advisor carry
/// out, until the inbox is closed or `stop` is requested. Waiting for a message costs none of the study's minutes. What is said
/// while it works is heard before the next turn, and where it changes what is to be done, before the next trial. `sink` hears all
/// of it, on this thread. Errors: as run_study; a message that stops ends nothing but its answer.
[[nodiscard]] Result<Study> run_agent_session(const Model &model, const DataSet &data, const StudyOptions &options,
                                              const AgentTalk &talk, AgentInbox &inbox, AgentSink &sink,
                                              const TrialSink &on_trial, std::stop_token stop, const Progress &progress);

/// Entries of the transcript that tell messages and branches apart.
[[nodiscard]] Json message_entry(const std::string &id, const std::optional<std::string> &after);

} // namespace ca
