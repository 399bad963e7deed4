// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/llm/recorded_stream.h"

#ifndef Q_MOC_RUN // it takes brackets within raw strings for code
/// Of Anthropic Messages.
namespace llm::anthropic {

inline std::string block(int index, std::string_view start, const std::vector<std::string> &deltas)
{
    const std::string at = R"("index":)" + std::to_string(index);
    std::string bytes = named_event("content_block_start",
                                    R"({"type":"content_block_start",)" + at + R"(,"content_block":)" + std::string(start) + "}");
    for (const std::string &delta : deltas)
        bytes += named_event("content_block_delta", R"({"type":"content_block_delta",)" + at + R"(,"delta":)" + delta + "}");
    return bytes + named_event("content_block_stop", R"({"type":"content_block_stop",)" + at + "}");
}

inline std::string text_block(int index, const std::vector<std::string> &pieces)
{
    std::vector<std::string> deltas;
    for (const std::string &piece : pieces)
        deltas.push_back(R"({"type":"text_delta","text":")" + piece + "\"}");
    return block(index, R"({"type":"text","text":""})", deltas);
}

inline std::string call_block(int index, std::string_view id, std::string_view name, const std::vector<std::string> &pieces)
{
    std::vector<std::string> deltas;
    for (const std::string &piece : pieces)
        deltas.push_back(R"({"type":"input_json_delta","partial_json":")" + piece + "\"}");
    return block(index,
                 R"({"type":"tool_use","id":")" + std::string(id) + R"(","name":")" + std::string(name) + R"(","input":{}})",
                 deltas);
}

inline const std::string kStart = named_event(
    "message_start",
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m",)"
    R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":120,"output_tokens":1,"cache_creation_input_tokens":12,)"
    R"("cache_read_input_tokens":768}}})");
inline const std::string kPing = named_event("ping", R"({"type":"ping"})");
inline const std::string kStop = named_event("message_stop", R"({"type":"message_stop"})");
inline const ca::Usage kCounted{900, 768, 12, 57, false}; // 120 + 12 + 768

inline std::string finish(std::string_view reason)
{
    return named_event("message_delta",
                       R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason)
                           + R"(","stop_sequence":null},"usage":{"output_tokens":57}})");
}

inline const std::vector<ca::ToolCall> kOneCall{{"toolu_1", "run_trials", R"({"proposals": ["P3"]})"}};
inline const std::vector<ca::ToolCall> kTwoCalls{{"toolu_1", "run_trials", R"({"proposals": ["P3"]})"},
                                                 {"toolu_2", "study_overview", "{}"}};
inline const std::vector<std::string> kPieces{"", R"({\"propos)", R"(als\": [\"P)", R"(3\"]})"};

