// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/estimate.h"

namespace ca {
namespace {

constexpr std::size_t kBytesPerToken = 4;

std::int64_t tokens_of(const ChatMessage &message)
{
    std::int64_t tokens = estimated_tokens(message.text);
    for (const ToolCall &call : message.calls)
        tokens += estimated_tokens(call.name) + estimated_tokens(call.arguments);
    return tokens;
}

} // namespace

std::int64_t estimated_tokens(std::string_view text)
{
    return static_cast<std::int64_t>((text.size() + kBytesPerToken - 1) / kBytesPerToken);
}

std::int64_t estimated_tokens(const ChatRequest &request)
{
    std::int64_t tokens = estimated_tokens(request.system);
    for (const ToolSpec &tool : request.tools)
        tokens += estimated_tokens(tool.name) + estimated_tokens(tool.description) + estimated_tokens(canonical(tool.parameters));
    for (const ChatMessage &message : request.messages)
        tokens += tokens_of(message);
    return tokens;
}

std::int64_t estimated_tokens(const ChatTurn &turn)
{
    return tokens_of(turn.message) + estimated_tokens(turn.thinking);
}

Usage usage_or_estimate(const ChatRequest &request, const ChatTurn &turn)
{
    Usage usage = turn.usage;
    if (!usage.estimated)
        return usage;
    if (usage.input == 0)
        usage.input = estimated_tokens(request);
    if (usage.output == 0)
        usage.output = estimated_tokens(turn);
    return usage;
}

} // namespace ca
