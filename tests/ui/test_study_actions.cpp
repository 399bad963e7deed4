// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/common/status_strip.h"
#include "ui/main_window.h"
#include "ui/studies/studies_menu.h"
#include "ui/trials/trials_pane.h"

#include <QAction>
#include <QPushButton>

class TestStudyActions final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pause_is_offered_while_a_study_runs();
    void a_scan_is_not_paused();
    void pausing_is_said_at_once_and_progress_goes_on();
    void resuming_before_it_waits_goes_on();
    void stopping_while_paused_is_said_at_once();
    void the_keys_pause_and_resume();
    void an_unfinished_study_can_go_on();
    void an_opened_study_is_shown_without_a_model();
    void studies_are_not_opened_while_one_runs();
};

namespace {

template <typename W>
W *find(const ca::MainWindow &window, const char *name)
{
    return window.findChild<W *>(QString::fromLatin1(name));
}

struct Shown {
    ca::MainWindow window;
    const QPushButton *pause = find<QPushButton>(window, "button_pause");
    const ca::StatusStrip *strip = find<ca::StatusStrip>(window, "status_strip");

    Shown()
    {
        window.set_data({QStringLiteral("Pictogram-10"), {}, {}, 500, 1000, 1000});
        window.set_model(made_up_model());
    }
    Q_DISABLE_COPY_MOVE(Shown)
    void press() const { find<QPushButton>(window, "button_pause")->click(); }
};

} // namespace

void TestStudyActions::pause_is_offered_while_a_study_runs()
{
    Shown shown;
    QVERIFY(!shown.pause->isEnabled());
    QCOMPARE(shown.pause->text(), QStringLiteral("Pause"));
    QVERIFY(!shown.pause->toolTip().isEmpty());
    shown.window.show_started();
    QVERIFY(shown.pause->isEnabled());
    shown.window.show_stopping();
    QVERIFY(!shown.pause->isEnabled());
    shown.window.show_finished(QStringLiteral("Stopped"));
    QVERIFY(!shown.pause->isEnabled());
}

void TestStudyActions::a_scan_is_not_paused()
{
    Shown shown;
    QSignalSpy paused(&shown.window, &ca::MainWindow::pause_requested);
    shown.window.show_scanning();
    QVERIFY(!shown.pause->isEnabled());
    QTest::keyClick(&shown.window, Qt::Key_P, Qt::ControlModifier);
    QCOMPARE(paused.count(), 0);
}

void TestStudyActions::pausing_is_said_at_once_and_progress_goes_on()
{
    Shown shown;
    QSignalSpy paused(&shown.window, &ca::MainWindow::pause_requested);
    shown.window.show_started();
    shown.window.set_progress({"Evaluating T3", 10, 100, 1, 9.0});
    shown.press();
    QCOMPARE(paused.count(), 1);
    QCOMPARE(shown.strip->stage(), QStringLiteral("Pausing after this trial…"));
    QCOMPARE(shown.pause->text(), QStringLiteral("Resume"));
    shown.window.set_progress({"Evaluating T3", 20, 100, 1, 8.0}); // of the trial under way
    QCOMPARE(shown.strip->stage(), QStringLiteral("Pausing after this trial…"));
    shown.window.show_paused();
    QCOMPARE(shown.strip->stage(), QStringLiteral("Paused"));
    shown.window.set_progress({"Evaluating T3", 100, 100, 1, 0.0}); // late
    QCOMPARE(shown.strip->stage(), QStringLiteral("Paused"));
    QVERIFY(find<QPushButton>(shown.window, "button_stop")->isEnabled());
    QSignalSpy resumed(&shown.window, &ca::MainWindow::resume_requested);
    shown.press();
    QCOMPARE(resumed.count(), 1);
    shown.window.show_resumed();
    QCOMPARE(shown.pause->text(), QStringLiteral("Pause"));
    shown.window.set_progress({"Evaluating T4", 1, 100, 1, 8.0});
    QCOMPARE(shown.strip->stage(), QStringLiteral("Evaluating T4"));
}

void TestStudyActions::resuming_before_it_waits_goes_on()
{
    Shown shown;
    shown.window.show_started();
    shown.press();
    shown.window.show_resumed();
    shown.window.show_paused(); // what was on its way
    QCOMPARE(shown.pause->text(), QStringLiteral("Pause"));
    QVERIFY(shown.strip->stage() != QStringLiteral("Paused"));
}

