// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/goal.h"

#include <QtTest>

class TestGoal final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void becomes_constraints();
    void is_read_back_from_constraints();
    void a_setting_keeps_all_but_the_layers();
    void a_foreign_setting_is_a_new_goal_data();
    void a_foreign_setting_is_a_new_goal();
};

namespace {

using Unit = ca::SizeLimit::Unit;

} // namespace

void TestGoal::becomes_constraints()
{
    QCOMPARE(ca::constraints_of({}, ca::bytes(1'000'000)), ca::Constraints());
    ca::GoalFacts goal;
    goal.max_drop = 0.5;
    goal.size = ca::SizeLimit{8, Unit::times_smaller};
    goal.latency = 4;
    goal.keeps[QStringLiteral("conv1")] = {ca::Format::int8, 0};
    goal.keeps[QStringLiteral("fc")] = {{}, 6};
    const ca::Constraints constraints = ca::constraints_of(goal, ca::bytes(1'000'000));
    QCOMPARE(constraints.max_drop, std::optional(0.5));
    QCOMPARE(constraints.bytes, std::optional<std::int64_t>(125'000));
    QCOMPARE(constraints.latency, std::optional(4.0));
    QCOMPARE(constraints.pins, (std::map<std::string, ca::Format>{{"conv1", ca::Format::int8}}));
    QCOMPARE(constraints.minimum_bits, (std::map<std::string, int>{{"fc", 6}}));
}

void TestGoal::is_read_back_from_constraints()
{
    ca::Constraints constraints;
    constraints.max_drop = 1;
    constraints.bytes = 2'200'000;
    constraints.pins["conv1"] = ca::Format::fp32;
    constraints.minimum_bits["fc"] = 6;
    const ca::GoalFacts goal = ca::goal_of(constraints);
    QCOMPARE(goal.max_drop, std::optional(1.0));
    QCOMPARE(goal.size, std::optional(ca::SizeLimit{2.2, Unit::megabytes}));
    QCOMPARE(goal.keeps.at(QStringLiteral("conv1")), (ca::LayerKeep{ca::Format::fp32, 0}));
    QCOMPARE(goal.keeps.at(QStringLiteral("fc")), (ca::LayerKeep{{}, 6}));
    QCOMPARE(ca::constraints_of(goal, {}), constraints);
}

void TestGoal::a_setting_keeps_all_but_the_layers()
{
    ca::GoalFacts goal;
    goal.max_drop = 0; // a limit, too
    goal.size = ca::SizeLimit{2.5, Unit::megabytes};
    goal.latency = 0.75;
    goal.trials = 40;
    goal.minutes = 5;
    QCOMPARE(ca::goal_from_setting(ca::goal_setting(goal)), goal);
    goal.size = ca::SizeLimit{7.5, Unit::times_smaller};
    QCOMPARE(ca::goal_from_setting(ca::goal_setting(goal)), goal);
    ca::GoalFacts kept = goal;
    kept.keeps[QStringLiteral("conv1")] = {ca::Format::int8, 0};
    QCOMPARE(ca::goal_from_setting(ca::goal_setting(kept)), goal);
}

void TestGoal::a_foreign_setting_is_a_new_goal_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("no JSON") << QStringLiteral("{");
    QTest::newRow("another kind") << QStringLiteral("[1,2]");
    QTest::newRow("wrong kinds") << QStringLiteral(R"({"max_drop":"1","megabytes":null,"latency":[],"trials":"9","minutes":{}})");
    QTest::newRow("beyond reason") << QStringLiteral(
        R"({"max_drop":-1,"megabytes":0,"latency":-2,"trials":1,"minutes":1000000000000})");
}

void TestGoal::a_foreign_setting_is_a_new_goal()
{
    QFETCH(QString, text);
    QCOMPARE(ca::goal_from_setting(text), ca::GoalFacts());
}

QTEST_APPLESS_MAIN(TestGoal)
#include "test_goal.moc"
