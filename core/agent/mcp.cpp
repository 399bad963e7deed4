// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/mcp.h"

#include "core/base/json_member.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

// The newest first: it is offered to a client that asks for one that is not known.
constexpr std::array kRevisions{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
constexpr int kDepth = 64;

// Of JSON-RPC 2.0.
constexpr int kNoJson = -32700, kNoRequest = -32600, kNoMethod = -32601, kBadParameters = -32602;

std::string result_line(const Json &id, Json result)
{
    return canonical({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

std::string error_line(const Json &id, int code, const std::string &sentence)
{
    return canonical({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", sentence}}}});
}

bool is_id(const Json &id)
{
    return id.is_string() || id.is_number_integer();
}

/// Hints for a client that asks its person before it calls.
Json annotations(const std::string &name)
{
    const bool computes = name == "run_trials", changes = computes || name == "set_constraint" || name == "propose_recipe";
    return {{"readOnlyHint", !changes}, {"destructiveHint", false}, {"idempotentHint", !computes}, {"openWorldHint", false}};
}

Json tools_json()
{
    Json tools = Json::array();
    for (const ToolSpec &spec : tool_specs())
        tools.push_back({{"name", spec.name},
                         {"description", spec.description},
                         {"inputSchema", spec.parameters},
                         {"annotations", annotations(spec.name)}});
    return {{"tools", std::move(tools)}};
}

Json content_json(const std::string &text, bool failed)
{
    return {{"content", {{{"type", "text"}, {"text", text}}}}, {"isError", failed}};
}

} // namespace

McpServer::Reaction McpServer::take(std::string_view line)
{
    const auto message = parse_json(line, "The line", kDepth);
    if (!message)
        return {error_line(nullptr, kNoJson, message.error().sentence)};
    const Json &method = member(*message, "method"), &id = member(*message, "id");
    if (!message->is_object() || member(*message, "jsonrpc") != "2.0")
        return {error_line(is_id(id) ? id : Json(), kNoRequest, "The line is no message of JSON-RPC 2.0.")};
    if (!method.is_string())
        return message->contains("result") || message->contains("error")
            ? Reaction() // nothing is asked of clients
            : Reaction{error_line(is_id(id) ? id : Json(), kNoRequest, "The message names no method.")};
    if (message->contains("id"))
        return is_id(id) ? request(*message)
                         : Reaction{error_line(nullptr, kNoRequest, "The id is neither a number nor a string.")};
    Reaction reaction;
    if (const Json &of = member(member(*message, "params"), "requestId"); method == "notifications/cancelled" && is_id(of))
        reaction.cancelled = of;
    return reaction;
}

McpServer::Reaction McpServer::request(const Json &message)
{
    const Json &method = message["method"], &id = message["id"];
    if (method == "ping")
        return {result_line(id, Json::object())};
    if (method == "initialize") {
        is_initialized_ = true;
        const Json &wanted = member(member(message, "params"), "protocolVersion");
        const bool known = std::any_of(kRevisions.begin(), kRevisions.end(), [&](const char *each) { return wanted == each; });
        return {
            result_line(id,
                        {{"protocolVersion", known ? wanted : Json(kRevisions.front())},
                         {"capabilities", {{"tools", {{"listChanged", false}}}}},
                         {"serverInfo", {{"name", "compression-agent"}, {"title", "Compression Agent"}, {"version", version_}}},
                         {"instructions", instructions_}})};
    }
    if (!is_initialized_)
        return {error_line(id, kNoRequest, "Send initialize first.")};
    if (method == "tools/list")
        return {result_line(id, tools_json())};
    if (method == "tools/call")
        return call_tool(message);
    return {error_line(id, kNoMethod, "This server has tools alone, and no " + clean_text(method.get<std::string>()) + ".")};
}

McpServer::Reaction McpServer::call_tool(const Json &message)
{
    const Json &id = message["id"], &parameters = member(message, "params"), &name = member(parameters, "name");
    const Json &arguments = member(parameters, "arguments");
    const auto &specs = tool_specs();
    if (!name.is_string() || std::none_of(specs.begin(), specs.end(), [&](const ToolSpec &spec) { return name == spec.name; }))
        return {error_line(id, kBadParameters, "There is no such tool; tools/list names those that there are.")};
    McpCall call{id,
                 {id.is_string() ? id.get<std::string>() : id.dump(), name, arguments.is_null() ? "{}" : canonical(arguments)}};
    if (const Json &token = member(member(parameters, "_meta"), "progressToken"); is_id(token))
        call.progress_token = token;
    Reaction reaction;
    reaction.call = std::move(call);
    return reaction;
}

std::string McpServer::answer(const McpCall &call, const ToolAnswer &answer)
{
    Json result = content_json(canonical(answer.content), answer.failed);
    result["structuredContent"] = answer.content;
    return result_line(call.id, std::move(result));
}

std::string McpServer::failure(const McpCall &call, const std::string &sentence)
{
    return result_line(call.id, content_json(clean_text(sentence), true));
}

std::optional<std::string> McpServer::progress(const McpCall &call, const ProgressReport &report, std::uint64_t done)
{
    if (call.progress_token.is_null())
        return std::nullopt;
    return canonical(
        {{"jsonrpc", "2.0"},
         {"method", "notifications/progress"},
         {"params", {{"progressToken", call.progress_token}, {"progress", done}, {"message", clean_text(report.stage)}}}});
}

} // namespace ca
