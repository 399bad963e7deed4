// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"
#include "core/agent/figures/figures.h"

#include <optional>
#include <string>
#include <vector>

namespace ca {

enum class CallState { queued, waiting, running, done, failed, refused, cancelled }; ///< waiting: for the person's consent
[[nodiscard]] std::string to_text(CallState state);

/// A tool call as a card shows it, as a whole each time that something of it changes.
struct CallCard {
    std::string id;           ///< ToolCall::id
    std::string tool;         ///< `run_trials`
    std::string title;        ///< in words, by the program: "Run P3 and P4"
    Json arguments = nullptr; ///< as checked; the raw text where they are no JSON
    CallState state = CallState::queued;
    std::string summary{};             ///< of its result, in words, with figures of the store
    std::vector<std::string> trials{}; ///< that it made or speaks of
    double seconds = 0;
};

/// Hears what the agent does, on the agent's thread.
class AgentSink {
public:
    AgentSink() = default;
    AgentSink(const AgentSink &) = delete;
    AgentSink &operator=(const AgentSink &) = delete;
    virtual ~AgentSink() = default;

    virtual void turn_begun(std::size_t turn) = 0;
    virtual void delta(const ChatDelta &delta) = 0;
    /// The turn's text, whole, with each figure looked up.
    virtual void turn_ended(const ChatTurn &turn, const std::vector<TextSpan> &text) = 0;
    virtual void call_changed(const CallCard &card) = 0;
    /// The summary that it ends with, and the trial that it recommends.
    virtual void finished(const std::vector<TextSpan> &summary, const std::optional<std::string> &recommended) = 0;
    virtual void notice(const std::string &sentence) = 0; ///< of the program: a fallback, a limit, a figure that nothing proves
    virtual void usage_changed(const Usage &total, std::optional<double> cost) = 0; ///< of the study so far; dollars where known
};

} // namespace ca
