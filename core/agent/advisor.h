// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/agent_events.h"
#include "core/agent/chat_model.h"
#include "core/agent/provider/prices.h"
#include "core/agent/tools/tools.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ca {

struct AdvisorOptions {
    Budget budget{};                            ///< tokens and money; trials and minutes are the tools'
    std::size_t most_turns = 25;                ///< of a model, for one request
    std::optional<Price> price{};               ///< of the model; absent: not known
    bool must_finish = false;                   ///< nobody is there to answer: it is asked to go on until it calls `finish`
    std::vector<ChatMessage> history{};         ///< of a conversation that goes on
    std::function<Status(const Json &)> note{}; ///< keeps an entry of the transcript; absent: none is kept
    /// Asked before each turn: what the person has said meanwhile. Absent: nothing.
    std::function<Result<std::vector<std::string>>()> interject{};
};

/// How a request ended.
struct AdvisorEnd {
    enum class Why {
        answered,    ///< it said what it had to say, and waits
        finished,    ///< it called `finish`
        stopped,     ///< by the person
        interrupted, ///< the stream broke off after a part was shown: nothing of it was carried out
        refused,     ///< by the model, or its vendor
        used_up,     ///< turns, tokens or money
    } why = Why::answered;
    std::vector<TextSpan> summary{};          ///< of `finish`
    std::optional<std::string> recommended{}; ///< likewise
};

/// A conversation about a study. A model is asked, what it wants is done as far as `tools` let it, and it is told what came of
/// that, until it has answered. Where it cannot be reached, or gives no answer that can be used, `offline` takes its place, which
/// is said. What a turn says is shown once each figure in it was looked up. For one thread. What it is given outlives it.
class Advisor {
public:
    Advisor(ChatModel &model, ChatModel &offline, ToolBox &tools, AgentSink &sink, AdvisorOptions options);

    /// What the person says, and all that follows from it. Errors: of the study, which cannot go on then, and of keeping the
    /// transcript.
    [[nodiscard]] Result<AdvisorEnd> answer(const std::string &request, std::stop_token stop);
    /// Once more from what came last in the history: a message of the person, or the answers of tools.
    [[nodiscard]] Result<AdvisorEnd> go_on(std::stop_token stop);
    /// For ToolOptions::ask: the card of the call waits until the person has decided, and the transcript keeps the decision.
    [[nodiscard]] Decision ask_person(const AskPerson &ask, const ConsentRequest &asked, const std::stop_token &stop);

    /// Who is asked from the next turn on, and what that costs; absent: not known.
    void speak_with(ChatModel &model, std::optional<Price> price);
    /// The conversation goes on from here: it was taken back to an earlier point.
    void set_history(std::vector<ChatMessage> history) { history_ = std::move(history); }
    [[nodiscard]] const std::vector<ChatMessage> &history() const { return history_; }
    [[nodiscard]] const Usage &usage() const { return usage_; }
    [[nodiscard]] std::size_t requests() const { return requests_; }   ///< to a model over the network, retries not counted
    [[nodiscard]] std::optional<double> cost() const { return cost_; } ///< dollars; absent: a price is not known
    [[nodiscard]] bool is_offline() const { return model_ == &offline_; }

private:
    struct Request;
    [[nodiscard]] Status hear();
    [[nodiscard]] std::optional<ChatTurn> ask(Request &request, const std::stop_token &stop);
    void spend(const Usage &usage);
    [[nodiscard]] std::optional<std::int64_t> tokens_left(const ChatRequest &request, std::string &why) const;
    void take_failure(Request &request, const ChatFailure &failure);
    void give_up(Request &request, AdvisorEnd::Why why, const std::string &sentence);
    void go_offline(const std::string &why);
    [[nodiscard]] Status hand_over();
    [[nodiscard]] Status take_turn(const ChatTurn &turn, Request &request, const std::stop_token &stop);
    [[nodiscard]] Status end_turn(const ChatTurn &turn, Request &request);
    [[nodiscard]] Status carry_out(const ChatTurn &turn, Request &request, const std::stop_token &stop);
    [[nodiscard]] Status carry_out(const ToolCall &call, Request &request, const std::stop_token &stop);
    [[nodiscard]] Status help_out(ToolAnswer &failed, const std::stop_token &stop);
    [[nodiscard]] Status answer_call(const ToolCall &call, const ToolAnswer &answer);
    [[nodiscard]] Status keep_turn(const ChatTurn &turn, const std::vector<TextSpan> &text) const;
    [[nodiscard]] Status say(const std::string &text, const char *kind = "person");
    [[nodiscard]] Status keep(const Json &entry) const;
    void notice(const std::string &sentence);
    void show(CallState state);

    ChatModel *model_;
    ChatModel &offline_;
    ToolBox &tools_;
    AgentSink &sink_;
    AdvisorOptions options_;
    std::vector<ChatMessage> history_;
    Usage usage_{};
    std::optional<double> cost_ = 0;
    std::size_t requests_ = 0, turn_ = 0;
    std::size_t failed_proposals_ = 0; ///< one after the other
    std::string last_call_;            ///< its tool and arguments
    std::size_t same_calls_ = 0;       ///< one after the other
    bool takes_over_ = false;          ///< the offline advisor, from the next turn on
    CallCard card_{};                  ///< of the call that is carried out
    Status kept_{};                    ///< an error of the transcript that is still to be returned
};

/// What every provider is told: the task, the rules, how to speak. Always the same text.
[[nodiscard]] const std::string &advisor_instructions();

} // namespace ca
