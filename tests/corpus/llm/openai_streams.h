// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/llm/recorded_stream.h"

#ifndef Q_MOC_RUN // it takes brackets within raw strings for code
/// Of OpenAI Chat Completions, and of the servers that imitate it.
namespace llm::openai {

/// A chunk with `delta`; `finish`: JSON, too.
inline std::string chunk(std::string_view delta, std::string_view finish = "null")
{
    return message(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":)"
                   + std::string(delta) + R"(,"finish_reason":)" + std::string(finish) + R"(}],"usage":null})");
}

/// A chunk with a piece of a call.
inline std::string call(std::string_view piece)
{
    return chunk(R"({"tool_calls":[)" + std::string(piece) + "]}");
}

inline const std::string kRole = chunk(R"({"role":"assistant","content":null})");
inline const std::string kDone = "data: [DONE]\n\n";
inline const std::string kUsage =
    message(R"({"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":900,)"
            R"("completion_tokens":41,"total_tokens":941,"prompt_tokens_details":{"cached_tokens":768,"cache_write_tokens":12},)"
            R"("completion_tokens_details":{"reasoning_tokens":0}}})");
inline const ca::Usage kCounted{900, 768, 12, 41, false};
inline const std::string kEnd = kUsage + kDone;

inline std::string finish(std::string_view reason)
{
    return chunk("{}", '"' + std::string(reason) + '"');
}

/// Four bytes a token; the question is not known here.
inline ca::Usage uncounted(std::int64_t output)
{
    return {0, 0, 0, output, true};
}

inline const std::vector<ca::ToolCall> kOneCall{{"call_1", "run_trials", R"({"proposals":["P3"]})"}};
inline const std::vector<ca::ToolCall> kTwoCalls{{"call_1", "run_trials", R"({"proposals":["P3"]})"},
                                                 {"call_2", "study_overview", "{}"}};
inline const std::string kFirst =
    R"({"index":0,"id":"call_1","type":"function","function":{"name":"run_trials","arguments":""}})";
inline const std::string kFirstArguments = call(R"({"index":0,"function":{"arguments":"{\"proposals\":"}})")
    + call(R"({"index":0,"function":{"arguments":"[\"P3\"]}"}})");
inline const std::string kSecond =
    R"({"index":1,"id":"call_2","type":"function","function":{"name":"study_overview","arguments":"{}"}})";

/// As the vendor documents it.
inline std::vector<RecordedStream> documented()
{
    using ca::TurnEnd;
    std::vector<RecordedStream> all;
    all.push_back({"text", kRole + chunk(R"({"content":"I will "})") + chunk(R"({"content":"look."})") + finish("stop") + kEnd,
                   answer("I will look.", {}, TurnEnd::complete, "stop", kCounted)});
    all.push_back({"one call", kRole + call(kFirst) + kFirstArguments + finish("tool_calls") + kEnd,
                   answer("", kOneCall, TurnEnd::tool_calls, "tool_calls", kCounted)});
    all.push_back({"two parallel calls", kRole + call(kFirst) + kFirstArguments + call(kSecond) + finish("tool_calls") + kEnd,
                   answer("", kTwoCalls, TurnEnd::tool_calls, "tool_calls", kCounted)});
    all.push_back({"text and a call",
                   kRole + chunk(R"({"content":"First P3."})") + call(kFirst) + kFirstArguments + finish("tool_calls") + kEnd,
                   answer("First P3.", kOneCall, TurnEnd::tool_calls, "tool_calls", kCounted)});
    all.push_back(
        {"two calls in pieces that alternate",
         kRole + call(kFirst)
             + call(R"({"index":1,"id":"call_2","type":"function","function":{"name":"study_overview","arguments":""}})")
             + call(R"({"index":0,"function":{"arguments":"{\"proposals\":"}},{"index":1,"function":{"arguments":"{"}})")
             + call(R"({"index":1,"function":{"arguments":"}"}},{"index":0,"function":{"arguments":"[\"P3\"]}"}})")
             + finish("tool_calls") + kEnd,
         answer("", kTwoCalls, TurnEnd::tool_calls, "tool_calls", kCounted)});
    all.push_back({"no usage", kRole + chunk(R"({"content":"Done."})") + finish("stop") + kDone,
                   answer("Done.", {}, TurnEnd::complete, "stop", uncounted(2))});
    all.push_back({"a refusal",
                   kRole + chunk(R"({"refusal":"I cannot "})") + chunk(R"({"refusal":"do that."})") + finish("stop") + kEnd,
                   answer("I cannot do that.", {}, TurnEnd::refused, "stop", kCounted)});
    all.push_back({"a filter", kRole + chunk(R"({"content":"Well"})") + finish("content_filter") + kEnd,
                   answer("Well", {}, TurnEnd::refused, "content_filter", kCounted)});
    all.push_back({"cut off at its limit", kRole + chunk(R"({"content":"The layers are"})") + finish("length") + kEnd,
                   answer("The layers are", {}, TurnEnd::length, "length", kCounted)});
    all.push_back(
        {"a call cut off at its limit",
         kRole + call(kFirst) + call(R"({"index":0,"function":{"arguments":"{\"proposals\":"}})") + finish("length") + kEnd,
         answer("", {{"call_1", "run_trials", R"({"proposals":)"}}, TurnEnd::length, "length", kCounted)});
    all.push_back({"unknown fields",
                   message(R"({"id":"c1","choices":[],"prompt_filter_results":[{"prompt_index":0}],"obfuscation":"xY2"})") + kRole
                       + message(R"({"choices":[{"index":0,"delta":{"content":"Yes.","audio":{"id":7}},"logprobs":null,)"
                                 R"("finish_reason":null}],"service_tier":"default","obfuscation":"aa"})")
                       + finish("stop") + kEnd,
                   answer("Yes.", {}, TurnEnd::complete, "stop", kCounted)});
    all.push_back({"characters of four bytes and escapes",
                   kRole
                       + chunk(R"({"content":"\ud83d\ude00 )"
                               "\xF0\x9F\x98\x80 \xC3\xA9"
                               R"( \u00e9\n"})")
                       + finish("stop") + kEnd,
                   answer("\xF0\x9F\x98\x80 \xF0\x9F\x98\x80 \xC3\xA9 \xC3\xA9\n", {}, TurnEnd::complete, "stop", kCounted)});
    all.push_back(
        {"the call of before there were several",
         kRole + chunk(R"({"function_call":{"name":"run_trials","arguments":"{\"proposals\":"}})")
             + chunk(R"({"function_call":{"arguments":"[\"P3\"]}"}})") + finish("function_call") + kEnd,
         answer("", {{"call_7_1", "run_trials", R"({"proposals":["P3"]})"}}, TurnEnd::tool_calls, "function_call", kCounted)});
    return all;
}

