// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/report_files.h"
#include "tests/app/session/opened_window.h"
#include "tests/support/gui_main.h"
#include "tests/support/scripted_nets_torch.h"
#include "ui/pareto/pareto_chart.h"

#include <QElapsedTimer>
#include <QTableView>

class TestWindowRun final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runs_a_dropped_model_to_the_end();
    void cancelling_answers_at_once_and_keeps_what_is_finished();
    void closing_the_window_ends_the_run();
    void says_why_a_missing_model_was_not_opened();
    void reopens_data_only_for_another_folder();
    void choosing_data_during_a_run_changes_nothing();
};

namespace {

constexpr int kRunMilliseconds = 400'000;

struct Opened : OpenedWindow {
    std::shared_ptr<const ca::Study> last; ///< the newest that the session told

    Opened()
    {
        QObject::connect(&session, &ca::Session::study_changed, &window, [this](const auto &study) { last = study; });
        QObject::connect(&session, &ca::Session::study_finished, &window, [this](const ca::StudyEnd &end) { last = end.study; });
    }

    [[nodiscard]] ca::ParetoChart &chart() const { return *child<ca::ParetoChart>("pareto_chart"); }

    /// One whose study takes seconds.
    bool drop_net()
    {
        return drop(write_scripted_net(folder.path().toStdString(), "cnn"))
            && QTest::qWaitFor([this] { return run().isEnabled(); }, kOpenMilliseconds);
    }
    bool start_and_wait_for_points(int points)
    {
        start();
        return QTest::qWaitFor([&] { return chart().drawn_points() >= points || !session.is_running(); }, kRunMilliseconds)
            && session.is_running();
    }
    [[nodiscard]] int count(ca::TrialState state) const
    {
        return static_cast<int>(std::count_if(last->trials.begin(), last->trials.end(),
                                              [state](const ca::Trial &trial) { return trial.state == state; }));
    }
};

} // namespace

void TestWindowRun::runs_a_dropped_model_to_the_end()
{
    Opened opened;
    QVERIFY2(opened.drop_net(), qPrintable(opened.strip().stage() + opened.strip().note()));
    QVERIFY(opened.child<QTableView>("layers_table")->model()->rowCount() > 0);
    opened.start();
    QVERIFY(QTest::qWaitFor([&] { return !opened.session.is_running(); }, kRunMilliseconds));
    QVERIFY2(opened.last, qPrintable(opened.strip().note()));
    const int done = opened.count(ca::TrialState::done);
    QVERIFY(done >= 4); // float and the first round; the planner may have had enough then
    QCOMPARE(done, static_cast<int>(opened.last->trials.size()));
    QCOMPARE(opened.chart().drawn_points(), done);
    QCOMPARE(opened.child<QTableView>("trials_table")->model()->rowCount(), static_cast<int>(opened.last->trials.size()));
    QVERIFY(opened.strip().stage().startsWith(QStringLiteral("Finished")));
    QCOMPARE(opened.settings.value(ca::Setting::recent_models).toStringList().size(), 1);

    const auto png = ca::draw_pareto(*opened.last);
    QVERIFY(png);
    QCOMPARE(QImage::fromData(QByteArray::fromStdString(*png), "PNG").size(), QSize(1920, 1200));
}

void TestWindowRun::cancelling_answers_at_once_and_keeps_what_is_finished()
{
    Opened opened;
    QVERIFY(opened.drop_net());
    QVERIFY(opened.start_and_wait_for_points(3));
    QElapsedTimer clock;
    clock.start();
    opened.child<QPushButton>("status_cancel")->click();
    QCOMPARE(opened.strip().stage(), QStringLiteral("Stopping…"));
    QVERIFY(clock.elapsed() < 100);
    QVERIFY(QTest::qWaitFor([&] { return !opened.session.is_running(); }, kRunMilliseconds));
    QVERIFY(clock.elapsed() < 30'000); // between steps, not at the end of all trials
    const int done = opened.count(ca::TrialState::done);
    QVERIFY(done >= 3);
    QVERIFY(done < static_cast<int>(opened.last->trials.size()));
    QVERIFY(opened.count(ca::TrialState::cancelled) >= 1);
    QCOMPARE(opened.count(ca::TrialState::running), 0);
    QCOMPARE(opened.chart().drawn_points(), done);
    QVERIFY(opened.strip().stage().startsWith(QStringLiteral("Stopped")));
    QVERIFY(opened.run().isEnabled());
}

void TestWindowRun::closing_the_window_ends_the_run()
{
    QElapsedTimer clock;
    {
        Opened opened;
        QVERIFY(opened.drop_net());
        QVERIFY(opened.start_and_wait_for_points(1));
        clock.start();
        opened.window.close();
        QVERIFY(!opened.window.isVisible());
        QVERIFY(!opened.settings.value(ca::Setting::pane_layout).toByteArray().isEmpty());
    } // the session joins its thread here
    QVERIFY(clock.elapsed() < 30'000);
}

void TestWindowRun::says_why_a_missing_model_was_not_opened()
{
    Opened opened;
    QSignalSpy failed(&opened.session, &ca::Session::model_failed);
    opened.controller.model().open_file(opened.folder.filePath(QStringLiteral("gone.pt")));
    QVERIFY(failed.wait(kOpenMilliseconds));
    QVERIFY(!opened.run().isEnabled());
    const auto *action = opened.child<QPushButton>("layers_action");
    QCOMPARE(action->text(), QStringLiteral("Retry"));
}

void TestWindowRun::reopens_data_only_for_another_folder()
{
    Opened opened;
    QSignalSpy told(&opened.session, &ca::Session::data_opened);
    QVERIFY(told.wait(kOpenMilliseconds)); // once, though the number of samples was changed meanwhile
    opened.child<QSpinBox>("data_samples")->setValue(80);
    QVERIFY(opened.session.has_data());
    QVERIFY(!told.wait(200));
    QCOMPARE(told.count(), 1);

    ca::DataChoice other = opened.window.chooser().choice();
    other.data = opened.folder.filePath(QStringLiteral("gone"));
    opened.window.chooser().set_choice(other);
    QSignalSpy failed(&opened.session, &ca::Session::data_failed);
    Q_EMIT opened.window.chooser().data_chosen(other);
    QVERIFY(!opened.run().isEnabled());
    QVERIFY(failed.wait(kOpenMilliseconds));
    opened.child<QSpinBox>("data_samples")->setValue(90); // the same folder fails once
    QVERIFY(!failed.wait(200));
}

void TestWindowRun::choosing_data_during_a_run_changes_nothing()
{
    Opened opened;
    opened.controller.model().open_file(
        QString::fromStdString(write_scripted_net(opened.folder.path().toStdString(), "cnn").string()));
    QVERIFY(QTest::qWaitFor([&] { return opened.run().isEnabled(); }, kOpenMilliseconds));
    const ca::DataChoice before = opened.window.chooser().choice();
    opened.start();
    QVERIFY(opened.session.is_running());
    ca::DataChoice other = before;
    other.data = opened.folder.path();
    other.samples = 70;
    opened.window.chooser().set_choice(other);
    Q_EMIT opened.window.chooser().data_chosen(other);
    QCOMPARE(opened.window.chooser().choice(), before);
    QCOMPARE(opened.settings.value(ca::Setting::data).toString(), before.data);
    QCOMPARE(opened.settings.value(ca::Setting::samples).toInt(), before.samples);
    QVERIFY(opened.session.has_data());
}

CA_GUI_TEST_MAIN(TestWindowRun)
#include "test_window_run.moc"
