// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/describe_studies.h"
#include "tests/support/gui_studies.h"

#include <QtTest>

class TestDescribeStudies final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_row_says_what_is_there();
    void a_damaged_study_has_its_reason();
    void two_fronts_are_laid_over_each_other();
    void equal_trials_beat_neither();
    void different_images_are_not_compared();
    void says_what_differs();
    void says_the_best_answer();
};

namespace {

/// The study of the drawn target on 1,000 images.
ca::Study first_study()
{
    ca::Study study = *made_up_study();
    study.name = "first";
    study.model_name = "vit";
    study.model_sha256 = "a";
    study.data_name = "cifar10";
    study.splits = {{"selection", {1000, "s"}}, {"holdout", {5000, "h"}}};
    study.hypervolume = {{1, 0}, {8, 30}};
    study.float_selection = study.trials[0].selection;
    return study;
}

/// Three trials on its front: one that beats T14, one that T14 beats, one equal to T4.
ca::Study second_study()
{
    ca::Study study = first_study();
    study.name = "second";
    study.trials = {made_up_trial("T1", ca::TrialOrigin::baseline, "float", 18'600'000, 810, false),
                    made_up_trial("T2", ca::TrialOrigin::planner, "mixed, 3.5 bits", 2'000'000, 807, true),
                    made_up_trial("T3", ca::TrialOrigin::planner, "mixed, 3.7 bits", 2'200'000, 806, true),
                    made_up_trial("T4", ca::TrialOrigin::baseline, "static int8", 4'700'000, 809, true)};
    study.trials[0].method = "fp32";
    study.trials[0].selection->versus_float.reset();
    study.hypervolume = {{4, 20}};
    study.balanced = "T2";
    return study;
}

QString standing(const ca::ComparisonFacts &facts, int side, const char *id)
{
    for (const ca::ComparedTrial &trial : facts.trials)
        if (trial.side == side && trial.id == QLatin1String(id))
            return trial.standing;
    return QStringLiteral("absent");
}

} // namespace

void TestDescribeStudies::a_row_says_what_is_there()
{
    ca::StudySummary summary;
    summary.folder = "/studies/one";
    summary.name = "one\nline";
    summary.model = "vit";
    summary.data = "cifar10";
    summary.trials = 24;
    summary.done = 17;
    summary.changed = std::chrono::system_clock::now();
    summary.writer = "process 4711 on this machine";
    const ca::StudyRow row = ca::describe_study(summary);
    QCOMPARE(row.folder, QStringLiteral("/studies/one"));
    QCOMPARE(row.name, QStringLiteral("one line"));
    QCOMPARE(row.trials, std::size_t(24));
    QCOMPARE(row.done, std::size_t(17));
    QVERIFY(row.changed.startsWith(QStringLiteral("today"))
            || row.changed.startsWith(QStringLiteral("yesterday"))); // at midnight
    QCOMPARE(row.writer, QStringLiteral("process 4711 on this machine"));
    QVERIFY(row.problem.isEmpty());
    summary.changed -= std::chrono::hours(24 * 40);
    QVERIFY(!ca::describe_study(summary).changed.contains(QStringLiteral("day")));
}

void TestDescribeStudies::a_damaged_study_has_its_reason()
{
    ca::StudySummary summary;
    summary.folder = "/studies/torn";
    summary.name = "torn";
    summary.problem = ca::Error{ca::ErrorCode::bad_format, "The file ends early. Delete the study.", nullptr};
    QCOMPARE(ca::describe_study(summary).problem, QStringLiteral("The file ends early. Delete the study."));
    QVERIFY(ca::describe_study(summary).changed.isEmpty());
}

