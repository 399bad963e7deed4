// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/llm_streams.h"

#include <array>
#include <cstdio>

std::string json_text(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            result += escape.data();
        } else {
            result += c;
        }
    }
    return result + '"';
}

namespace openai {

std::string event(std::string_view json)
{
    return "data: " + std::string(json) + "\n\n";
}

std::string delta(std::string_view delta_json)
{
    return event(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":)"
                 + std::string(delta_json) + R"(,"finish_reason":null}]})");
}

std::string role()
{
    return delta(R"({"role":"assistant","content":null})");
}

std::string text(std::string_view words)
{
    return delta(R"({"content":)" + json_text(words) + "}");
}

std::string call(int index, std::string_view id, std::string_view name, std::string_view arguments)
{
    return delta(R"({"tool_calls":[{"index":)" + std::to_string(index) + R"(,"id":)" + json_text(id)
                 + R"(,"type":"function","function":{"name":)" + json_text(name) + R"(,"arguments":)" + json_text(arguments) + "}}]}");
}

std::string arguments(int index, std::string_view piece)
{
    return delta(R"({"tool_calls":[{"index":)" + std::to_string(index) + R"(,"function":{"arguments":)" + json_text(piece) + "}}]}");
}

std::string finish(std::string_view reason)
{
    return event(
        R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":)"
        + json_text(reason) + "}]}");
}

std::string usage(int prompt, int completion, int cached)
{
    return event(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":)"
                 + std::to_string(prompt) + R"(,"completion_tokens":)" + std::to_string(completion) + R"(,"total_tokens":)"
                 + std::to_string(prompt + completion) + R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(cached)
                 + "}}}");
}

std::string done()
{
    return "data: [DONE]\n\n";
}

std::string error(std::string_view type, std::string_view message, std::string_view code, std::string_view param)
{
    return R"({"error":{"message":)" + json_text(message) + R"(,"type":)" + json_text(type) + R"(,"param":)"
        + (param.empty() ? "null" : json_text(param)) + R"(,"code":)" + (code.empty() ? "null" : json_text(code)) + "}}";
}

std::string answer(std::string_view words)
{
    return role() + text(words) + finish("stop") + usage(100, 7) + done();
}

std::string answer_with_call(std::string_view name, std::string_view arguments)
{
    return role() + call(0, "call_1", name, arguments) + finish("tool_calls") + usage(100, 7) + done();
}

} // namespace openai

namespace anthropic {

std::string event(std::string_view name, std::string_view json)
{
    return "event: " + std::string(name) + "\ndata: " + std::string(json) + "\n\n";
}

std::string start(int input, int created, int read)
{
    return event(
        "message_start",
        R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m",)"
        R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":)"
            + std::to_string(input) + R"(,"cache_creation_input_tokens":)" + std::to_string(created)
            + R"(,"cache_read_input_tokens":)" + std::to_string(read) + R"(,"output_tokens":1}}})");
}

std::string block(int index, std::string_view content_json)
{
    return event("content_block_start",
                 R"({"type":"content_block_start","index":)" + std::to_string(index) + R"(,"content_block":)"
                     + std::string(content_json) + "}");
}

std::string delta(int index, std::string_view delta_json)
{
    return event("content_block_delta",
                 R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" + std::string(delta_json)
                     + "}");
}

std::string text_delta(int index, std::string_view words)
{
    return delta(index, R"({"type":"text_delta","text":)" + json_text(words) + "}");
}

std::string arguments_delta(int index, std::string_view piece)
{
    return delta(index, R"({"type":"input_json_delta","partial_json":)" + json_text(piece) + "}");
}

std::string block_end(int index)
{
    return event("content_block_stop", R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}");
}

std::string text_block(int index, const std::vector<std::string> &pieces)
{
    std::string result = block(index, R"({"type":"text","text":""})");
    for (const std::string &piece : pieces)
        result += text_delta(index, piece);
    return result + block_end(index);
}

std::string call_block(int index, std::string_view id, std::string_view name, const std::vector<std::string> &pieces)
{
    std::string result =
        block(index, R"({"type":"tool_use","id":)" + json_text(id) + R"(,"name":)" + json_text(name) + R"(,"input":{}})");
    for (const std::string &piece : pieces)
        result += arguments_delta(index, piece);
    return result + block_end(index);
}

std::string end(std::string_view reason, int output)
{
    return event("message_delta",
                 R"({"type":"message_delta","delta":{"stop_reason":)" + json_text(reason)
                     + R"(,"stop_sequence":null},"usage":{"output_tokens":)" + std::to_string(output) + "}}");
}

std::string stop()
{
    return event("message_stop", R"({"type":"message_stop"})");
}

std::string error(std::string_view type, std::string_view message)
{
    return R"({"type":"error","error":{"type":)" + json_text(type) + R"(,"message":)" + json_text(message)
        + R"(},"request_id":"req_1"})";
}

std::string answer(std::string_view words)
{
    return start(100) + text_block(0, {std::string(words)}) + end("end_turn", 7) + stop();
}

std::string answer_with_call(std::string_view name, std::string_view arguments)
{
    return start(100) + call_block(0, "toolu_1", name, {std::string(arguments)}) + end("tool_use", 7) + stop();
}

} // namespace anthropic
