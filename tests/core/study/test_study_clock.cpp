// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_clock.h"

#include <QtTest>

#include <numeric>

namespace {

ca::Trial trial(const char *id, ca::TrialState state, double seconds = 0)
{
    ca::Trial made;
    made.id = id;
    made.state = state;
    made.seconds = seconds;
    return made;
}

ca::Study measured_float(double seconds)
{
    ca::Study study;
    study.trials.push_back(trial("T1", ca::TrialState::done, seconds));
    study.float_selection = ca::Measurement();
    return study;
}

ca::StudyOptions of_trials(std::size_t trials)
{
    ca::StudyOptions options;
    options.max_trials = trials;
    return options;
}

} // namespace

class TestStudyClock final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knows_nothing_before_float_is_measured();
    void is_right_within_a_factor_of_two_after_a_tenth_data();
    void is_right_within_a_factor_of_two_after_a_tenth();
    void counts_no_more_trials_once_the_search_is_over();
    void keeps_time_back_for_holdout();
    void is_never_more_than_the_limit_leaves();
    void says_it_in_words();
};

void TestStudyClock::knows_nothing_before_float_is_measured()
{
    QVERIFY(!ca::time_left(ca::Study(), {}, 0));
    ca::Study study;
    study.trials.push_back(trial("T1", ca::TrialState::running));
    QVERIFY(!ca::time_left(study, {}, 1));
}

void TestStudyClock::is_right_within_a_factor_of_two_after_a_tenth_data()
{
    QTest::addColumn<double>("each");
    QTest::addColumn<double>("growth");  // of a trial over the one before
    QTest::addColumn<double>("holdout"); // of a trial on the front, seconds
    QTest::newRow("trials that take alike") << 20.0 << 1.0 << 8.0;
    QTest::newRow("trials that get shorter, as races do") << 30.0 << 0.97 << 12.0;
    QTest::newRow("trials that get longer") << 15.0 << 1.02 << 6.0;
    QTest::newRow("long evaluation") << 20.0 << 1.0 << 18.0;
}

/// A study as it goes: 24 trials, every third on the front, which is measured on holdout at the end.
void TestStudyClock::is_right_within_a_factor_of_two_after_a_tenth()
{
    QFETCH(double, each);
    QFETCH(double, growth);
    QFETCH(double, holdout);
    std::vector<double> seconds{holdout * 1.2}; // float is weighed and timed, too
    for (std::size_t i = 1; i < 24; ++i)
        seconds.push_back(i == 1 ? each : seconds.back() * growth);
    const double searching = std::accumulate(seconds.begin(), seconds.end(), 0.0), whole = searching + 9 * holdout;
    ca::Study study = measured_float(seconds[0]);
    double elapsed = seconds[0];
    for (std::size_t i = 1; i < 24; ++i) {
        study.trials.push_back(trial("T", ca::TrialState::done, seconds[i]));
        study.trials.back().on_front = i % 3 == 0;
        elapsed += seconds[i];
        const auto left = ca::time_left(study, of_trials(24), elapsed);
        QVERIFY(left);
        const double truth = whole - elapsed;
        if (elapsed >= whole / 10)
            QVERIFY2(*left <= 2 * truth && *left >= truth / 2,
                     qPrintable(QString("%1 s after trial %2, and it were %3").arg(*left).arg(i + 1).arg(truth)));
    }
}

void TestStudyClock::counts_no_more_trials_once_the_search_is_over()
{
    ca::Study study = measured_float(10);
    for (int i = 0; i < 6; ++i)
        study.trials.push_back(trial("T", ca::TrialState::done, 20));
    const auto searching = ca::time_left(study, of_trials(24), 130);
    study.why_over = "Nothing more is expected to be gained.";
    const auto over = ca::time_left(study, of_trials(24), 130);
    QVERIFY(searching && over);
    QVERIFY(*searching >= 17 * 20.0); // 17 trials to come
    QCOMPARE(*over, 10.0);            // float on holdout is all that is left
}

void TestStudyClock::keeps_time_back_for_holdout()
{
    QCOMPARE(ca::holdout_time(ca::Study()), 0.0);
    ca::Study study = measured_float(10);
    QCOMPARE(ca::holdout_time(study), 10.0);
    for (int i = 0; i < 3; ++i) {
        study.trials.push_back(trial("T", ca::TrialState::done, 20));
        study.trials.back().on_front = i > 0;
    }
    QCOMPARE(ca::holdout_time(study), 30.0); // float, and two on the front
    study.trials.back().holdout = ca::Measurement();
    QCOMPARE(ca::holdout_time(study), 20.0);
}

void TestStudyClock::is_never_more_than_the_limit_leaves()
{
    ca::StudyOptions options = of_trials(1000);
    options.minutes = 2;
    const auto left = ca::time_left(measured_float(10), options, 100);
    QVERIFY(left);
    QCOMPARE(*left, 20.0);
    QCOMPARE(*ca::time_left(measured_float(10), options, 500), 0.0);
}

void TestStudyClock::says_it_in_words()
{
    QCOMPARE(ca::time_left_text(3), std::string("about 10 s"));
    QCOMPARE(ca::time_left_text(41), std::string("about 40 s"));
    QCOMPARE(ca::time_left_text(360), std::string("about 6 min"));
}

QTEST_APPLESS_MAIN(TestStudyClock)
#include "test_study_clock.moc"