void TestDescribeStudies::two_fronts_are_laid_over_each_other()
{
    const ca::ComparisonFacts facts = ca::compare_studies(first_study(), second_study());
    QCOMPARE(facts.trials.size(), std::size_t(5 + 3));
    QVERIFY(std::is_sorted(facts.trials.begin(), facts.trials.end(),
                           [](const auto &a, const auto &b) { return a.megabytes < b.megabytes; }));
    QCOMPARE(standing(facts, 0, "T14"), QStringLiteral("beaten by T2")); // 2.11 MB, 80.6 % against 2.00 MB, 80.7 %
    QCOMPARE(standing(facts, 1, "T2"), QStringLiteral("on the common front"));
    QCOMPARE(standing(facts, 1, "T3"), QStringLiteral("beaten by T14"));        // larger, and no better
    QCOMPARE(standing(facts, 0, "T15"), QStringLiteral("on the common front")); // the smallest
    QCOMPARE(facts.trials[0].id, QStringLiteral("T15"));
    QCOMPARE(facts.trials[0].percent, 77.1);
    QVERIFY(std::abs(*facts.trials[0].drop + 3.9) < 1e-9); // 77.1 of 81.0
    // T15, T12, T4 and T2 of the first; T2 and T4 of the second
    QCOMPARE(facts.differences.back(), QStringLiteral("Trials on their common front: 4 of the first, 2 of the second."));
}

void TestDescribeStudies::equal_trials_beat_neither()
{
    const ca::ComparisonFacts facts = ca::compare_studies(first_study(), second_study());
    QCOMPARE(standing(facts, 0, "T4"), QStringLiteral("on the common front"));
    QCOMPARE(standing(facts, 1, "T4"), QStringLiteral("on the common front"));
}

void TestDescribeStudies::different_images_are_not_compared()
{
    ca::Study other = second_study();
    other.splits[0].second.second = "others";
    const ca::ComparisonFacts facts = ca::compare_studies(first_study(), other);
    QVERIFY(facts.differences.front().contains(QStringLiteral("different images")));
    QCOMPARE(facts.trials.size(), std::size_t(8));
    for (const ca::ComparedTrial &trial : facts.trials)
        QVERIFY(trial.standing.isEmpty() && trial.holds);
}

void TestDescribeStudies::says_what_differs()
{
    QCOMPARE(ca::compare_studies(first_study(), second_study()).differences.front(),
             QStringLiteral("The front of first covers 1.50 times the hypervolume.")); // 30 and 20
    ca::Study other = second_study();
    other.seed = 3;
    other.constraints.max_drop = 0.5;
    QCOMPARE(ca::compare_studies(first_study(), other).differences.mid(0, 2),
             (QStringList{QStringLiteral("Their goals differ."), QStringLiteral("Their seeds differ: 0 and 3.")}));
    other.model_sha256 = "b";
    QCOMPARE(ca::compare_studies(first_study(), other).differences.front(), QStringLiteral("The models are not the same file."));
}

void TestDescribeStudies::says_the_best_answer()
{
    ca::Study limited = first_study();
    limited.constraints.max_drop = 0.3;
    limited.answer = "T12";
    ca::ComparisonFacts facts = ca::compare_studies(limited, second_study());
    QCOMPARE(facts.studies[0].goal, QStringLiteral("lose at most 0.3 points"));
    QVERIFY(
        facts.studies[0].answer.startsWith(QStringLiteral("T12, int4 with int8 activations, block 0 int6: 2.49 MB · 80.8 %")));
    QVERIFY(facts.studies[1].answer.startsWith(QStringLiteral("T2, mixed, 3.5 bits: 2.00 MB · 80.7 %"))); // the knee
    QCOMPARE(facts.studies[0].trials, QStringLiteral("8 of 10 finished"));
    QCOMPARE(facts.studies[0].float_model, QStringLiteral("18.6 MB · 81.0 %"));
    QCOMPARE(facts.studies[0].hypervolume, QStringLiteral("30.0 bit-points"));
    QCOMPARE(facts.studies[0].images, QStringLiteral("1,000 of selection, 5,000 of holdout"));
    limited.answer.reset();
    facts = ca::compare_studies(limited, second_study());
    QCOMPARE(facts.studies[0].answer, QStringLiteral("no trial reaches the goal"));
}

QTEST_APPLESS_MAIN(TestDescribeStudies)
#include "test_describe_studies.moc"