/// As the vendor documents it.
inline std::vector<RecordedStream> documented()
{
    using ca::TurnEnd;
    std::vector<RecordedStream> all;
    const std::string first = call_block(1, "toolu_1", "run_trials", kPieces);
    const std::string second = call_block(2, "toolu_2", "study_overview", {""});
    const auto add = [&](const char *name, std::string content, const char *reason, ca::ChatTurn turn) {
        turn.stop_reason = reason;
        turn.usage = kCounted;
        all.push_back({name, kStart + content + finish(reason) + kStop, std::move(turn)});
    };
    const auto turn = [](const char *text, std::vector<ca::ToolCall> calls, TurnEnd end) {
        return answer(text, std::move(calls), end, {}, {});
    };
    add("text", kPing + text_block(0, {"I will ", "look."}), "end_turn", turn("I will look.", {}, TurnEnd::complete));
    add("one call", call_block(0, "toolu_1", "run_trials", kPieces), "tool_use", turn("", kOneCall, TurnEnd::tool_calls));
    add("text and two parallel calls", text_block(0, {"First P3."}) + first + kPing + second, "tool_use",
        turn("First P3.", kTwoCalls, TurnEnd::tool_calls));
    add("no arguments", call_block(0, "toolu_2", "study_overview", {}), "tool_use",
        turn("", {{"toolu_2", "study_overview", "{}"}}, TurnEnd::tool_calls));
    add("a sequence that stops", text_block(0, {"Yes."}), "stop_sequence", turn("Yes.", {}, TurnEnd::complete));
    add("cut off at its limit", text_block(0, {"The layers are"}), "max_tokens", turn("The layers are", {}, TurnEnd::length));
    add("a call cut off at its limit", call_block(0, "toolu_1", "run_trials", {R"({\"propos)"}), "max_tokens",
        turn("", {{"toolu_1", "run_trials", R"({"propos)"}}, TurnEnd::length));
    add("a refusal", text_block(0, {"I cannot."}), "refusal", turn("I cannot.", {}, TurnEnd::refused));
    add("a context that is full", text_block(0, {"The"}), "model_context_window_exceeded",
        turn("The", {}, TurnEnd::context_full));
    add("an unknown reason", text_block(0, {"Yes."}), "moon_phase", turn("Yes.", {}, TurnEnd::complete));
    add("events and deltas of a later time",
        named_event("weather", R"({"type":"weather","sun":true})")
            + block(0, R"({"type":"text","text":""})",
                    {R"({"type":"text_delta","text":"Yes."})", R"({"type":"glow_delta","glow":3})", R"({"type":"text_delta"})"}),
        "end_turn", turn("Yes.", {}, TurnEnd::complete));
    add("characters of four bytes and escapes", text_block(0, {"\xF0\x9F\x98\x80", R"(\ud83d\ude00\n)"}), "end_turn",
        turn("\xF0\x9F\x98\x80\xF0\x9F\x98\x80\n", {}, TurnEnd::complete));
    add("two texts", text_block(0, {"One. "}) + text_block(1, {"Two."}), "end_turn", turn("One. Two.", {}, TurnEnd::complete));
    return all;
}

/// Blocks that are kept as they came, and sent back so.
inline std::vector<RecordedStream> kept_blocks()
{
    using ca::TurnEnd;
    std::vector<RecordedStream> all;
    ca::ChatTurn thinking = answer("", kOneCall, TurnEnd::tool_calls, "tool_use", kCounted);
    thinking.thinking = "Let me see.";
    thinking.message.opaque = ca::Json::parse(R"([{"type":"thinking","thinking":"Let me see.","signature":"EqQB=="},
        {"type":"redacted_thinking","data":"AAE="},
        {"type":"tool_use","id":"toolu_1","name":"run_trials","input":{"proposals":["P3"]}}])");
    all.push_back(
        {"thinking",
         kStart
             + block(0, R"({"type":"thinking","thinking":"","signature":""})",
                     {R"({"type":"thinking_delta","thinking":"Let me "})", R"({"type":"thinking_delta","thinking":"see."})",
                      R"({"type":"signature_delta","signature":"EqQB=="})"})
             + block(1, R"({"type":"redacted_thinking","data":"AAE="})", {}) + call_block(2, "toolu_1", "run_trials", kPieces)
             + finish("tool_use") + kStop,
         thinking});
    ca::ChatTurn paused = answer("Searching.", {}, TurnEnd::paused, "pause_turn", kCounted);
    paused.message.opaque = ca::Json::parse(R"([{"type":"text","text":"Searching.","citations":[{"type":"page","page":4}]},
        {"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"query":"int8"}}])");
    all.push_back({"a pause",
                   kStart
                       + block(0, R"({"type":"text","text":"","citations":null})",
                               {R"({"type":"text_delta","text":"Searching."})",
                                R"({"type":"citations_delta","citation":{"type":"page","page":4}})"})
                       + block(1, R"({"type":"server_tool_use","id":"srv_1","name":"web_search","input":{}})",
                               {R"({"type":"input_json_delta","partial_json":"{\"query\":\"int8\"}"})"})
                       + finish("pause_turn") + kStop,
                   paused});
    return all;
}

/// What goes otherwise than documented.
inline std::vector<RecordedStream> deviations()
{
    using ca::TurnEnd;
    const RecordedStream calls = documented().at(2);
    std::vector<RecordedStream> all;
    const auto add = [&](const char *name, std::string bytes) { all.push_back({name, std::move(bytes), calls.turn}); };
    add("carriage returns", replaced(calls.bytes, "\n", "\r"));
    add("both", replaced(calls.bytes, "\n", "\r\n"));
    add("a byte order mark and comments", "\xEF\xBB\xBF: hello\n\n" + replaced(calls.bytes, "event: ", ":\nevent:"));
    add("no names of events", replaced(calls.bytes, "event: ", "x: "));
    add("names of events and no types",
        replaced(replaced(replaced(calls.bytes, R"({"type":"content_block_stop",)", "{"), R"({"type":"message_delta",)", "{"),
                 R"({"type":"content_block_delta",)", "{"));
    add("pings everywhere", replaced(calls.bytes, "event: c", "event: ping\ndata: {\"type\": \"ping\"}\n\nevent: c"));
    add("the last event without its blank line", calls.bytes.substr(0, calls.bytes.size() - 2));
    add("no last event", replaced(calls.bytes, kStop, ""));
    add("OpenAI's end after it", calls.bytes + "data: [DONE]\n\n");
    add("each block is number 0",
        replaced(replaced(calls.bytes, R"("index":1)", R"("index":0)"), R"("index":2)", R"("index":0)"));
    add("usage twice, each time of all",
        replaced(calls.bytes, finish("tool_use"),
                 replaced(finish("tool_use"), "57", "30")
                     + replaced(finish("tool_use"), R"("output_tokens":57)",
                                R"("input_tokens":120,"cache_read_input_tokens":768,"output_tokens":57)")));
    ca::ChatTurn cut = answer("First P3.", {{"toolu_1", "run_trials", R"({"proposals": ["P3"]})"}}, TurnEnd::truncated, "",
                              {900, 768, 12, 12, true}); // 9 bytes of text, 10 of a name and 21 of arguments: 3 + 3 + 6
    all.push_back({"an end in the middle", calls.bytes.substr(0, calls.bytes.find("event: ping")), cut});
    ca::ChatTurn open = calls.turn;
    open.end = TurnEnd::truncated;
    all.push_back({"a call that is not closed",
                   replaced(calls.bytes, named_event("content_block_stop", R"({"type":"content_block_stop","index":2})"), ""),
                   open});
    ca::ChatTurn unsaid = calls.turn;
    unsaid.end = TurnEnd::truncated;
    unsaid.stop_reason.clear();
    all.push_back(
        {"no reason for the end", replaced(calls.bytes, R"("stop_reason":"tool_use")", R"("stop_reason":null)"), unsaid});
    all.push_back(
        {"arguments whole at the start",
         kStart + block(0, R"({"type":"tool_use","id":"","name":"run_trials","input":{"proposals":["P3"]}})", {})
             + finish("tool_use") + kStop,
         answer("", {{"call_7_1", "run_trials", R"({"proposals":["P3"]})"}}, TurnEnd::tool_calls, "tool_use", kCounted)});
    all.push_back(
        {"a refusal without a text",
         kStart
             + named_event("message_delta",
                           R"({"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"category":"cyber",)"
                           R"("explanation":"This is not permitted."}},"usage":{"output_tokens":57}})")
             + kStop,
         answer("This is not permitted.", {}, TurnEnd::refused, "refusal", kCounted)});
    ca::ChatTurn left = answer("<tool_call>{}</tool_call>", {}, TurnEnd::complete, "end_turn", kCounted);
    left.has_unparsed_call = true;
    all.push_back({"a call left in the text",
                   kStart + text_block(0, {"<tool_call>{}", "</tool_call>"}) + finish("end_turn") + kStop, left});
    all.push_back(
        {"no usage",
         replaced(replaced(kStart, R"("usage":{)", R"("unused":{)") + text_block(0, {"Yes."}) + finish("end_turn") + kStop,
                  R"("usage":{)", R"("unused":{)"),
         answer("Yes.", {}, TurnEnd::complete, "end_turn", {0, 0, 0, 1, true})});
    all.push_back(
        {"not streamed",
         R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"First P3."},)"
         R"({"type":"tool_use","id":"toolu_2","name":"study_overview","input":{}}],"stop_reason":"tool_use",)"
         R"("usage":{"input_tokens":120,"cache_creation_input_tokens":12,"cache_read_input_tokens":768,"output_tokens":57}})",
         answer("First P3.", {{"toolu_2", "study_overview", "{}"}}, TurnEnd::tool_calls, "tool_use", kCounted)});
    return all;
}

/// All of them.
inline std::vector<RecordedStream> streams()
{
    std::vector<RecordedStream> all;
    for (auto part : {documented(), kept_blocks(), deviations()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace llm::anthropic

#endif