void TestStudyActions::stopping_while_paused_is_said_at_once()
{
    Shown shown;
    shown.window.show_started();
    shown.press();
    shown.window.show_paused();
    QSignalSpy cancelled(&shown.window, &ca::MainWindow::cancel_requested);
    find<QPushButton>(shown.window, "button_stop")->click();
    QCOMPARE(cancelled.count(), 1);
    QCOMPARE(shown.strip->stage(), QStringLiteral("Stopping…"));
    QVERIFY(!shown.pause->isEnabled());
    shown.window.show_paused(); // what was on its way
    QCOMPARE(shown.strip->stage(), QStringLiteral("Stopping…"));
    shown.window.show_finished(QStringLiteral("Stopped"));
    shown.window.show_started();
    shown.window.set_progress({"Evaluating T1", 1, 100, 1, 8.0});
    QCOMPARE(shown.strip->stage(), QStringLiteral("Evaluating T1"));
}

void TestStudyActions::the_keys_pause_and_resume()
{
    Shown shown;
    shown.window.show();
    QVERIFY(QTest::qWaitForWindowActive(&shown.window));
    QSignalSpy paused(&shown.window, &ca::MainWindow::pause_requested);
    QSignalSpy resumed(&shown.window, &ca::MainWindow::resume_requested);
    QTest::keyClick(&shown.window, Qt::Key_P, Qt::ControlModifier); // nothing runs
    QCOMPARE(paused.count(), 0);
    shown.window.show_started();
    QTest::keyClick(&shown.window, Qt::Key_P, Qt::ControlModifier);
    QCOMPARE(paused.count(), 1);
    QTest::keyClick(&shown.window, Qt::Key_P, Qt::ControlModifier);
    QCOMPARE(paused.count(), 1);
    QCOMPARE(resumed.count(), 1);
}

void TestStudyActions::an_unfinished_study_can_go_on()
{
    Shown shown;
    shown.window.set_trials(made_up_study());
    shown.window.set_unfinished(true);
    QCOMPARE(shown.pause->text(), QStringLiteral("Resume"));
    QVERIFY(shown.pause->isEnabled());
    QSignalSpy resumed(&shown.window, &ca::MainWindow::resume_requested);
    shown.press();
    QCOMPARE(resumed.count(), 1);
    QVERIFY(find<QPushButton>(shown.window, "button_run")->isEnabled()); // a new one
    shown.window.show_started();
    QCOMPARE(shown.pause->text(), QStringLiteral("Pause"));
    QCOMPARE(shown.window.findChild<ca::TrialsPane *>()->selected(), QString());
    shown.window.select_trial(QStringLiteral("T14")); // its trials are still there
    QCOMPARE(shown.window.findChild<ca::TrialsPane *>()->selected(), QStringLiteral("T14"));
    shown.window.show_finished(QStringLiteral("Finished"));
    QVERIFY(!shown.pause->isEnabled());
}

void TestStudyActions::an_opened_study_is_shown_without_a_model()
{
    ca::MainWindow window;
    window.set_trials(made_up_study());
    window.select_trial(QStringLiteral("T14"));
    QCOMPARE(window.findChild<ca::TrialsPane *>()->selected(), QStringLiteral("T14"));
    window.show_opening(QStringLiteral("vit_cifar10.pt")); // it may be the study's
    QCOMPARE(window.selected_trial(), QStringLiteral("T14"));
}

void TestStudyActions::studies_are_not_opened_while_one_runs()
{
    Shown shown;
    const auto actions = shown.window.actions();
    const auto open = std::find_if(actions.begin(), actions.end(), [](const QAction *action) {
        return action->objectName() == QStringLiteral("action_open_study");
    });
    QVERIFY(open != actions.end());
    QVERIFY((*open)->isEnabled());
    QSignalSpy wanted(&shown.window.studies_menu(), &ca::StudiesMenu::open_requested);
    (*open)->trigger();
    QCOMPARE(wanted.count(), 1);
    shown.window.show_started();
    QVERIFY(!(*open)->isEnabled());
    shown.window.show_finished(QStringLiteral("Finished"));
    QVERIFY((*open)->isEnabled());
}

CA_GUI_TEST_MAIN(TestStudyActions)
#include "test_study_actions.moc"
