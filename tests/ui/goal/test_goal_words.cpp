// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/goal/goal_words.h"

#include <QtTest>

class TestGoalWords final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void says_the_limits_in_words();
    void names_what_a_layer_keeps();
    void counts_the_bytes_that_are_allowed();
    void knows_the_least_that_a_file_takes();
    void says_why_a_size_cannot_be_reached();
    void says_when_there_is_nothing_to_search();
    void notes_a_limit_that_limits_nothing();
};

namespace {

using Unit = ca::SizeLimit::Unit;

/// Float: 1,000,000 weights in two layers and 50,000 bytes of other values.
ca::GoalModel net()
{
    return {
        QStringLiteral("net"), ca::bytes(4'050'000), {{QStringLiteral("first"), 200'000}, {QStringLiteral("second"), 800'000}}};
}

ca::GoalFacts sized(double value, Unit unit)
{
    ca::GoalFacts goal;
    goal.size = ca::SizeLimit{value, unit};
    return goal;
}

} // namespace

void TestGoalWords::says_the_limits_in_words()
{
    ca::GoalFacts goal;
    QCOMPARE(ca::goal_words(goal), QStringLiteral("no limit"));
    goal.max_drop = 0.5;
    goal.size = ca::SizeLimit{2.2, Unit::megabytes};
    goal.latency = 4;
    goal.keeps[QStringLiteral("first")] = {ca::Format::int8, 0};
    QCOMPARE(ca::goal_words(goal), QStringLiteral("lose at most 0.5 points, at most 2.2 MB, at most 4 ms, 1 layer kept"));
    goal.size = ca::SizeLimit{8, Unit::times_smaller};
    goal.keeps[QStringLiteral("second")] = {{}, 4};
    QCOMPARE(ca::goal_words(goal),
             QStringLiteral("lose at most 0.5 points, 8 times smaller than float, at most 4 ms, 2 layers kept"));
}

void TestGoalWords::names_what_a_layer_keeps()
{
    QCOMPARE(ca::keep_word({}), QStringLiteral("free"));
    QCOMPARE(ca::keep_word({ca::Format::fp32, 0}), QStringLiteral("float"));
    QCOMPARE(ca::keep_word({ca::Format::int4, 0}), QStringLiteral("int4"));
    QCOMPARE(ca::keep_word({{}, 6}), QStringLiteral("6 bits or more"));
    const auto choices = ca::keep_choices();
    QVERIFY(choices.front().is_free());
    for (std::size_t i = 0; i < choices.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(ca::keep_word(choices[i]) != ca::keep_word(choices[j]));
}

void TestGoalWords::counts_the_bytes_that_are_allowed()
{
    const ca::Bytes float_file = ca::bytes(4'050'000);
    QVERIFY(!ca::allowed_bytes({}, float_file));
    QCOMPARE(ca::allowed_bytes(sized(2.2, Unit::megabytes), float_file), std::optional<std::int64_t>(2'200'000));
    QCOMPARE(ca::allowed_bytes(sized(8, Unit::times_smaller), float_file), std::optional<std::int64_t>(506'250));
    QVERIFY(!ca::allowed_bytes(sized(8, Unit::times_smaller), {})); // of what?
}

void TestGoalWords::knows_the_least_that_a_file_takes()
{
    ca::GoalFacts goal;
    QCOMPARE(ca::least_bytes(goal, net()), 50'000 + 250'000); // 1,000,000 weights of 2 bits
    goal.keeps[QStringLiteral("first")] = {ca::Format::fp32, 0};
    QCOMPARE(ca::least_bytes(goal, net()), 50'000 + 800'000 + 200'000);
    goal.keeps[QStringLiteral("second")] = {{}, 4};
    QCOMPARE(ca::least_bytes(goal, net()), 50'000 + 800'000 + 400'000);
    goal.keeps[QStringLiteral("first")] = {ca::Format::int8, 0};
    QCOMPARE(ca::least_bytes(goal, net()), 50'000 + 200'000 + 400'000);
}

void TestGoalWords::says_why_a_size_cannot_be_reached()
{
    QVERIFY(ca::problem_of(sized(0.31, Unit::megabytes), net()).isEmpty());
    QCOMPARE(ca::problem_of(sized(0.29, Unit::megabytes), net()),
             QStringLiteral("Even 2 bits for every layer take 300 kB. Allow more."));
    QVERIFY(ca::problem_of(sized(13, Unit::times_smaller), net()).isEmpty());  // 311,538 bytes
    QVERIFY(!ca::problem_of(sized(14, Unit::times_smaller), net()).isEmpty()); // 289,285
    ca::GoalFacts goal = sized(0.31, Unit::megabytes);
    goal.keeps[QStringLiteral("first")] = {ca::Format::int8, 0}; // 150,000 bytes more than at 2 bits
    QCOMPARE(ca::problem_of(goal, net()),
             QStringLiteral("With what the layers keep, the file takes at least 450 kB. Allow more, or free some of them."));
    ca::GoalModel unknown = net();
    unknown.float_file = {};
    QVERIFY(ca::problem_of(goal, unknown).isEmpty());
}

void TestGoalWords::says_when_there_is_nothing_to_search()
{
    ca::GoalFacts goal;
    goal.keeps[QStringLiteral("first")] = {ca::Format::int8, 0};
    QVERIFY(ca::problem_of(goal, net()).isEmpty());
    goal.keeps[QStringLiteral("second")] = {{}, 4}; // 4, 5, 6 or 8 bits
    QVERIFY(ca::problem_of(goal, net()).isEmpty());
    goal.keeps[QStringLiteral("second")] = {ca::Format::int4, 0};
    QVERIFY(ca::problem_of(goal, net()).contains(QStringLiteral("nothing to search")));
}

void TestGoalWords::notes_a_limit_that_limits_nothing()
{
    QCOMPARE(ca::note_on({}, net()), QStringLiteral("Without a limit the study looks for the whole front."));
    QVERIFY(ca::note_on(sized(4, Unit::megabytes), net()).isEmpty());
    QCOMPARE(ca::note_on(sized(5, Unit::megabytes), net()),
             QStringLiteral("Float takes 4.05 MB itself, so this size limits nothing."));
    ca::GoalFacts strict;
    strict.max_drop = 0;
    QVERIFY(ca::note_on(strict, net()).contains(QStringLiteral("No drop at all")));
}

QTEST_APPLESS_MAIN(TestGoalWords)
#include "test_goal_words.moc"
