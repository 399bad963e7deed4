// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/llm/llm_scenario.h"

using ca::FailureKind;
using ca::TurnEnd;

namespace {

std::string ids_are(const Outcome &outcome, const std::vector<std::string> &ids)
{
    return outcome.ids() == ids ? std::string() : "the ids of the calls are others";
}

const Calls kOneCall{{"run_config", R"({"cfg":3})"}};
const Calls kTwoCalls{{"run_config", R"({"cfg":3})"}, {"list_layers", "{}"}};

std::vector<Scenario> of_openai()
{
    using namespace openai;
    const std::string two_calls = call(0, "call_1", "run_config", "") + arguments(0, "{\"cfg\":") + arguments(0, "3}")
        + call(1, "call_2", "list_layers", "{}");
    const auto s = Speaks::openai;
    return {
        {"text only", s, {streams(answer("Layer 3."))}, says("Layer 3.")},
        {"text in pieces",
         s,
         {streams(role() + text("Lay") + text("er ") + text("3.") + finish("stop") + done())},
         says("Layer 3.")},
        {"one call", s, {streams(answer_with_call("run_config", R"({"cfg":3})"))}, calls(kOneCall)},
        {"two parallel calls",
         s,
         {streams(role() + two_calls + finish("tool_calls") + usage(900, 41, 768) + done())},
         calls(kTwoCalls).and_also([](const Outcome &o) {
             return ids_are(o, {"call_1", "call_2"});
         })},
        {"a call and text",
         s,
         {streams(role() + text("I will.") + call(0, "call_1", "run_config", R"({"cfg":3})") + finish("tool_calls") + done())},
         calls(kOneCall, "I will.")},
        {"usage with a cache",
         s,
         {streams(role() + text("Yes.") + finish("stop") + usage(900, 41, 768) + done())},
         says("Yes.").and_also([](const Outcome &o) {
             return usage_is(o, {900, 768, 0, 41, false});
         })},
        {"no usage", // four bytes of text are counted as one token
         s,
         {streams(role() + text("Yes.") + finish("stop") + done())},
         says("Yes.").and_also([](const Outcome &o) {
             return o.turn->usage.estimated && o.turn->usage.output == 1 ? std::string() : "the usage is not estimated";
         })},
        {"a refusal in its own channel",
         s,
         {streams(role() + delta(R"({"refusal":"I cannot."})") + finish("stop") + done())},
         says("I cannot.", TurnEnd::refused)},
        {"a content filter",
         s,
         {streams(role() + text("Well") + finish("content_filter") + done())},
         says("Well", TurnEnd::refused)},
        {"cut off at the limit", s, {streams(role() + text("Well") + finish("length") + done())}, says("Well", TurnEnd::length)},
        {"an answer that was not streamed",
         s,
         {sends(
             http_answer(200,
                         R"({"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Yes."},)"
                         R"("finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}})",
                         "content-type: application/json\r\n"))},
         says("Yes.").and_also([](const Outcome &o) {
             return usage_is(o, {5, 0, 0, 2, false});
         })},
        {"thinking apart from text",
         s,
         {streams(role() + delta(R"({"reasoning_content":"Hmm."})") + text("Yes.") + finish("stop") + done())},
         says("Yes.").and_also(
             [](const Outcome &o) { return o.turn->thinking == "Hmm." ? std::string() : "the thinking is lost"; })},
        {"unknown keys in a delta",
         s,
         {streams(role() + delta(R"({"content":"Yes.","obfuscation":"aK3","audio":null})") + finish("stop") + done())},
         says("Yes.")},
        {"an overload within the stream, before content",
         s,
         {streams(event(error("server_error", "overloaded", "server_is_overloaded"))), streams(answer("Yes."))},
         says("Yes.").after_pauses({2.0})},
        {"an error within the stream, after content",
         s,
         {streams(role() + text("Well") + event(error("server_error", "It broke.")))},
         fails(FailureKind::server).after_content()},
    };
}

