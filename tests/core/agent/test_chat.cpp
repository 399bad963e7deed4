// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/dialects/estimate.h"

#include <QtTest>

using namespace std::string_literals;

class TestChat final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void adds_usage_up();
    void an_estimate_stays_one_in_a_sum();
    void calls_tools_only_where_they_were_asked_for();
    void counts_four_bytes_a_token();
    void keeps_what_a_server_counted();
    void estimates_what_a_server_left_open();
};

void TestChat::adds_usage_up()
{
    ca::Usage sum{1, 2, 3, 4, false};
    sum += {10, 20, 30, 40, false};
    QCOMPARE(sum, (ca::Usage{11, 22, 33, 44, false}));
}

void TestChat::an_estimate_stays_one_in_a_sum()
{
    ca::Usage sum;
    sum += {0, 0, 0, 1, true};
    sum += {0, 0, 0, 1, false};
    QVERIFY(sum.estimated);
}

void TestChat::calls_tools_only_where_they_were_asked_for()
{
    ca::ChatTurn turn;
    turn.message.calls = {{"a", "finish", "{}"}};
    for (const auto end : {ca::TurnEnd::complete, ca::TurnEnd::length, ca::TurnEnd::refused, ca::TurnEnd::paused,
                           ca::TurnEnd::context_full, ca::TurnEnd::truncated, ca::TurnEnd::stopped}) {
        turn.end = end;
        QVERIFY(!ca::may_call_tools(turn));
    }
    turn.end = ca::TurnEnd::tool_calls;
    QVERIFY(ca::may_call_tools(turn));
    turn.message.calls.clear();
    QVERIFY(!ca::may_call_tools(turn));
}

void TestChat::counts_four_bytes_a_token()
{
    QCOMPARE(ca::estimated_tokens(""), std::int64_t(0));
    QCOMPARE(ca::estimated_tokens("a"), std::int64_t(1));
    QCOMPARE(ca::estimated_tokens("abcd"), std::int64_t(1));
    QCOMPARE(ca::estimated_tokens("abcde"), std::int64_t(2));
    ca::ChatRequest request;
    request.system = "12345678";                                              // 2
    request.messages = {{ca::ChatRole::user, "1234"},                         // 1
                        {ca::ChatRole::assistant, "", {{"a", "run", "{}"}}}}; // 1 + 1
    request.tools = {{"run", "Runs.", ca::Json::object()}};                   // 1 + 2 + 1
    QCOMPARE(ca::estimated_tokens(request), std::int64_t(9));
}

void TestChat::keeps_what_a_server_counted()
{
    ca::ChatTurn turn;
    turn.usage = {900, 768, 0, 41, false};
    QCOMPARE(ca::usage_or_estimate({}, turn), turn.usage);
}

void TestChat::estimates_what_a_server_left_open()
{
    ca::ChatRequest request;
    request.system = "12345678";
    ca::ChatTurn turn;
    turn.message.text = "1234";
    turn.thinking = "1234";
    turn.usage.estimated = true;
    QCOMPARE(ca::usage_or_estimate(request, turn), (ca::Usage{2, 0, 0, 2, true}));
    turn.usage = {900, 0, 0, 0, true}; // Anthropic tells of the question first
    QCOMPARE(ca::usage_or_estimate(request, turn), (ca::Usage{900, 0, 0, 2, true}));
}

QTEST_APPLESS_MAIN(TestChat)
#include "test_chat.moc"
