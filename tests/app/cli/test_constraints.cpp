// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/constraints.h"
#include "core/study/trial_front.h"

#include <QtTest>

using ca::Arguments;
using ca::Study;

class TestConstraints final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asks_for_nothing_unless_told();
    void is_met_by_one_trial_that_meets_all();
    void names_the_nearest_trial_where_none_does();
    void looks_at_finished_trials_only();
    void counts_a_drop_in_points_up_to_the_last_bit();
};

namespace {

ca::Trial trial(const std::string &id, std::int64_t correct, std::int64_t size, double milliseconds)
{
    ca::Trial result;
    result.id = id;
    result.name = "recipe of " + id;
    result.state = ca::TrialState::done;
    result.selection.emplace();
    result.selection->accuracy.n = 1000;
    result.selection->accuracy.correct = correct;
    result.selection->size = ca::bytes(size);
    result.selection->versus_float.emplace();
    result.selection->versus_float->broken = 900 - correct;
    result.selection->latency.emplace();
    result.selection->latency->real = true;
    result.selection->latency->batch1 = ca::MedianInterval{milliseconds, milliseconds, milliseconds};
    return result;
}

/// Float: 90.0 %, 4,000,000 bytes. T1: no drop, a quarter. T2: 2 points, an eighth.
Study two_trials()
{
    Study study;
    study.float_bytes = ca::bytes(4'000'000);
    study.float_selection = *trial("float", 900, 4'000'000, 8).selection;
    study.trials = {trial("T1", 900, 1'000'000, 4), trial("T2", 880, 500'000, 2)};
    return study;
}

ca::Status check(Study study, const Arguments &arguments)
{
    study.constraints = ca::constraints_of(arguments, study.float_bytes);
    look_at_front(study);
    return ca::check_constraints(study);
}

} // namespace

void TestConstraints::asks_for_nothing_unless_told()
{
    QVERIFY(check(two_trials(), {}));
    QVERIFY(check(Study{}, {}));
}

void TestConstraints::is_met_by_one_trial_that_meets_all()
{
    Arguments arguments;
    arguments.max_drop = 2;
    arguments.target_ratio = 8;
    arguments.max_latency = 2;
    QVERIFY(check(two_trials(), arguments));
    arguments.max_drop = 1; // T1 keeps the accuracy and T2 the size, and neither both
    const auto reached = check(two_trials(), arguments);
    QVERIFY(!reached);
    QCOMPARE(reached.error().code, ca::ErrorCode::constraint);
}

void TestConstraints::names_the_nearest_trial_where_none_does()
{
    Arguments arguments;
    arguments.target_bytes = 400'000;
    const auto reached = check(two_trials(), arguments);
    QVERIFY(!reached);
    const QString sentence = QString::fromStdString(reached.error().sentence);
    QVERIFY2(sentence.contains(QLatin1String("T2 (recipe of T2)")), qPrintable(sentence));
    QVERIFY2(sentence.contains(QLatin1String("500000 bytes")), qPrintable(sentence));
    QVERIFY2(sentence.contains(QLatin1String("2.00 points")), qPrintable(sentence));
    QVERIFY2(sentence.contains(QLatin1String("at most 400000 bytes")), qPrintable(sentence));
}

void TestConstraints::looks_at_finished_trials_only()
{
    Study study = two_trials();
    study.trials[1].state = ca::TrialState::cancelled;
    Arguments arguments;
    arguments.target_bytes = 500'000;
    const auto reached = check(study, arguments);
    QVERIFY(!reached);
    QVERIFY(reached.error().sentence.find("T1") != std::string::npos);
    study.trials.clear();
    QVERIFY(!check(study, arguments));
}

void TestConstraints::counts_a_drop_in_points_up_to_the_last_bit()
{
    Study study = two_trials();
    study.trials = {trial("T1", 893, 1'000'000, 4)}; // 0.9 - 0.893 is 0.7 points, and a little more in binary
    Arguments arguments;
    arguments.max_drop = 0.7;
    QVERIFY(check(study, arguments));
    arguments.max_drop = 0.6;
    QVERIFY(!check(study, arguments));
}

QTEST_APPLESS_MAIN(TestConstraints)
#include "test_constraints.moc"
