// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/agent_events.h"
#include "core/agent/chat_model.h"

#include <functional>
#include <string>
#include <vector>

/// A model whose answers are functions of what it is asked, the last one over and over.
class ScriptedChat final : public ca::ChatModel {
public:
    using Answer = std::function<ca::ChatResult<ca::ChatTurn>(const ca::ChatRequest &)>;
    explicit ScriptedChat(std::vector<Answer> answers) : answers_(std::move(answers)) { }

    std::vector<ca::ChatRequest> asked{};

    [[nodiscard]] ca::ChatResult<ca::ChatTurn> ask(const ca::ChatRequest &request, const ca::ChatSink &sink,
                                                   std::stop_token) override
    {
        const std::size_t turn = std::min(asked.size(), answers_.size() - 1);
        asked.push_back(request);
        auto answer = answers_[turn](request);
        if (answer && sink && !answer->message.text.empty())
            sink({ca::ChatDelta::Kind::text, answer->message.text});
        return answer;
    }
    [[nodiscard]] std::string provider() const override { return "scripted"; }
    [[nodiscard]] std::string name() const override { return "script-1"; }

    /// A turn that says something.
    static Answer says(std::string text, ca::TurnEnd end = ca::TurnEnd::complete)
    {
        return [text = std::move(text), end](const ca::ChatRequest &) { return turn(text, {}, end); };
    }
    /// A turn that wants tools called, each with its arguments.
    static Answer calls(std::vector<std::pair<std::string, std::string>> tools, ca::TurnEnd end = ca::TurnEnd::tool_calls)
    {
        return [tools = std::move(tools), end](const ca::ChatRequest &request) {
            return turn("", tools, end, std::to_string(request.messages.size()));
        };
    }
    static Answer fails(ca::FailureKind kind, std::string sentence)
    {
        return [kind, sentence = std::move(sentence)](const ca::ChatRequest &) -> ca::ChatResult<ca::ChatTurn> {
            return tl::unexpected(ca::ChatFailure{kind, sentence});
        };
    }

private:
    static ca::ChatResult<ca::ChatTurn> turn(const std::string &text,
                                             const std::vector<std::pair<std::string, std::string>> &tools, ca::TurnEnd end,
                                             const std::string &at = "")
    {
        ca::ChatTurn result;
        result.message.role = ca::ChatRole::assistant;
        result.message.text = text;
        for (const auto &[name, arguments] : tools)
            result.message.calls.push_back({"call_" + at + "_" + std::to_string(result.message.calls.size()), name, arguments});
        result.end = end;
        result.usage = {.input = 100, .output = 10};
        return result;
    }

    std::vector<Answer> answers_;
};

/// Keeps what it hears.
class KeptEvents final : public ca::AgentSink {
public:
    std::vector<std::string> notices{}, said{};
    std::vector<ca::CallCard> cards{}; ///< each change
    std::vector<ca::TextSpan> summary{};
    std::optional<std::string> recommended{};
    std::size_t finishes = 0;
    ca::Usage usage{};
    std::optional<double> cost{};

    void turn_begun(std::size_t) override { }
    void delta(const ca::ChatDelta &) override { }
    void turn_ended(const ca::ChatTurn &turn, const std::vector<ca::TextSpan> &) override { said.push_back(turn.message.text); }
    void call_changed(const ca::CallCard &card) override { cards.push_back(card); }
    void finished(const std::vector<ca::TextSpan> &text, const std::optional<std::string> &trial) override
    {
        ++finishes;
        summary = text;
        recommended = trial;
    }
    void notice(const std::string &sentence) override { notices.push_back(sentence); }
    void usage_changed(const ca::Usage &total, std::optional<double> dollars) override
    {
        usage = total;
        cost = dollars;
    }

    [[nodiscard]] bool has_notice(const std::string &words) const
    {
        return std::any_of(notices.begin(), notices.end(),
                           [&](const std::string &notice) { return notice.find(words) != std::string::npos; });
    }
    /// States that a tool's cards went through.
    [[nodiscard]] std::vector<ca::CallState> states_of(const std::string &tool) const
    {
        std::vector<ca::CallState> states;
        for (const ca::CallCard &card : cards)
            if (card.tool == tool)
                states.push_back(card.state);
        return states;
    }
};
