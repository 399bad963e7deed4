// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/openai_encoder.h"

#include "core/agent/dialects/history.h"

#include <algorithm>

namespace ca {
namespace {

bool has(const Dropped &dropped, std::string_view parameter)
{
    return std::find(dropped.parameters.begin(), dropped.parameters.end(), parameter) != dropped.parameters.end();
}

/// Those that speak the vendor's own latest; what imitates them may refuse what it does not know.
bool is_openai(const Endpoint &endpoint)
{
    return endpoint.base.starts_with("https://api.openai.com/") || endpoint.base.find(".openai.azure.com/") != std::string::npos;
}

/// OpenAI's reasoning models take the new name alone, Ollama the old one alone. Empty: neither is taken.
std::string name_of_limit(const Endpoint &endpoint, const Dropped &dropped)
{
    const bool prefers_new = is_openai(endpoint) && !dropped.old_max_tokens;
    for (const char *name :
         {prefers_new ? "max_completion_tokens" : "max_tokens", prefers_new ? "max_tokens" : "max_completion_tokens"})
        if (!has(dropped, name))
            return name;
    return {};
}

Json encoded(const ToolCall &call)
{
    return {{"id", call.id},
            {"type", "function"},
            {"function", {{"name", call.name}, {"arguments", canonical(sendable_arguments(call.arguments))}}}};
}

Json encoded(const ChatMessage &message)
{
    switch (message.role) {
    case ChatRole::user:
        return {{"role", "user"}, {"content", message.text}};
    case ChatRole::tool:
        return {{"role", "tool"}, {"tool_call_id", message.call_id}, {"content", message.text}};
    case ChatRole::assistant:
        break;
    }
    Json result{{"role", "assistant"}, {"content", message.text}};
    for (const ToolCall &call : message.calls)
        result["tool_calls"].push_back(encoded(call));
    if (message.text.empty() && !message.calls.empty())
        result["content"] = nullptr;
    return result;
}

Json encoded(const ToolSpec &tool, bool strict)
{
    Json function{{"name", tool.name}, {"description", tool.description}, {"parameters", tool.parameters}};
    if (strict)
        function["strict"] = true;
    return {{"type", "function"}, {"function", std::move(function)}};
}

Json encoded_messages(const ChatRequest &request)
{
    Json messages = Json::array();
    if (!request.system.empty())
        messages.push_back({{"role", "system"}, {"content", request.system}});
    for (const ChatMessage &message : legal_history(request.messages))
        messages.push_back(encoded(message));
    return messages;
}

} // namespace

HttpRequest openai_request(const Endpoint &endpoint, const ChatRequest &request, const Dropped &dropped)
{
    Json body{{"model", endpoint.model}, {"stream", true}, {"messages", encoded_messages(request)}};
    if (const std::string limit = name_of_limit(endpoint, dropped); !limit.empty())
        body[limit] = request.max_tokens;
    if (!has(dropped, "stream_options"))
        body["stream_options"] = {{"include_usage", true}};
    for (const ToolSpec &tool : request.tools)
        body["tools"].push_back(encoded(tool, is_openai(endpoint) && !has(dropped, "strict")));
    if (!request.tools.empty() && !has(dropped, "parallel_tool_calls"))
        body["parallel_tool_calls"] = true; // llama.cpp's default is false
    HttpRequest http{"POST", endpoint.base + "/chat/completions", {}, canonical(body)};
    http.headers = {{"content-type", "application/json"}, {"accept", "text/event-stream"}};
    if (!endpoint.key.empty())
        http.headers.emplace_back("authorization", "Bearer " + endpoint.key);
    return http;
}

} // namespace ca
