// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_studies.h"
#include "ui/trials/trial_words.h"

#include <QtTest>

using ca::Outcome;

class TestTrialWords final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_drop_is_as_predicted_within_its_own_interval();
    void a_size_is_as_predicted_to_a_thousandth();
    void what_nobody_predicted_has_no_outcome();
    void says_what_was_predicted_and_what_came_true();
    void says_the_holdout_where_it_was_measured();
    void says_what_is_expected_of_a_waiting_trial();
    void says_nothing_where_nothing_was_predicted();
    void a_prediction_that_failed_is_said_in_words();
    void a_trial_that_a_race_ended_says_after_how_many_images();
    void its_drop_is_against_float_on_the_same_images();
    void the_answer_is_named();
    void the_card_ends_with_the_reason();
    void the_card_takes_nothing_for_markup();
};

namespace {

/// T14: 2.11 MB; of 1000 images 4 that float has wrong are right and 8 that it has right are wrong, so it loses 0.40 points. The
/// standard error is 100 sqrt((13 / 1000 - 0.004^2) / 1000) = 0.3603 points, 95 % of a normal distribution are 0.7062.
ca::Trial t14(double predicted_drop)
{
    ca::Trial trial = made_up_study()->trials[6];
    trial.predicted_bytes = ca::bytes(2'110'000);
    trial.predicted_drop = predicted_drop;
    return trial;
}

/// A race ended T9 after 500 of 1000 images: 390 right, 2 better and 27 worse than float on these.
std::shared_ptr<ca::Study> raced_study()
{
    auto study = made_up_study();
    study->float_selection = study->trials[0].selection;
    ca::Trial &raced = study->trials[4];
    raced.selection->accuracy.n = 490;
    raced.selection->accuracy.unread = 10;
    raced.selection->accuracy.correct = 390;
    raced.selection->versus_float = ca::PairedComparison{2, 27, 0.0001, "worse"};
    return study;
}

} // namespace

void TestTrialWords::a_drop_is_as_predicted_within_its_own_interval()
{
    QCOMPARE(ca::prediction_facts(t14(0.3)).accuracy, Outcome::as_predicted);
    QCOMPARE(ca::prediction_facts(t14(-0.3)).accuracy, Outcome::as_predicted); // 0.70 away
    QCOMPARE(ca::prediction_facts(t14(1.1)).accuracy, Outcome::as_predicted);
    QCOMPARE(ca::prediction_facts(t14(-0.31)).accuracy, Outcome::worse); // 0.71 away
    QCOMPARE(ca::prediction_facts(t14(1.11)).accuracy, Outcome::better);
    QCOMPARE(ca::prediction_facts(t14(0.3)).drop, std::optional(-0.3)); // signed as a measured one
}

void TestTrialWords::a_size_is_as_predicted_to_a_thousandth()
{
    ca::Trial trial = t14(0.3);
    QCOMPARE(ca::prediction_facts(trial).size, Outcome::as_predicted);
    trial.predicted_bytes = ca::bytes(2'108'000); // 0.095 % less
    QCOMPARE(ca::prediction_facts(trial).size, Outcome::as_predicted);
    trial.predicted_bytes = ca::bytes(2'107'000); // 0.14 %
    QCOMPARE(ca::prediction_facts(trial).size, Outcome::worse);
    trial.predicted_bytes = ca::bytes(2'200'000);
    QCOMPARE(ca::prediction_facts(trial).size, Outcome::better);
}

void TestTrialWords::what_nobody_predicted_has_no_outcome()
{
    ca::Trial trial = t14(0.3);
    trial.predicted_drop.reset();
    trial.predicted_bytes = {};
    QCOMPARE(ca::prediction_facts(trial).accuracy, Outcome::unknown);
    QCOMPARE(ca::prediction_facts(trial).size, Outcome::unknown);
    QVERIFY(!ca::prediction_facts(trial).megabytes);
    trial = t14(0.3);
    trial.selection->versus_float.reset(); // not compared image by image
    QCOMPARE(ca::prediction_facts(trial).accuracy, Outcome::unknown);
}

void TestTrialWords::says_what_was_predicted_and_what_came_true()
{
    QCOMPARE(ca::prediction_line(t14(0.3)),
             QStringLiteral("Predicted: 2.11 MB, −0.30 points. "
                            "Came true: 2.11 MB; <b>−0.40 points</b> on selection (as predicted)."));
}

void TestTrialWords::says_the_holdout_where_it_was_measured()
{
    ca::Trial trial = t14(1.5);
    trial.holdout = trial.selection;
    trial.holdout->accuracy.correct = 801;
    trial.holdout->versus_float = ca::PairedComparison{10, 15, 0.42, "same"};
    QCOMPARE(ca::prediction_line(trial),
             QStringLiteral("Predicted: 2.11 MB, −1.50 points. Came true: 2.11 MB; <b>−0.40 points</b> on selection "
                            "(lost less than predicted); <b>−0.50 points</b> on holdout, 80.1 %."));
}

