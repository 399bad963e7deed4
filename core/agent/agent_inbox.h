// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat_model.h"
#include "core/agent/provider/prices.h"
#include "core/agent/tools/consent.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ca {

/// Who answers, and how.
struct AgentVoice {
    std::shared_ptr<ChatModel> model{}; ///< null: the advisor that needs no network
    std::optional<Price> price{};       ///< of the model; absent: not known
    bool names = true;                  ///< names of layers, files and classes go to it
    ConsentMode mode = ConsentMode::within_budget;
};

/// An earlier point of a conversation, from which it goes on.
struct AgentBranch {
    std::string after; ///< AgentMessage::id of the last message that stays; empty: none does
    std::vector<ChatMessage> history{};
};

/// What the person says.
struct AgentMessage {
    std::string id;   ///< of all messages of the study
    std::string text; ///< empty: it goes on from what came last
    AgentVoice voice{};
    std::optional<AgentBranch> branch{}; ///< absent: after all that was said
    std::size_t more_trials = 0;         ///< that the person approves with it: for its answer so many are left, and no more
    double more_minutes = 0;
};

/// Where the person's words wait for the advisor. For any number of threads.
class AgentInbox {
public:
    AgentInbox() = default;
    AgentInbox(const AgentInbox &) = delete;
    AgentInbox &operator=(const AgentInbox &) = delete;
    ~AgentInbox() = default;

    /// False once it is closed: nobody will read it.
    [[nodiscard]] bool post(AgentMessage message);
    /// Nothing more is taken once what waits was.
    void close();
    /// How much may be done without asking, from now on.
    void set_mode(ConsentMode mode);
    /// Stops the answer under way; false where there is none.
    bool stop();
    /// A message is answered, or waits to be.
    [[nodiscard]] bool is_busy() const;

    // For whoever answers.
    /// Waits; nothing once it is closed, or stopped. The answer has begun then, and its `stop` is the second.
    [[nodiscard]] std::optional<std::pair<AgentMessage, std::stop_token>> take(const std::stop_token &stop);
    /// What was said meanwhile and needs nothing but to be heard.
    [[nodiscard]] std::optional<AgentMessage> take_word();
    [[nodiscard]] std::optional<ConsentMode> take_mode();
    void end_answer(); ///< before it is told
    /// The person wants what runs ended, or other limits: the rest of a round waits.
    [[nodiscard]] bool has_to_be_heard() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable_any news_;
    std::deque<AgentMessage> waiting_;
    std::optional<ConsentMode> mode_;
    std::stop_source answer_{std::nostopstate};
    bool is_answering_ = false, closed_ = false;
};

} // namespace ca