/// What goes over the wire in other ways than documented; the answer is `text` of the above.
inline std::vector<RecordedStream> other_wires()
{
    using ca::TurnEnd;
    const RecordedStream text = documented().at(0);
    const RecordedStream calls = documented().at(2);
    std::vector<RecordedStream> all;
    const auto add = [&](const char *name, std::string bytes) { all.push_back({name, std::move(bytes), calls.turn}); };
    add("carriage returns", replaced(calls.bytes, "\n", "\r"));
    add("both", replaced(calls.bytes, "\n", "\r\n"));
    add("mixed", replaced(replaced(calls.bytes, "\n\n", "\r\n\n"), "data: [DONE]\r\n\n", "data: [DONE]\r\r"));
    add("a byte order mark", "\xEF\xBB\xBF" + calls.bytes);
    add("comments, names and ids",
        ": keep-alive\n\n"
            + replaced(calls.bytes, "data: {", std::string("id: a\0b\nretry: soon\nevent: message\n:x\ndata:{", 44)));
    add("the last event without its blank line", calls.bytes.substr(0, calls.bytes.size() - 2));
    add("an end said twice", calls.bytes + kDone);
    add("what follows the end", calls.bytes + finish("length") + "data: {\n\n");
    add("data in two lines", replaced(calls.bytes, R"(,"finish_reason")", "\ndata: ,\"finish_reason\""));
    all.push_back({"no end said", replaced(text.bytes, kDone, ""), text.turn});
    all.push_back({"half a character, as a proxy leaves it", replaced(text.bytes, "look.", R"(look.\ud83d)"),
                   answer("I will look.\xEF\xBF\xBD", {}, TurnEnd::complete, "stop", kCounted)});
    all.push_back({"bytes that are no UTF-8", replaced(text.bytes, "look.", "look.\xF0\x9F"),
                   answer("I will look.\xEF\xBF\xBD", {}, TurnEnd::complete, "stop", kCounted)});
    const std::string whole =
        R"({"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant",)"
        R"("content":"I will look.","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":900,"completion_tokens":41,)"
        R"("prompt_tokens_details":{"cached_tokens":768,"cache_write_tokens":12}}})";
    all.push_back({"not streamed", whole, text.turn});
    all.push_back({"not streamed, after spaces", "\xEF\xBB\xBF \r\n" + whole + "\n", text.turn});
    all.push_back({"not streamed, as one event", message(whole) + kDone, text.turn});
    return all;
}

} // namespace llm::openai

#endif
