// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/name_gate.h"

namespace ca {
namespace {

constexpr const char *kLeftOut = "Left out: it may hold names, which stay on this machine.";

std::string content_of(const ChatMessage &message)
{
    Json calls = Json::array();
    for (const ToolCall &call : message.calls)
        calls.push_back({call.name, call.arguments});
    return canonical({message.text, calls});
}

/// Which tools were called stays: each result belongs to its call.
void leave_out(ChatMessage &message)
{
    if (message.role == ChatRole::tool)
        message.text = canonical({{"left_out", kLeftOut}});
    else if (!message.text.empty())
        message.text = kLeftOut;
    for (ToolCall &call : message.calls)
        call.arguments = "{}";
    message.opaque = nullptr;
}

} // namespace

void NameGate::learn(const std::vector<ChatMessage> &history)
{
    for (const ChatMessage &message : history)
        known_.insert(content_of(message));
}

std::vector<ChatMessage> NameGate::without_names(std::vector<ChatMessage> history) const
{
    for (ChatMessage &message : history)
        if (message.role != ChatRole::user && !known_.contains(content_of(message)))
            leave_out(message);
    return history;
}

} // namespace ca
