// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/chat/made_up_chat.h"
#include "ui/chat/chat_export.h"
#include "ui/chat/chat_words.h"
#include "ui/common/theme.h"

#include <QtTest>

namespace words = ca::words;
using ca::CallState;

class TestChatWords final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_tokens_data();
    void counts_tokens();
    void says_what_it_cost_data();
    void says_what_it_cost();
    void says_how_long_data();
    void says_how_long();
    void each_state_has_a_word_and_a_shape_of_its_own();
    void state_words_can_be_read_on_both_grounds();
    void an_end_that_is_none_says_so();
    void says_what_was_decided();
    void arguments_read_as_a_form();
    void exports_a_conversation();
    void a_fence_is_longer_than_what_it_holds();
};

void TestChatWords::counts_tokens_data()
{
    QTest::addColumn<qint64>("count");
    QTest::addColumn<QString>("expected");
    const auto row = [](qint64 count, const char *expected) {
        QTest::addRow("%lld", count) << count << QString::fromLatin1(expected);
    };
    row(0, "0");
    row(999, "999");
    row(1'000, "1.0k");
    row(1'149, "1.1k");
    row(12'400, "12.4k");
    row(99'949, "99.9k");
    row(99'960, "100k");
    row(999'499, "999k");
    row(999'500, "1.0M");
    row(1'234'567, "1.2M");
}

void TestChatWords::counts_tokens()
{
    QFETCH(qint64, count);
    QFETCH(QString, expected);
    QCOMPARE(words::tokens(count), expected);
}

void TestChatWords::says_what_it_cost_data()
{
    QTest::addColumn<bool>("estimated");
    QTest::addColumn<double>("dollars"); // negative: unknown
    QTest::addColumn<QString>("expected");
    QTest::newRow("known") << false << 0.0312 << QStringLiteral("12.4k in, 1.1k out · $0.03");
    QTest::newRow("nothing") << false << 0.0 << QStringLiteral("12.4k in, 1.1k out · $0.00");
    QTest::newRow("little") << false << 0.004 << QStringLiteral("12.4k in, 1.1k out · under $0.01");
    QTest::newRow("much") << false << 12.5 << QStringLiteral("12.4k in, 1.1k out · $12.50");
    QTest::newRow("unknown") << false << -1.0 << QStringLiteral("12.4k in, 1.1k out · price unknown");
    QTest::newRow("estimated") << true << 0.0312 << QStringLiteral("12.4k in, 1.1k out · $0.03 · estimate");
}

void TestChatWords::says_what_it_cost()
{
    QFETCH(bool, estimated);
    QFETCH(double, dollars);
    QFETCH(QString, expected);
    ca::Usage usage;
    usage.input = 12'400;
    usage.cached = 8'000;
    usage.output = 1'100;
    usage.estimated = estimated;
    QCOMPARE(words::meter(usage, dollars < 0 ? std::nullopt : std::optional(dollars)), expected);
    QVERIFY(words::meter_details(usage, dollars).contains(QStringLiteral("12,400 tokens were read, 8,000 of them")));
}

void TestChatWords::says_how_long_data()
{
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QString>("expected");
    QTest::newRow("short") << 0.42 << QStringLiteral("0.4 s");
    QTest::newRow("a little under ten") << 9.97 << QStringLiteral("10 s");
    QTest::newRow("seconds") << 11.6 << QStringLiteral("12 s");
    QTest::newRow("minutes") << 185.0 << QStringLiteral("3 min 5 s");
    QTest::newRow("a clock that went back") << -1.0 << QStringLiteral("0.0 s");
}

void TestChatWords::says_how_long()
{
    QFETCH(double, seconds);
    QFETCH(QString, expected);
    QCOMPARE(words::elapsed(seconds), expected);
}

void TestChatWords::each_state_has_a_word_and_a_shape_of_its_own()
{
    QSet<QString> seen, shapes;
    for (const CallState state : {CallState::queued, CallState::waiting, CallState::running, CallState::done, CallState::failed,
                                  CallState::refused, CallState::cancelled}) {
        const QString text = words::call_state(state, 0);
        seen << text.mid(2);
        shapes << text.left(1);
    }
    QCOMPARE(seen.size(), 7);
    QCOMPARE(shapes.size(), 7);
    QCOMPARE(words::call_state(CallState::running, 72), QStringLiteral("● running · 1 min 12 s"));
    QCOMPARE(words::call_state(CallState::queued, 72), QStringLiteral("○ queued"));
}

void TestChatWords::state_words_can_be_read_on_both_grounds()
{
    for (const ca::Theme *theme : {&ca::light_theme(), &ca::dark_theme()})
        for (const CallState state :
             {CallState::queued, CallState::waiting, CallState::running, CallState::done, CallState::failed})
            QVERIFY(ca::contrast(words::call_color(state, *theme), theme->panel) >= 4.5);
}

void TestChatWords::an_end_that_is_none_says_so()
{
    QVERIFY(words::end_mark(ca::TurnEnd::complete).isEmpty());
    QVERIFY(words::end_mark(ca::TurnEnd::tool_calls).isEmpty());
    QSet<QString> marks;
    for (const ca::TurnEnd end : {ca::TurnEnd::length, ca::TurnEnd::refused, ca::TurnEnd::paused, ca::TurnEnd::context_full,
                                  ca::TurnEnd::truncated, ca::TurnEnd::stopped})
        marks << words::end_mark(end);
    QCOMPARE(marks.size(), 6);
    QVERIFY(!marks.contains(QString()));
}

void TestChatWords::says_what_was_decided()
{
    QCOMPARE(words::decision({true, {}}), QStringLiteral("✓ Approved"));
    QCOMPARE(words::decision({false, "too slow"}), QStringLiteral("⊘ Refused: too slow"));
}

void TestChatWords::arguments_read_as_a_form()
{
    QCOMPARE(words::argument_name("target_bytes"), QStringLiteral("target bytes"));
    QCOMPARE(words::argument_value(nullptr), QStringLiteral("–"));
    QCOMPARE(words::argument_value(ca::Json{"P3", "P4"}), QStringLiteral("P3, P4"));
    QCOMPARE(words::argument_value(ca::Json::array()), QStringLiteral("none"));
    QCOMPARE(words::argument_value(2'200'000), QStringLiteral("2200000"));
    QCOMPARE(words::argument_value(ca::Json{{"bytes", 1}, {"drop", 0.5}}), QStringLiteral("{\"bytes\":1,\"drop\":0.5}"));
    QCOMPARE(words::indented("no {json"), QStringLiteral("no {json"));
}

void TestChatWords::exports_a_conversation()
{
    ca::ChatSaid answer = answered("a1", {plain_span("It takes "), figure_span("2.11 MB", "T14/bytes"), plain_span(".")});
    answer.end = ca::TurnEnd::stopped;
    answer.thinking = QStringLiteral("private");
    ca::CallCard call;
    call.tool = "run_trials";
    call.title = "Run P3";
    call.arguments = ca::Json{{"proposals", {"P3"}}};
    call.state = CallState::done;
    call.seconds = 72;
    call.summary = "T16: 2.11 MB";
    ca::ChatConsent consent = made_up_consent("k1");
    consent.decision = ca::Decision{false, "too slow"};
    const QString expected = QStringLiteral(
        "### You\n\nUnder 2.2 MB\n\n"
        "> Run 3 trials: about 2 minutes, 310 MB of memory. 5 of 24 trials are left.\n> ⊘ Refused: too slow\n\n"
        "**Run P3** · ✓ done · 1 min 12 s\n\n```json run_trials\n{\n  \"proposals\": [\n    \"P3\"\n  ]\n}\n```\n\n"
        "> T16: 2.11 MB\n\n"
        "> The planner takes over.\n\n"
        "### Advisor\n\nIt takes 2.11 MB.\n\n> ■ You stopped it here.\n");
    QCOMPARE(ca::chat_as_markdown({persons("u1", "Under 2.2 MB"), consent, call,
                                   ca::ChatNotice{QStringLiteral("The planner takes over.")}, answer}),
             expected);
    QCOMPARE(ca::chat_as_markdown({}), QString());
}

void TestChatWords::a_fence_is_longer_than_what_it_holds()
{
    ca::CallCard call;
    call.title = "Odd";
    call.tool = "finish";
    call.arguments = "```` ends";
    const QString text = ca::chat_as_markdown({call});
    QVERIFY(text.contains(QStringLiteral("`````json finish\n```` ends\n`````\n")));
}

QTEST_APPLESS_MAIN(TestChatWords)
#include "test_chat_words.moc"
