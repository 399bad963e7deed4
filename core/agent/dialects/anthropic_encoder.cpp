// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/anthropic_encoder.h"

#include "core/agent/dialects/history.h"

#include <algorithm>

namespace ca {
namespace {

Json text_block(const std::string &text)
{
    return {{"type", "text"}, {"text", text}};
}

Json result_block(const ChatMessage &message)
{
    Json block{{"type", "tool_result"}, {"tool_use_id", message.call_id}, {"content", message.text}};
    if (message.failed)
        block["is_error"] = true;
    return block;
}

/// The vendor's own blocks where there are some: it refuses thinking that was changed.
Json assistant_blocks(const ChatMessage &message)
{
    if (message.opaque.is_array() && !message.opaque.empty())
        return message.opaque;
    Json blocks = Json::array();
    if (!message.text.empty())
        blocks.push_back(text_block(message.text));
    for (const ToolCall &call : message.calls)
        blocks.push_back(
            {{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", sendable_arguments(call.arguments)}});
    return blocks;
}

/// One message for each change of role. All results of a turn stand in one, and before any text.
Json encoded_messages(const std::vector<ChatMessage> &history)
{
    Json messages = Json::array();
    for (const ChatMessage &message : history) {
        const bool is_assistant = message.role == ChatRole::assistant;
        const std::string role = is_assistant ? "assistant" : "user";
        if (messages.empty() || messages.back()["role"] != role)
            messages.push_back({{"role", role}, {"content", Json::array()}});
        Json &content = messages.back()["content"];
        if (message.role == ChatRole::user)
            content.push_back(text_block(message.text));
        else if (message.role == ChatRole::tool)
            content.push_back(result_block(message));
        else
            for (Json &block : assistant_blocks(message))
                content.push_back(std::move(block));
    }
    return messages;
}

/// A block up to which all is kept: the last of `blocks`.
void mark_for_cache(Json &blocks)
{
    if (!blocks.empty())
        blocks.back()["cache_control"] = {{"type", "ephemeral"}};
}

Json encoded(const ToolSpec &tool)
{
    return {{"name", tool.name}, {"description", tool.description}, {"input_schema", tool.parameters}};
}

} // namespace

HttpRequest anthropic_request(const Endpoint &endpoint, const ChatRequest &request, const Dropped &dropped)
{
    const auto &parameters = dropped.parameters;
    const bool caches = std::find(parameters.begin(), parameters.end(), "cache_control") == parameters.end();
    Json tools = Json::array(), system = Json::array(), messages = encoded_messages(legal_history(request.messages));
    for (const ToolSpec &tool : request.tools)
        tools.push_back(encoded(tool));
    if (!request.system.empty())
        system.push_back(text_block(request.system));
    if (caches) {
        mark_for_cache(tools);
        mark_for_cache(system);
        if (!messages.empty() && messages.back()["role"] == "user") // what an assistant said is not to be changed
            mark_for_cache(messages.back()["content"]);
    }
    Json body{{"model", endpoint.model}, {"max_tokens", request.max_tokens}, {"stream", true}, {"messages", std::move(messages)}};
    if (!system.empty())
        body["system"] = std::move(system);
    if (!tools.empty())
        body["tools"] = std::move(tools);
    HttpRequest http{"POST", endpoint.base + "/messages", anthropic_headers(endpoint), canonical(body)};
    http.headers.emplace_back("content-type", "application/json");
    http.headers.emplace_back("accept", "text/event-stream");
    return http;
}

std::vector<std::pair<std::string, std::string>> anthropic_headers(const Endpoint &endpoint)
{
    std::vector<std::pair<std::string, std::string>> headers{{"anthropic-version", "2023-06-01"}};
    if (!endpoint.key.empty())
        headers.emplace_back("x-api-key", endpoint.key);
    return headers;
}

} // namespace ca
