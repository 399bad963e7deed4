// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/load_study.h"
#include "core/study/store.h"
#include "tests/app/session/opened_window.h"
#include "tests/support/gui_main.h"
#include "tests/support/scripted_nets_torch.h"
#include "ui/goal/goal_dialog.h"
#include "ui/studies/compare_dialog.h"
#include "ui/studies/studies_menu.h"
#include "ui/trials/trials_pane.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QMenu>
#include <QTableView>

class TestWindowStudy final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_goal_is_asked_for_and_kept();
    void the_goal_reaches_the_store();
    void pausing_waits_before_the_next_trial();
    void stopping_while_paused_ends_at_once();
    void a_stopped_study_goes_on_where_it_was();
    void an_opened_study_goes_on_in_another_window();
    void says_what_to_open_before_it_goes_on();
    void another_model_puts_the_study_away();
    void a_deleted_study_is_no_longer_shown();
    void a_folder_without_a_study_is_said();
};

namespace {

constexpr int kRunMilliseconds = 400'000;

struct Opened : OpenedWindow {
    QString net = QString::fromStdString(write_scripted_net(folder.path().toStdString(), "cnn").string());
    std::shared_ptr<const ca::Study> last; ///< the newest that the session told

    Opened()
    {
        QObject::connect(&session, &ca::Session::study_changed, &window, [this](const auto &study) { last = study; });
        QObject::connect(&session, &ca::Session::study_finished, &window, [this](const ca::StudyEnd &end) { last = end.study; });
    }
    [[nodiscard]] QPushButton &pause() const { return *child<QPushButton>("button_pause"); }
    [[nodiscard]] std::size_t done() const
    {
        return !last
            ? 0
            : static_cast<std::size_t>(std::count_if(last->trials.begin(), last->trials.end(),
                                                     [](const ca::Trial &trial) { return trial.state == ca::TrialState::done; }));
    }
    bool open_net()
    {
        controller.model().open_file(net);
        return QTest::qWaitFor([this] { return run().isEnabled(); }, kOpenMilliseconds);
    }
    /// The planner may have had enough before all trials were used.
    [[nodiscard]] bool is_complete() const { return done() >= 3 && done() == last->trials.size(); }
    /// What became of the study, for a test that failed.
    [[nodiscard]] QByteArray told() const
    {
        QString text = strip().stage() + QStringLiteral(" / ") + strip().note();
        for (const ca::Trial &trial : last ? last->trials : std::vector<ca::Trial>())
            text += QStringLiteral("; %1 %2 %3")
                        .arg(QString::fromStdString(trial.id), QString::fromStdString(to_text(trial.state)),
                             QString::fromStdString(trial.error));
        return (text + (last ? QString::fromStdString(last->why_over) : QString())).toUtf8();
    }
    bool wait_for_done(std::size_t count)
    {
        return QTest::qWaitFor([&] { return done() >= count || !session.is_running(); }, kRunMilliseconds) && done() >= count;
    }
    bool wait_for_end()
    {
        return QTest::qWaitFor([this] { return !session.is_running(); }, kRunMilliseconds);
    }
    bool stop_after(std::size_t count)
    {
        if (!open_net())
            return false;
        start();
        if (!wait_for_done(count))
            return false;
        child<QPushButton>("button_stop")->click();
        return wait_for_end();
    }
    bool open_study(const std::filesystem::path &place)
    {
        controller.studies().open(QString::fromStdString(place.string()));
        return QTest::qWaitFor([&] { return child<QTableView>("trials_table")->model()->rowCount() > 0; }, kOpenMilliseconds);
    }
    [[nodiscard]] std::filesystem::path study_folder() const
    {
        const auto studies = std::filesystem::path(folder.path().toStdString()) / "studies";
        return std::filesystem::directory_iterator(studies)->path();
    }
};

} // namespace

void TestWindowStudy::a_goal_is_asked_for_and_kept()
{
    Opened opened;
    QVERIFY(opened.open_net());
    opened.run().click();
    auto *dialog = opened.window.findChild<ca::GoalDialog *>();
    QVERIFY(dialog && dialog->isVisible());
    QVERIFY(!opened.session.is_running());
    QVERIFY(dialog->findChild<QTableView *>(QStringLiteral("goal_layers"))->model()->rowCount() > 0);
    opened.child<QCheckBox>("goal_drop")->click();
    opened.child<QDoubleSpinBox>("goal_drop_points")->setValue(1.5);
    opened.child<QPushButton>("goal_cancel")->click();
    QVERIFY(!opened.session.is_running());
    QVERIFY(!opened.settings.value(ca::Setting::goal).toString().contains(QStringLiteral("max_drop")));
    QTRY_VERIFY(!opened.window.findChild<ca::GoalDialog *>());
    opened.run().click();
    QVERIFY(!opened.child<QCheckBox>("goal_drop")->isChecked()); // what was cancelled is not kept
    opened.child<QCheckBox>("goal_drop")->click();
    opened.child<QDoubleSpinBox>("goal_drop_points")->setValue(1.5);
    opened.child<QPushButton>("goal_run")->click();
    QVERIFY(opened.session.is_running());
    QVERIFY(opened.settings.value(ca::Setting::goal).toString().contains(QStringLiteral("\"max_drop\":1.5")));
}

