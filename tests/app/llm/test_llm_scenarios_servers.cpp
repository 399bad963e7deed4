// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/llm/llm_scenario.h"

#include <set>

using ca::FailureKind;
using ca::TurnEnd;

namespace {

const Calls kOneCall{{"run_config", R"({"cfg":3})"}};

/// Calls as a server writes them that has its own idea of a delta.
std::string with_calls(const std::vector<std::string> &calls, std::string_view reason = "tool_calls")
{
    std::string body = openai::role();
    for (const std::string &call : calls)
        body += openai::delta(R"({"tool_calls":[)" + call + "]}");
    return body + openai::finish(reason) + openai::done();
}

/// A piece of a call: `head` and `function_head` are fields with their commas.
std::string piece(const std::string &head, const std::string &function_head, const std::string &arguments)
{
    return "{" + head + R"("function":{)" + function_head + R"("arguments":)" + json_text(arguments) + "}}";
}

/// Ids are there, and each is another.
std::string has_sound_ids(const Outcome &outcome)
{
    const std::vector<std::string> ids = outcome.ids();
    const std::set<std::string> different(ids.begin(), ids.end());
    return different.size() == ids.size() && !different.contains("") ? std::string() : "ids are missing or the same";
}

std::string shows(const Outcome &outcome, ca::ChatDelta::Kind kind, const std::string &text)
{
    std::string shown;
    for (const ca::ChatDelta &delta : outcome.deltas)
        if (delta.kind == kind)
            shown += delta.text;
    return shown == text ? std::string() : "what was shown is: " + shown;
}

// The numbers are those of the rows of section 1.5.
std::vector<Scenario> of_calls()
{
    const auto s = Speaks::openai;
    const Calls two{{"run_config", R"({"cfg":3})"}, {"run_config", R"({"cfg":4})"}};
    const auto whole = [](const std::string &head, const std::string &arguments) {
        return piece(head, R"("name":"run_config",)", arguments);
    };
    const std::string three = R"({"cfg":3})", four = R"({"cfg":4})";
    return {
        {"1: index 0 for every call",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"call_a",)", three), whole(R"("index":0,"id":"call_b",)", four)}))},
         calls(two).and_also(has_sound_ids)},
        {"2: no index, ids",
         s,
         {streams(with_calls({whole(R"("id":"call_a",)", three), whole(R"("id":"call_b",)", four)}))},
         calls(two)},
        {"2: no index, arguments in pieces",
         s,
         {streams(with_calls({whole(R"("id":"call_a",)", "{\"cfg\""), piece("", "", ":3}"), whole(R"("id":"call_b",)", four)}))},
         calls(two)},
        {"2: no index and no id, a new name",
         s,
         {streams(with_calls({whole("", three), whole("", four)}))},
         calls(two).and_also(has_sound_ids)},
        {"3: an id in the first piece alone",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"call_a",)", ""), piece(R"("index":0,)", "", R"({"cfg":)"),
                              piece(R"("index":0,)", "", "3}")}))},
         calls(kOneCall)},
        {"3: an id in every piece",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"call_a",)", ""), piece(R"("index":0,"id":"call_a",)", "", R"({"cfg":)"),
                              piece(R"("index":0,"id":"call_a",)", "", "3}")}))},
         calls(kOneCall)},
        {"3: pieces of two calls by turns",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"call_a",)", "{\"cfg\""), whole(R"("index":1,"id":"call_b",)", "{\"cfg\""),
                              piece(R"("index":0,)", "", ":3}"), piece(R"("index":1,)", "", ":4}")}))},
         calls(two)},
        {"4: the id within the function",
         s,
         {streams(
             with_calls({piece(R"("index":0,"type":"function",)", R"("id":"call_a","name":"run_config",)", R"({"cfg":3})")}))},
         calls(kOneCall).and_also(
             [](const Outcome &o) { return o.ids() == std::vector<std::string>{"call_a"} ? std::string() : "the id is lost"; })},
        {"4: the name in every piece",
         s,
         {streams(with_calls({piece(R"("index":0,"id":"call_a",)", R"("name":"run_config",)", R"({"cfg")"),
                              piece(R"("index":0,"id":"call_a",)", R"("name":"run_config",)", ":3}")}))},
         calls(kOneCall)},
        {"5: arguments begin with the name",
         s,
         {streams(with_calls(
             {piece(R"("index":0,"id":"call_a",)", R"("name":"run_config",)", "{"), piece(R"("index":0,)", "", R"("cfg":3})")}))},
         calls(kOneCall)},
        {"6: whole arguments in one piece",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"call_a",)", three)}))},
         calls(kOneCall)},
        {"7: arguments as an object",
         s,
         {streams(with_calls({R"({"index":0,"id":"call_a","function":{"name":"run_config","arguments":{"cfg":3}}})"}))},
         calls(kOneCall)},
        {"8: no id",
         s,
         {streams(with_calls({whole(R"("index":0,)", three), whole(R"("index":1,)", four)}))},
         calls(two).and_also(has_sound_ids)},
        {"8: an id of null",
         s,
         {streams(with_calls({whole(R"("index":0,"id":null,)", three)}))},
         calls(kOneCall).and_also(has_sound_ids)},
        {"8: an empty id",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"",)", three)}))},
         calls(kOneCall).and_also(has_sound_ids)},
        {"9: arguments that are no JSON",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"call_a",)", "{\"cfg\":3")}))},
         calls({{"run_config", "{\"cfg\":3"}})},
        {"9: no arguments", s, {streams(with_calls({whole(R"("index":0,"id":"call_a",)", "")}))}, calls({{"run_config", "{}"}})},
        {"19: ids of digits",
         s,
         {streams(with_calls({whole(R"("index":0,"id":"365174485",)", three)}))},
         calls(kOneCall).and_also([](const Outcome &o) {
             return o.ids() == std::vector<std::string>{"365174485"} ? std::string() : "the id is another";
         })},
        {"an unknown tool", s, {streams(openai::answer_with_call("format_disk", "{}"))}, calls({{"format_disk", "{}"}})},
        {"an unknown argument",
         s,
         {streams(openai::answer_with_call("run_config", R"({"cfg":3,"path":"/etc/passwd"})"))},
         calls({{"run_config", R"({"cfg":3,"path":"/etc/passwd"})"}})},
        {"an argument of another type",
         s,
         {streams(openai::answer_with_call("run_config", R"({"cfg":"three"})"))},
         calls({{"run_config", R"({"cfg":"three"})"}})},
    };
}