void TestTrialWords::says_what_is_expected_of_a_waiting_trial()
{
    ca::Trial trial = made_up_study()->trials.back();
    trial.predicted_bytes = ca::bytes(2'000'000);
    trial.predicted_drop = 0.45;
    QCOMPARE(ca::prediction_line(trial), QStringLiteral("Predicted: 2.00 MB, −0.45 points."));
}

void TestTrialWords::says_nothing_where_nothing_was_predicted()
{
    const auto study = made_up_study();
    QCOMPARE(ca::prediction_line(study->trials[6]), QString());
    ca::Trial reference = study->trials[0]; // float is what the others are measured against
    reference.predicted_bytes = ca::bytes(18'600'000);
    QCOMPARE(ca::prediction_line(reference), QString());
}

void TestTrialWords::a_prediction_that_failed_is_said_in_words()
{
    ca::Trial trial = t14(-0.5);
    trial.predicted_bytes = ca::bytes(2'000'000);
    QCOMPARE(ca::drop_sentence(trial),
             QStringLiteral("Predicted +0.50 points, measured −0.40 with a 95 % interval of ±0.71: lost more than predicted"));
    QCOMPARE(ca::size_sentence(trial), QStringLiteral("Predicted 2.00 MB, measured 2.11 MB: larger than predicted"));
    QVERIFY(ca::prediction_line(trial).contains(QStringLiteral("2.11 MB (larger than predicted)")));
    QCOMPARE(ca::drop_sentence(made_up_study()->trials[6]), QString());
}

void TestTrialWords::a_trial_that_a_race_ended_says_after_how_many_images()
{
    const auto study = raced_study();
    const ca::Trial &raced = study->trials[4];
    QCOMPARE(ca::trial_facts(*study, raced).state, QStringLiteral("stopped at 500"));
    const QString sentence = QStringLiteral("Stopped after 500 images: it could not reach the front any more.");
    QCOMPARE(ca::stopped_sentence(*study, raced), sentence);
    QVERIFY(ca::trial_card(*study, raced, ca::light_theme()).contains(sentence));
    QCOMPARE(ca::stopped_sentence(*study, study->trials[6]), QString());
    QCOMPARE(ca::stopped_sentence(*study, study->trials.back()), QString()); // it waits
}

void TestTrialWords::its_drop_is_against_float_on_the_same_images()
{
    const auto study = raced_study();
    const auto drop = ca::trial_facts(*study, study->trials[4]).drop;
    QVERIFY(drop);
    QCOMPARE(*drop, -2500.0 / 490); // 25 images of 490; 390 of 490 against 810 of 1000 would be another thing
}

void TestTrialWords::the_answer_is_named()
{
    auto study = made_up_study();
    study->answer = "T14";
    QCOMPARE(ca::trial_facts(*study, study->trials[6]).state, QStringLiteral("answer · knee"));
    study->answer = "T9"; // another that is smaller and as good came later
    QCOMPARE(ca::trial_facts(*study, study->trials[4]).state, QStringLiteral("answer · dominated"));
    QCOMPARE(ca::trial_facts(*study, study->trials[4]).tone, ca::TrialFacts::Tone::good);
    QCOMPARE(ca::trial_facts(*study, study->trials[6]).state, QStringLiteral("front · knee"));
}

void TestTrialWords::the_card_ends_with_the_reason()
{
    const auto study = made_up_study();
    const QString card = ca::trial_card(*study, study->trials[6], ca::light_theme(), QStringLiteral("A note."));
    const auto figures = card.indexOf(QStringLiteral("2.11 MB"));
    const auto note = card.indexOf(QStringLiteral("A note."));
    const auto reason = card.indexOf(QStringLiteral("Why: heads and first block keep 6 bits"));
    QVERIFY(0 < figures && figures < note && note < reason);
}

void TestTrialWords::the_card_takes_nothing_for_markup()
{
    auto study = made_up_study();
    study->trials[6].name = "<img src=x>";
    study->trials[6].reason = "a < b & c %1 %2";
    const QString card = ca::trial_card(*study, study->trials[6], ca::light_theme(), QStringLiteral("<u>note</u>"));
    QVERIFY(card.contains(QStringLiteral("&lt;img src=x&gt;")));
    QVERIFY(card.contains(QStringLiteral("a &lt; b &amp; c %1 %2")));
    QVERIFY(card.contains(QStringLiteral("&lt;u&gt;note")));
}

QTEST_APPLESS_MAIN(TestTrialWords)
#include "test_trial_words.moc"