void TestWindowStudy::the_goal_reaches_the_store()
{
    Opened opened;
    QVERIFY(opened.open_net());
    opened.run().click();
    opened.child<QCheckBox>("goal_drop")->click();
    opened.child<QDoubleSpinBox>("goal_drop_points")->setValue(20);
    auto *layers = opened.child<QTableView>("goal_layers");
    const QString first = layers->model()->index(0, 0).data().toString();
    layers->selectRow(0);
    auto *keep = opened.child<QComboBox>("goal_keep");
    keep->setCurrentIndex(keep->findText(QStringLiteral("int8")));
    Q_EMIT keep->activated(keep->currentIndex());
    opened.child<QPushButton>("goal_run")->click();
    QVERIFY(opened.wait_for_end());
    QVERIFY2(opened.strip().stage().startsWith(QStringLiteral("Finished")), opened.told());
    const auto store = ca::StudyStore::open_for_reading(opened.study_folder());
    QVERIFY(store);
    const auto study = ca::load_study(*store);
    QVERIFY(study);
    QCOMPARE(study->constraints.max_drop, std::optional(20.0));
    QCOMPARE(study->constraints.pins, (std::map<std::string, ca::Format>{{first.toStdString(), ca::Format::int8}}));
    for (const ca::Trial &trial : study->trials)
        if (trial.origin == ca::TrialOrigin::planner)
            QCOMPARE(trial.recipe.layers.at(first.toStdString()).format, ca::Format::int8);
    const auto facts = store->facts();
    QVERIFY(facts);
    QCOMPARE(facts->options["source"]["model"].get<std::string>(), opened.net.toStdString());
    QCOMPARE(facts->options["source"]["data"].get<std::string>(), std::string("pictogram10"));
}

void TestWindowStudy::pausing_waits_before_the_next_trial()
{
    Opened opened;
    QVERIFY(opened.open_net());
    opened.start();
    QSignalSpy paused(&opened.session, &ca::Session::study_paused);
    opened.pause().click();
    QCOMPARE(opened.strip().stage(), QStringLiteral("Pausing after this trial…"));
    QVERIFY(paused.count() == 1 || paused.wait(kRunMilliseconds));
    QCOMPARE(opened.strip().stage(), QStringLiteral("Paused"));
    const std::size_t before = opened.done();
    QTest::qWait(300);
    QCOMPARE(opened.done(), before);
    QVERIFY(opened.session.is_running());
    opened.pause().click();
    QCOMPARE(opened.pause().text(), QStringLiteral("Pause"));
    QVERIFY(opened.wait_for_end());
    QVERIFY2(opened.is_complete(), opened.told());
    QVERIFY(!opened.pause().isEnabled());
}

void TestWindowStudy::stopping_while_paused_ends_at_once()
{
    Opened opened;
    QVERIFY(opened.open_net());
    opened.start();
    QVERIFY(opened.wait_for_done(1));
    QSignalSpy paused(&opened.session, &ca::Session::study_paused);
    opened.pause().click();
    QVERIFY(paused.wait(kRunMilliseconds));
    const std::size_t before = opened.done();
    opened.child<QPushButton>("status_cancel")->click();
    QVERIFY(opened.wait_for_end());
    QCOMPARE(opened.done(), before);
    QVERIFY(opened.strip().stage().startsWith(QStringLiteral("Stopped")));
    QVERIFY(opened.run().isEnabled());
}

void TestWindowStudy::a_stopped_study_goes_on_where_it_was()
{
    Opened opened;
    QVERIFY(opened.stop_after(2));
    const auto before = opened.last;
    QCOMPARE(opened.pause().text(), QStringLiteral("Resume"));
    opened.pause().click();
    QVERIFY(opened.session.is_running());
    QVERIFY(opened.child<QTableView>("trials_table")->model()->rowCount() > 0); // nothing goes away meanwhile
    QVERIFY(opened.wait_for_end());
    QVERIFY2(opened.is_complete(), opened.told());
    QCOMPARE(opened.last->trials[1].recipe_hash, before->trials[1].recipe_hash);
    QCOMPARE(opened.last->trials[1].selection->seconds, before->trials[1].selection->seconds); // not measured again
    QVERIFY(!opened.pause().isEnabled());
    const auto studies = opened.study_folder().parent_path();
    QCOMPARE(std::distance(std::filesystem::directory_iterator(studies), std::filesystem::directory_iterator()),
             std::ptrdiff_t(1));
}

