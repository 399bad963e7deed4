// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_examples.h"
#include "tests/support/report_sources.h"

#include <QtTest>

class TestRunExamples final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shows_the_trial_that_the_report_recommends();
};

void TestRunExamples::shows_the_trial_that_the_report_recommends()
{
    ca::Study study = made_up_source().study;
    study.balanced = "T23";
    study.answer = "T7"; // holds the constraints
    const ca::Trial *trial = ca::trial_to_show(study);
    QVERIFY(trial);
    QCOMPARE(trial->id, std::string("T7"));
    study.answer = study.balanced = study.smallest = study.fastest = "T1"; // float
    QVERIFY(!ca::trial_to_show(study));
}

QTEST_APPLESS_MAIN(TestRunExamples)
#include "test_run_examples.moc"