std::vector<Scenario> of_streams()
{
    using namespace openai;
    const auto s = Speaks::openai;
    const auto is_unparsed = [](const Outcome &o) {
        return o.turn->has_unparsed_call && !ca::may_call_tools(*o.turn) ? std::string() : "the call in the text is not told of";
    };
    const std::string tagged = "<tool_call>{\"name\":\"run_config\",\"arguments\":{\"cfg\":3}}</tool_call>";
    const std::string requested = "[TOOL_REQUEST]{\"name\":\"run_config\",\"arguments\":{\"cfg\":3}}[END_TOOL_REQUEST]";
    return {
        {"10: a call left in the text, in tags", s, {streams(answer(tagged))}, says(tagged).and_also(is_unparsed)},
        {"10: a call left in the text, in brackets", s, {streams(answer(requested))}, says(requested).and_also(is_unparsed)},
        {"11: the server cannot parse what its model wrote, once",
         s,
         {streams(
              event(R"({"error":{"code":500,"message":"Failed to parse input at pos 12: <tool_call>","type":"server_error"}})")),
          streams(answer("Yes."))},
         says("Yes.").after_pauses({0.5})},
        {"11: and again", s,
         std::vector<MockScript>(3, streams(event(R"({"error":{"message":"Failed to parse input at pos 12"}})"))),
         fails(FailureKind::bad_answer).after_pauses({0.5})},
        {"12: an empty delta and the end, after text",
         s,
         {streams(role() + text("Well") + delta("{}"))},
         says("Well", TurnEnd::truncated)},
        {"12: an empty delta and the end, before text",
         s,
         {streams(role() + delta("{}")), streams(answer("Yes."))},
         says("Yes.").after_pauses({0.5})},
        {"12: the end within a call",
         s,
         {streams(role() + call(0, "call_1", "run_config", "{\"cfg\":"))},
         Expected{TurnEnd::truncated, {}, {{"run_config", "{\"cfg\":"}}}.and_also(
             [](const Outcome &o) { return ca::may_call_tools(*o.turn) ? "its tools may be called" : std::string(); })},
        {"12: the end after a whole call",
         s,
         {streams(role() + call(0, "call_1", "run_config", R"({"cfg":3})"))},
         Expected{TurnEnd::truncated, {}, kOneCall}.and_also(
             [](const Outcome &o) { return ca::may_call_tools(*o.turn) ? "its tools may be called" : std::string(); })},
        {"13: text where a call was asked for", s, {streams(answer("I'd rather talk."))}, says("I'd rather talk.")},
        {"17: thinking as reasoning",
         s,
         {streams(role() + delta(R"({"content":"","reasoning":"Hm"})") + delta(R"({"content":"","reasoning":"m."})")
                  + text("Yes.") + finish("stop") + done())},
         says("Yes.").and_also([](const Outcome &o) { return shows(o, ca::ChatDelta::Kind::thinking, "Hmm."); })},
        {"17: thinking as reasoning_content",
         s,
         {streams(role() + delta(R"({"content":null,"reasoning_content":"Hmm."})") + text("Yes.") + finish("stop") + done())},
         says("Yes.").and_also([](const Outcome &o) { return shows(o, ca::ChatDelta::Kind::thinking, "Hmm."); })},
        {"18: stop, and a call",
         s,
         {streams(with_calls({piece(R"("index":0,"id":"call_a",)", R"("name":"run_config",)", R"({"cfg":3})")}, "stop"))},
         calls(kOneCall)},
        {"18: a reason that nobody knows",
         s,
         {streams(role() + text("Yes.") + finish("fin") + done())},
         says("Yes.").and_also(
             [](const Outcome &o) { return o.turn->stop_reason == "fin" ? std::string() : "its word is lost"; })},
        {"the counts of llama.cpp in place of usage",
         s,
         {streams(
             role() + text("Yes.")
             + event(
                 R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"timings":{"prompt_n":12,"cache_n":88,"predicted_n":7}})")
             + done())},
         says("Yes.").and_also([](const Outcome &o) {
             return usage_is(o, {100, 88, 0, 7, false});
         })},
    };
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> all = joined(of_calls(), of_streams());
    return all;
}

} // namespace