std::vector<Scenario> of_anthropic()
{
    using namespace anthropic;
    const auto s = Speaks::anthropic;
    const std::string two_calls =
        call_block(0, "toolu_1", "run_config", {"", "{\"cfg\":", "3}"}) + call_block(1, "toolu_2", "list_layers", {});
    return {
        {"text only", s, {streams(answer("Layer 3."))}, says("Layer 3.")},
        {"text in pieces",
         s,
         {streams(start(9) + text_block(0, {"Lay", "er ", "3."}) + end("end_turn", 4) + stop())},
         says("Layer 3.")},
        {"one call", s, {streams(answer_with_call("run_config", R"({"cfg":3})"))}, calls(kOneCall)},
        {"two parallel calls",
         s,
         {streams(start(900) + two_calls + end("tool_use", 57) + stop())},
         calls(kTwoCalls).and_also([](const Outcome &o) {
             return ids_are(o, {"toolu_1", "toolu_2"});
         })},
        {"a call and text",
         s,
         {streams(start(9) + text_block(0, {"I will."}) + call_block(1, "toolu_1", "run_config", {R"({"cfg":3})"})
                  + end("tool_use", 5) + stop())},
         calls(kOneCall, "I will.")},
        {"usage with a cache", // the sum of what is read, cached and written to the cache
         s,
         {streams(start(100, 32, 768) + text_block(0, {"Yes."}) + end("end_turn", 41) + stop())},
         says("Yes.").and_also([](const Outcome &o) {
             return usage_is(o, {900, 768, 32, 41, false});
         })},
        {"usage that grows", // the last word counts, not the sum
         s,
         {streams(start(100) + text_block(0, {"Yes."})
                  + event("message_delta", R"({"type":"message_delta","delta":{},"usage":{"output_tokens":20}})")
                  + end("end_turn", 41) + stop())},
         says("Yes.").and_also([](const Outcome &o) {
             return usage_is(o, {100, 0, 0, 41, false});
         })},
        {"a refusal",
         s,
         {streams(start(9) + text_block(0, {"I cannot."}) + end("refusal", 3) + stop())},
         says("I cannot.", TurnEnd::refused)},
        {"cut off at the limit",
         s,
         {streams(start(9) + text_block(0, {"Well"}) + end("max_tokens", 3) + stop())},
         says("Well", TurnEnd::length)},
        {"a stop sequence", s, {streams(start(9) + text_block(0, {"Well"}) + end("stop_sequence", 3) + stop())}, says("Well")},
        {"a pause",
         s,
         {streams(start(9) + text_block(0, {"Well"}) + end("pause_turn", 3) + stop())},
         says("Well", TurnEnd::paused)},
        {"more than the model reads, after text",
         s,
         {streams(start(9) + text_block(0, {"Well"}) + end("model_context_window_exceeded", 3) + stop())},
         says("Well", TurnEnd::context_full)},
        {"thinking apart from text",
         s,
         {streams(start(9) + block(0, R"({"type":"thinking","thinking":"","signature":""})")
                  + delta(0, R"({"type":"thinking_delta","thinking":"Hmm."})")
                  + delta(0, R"({"type":"signature_delta","signature":"c2ln"})") + block_end(0) + text_block(1, {"Yes."})
                  + end("end_turn", 9) + stop())},
         says("Yes.").and_also(
             [](const Outcome &o) { return o.turn->thinking == "Hmm." ? std::string() : "the thinking is lost"; })},
        {"pings and events that nobody knows",
         s,
         {streams(event("ping", R"({"type":"ping"})") + start(9) + event("ping", R"({"type":"ping"})")
                  + event("weather", R"({"type":"weather","sky":"blue"})") + text_block(0, {"Yes."}) + end("end_turn", 2)
                  + event("ping", R"({"type":"ping"})") + stop())},
         says("Yes.")},
        {"an overload within the stream, before content",
         s,
         {streams(event("error", error("overloaded_error", "Overloaded"))), streams(answer("Yes."))},
         says("Yes.").after_pauses({2.0})},
        {"an error within the stream, after content",
         s,
         {streams(start(9) + block(0, R"({"type":"text","text":""})") + text_delta(0, "Well")
                  + event("error", error("api_error", "It broke.")))},
         fails(FailureKind::server).after_content()},
    };
}

const std::vector<Scenario> &scenarios()
{
    static const std::vector<Scenario> all = joined(of_openai(), of_anthropic());
    return all;
}

} // namespace

class TestLlmScenariosStreams final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_to_what_the_server_said_data() { add_rows(scenarios()); }
    void comes_to_what_the_server_said();
    void holds_a_conversation_of_eight_turns_data();
    void holds_a_conversation_of_eight_turns();
};

void TestLlmScenariosStreams::comes_to_what_the_server_said()
{
    QFETCH(int, row);
    const std::string wrong = objection_to_run(scenarios()[static_cast<std::size_t>(row)]);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void TestLlmScenariosStreams::holds_a_conversation_of_eight_turns_data()
{
    QTest::addColumn<bool>("is_openai");
    QTest::newRow("openai") << true;
    QTest::newRow("anthropic") << false;
}

void TestLlmScenariosStreams::holds_a_conversation_of_eight_turns()
{
    QFETCH(bool, is_openai);
    Asked asked;
    asked.speaks = is_openai ? Speaks::openai : Speaks::anthropic;
    for (int turn = 0; turn < 8; ++turn) {
        const std::string arguments = R"({"cfg":)" + std::to_string(turn) + "}";
        asked.scripts = {streams(is_openai ? openai::answer_with_call("run_config", arguments)
                                           : anthropic::answer_with_call("run_config", arguments))};
        const Outcome outcome = run(asked);
        QVERIFY(outcome.turn);
        QVERIFY(ca::may_call_tools(*outcome.turn));
        QCOMPARE(outcome.turn->message.calls.size(), 1U);
        QCOMPARE(outcome.turn->message.calls[0].arguments, arguments);
        // What was said before goes out again, whole and in order.
        const std::string body(body_of(outcome.requests.at(0)));
        std::size_t at = 0;
        for (int before = 0; before < turn; ++before) {
            at = body.find("result " + std::to_string(before), at);
            QVERIFY(at != std::string::npos);
        }
        asked.request.messages.push_back(outcome.turn->message);
        ca::ChatMessage result{ca::ChatRole::tool, "result " + std::to_string(turn)};
        result.call_id = outcome.turn->message.calls[0].id;
        asked.request.messages.push_back(result);
    }
}

QTEST_APPLESS_MAIN(TestLlmScenariosStreams)
#include "test_llm_scenarios_streams.moc"
