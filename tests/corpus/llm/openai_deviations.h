// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/llm/openai_streams.h"

#ifndef Q_MOC_RUN // it takes brackets within raw strings for code
/// What servers that imitate OpenAI's make of it, and what is to come of that. The numbers are those of the rows of the table of
/// deviations in the reference on wire formats.
namespace llm::openai {

/// Rows 1 to 5 and 8: how pieces are numbered, named and identified.
inline std::vector<RecordedStream> numbering()
{
    using ca::TurnEnd;
    std::vector<RecordedStream> all;
    const auto add = [&](const char *name, const std::string &calls, std::vector<ca::ToolCall> expected) {
        all.push_back({name, kRole + calls + finish("tool_calls") + kEnd,
                       answer("", std::move(expected), TurnEnd::tool_calls, "tool_calls", kCounted)});
    };
    add("1: each call is number 0",
        call(R"({"index":0,"id":"call_1","function":{"name":"run_trials","arguments":"{\"proposals\":[\"P3\"]}"}})")
            + call(R"({"index":0,"id":"call_2","function":{"name":"study_overview","arguments":"{}"}})"),
        kTwoCalls);
    add("1: each call is number 0, in pieces",
        call(kFirst) + kFirstArguments + call(R"({"index":0,"id":"call_2","function":{"name":"study_overview","arguments":""}})")
            + call(R"({"index":0,"function":{"arguments":"{"}})") + call(R"({"index":0,"function":{"arguments":"}"}})"),
        kTwoCalls);
    add("1: each call is number 0, all in one piece",
        call(R"({"index":0,"id":"call_1","function":{"name":"run_trials","arguments":"{\"proposals\":[\"P3\"]}"}},)"
             R"({"index":0,"id":"call_2","function":{"name":"study_overview","arguments":"{}"}})"),
        kTwoCalls);
    add("1: each call is number 0 and has no id",
        call(R"({"index":0,"function":{"name":"compare_trials","arguments":"{\"trials\":[\"T1\"]}"}})")
            + call(R"({"index":0,"function":{"name":"compare_trials","arguments":"{\"trials\":[\"T2\"]}"}})"),
        {{"call_7_1", "compare_trials", R"({"trials":["T1"]})"}, {"call_7_2", "compare_trials", R"({"trials":["T2"]})"}});
    add("2: no number",
        replaced(replaced(call(kFirst) + kFirstArguments + call(kSecond), R"("index":0,"id")", R"("id")"), R"({"index":1,)", "{"),
        kTwoCalls);
    add("2: no number anywhere",
        call(R"({"id":"call_1","function":{"name":"run_trials","arguments":"{\"proposals\":"}})")
            + call(R"({"function":{"arguments":"[\"P3\"]}"}})")
            + call(R"({"id":"call_2","function":{"name":"study_overview","arguments":"{}"}})"),
        kTwoCalls);
    add("2: no number and no id",
        call(R"({"function":{"name":"run_trials","arguments":"{\"proposals\":"}})")
            + call(R"({"function":{"arguments":"[\"P3\"]}"}})")
            + call(R"({"function":{"name":"study_overview","arguments":"{}"}})"),
        {{"call_7_1", "run_trials", R"({"proposals":["P3"]})"}, {"call_7_2", "study_overview", "{}"}});
    add("2: no number, no id and no arguments",
        call(R"({"function":{"name":"study_overview"}})") + call(R"({"function":{"name":"finish"}})"),
        {{"call_7_1", "study_overview", "{}"}, {"call_7_2", "finish", "{}"}});
    add("3: the id in the first piece alone", call(kFirst) + kFirstArguments, kOneCall);
    add("3: the id in every piece", call(kFirst) + replaced(kFirstArguments, R"({"index":0,)", R"({"index":0,"id":"call_1",)"),
        kOneCall);
    add("3: the same id for both calls", replaced(call(kFirst) + kFirstArguments + call(kSecond), "call_2", "call_1"),
        {{"call_1", "run_trials", R"({"proposals":["P3"]})"}, {"call_7_1", "study_overview", "{}"}});
    add("4: the id within the function and the name in every piece",
        call(R"({"index":0,"function":{"id":"call_1","name":"run_trials","arguments":""}})")
            + replaced(kFirstArguments, R"("function":{)", R"("function":{"id":"call_1","name":"run_trials",)"),
        kOneCall);
    add("4: the name in every piece and no id",
        call(R"({"index":0,"function":{"name":"run_trials","arguments":""}})")
            + replaced(kFirstArguments, R"("function":{)", R"("function":{"name":"run_trials",)"),
        {{"call_7_1", "run_trials", R"({"proposals":["P3"]})"}});
    add("4: the name in pieces",
        call(R"({"index":0,"id":"call_1","function":{"name":"run_","arguments":""}})")
            + call(R"({"index":0,"function":{"name":"trials","arguments":""}})") + kFirstArguments,
        kOneCall);
    add("5: arguments from the first piece on",
        call(R"({"index":0,"id":"call_1","function":{"name":"run_trials","arguments":"{"}})")
            + call(R"({"index":0,"function":{"arguments":"\"proposals\":[\"P3\"]}"}})"),
        kOneCall);
    add("8: null for an id",
        call(R"({"index":0,"id":null,"function":{"name":"run_trials","arguments":"{\"proposals\":[\"P3\"]}"}})")
            + call(R"({"index":1,"id":"","function":{"name":"study_overview","arguments":null}})"),
        {{"call_7_1", "run_trials", R"({"proposals":["P3"]})"}, {"call_7_2", "study_overview", "{}"}});
    add("8: an id that is made up already",
        call(R"({"index":0,"id":"call_7_1","function":{"name":"finish","arguments":"{}"}})")
            + call(R"({"index":1,"function":{"name":"study_overview","arguments":"{}"}})"),
        {{"call_7_1", "finish", "{}"}, {"call_7_2", "study_overview", "{}"}});
    add("19: ids of digits",
        call(R"({"index":0,"id":"365174485","function":{"name":"finish","arguments":"{}"}})")
            + call(R"({"index":1,"id":17,"function":{"name":"study_overview","arguments":"{}"}})"),
        {{"365174485", "finish", "{}"}, {"17", "study_overview", "{}"}});
    return all;
}

