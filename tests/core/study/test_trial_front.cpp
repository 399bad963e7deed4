// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/trial_front.h"

#include <QtTest>

namespace {

/// Images, of which so many are right; a trial on fewer was ended by a race.
ca::Measurement measured(std::int64_t bytes, std::int64_t right, std::int64_t images = 1000)
{
    ca::Measurement made;
    made.size = ca::bytes(bytes);
    made.accuracy.n = images;
    made.accuracy.correct = right;
    return made;
}

ca::Trial trial(int number, std::int64_t bytes, std::int64_t right, ca::Activation activation = ca::Activation::none,
                std::int64_t images = 1000)
{
    ca::Trial made;
    made.id = "T" + std::to_string(number);
    made.state = ca::TrialState::done;
    ca::Scheme scheme;
    scheme.format = ca::Format::int8;
    scheme.activation = activation;
    made.recipe.layers["fc"] = scheme;
    made.selection = measured(bytes, right, images);
    return made;
}

/// Float, 900 of 1,000 right in 40 kB; then trials of a first round.
ca::Study study_with(const std::vector<ca::Trial> &trials)
{
    ca::Study study;
    ca::Trial reference = trial(1, 40'000, 900);
    reference.recipe.layers.clear();
    study.float_bytes = ca::bytes(40'000);
    study.float_selection = reference.selection;
    study.trials.push_back(reference);
    study.rounds.push_back({"the first round", 1});
    for (const ca::Trial &each : trials)
        study.trials.push_back(each);
    return study;
}

constexpr auto kInt8 = ca::Activation::static_int8;

} // namespace

class TestTrialFront final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_trial_ended_by_a_race_is_on_no_front_and_no_answer();
    void answers_with_the_smallest_that_holds_the_drop();
    void gives_no_answer_to_no_question();
    void a_failed_trial_counts_as_an_evaluation_and_gives_no_figures();
    void races_against_what_was_done_before_the_round();
    void races_only_against_what_is_as_small_and_as_fast_data();
    void races_only_against_what_is_as_small_and_as_fast();
    void does_not_race_where_latency_is_limited();
    void errors_come_from_images_that_changed();
};

void TestTrialFront::a_trial_ended_by_a_race_is_on_no_front_and_no_answer()
{
    ca::Study study = study_with({trial(2, 10'000, 895), trial(3, 5'000, 499, ca::Activation::none, 500)});
    study.constraints.max_drop = 1;
    QVERIFY(stopped_early(study, study.trials[2]));
    QVERIFY(!stopped_early(study, study.trials[1]));
    look_at_front(study);
    QVERIFY(study.trials[0].on_front && study.trials[1].on_front && !study.trials[2].on_front);
    QVERIFY(study.smallest == "T2");
    QVERIFY(trial_results(study)[2].stopped_early);
    // Two bits smaller at half a point below float: area 2 x (10 - 0.5) bit-points, and 0.5 more at no saving adds nothing.
    QCOMPARE(study.hypervolume.back().first, std::size_t{3});
    QVERIFY(std::abs(study.hypervolume.back().second - 19.0) < 1e-9);
}

void TestTrialFront::answers_with_the_smallest_that_holds_the_drop()
{
    ca::Study study = study_with({trial(2, 10'000, 898), trial(3, 8'000, 897), trial(4, 5'000, 880)});
    for (ca::Trial &each : study.trials) { // 2, 3 and 20 images broken
        each.selection->versus_float = ca::PairedComparison();
        each.selection->versus_float->broken = 900 - each.selection->accuracy.correct;
    }
    study.constraints.max_drop = 1;
    look_at_front(study);
    QVERIFY(study.answer == "T3");
    study.constraints.bytes = 6'000;
    look_at_front(study);
    QVERIFY(!study.answer);
}

void TestTrialFront::gives_no_answer_to_no_question()
{
    ca::Study study = study_with({trial(2, 10'000, 898)});
    look_at_front(study);
    QVERIFY(!study.answer);
    QVERIFY(study.balanced.has_value());
}

void TestTrialFront::a_failed_trial_counts_as_an_evaluation_and_gives_no_figures()
{
    ca::Trial failed = trial(2, 1, 1000);
    failed.state = ca::TrialState::failed;
    failed.selection.reset();
    ca::Study study = study_with({failed});
    look_at_front(study);
    QCOMPARE(study.hypervolume.back().first, std::size_t{2});
    const auto results = trial_results(study);
    QCOMPARE(results.size(), std::size_t{2});
    QVERIFY(std::isnan(results[1].drop));
}

void TestTrialFront::races_against_what_was_done_before_the_round()
{
    ca::Study study = study_with({trial(2, 10'000, 890), trial(3, 10'000, 895)});
    const ca::Trial racer = trial(4, 12'000, 0);
    study.trials.push_back(racer);
    // All three are of the first round, before which float alone was done, and that is larger.
    QVERIFY(!ca::accuracy_to_beat(study, racer, measured(12'000, 0)));
    study.rounds.push_back({"the second round", 3});
    const auto least = ca::accuracy_to_beat(study, racer, measured(12'000, 0));
    QVERIFY(least);
    QCOMPARE(*least, 0.895);
}

void TestTrialFront::races_only_against_what_is_as_small_and_as_fast_data()
{
    QTest::addColumn<qint64>("bytes"); // of the one that is there, with 895 right; the racer has 12,000
    QTest::addColumn<bool>("there");   // int8 inputs
    QTest::addColumn<bool>("racer");
    QTest::addColumn<bool>("raced");
    QTest::newRow("as small") << qint64{12'000} << false << false << true;
    QTest::newRow("larger") << qint64{12'001} << false << false << false;
    QTest::newRow("smaller, and slower than the racer") << qint64{10'000} << false << true << false;
    QTest::newRow("smaller, and as fast") << qint64{10'000} << true << true << true;
    QTest::newRow("smaller, and faster") << qint64{10'000} << true << false << true;
}

void TestTrialFront::races_only_against_what_is_as_small_and_as_fast()
{
    QFETCH(qint64, bytes);
    QFETCH(bool, there);
    QFETCH(bool, racer);
    QFETCH(bool, raced);
    ca::Study study = study_with({trial(2, bytes, 895, there ? kInt8 : ca::Activation::none)});
    study.rounds.push_back({"the second round", 2});
    study.trials.push_back(trial(3, 12'000, 0, racer ? kInt8 : ca::Activation::none));
    QCOMPARE(ca::accuracy_to_beat(study, study.trials[2], measured(12'000, 0)).has_value(), raced);
}

void TestTrialFront::does_not_race_where_latency_is_limited()
{
    ca::Study study = study_with({trial(2, 10'000, 895)});
    study.rounds.push_back({"the second round", 2});
    study.trials.push_back(trial(3, 12'000, 0));
    QVERIFY(ca::accuracy_to_beat(study, study.trials[2], measured(12'000, 0)));
    study.constraints.latency = 1;
    QVERIFY(!ca::accuracy_to_beat(study, study.trials[2], measured(12'000, 0)));
}

void TestTrialFront::errors_come_from_images_that_changed()
{
    ca::Study study = study_with({trial(2, 10'000, 890)});
    study.trials[1].selection->versus_float = ca::PairedComparison();
    study.trials[1].selection->versus_float->fixed = 15;
    study.trials[1].selection->versus_float->broken = 25;
    const auto results = trial_results(study);
    QCOMPARE(results[1].drop, 1.0);
    // 41 of 1,000 (one more than changed) less the square of the mean, -0.01: 0.0409; sqrt(0.0409 / 1000) is 0.6395 points.
    QVERIFY(std::abs(results[1].standard_error - 0.6395) < 0.0001);
}

QTEST_APPLESS_MAIN(TestTrialFront)
#include "test_trial_front.moc"
