// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/history.h"

#include <algorithm>

namespace ca {
namespace {

using Position = std::vector<ChatMessage>::const_iterator;

ChatMessage no_answer(const ToolCall &call)
{
    ChatMessage message{ChatRole::tool, "This call was cancelled and not carried out."};
    message.call_id = call.id;
    message.failed = true;
    return message;
}

/// Puts the answers to `calls` out of [begin, end) into their order.
void add_answers(const std::vector<ToolCall> &calls, Position begin, Position end, std::vector<ChatMessage> &history)
{
    for (const ToolCall &call : calls) {
        const auto answer = std::find_if(begin, end, [&](const ChatMessage &message) { return message.call_id == call.id; });
        history.push_back(answer == end ? no_answer(call) : *answer);
    }
}

bool says_nothing(const ChatMessage &message)
{
    return message.text.empty() && message.calls.empty() && message.opaque.empty();
}

} // namespace

std::vector<ChatMessage> legal_history(const std::vector<ChatMessage> &messages)
{
    std::vector<ChatMessage> history;
    for (auto at = messages.begin(); at != messages.end(); ++at) {
        if (at->role == ChatRole::tool || says_nothing(*at))
            continue;
        history.push_back(*at);
        const auto is_answer = [](const ChatMessage &message) { return message.role == ChatRole::tool; };
        add_answers(at->calls, std::next(at), std::find_if_not(std::next(at), messages.end(), is_answer), history);
    }
    return history;
}

Json sendable_arguments(std::string_view arguments)
{
    const auto value = parse_json(arguments, "A call");
    if (value && value->is_object())
        return *value;
    return {{"not_json", std::string(arguments)}};
}

} // namespace ca
