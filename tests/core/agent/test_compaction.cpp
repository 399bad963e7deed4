// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/provider/compaction.h"

#include <QtTest>

namespace {

std::vector<ca::ChatMessage> conversation()
{
    const std::string long_result(1000, 'r');
    const auto call = [](const char *id) {
        ca::ChatMessage message{ca::ChatRole::assistant, "I will."};
        message.calls = {{id, "run_trials", "{}"}};
        return message;
    };
    const auto result = [](const char *id, std::string text) {
        ca::ChatMessage message{ca::ChatRole::tool, std::move(text)};
        message.call_id = id;
        return message;
    };
    return {{ca::ChatRole::user, std::string(1000, 'u')},
            call("a"),
            result("a", long_result),
            call("b"),
            result("b", "short"),
            call("c"),
            result("c", long_result)};
}

} // namespace

class TestCompaction final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void spares_the_last_calls();
    void finds_nothing_where_no_tool_was_called();
    void replaces_long_results_alone();
    void changes_nothing_the_second_time();
};

void TestCompaction::spares_the_last_calls()
{
    QCOMPARE(ca::compactable(conversation()), 5U);
}

void TestCompaction::finds_nothing_where_no_tool_was_called()
{
    QCOMPARE(ca::compactable({}), 0U);
    QCOMPARE(ca::compactable({{ca::ChatRole::user, "Hello."}}), 0U);
}

void TestCompaction::replaces_long_results_alone()
{
    const auto before = conversation();
    auto after = before;
    ca::compact(after, ca::compactable(after));
    QCOMPARE(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i)
        if (i != 2)
            QVERIFY(after[i] == before[i]);
    QCOMPARE(after[2].call_id, std::string("a"));
    QVERIFY(after[2].text.size() < 200 && after[2].text.find("1000 bytes") != std::string::npos);
    QVERIFY(after[2].text.find('\n') == std::string::npos);
}

void TestCompaction::changes_nothing_the_second_time()
{
    auto once = conversation();
    ca::compact(once, 5);
    auto twice = once;
    ca::compact(twice, 5);
    QVERIFY(once == twice);
}

QTEST_APPLESS_MAIN(TestCompaction)
#include "test_compaction.moc"
