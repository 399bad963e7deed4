// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/llm/llm_scenario.h"

#include "core/agent/provider/prices.h"

using ca::FailureKind;
using ca::TurnEnd;

namespace {

/// Limits under which nothing is given up while a test runs: what ends then was stopped.
ca::HttpLimits long_limits()
{
    ca::HttpLimits limits;
    limits.first_byte = limits.idle = limits.total = 3600;
    return limits;
}

std::string begun(Speaks speaks)
{
    return speaks == Speaks::openai
        ? openai::role() + openai::text("Well")
        : anthropic::start(100) + anthropic::block(0, R"({"type":"text","text":""})") + anthropic::text_delta(0, "Well");
}

/// Four bytes a token, each text rounded up. The system's 21 bytes make 6, the question's 18 make 5; of the tool the name's 10
/// make 3, the description's 21 make 6, the schema's 105 make 27.
constexpr std::int64_t kQuestionTokens = 6 + 5 + 3 + 6 + 27;

} // namespace

class TestLlmInterruptions final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_what_came_before_a_stop_data() { add_dialects(); }
    void keeps_what_came_before_a_stop();
    void is_cancelled_before_anything_came_data() { add_dialects(); }
    void is_cancelled_before_anything_came();
    void asks_nothing_after_a_stop();
    void does_not_wait_for_a_retry_after_a_stop();
    void waits_between_tries_until_a_stop();
    void estimates_what_an_interrupted_answer_cost_data() { add_dialects(); }
    void estimates_what_an_interrupted_answer_cost();
    void estimates_what_a_silent_server_does_not_count();
    void counts_what_a_server_counts();

private:
    static void add_dialects()
    {
        QTest::addColumn<bool>("is_openai");
        QTest::newRow("openai") << true;
        QTest::newRow("anthropic") << false;
    }
};

void TestLlmInterruptions::keeps_what_came_before_a_stop()
{
    QFETCH(bool, is_openai);
    std::stop_source stop;
    Asked asked;
    asked.speaks = is_openai ? Speaks::openai : Speaks::anthropic;
    asked.scripts = {stalls_after(event_stream(begun(asked.speaks)))};
    asked.limits = long_limits();
    asked.stop = stop.get_token();
    asked.on_delta = [&](const ca::ChatDelta &) { stop.request_stop(); };
    const Outcome outcome = run(asked);
    QVERIFY(outcome.turn);
    QCOMPARE(outcome.turn->end, TurnEnd::stopped);
    QCOMPARE(outcome.turn->message.text, std::string("Well"));
    QVERIFY(!ca::may_call_tools(*outcome.turn));
    QCOMPARE(outcome.requests.size(), 1U);
    QCOMPARE(outcome.turn->usage, (ca::Usage{is_openai ? kQuestionTokens : 100, 0, 0, 1, true}));
}

void TestLlmInterruptions::is_cancelled_before_anything_came()
{
    QFETCH(bool, is_openai);
    std::stop_source stop;
    Asked asked;
    asked.speaks = is_openai ? Speaks::openai : Speaks::anthropic;
    asked.scripts = {stalls_after("")};
    asked.limits = long_limits();
    asked.stop = stop.get_token();
    const std::jthread person([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    const Outcome outcome = run(asked);
    QVERIFY(!outcome.turn);
    QCOMPARE(outcome.turn.error().kind, FailureKind::cancelled);
    QCOMPARE(outcome.requests.size(), 1U);
    QVERIFY(outcome.pauses.empty());
}

void TestLlmInterruptions::asks_nothing_after_a_stop()
{
    std::stop_source stop;
    stop.request_stop();
    Asked asked;
    asked.stop = stop.get_token();
    const Outcome outcome = run(asked);
    QVERIFY(!outcome.turn);
    QCOMPARE(outcome.turn.error().kind, FailureKind::cancelled);
    QCOMPARE(outcome.requests.size(), 0U);
}

void TestLlmInterruptions::does_not_wait_for_a_retry_after_a_stop()
{
    MockLlmServer server({sends(http_answer(500, "")), sends(event_stream(openai::answer("Yes.")))});
    std::stop_source stop;
    ca::ChatClientOptions options;
    options.pause = [&](double seconds, const std::stop_token &token) {
        stop.request_stop(); // the person does, while it waits
        return ca::pause_until_stopped(seconds * 3600, token);
    };
    ca::ChatClient client("openai", {server.origin() + "/v1", "m-1", kSecret, false}, ca::openai_dialect(),
                          std::make_shared<ca::QtTransport>(), options);
    const auto turn = client.ask(question(), {}, stop.get_token());
    QVERIFY(!turn);
    QCOMPARE(turn.error().kind, FailureKind::cancelled);
    QCOMPARE(server.requests().size(), 1U);
}

void TestLlmInterruptions::waits_between_tries_until_a_stop()
{
    QVERIFY(ca::pause_until_stopped(0.001, {}));
    std::stop_source stop;
    const std::jthread person([&] { stop.request_stop(); });
    QVERIFY(!ca::pause_until_stopped(3600, stop.get_token()));
}

void TestLlmInterruptions::estimates_what_an_interrupted_answer_cost()
{
    QFETCH(bool, is_openai);
    Asked asked;
    asked.speaks = is_openai ? Speaks::openai : Speaks::anthropic;
    asked.scripts = {stalls_after(event_stream(begun(asked.speaks)))};
    asked.limits = short_limits();
    const Outcome outcome = run(asked);
    QVERIFY(!outcome.turn);
    QVERIFY(outcome.turn.error().after_content);
    // Anthropic tells at the beginning what it has read.
    const ca::Usage expected{is_openai ? kQuestionTokens : 100, 0, 0, 1, true};
    QCOMPARE(outcome.turn.error().usage, expected);
    const double dollars = is_openai ? (47 * 2.0 + 1 * 8.0) / 1e6 : (100 * 2.0 + 1 * 8.0) / 1e6;
    QCOMPARE(ca::cost(outcome.turn.error().usage, {"m-1", 2, 8}), dollars);
}

void TestLlmInterruptions::estimates_what_a_silent_server_does_not_count()
{
    Asked asked;
    asked.scripts = {streams(openai::role() + openai::text("Layer 3.") + openai::finish("stop") + openai::done())};
    const Outcome outcome = run(asked);
    QVERIFY(outcome.turn);
    QCOMPARE(outcome.turn->usage, (ca::Usage{kQuestionTokens, 0, 0, 2, true}));
}

void TestLlmInterruptions::counts_what_a_server_counts()
{
    ca::Usage total;
    for (const Speaks speaks : {Speaks::openai, Speaks::anthropic})
        for (int i = 0; i < 3; ++i) {
            Asked asked;
            asked.speaks = speaks;
            asked.scripts = {sends(http_answer(500, "")),
                             streams(speaks == Speaks::openai ? openai::answer("Yes.") : anthropic::answer("Yes."))};
            const Outcome outcome = run(asked);
            QVERIFY(outcome.turn);
            total += outcome.turn->usage;
        }
    QCOMPARE(total, (ca::Usage{600, 0, 0, 42, false}));
}

QTEST_APPLESS_MAIN(TestLlmInterruptions)
#include "test_llm_interruptions.moc"