void TestWindowStudy::an_opened_study_goes_on_in_another_window()
{
    QTemporaryDir kept;
    const auto place = std::filesystem::path(kept.path().toStdString()) / "study";
    const auto net = std::filesystem::path(kept.path().toStdString()) / "net.pt";
    {
        Opened first;
        QVERIFY(first.stop_after(2));
        std::filesystem::copy(first.study_folder(), place, std::filesystem::copy_options::recursive);
        std::filesystem::copy_file(first.net.toStdString(), net);
    }
    Opened opened;
    QVERIFY(opened.open_study(place));
    QVERIFY(!opened.run().isEnabled()); // no model is open
    QCOMPARE(opened.pause().text(), QStringLiteral("Resume"));
    opened.controller.model().open_file(QString::fromStdString(net.string()));
    QVERIFY(QTest::qWaitFor([&] { return opened.run().isEnabled(); }, kOpenMilliseconds));
    QVERIFY(opened.child<QTableView>("trials_table")->model()->rowCount() > 0); // it is the study's model
    opened.child<QSpinBox>("data_samples")->setValue(80);                       // of other studies
    opened.pause().click();
    QVERIFY(opened.session.is_running());
    QVERIFY(opened.wait_for_end());
    QVERIFY2(opened.last, opened.told());
    QVERIFY2(opened.is_complete(), opened.told());
    QCOMPARE(opened.last->trials[0].selection->accuracy.n, std::int64_t(60));
}

void TestWindowStudy::says_what_to_open_before_it_goes_on()
{
    QTemporaryDir kept;
    const auto place = std::filesystem::path(kept.path().toStdString()) / "study";
    QString net;
    {
        Opened first;
        net = first.net;
        QVERIFY(first.stop_after(1));
        std::filesystem::copy(first.study_folder(), place, std::filesystem::copy_options::recursive);
    }
    Opened opened;
    QVERIFY(opened.open_study(place));
    opened.pause().click();
    QVERIFY(!opened.session.is_running());
    QVERIFY2(opened.strip().note().contains(net), qPrintable(opened.strip().note()));
}

void TestWindowStudy::another_model_puts_the_study_away()
{
    Opened opened;
    QVERIFY(opened.stop_after(1));
    QVERIFY(opened.child<QTableView>("trials_table")->model()->rowCount() > 0);
    const auto other = write_scripted_net(opened.folder.path().toStdString(), "attention");
    QSignalSpy model(&opened.session, &ca::Session::model_opened);
    opened.controller.model().open_file(QString::fromStdString(other.string()));
    QVERIFY(model.wait(kOpenMilliseconds));
    QCOMPARE(opened.child<QTableView>("trials_table")->model()->rowCount(), 0);
    QVERIFY(!opened.pause().isEnabled());
}

void TestWindowStudy::a_deleted_study_is_no_longer_shown()
{
    Opened opened;
    QVERIFY(opened.stop_after(1));
    const auto place = opened.study_folder();
    const auto *recent = opened.child<QMenu>("menu_recent_studies");
    QTRY_COMPARE_WITH_TIMEOUT(recent->actions().size(), 1, kOpenMilliseconds);
    QTRY_VERIFY_WITH_TIMEOUT(recent->actions().front()->isEnabled(), kOpenMilliseconds);
    Q_EMIT opened.window.studies_menu().remove_requested();
    auto *yes = opened.child<QPushButton>("question_yes");
    QVERIFY(yes && !yes->isDefault()); // Enter does not delete
    QVERIFY(std::filesystem::exists(place));
    yes->click();
    QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(place), kOpenMilliseconds);
    QTRY_COMPARE_WITH_TIMEOUT(opened.child<QTableView>("trials_table")->model()->rowCount(), 0, kOpenMilliseconds);
    QTRY_VERIFY_WITH_TIMEOUT(!recent->actions().front()->isEnabled(), kOpenMilliseconds);
}

void TestWindowStudy::a_folder_without_a_study_is_said()
{
    Opened opened;
    opened.controller.studies().open(opened.folder.path());
    QTRY_VERIFY_WITH_TIMEOUT(!opened.strip().note().isEmpty(), kOpenMilliseconds);
    QVERIFY(!opened.pause().isEnabled());
}

CA_GUI_TEST_MAIN(TestWindowStudy)
#include "test_window_study.moc"