class TestLlmScenariosServers final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void survives_what_servers_do_differently_data() { add_rows(scenarios()); }
    void survives_what_servers_do_differently();
    void sends_back_no_id_that_is_missing();
    void takes_no_answer_of_a_local_server_for_a_good_key();
    void asks_for_parallel_calls();
};

void TestLlmScenariosServers::survives_what_servers_do_differently()
{
    QFETCH(int, row);
    const std::string wrong = objection_to_run(scenarios()[static_cast<std::size_t>(row)]);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void TestLlmScenariosServers::sends_back_no_id_that_is_missing() // row 8: llama-server fails at one
{
    Asked asked;
    asked.scripts = {streams(with_calls({piece(R"("index":0,"id":null,)", R"("name":"run_config",)", "{}")}))};
    const Outcome first = run(asked);
    QVERIFY(first.turn);
    asked.request.messages.push_back(first.turn->message);
    ca::ChatMessage result{ca::ChatRole::tool, "done"};
    result.call_id = first.turn->message.calls.at(0).id;
    asked.request.messages.push_back(result);
    asked.scripts = {streams(openai::answer("Yes."))};
    const Outcome second = run(asked);
    const ca::Json body = ca::Json::parse(body_of(second.requests.at(0)));
    const ca::Json &messages = body.at("messages");
    const ca::Json &sent = messages.at(messages.size() - 2).at("tool_calls").at(0).at("id");
    QVERIFY(sent.is_string() && !sent.get<std::string>().empty());
    QCOMPARE(messages.back().at("tool_call_id"), sent);
}

void TestLlmScenariosServers::takes_no_answer_of_a_local_server_for_a_good_key() // row 20: it takes any
{
    MockLlmServer server({sends(http_answer(200, R"({"object":"list","data":[{"id":"qwen3:8b","object":"model"}]})"))});
    ca::Provider provider;
    provider.base = server.origin() + "/v1";
    provider.is_local = true;
    ca::QtTransport transport;
    const auto models = ca::check_key(transport, provider, "", {});
    QVERIFY(models);
    QCOMPARE(models->at(0).id, std::string("qwen3:8b"));
    QCOMPARE(header_of(server.requests().at(0), "authorization"), std::string());
}

void TestLlmScenariosServers::asks_for_parallel_calls() // row 15: llama.cpp makes none otherwise
{
    Asked asked;
    asked.scripts = {streams(openai::answer("Yes."))};
    const ca::Json body = ca::Json::parse(body_of(run(asked).requests.at(0)));
    QCOMPARE(body.at("parallel_tool_calls"), ca::Json(true));
    QCOMPARE(body.at("stream"), ca::Json(true));
    QVERIFY(!body.contains("tool_choice")); // row 13: not relied on
}

QTEST_APPLESS_MAIN(TestLlmScenariosServers)
#include "test_llm_scenarios_servers.moc"