/// Rows 6, 7, 9 and 10: what arguments look like.
inline std::vector<RecordedStream> arguments()
{
    using ca::TurnEnd;
    std::vector<RecordedStream> all;
    const auto add = [&](const char *name, const std::string &arguments, const char *expected) {
        all.push_back({name,
                       kRole + call(R"({"index":0,"id":"call_1","function":{"name":"run_trials","arguments":)" + arguments + "}}")
                           + finish("tool_calls") + kEnd,
                       answer("", {{"call_1", "run_trials", expected}}, TurnEnd::tool_calls, "tool_calls", kCounted)});
    };
    add("6: arguments in one piece", R"("{\"proposals\": [\"P3\"]}")", R"({"proposals": ["P3"]})");
    add("7: arguments as an object", R"({"reason": "b", "proposals": ["P3"]})", R"({"proposals":["P3"],"reason":"b"})");
    add("7: arguments as an empty object", "{}", "{}");
    add("9: arguments that are no JSON", R"("{\"proposals\": [P3}")", R"({"proposals": [P3})");
    add("9: arguments that are not whole", R"("{\"proposals\": ")", R"({"proposals": )");
    const auto add_left = [&](const char *name, const std::string &json, const std::string &text) {
        ca::ChatTurn turn = answer(text, {}, TurnEnd::complete, "stop", kCounted);
        turn.has_unparsed_call = true;
        all.push_back({name, kRole + chunk(R"({"content":")" + json + "\"}") + finish("stop") + kEnd, turn});
    };
    add_left("10: a call left in the text", R"(<tool_call>{\"name\":\"finish\"}</tool_call>)",
             R"(<tool_call>{"name":"finish"}</tool_call>)");
    add_left("10: a call of LM Studio's left in the text", R"([TOOL_REQUEST]{\"name\":\"finish\"}[END_TOOL_REQUEST])",
             R"([TOOL_REQUEST]{"name":"finish"}[END_TOOL_REQUEST])");
    return all;
}

/// Rows 12, 17 and 18, and how usage is told.
inline std::vector<RecordedStream> ends()
{
    using ca::TurnEnd;
    std::vector<RecordedStream> all;
    all.push_back({"12: an empty piece, then nothing", kRole + chunk(R"({"content":"The layers"})") + chunk(R"({"content":""})"),
                   answer("The layers", {}, TurnEnd::truncated, "", uncounted(3))});
    all.push_back({"12: a call, then nothing", kRole + call(kFirst) + kFirstArguments + chunk("{}"),
                   answer("", kOneCall, TurnEnd::truncated, "", uncounted(8))});
    all.push_back({"12: a call, and no reason for the end", kRole + call(kFirst) + kFirstArguments + kEnd,
                   answer("", kOneCall, TurnEnd::truncated, "", kCounted)});
    const auto add_thinking = [&](const char *name, const std::string &key) {
        ca::ChatTurn turn = answer("Yes.", {}, TurnEnd::complete, "stop", kCounted);
        turn.thinking = "Let me see.";
        all.push_back({name,
                       kRole + chunk("{" + replaced(key, "%", "Let me ") + "}") + chunk("{" + replaced(key, "%", "see.") + "}")
                           + chunk(R"({"content":"Yes."})") + finish("stop") + kEnd,
                       turn});
    };
    add_thinking("17: reasoning", R"("reasoning":"%")");
    add_thinking("17: reasoning_content", R"("content":null,"reasoning_content":"%")");
    add_thinking("17: both", R"("reasoning":"%","reasoning_content":"%")");
    add_thinking("17: parts of the content", R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"%"}]}])");
    const auto add_tags = [&](const char *name, const std::vector<std::string> &pieces, std::string thinking, std::string text) {
        const auto bytes = static_cast<std::int64_t>((thinking.size() + 3) / 4 + (text.size() + 3) / 4);
        ca::ChatTurn turn = answer(std::move(text), {}, TurnEnd::complete, "stop", uncounted(bytes));
        turn.thinking = std::move(thinking);
        std::string stream = kRole;
        for (const std::string &piece : pieces)
            stream += chunk(R"({"content":")" + piece + "\"}");
        all.push_back({name, stream + finish("stop"), turn});
    };
    add_tags("thinking in tags", {"<think>", "Let me ", "see.", "</think>", R"(\n\n)", "Yes."}, "Let me see.", "Yes.");
    add_tags("thinking in one piece", {R"(\n<think>Let me <see>.</think> Yes, </think>.)"}, "Let me <see>.", "Yes, </think>.");
    add_tags("tags in pieces", {" <th", "ink", ">Let me see.<", "/thi", "nk", ">Y", "es."}, "Let me see.", "Yes.");
    add_tags("what looks like a tag", {"<th", "e> layer <think>"}, "", "<the> layer <think>");
    add_tags("a tag that is not closed", {"<think>Let me </th"}, "Let me </th", "");
    add_tags("a part of a tag", {" ", "<thin"}, "", " <thin");
    add_tags("no thoughts", {"<think></think>Yes."}, "", "Yes.");
    all.push_back({"18: stop, with a call", kRole + call(kFirst) + kFirstArguments + finish("stop") + kEnd,
                   answer("", kOneCall, TurnEnd::tool_calls, "stop", kCounted)});
    all.push_back({"18: an unknown reason", kRole + chunk(R"({"content":"Yes."})") + finish("eos_token") + kEnd,
                   answer("Yes.", {}, TurnEnd::complete, "eos_token", kCounted)});
    all.push_back({"18: the server gave up", kRole + call(kFirst) + kFirstArguments + finish("abort") + kEnd,
                   answer("", kOneCall, TurnEnd::truncated, "abort", kCounted)});
    all.push_back({"tools wanted, and none named", kRole + chunk(R"({"content":"Yes."})") + finish("tool_calls") + kEnd,
                   answer("Yes.", {}, TurnEnd::complete, "tool_calls", kCounted)});
    all.push_back(
        {"llama.cpp's timings in place of usage",
         kRole + chunk(R"({"content":"Yes."})") + finish("stop")
             + message(R"({"choices":[],"timings":{"prompt_n":100,"cache_n":800,"predicted_n":41,"predicted_per_second":31.5}})")
             + kDone,
         answer("Yes.", {}, TurnEnd::complete, "stop", {900, 800, 0, 41, false})});
    all.push_back({"usage of nothing read, as Ollama tells it where its cache held all",
                   kRole + chunk(R"({"content":"Yes."})") + finish("stop")
                       + message(R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":41,"total_tokens":41}})")
                       + kDone,
                   answer("Yes.", {}, TurnEnd::complete, "stop", {0, 0, 0, 41, true})});
    all.push_back(
        {"usage that makes no sense",
         kRole + chunk(R"({"content":"Yes."})") + finish("stop")
             + message(R"({"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":1e300,"prompt_tokens_details":[]}})")
             + kDone,
         answer("Yes.", {}, TurnEnd::complete, "stop", {0, 0, 0, 0, true})});
    return all;
}

/// All of them.
inline std::vector<RecordedStream> streams()
{
    std::vector<RecordedStream> all;
    for (auto part : {documented(), other_wires(), numbering(), arguments(), ends()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace llm::openai

#endif
