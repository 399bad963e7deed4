// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/agent/chat.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Streams written by hand from what vendors document and servers were reported to send, with what they say.
namespace llm {

struct RecordedStream {
    std::string name;
    std::string bytes;
    ca::ChatTurn turn;
};

/// `data: …` and a blank line.
inline std::string message(std::string_view json)
{
    return "data: " + std::string(json) + "\n\n";
}

/// `event: …` with its data.
inline std::string named_event(std::string_view name, std::string_view json)
{
    return "event: " + std::string(name) + "\n" + message(json);
}

inline std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

/// A turn of the assistant's as it is expected.
inline ca::ChatTurn answer(std::string text, std::vector<ca::ToolCall> calls, ca::TurnEnd end, std::string stop_reason,
                           ca::Usage usage)
{
    ca::ChatTurn turn;
    turn.message = {ca::ChatRole::assistant, std::move(text), std::move(calls)};
    turn.end = end;
    turn.stop_reason = std::move(stop_reason);
    turn.usage = usage;
    return turn;
}

} // namespace llm
