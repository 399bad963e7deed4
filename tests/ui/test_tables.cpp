// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/trials/trials_model.h"
#include "ui/trials/trials_pane.h"

#include <QAbstractItemModelTester>
#include <QTableView>

class TestTables final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_trials_model_keeps_the_rules_while_it_grows();
    void a_trial_says_what_was_measured();
    void a_trial_that_was_not_measured_has_no_numbers();
    void a_simulated_time_is_said_and_not_shown();
    void numbers_stand_at_the_right();
    void the_newest_trial_stands_first_and_waiting_ones_last();
    void a_selected_row_survives_news();
};

namespace {

QString cell(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

} // namespace

void TestTables::the_trials_model_keeps_the_rules_while_it_grows()
{
    ca::TrialsModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    const auto whole = made_up_study();
    for (std::size_t count = 1; count <= whole->trials.size(); ++count) {
        auto part = std::make_shared<ca::Study>(*whole);
        part->trials.resize(count);
        model.set_study(part);
        QCOMPARE(model.rowCount(), static_cast<int>(count));
    }
    QCOMPARE(resets.count(), 0); // rows that stay are not thrown away
    model.set_study(nullptr);
    QCOMPARE(model.rowCount(), 0);
}

void TestTables::a_trial_says_what_was_measured()
{
    ca::TrialsModel model;
    model.set_study(made_up_study());
    const int row = model.row_of(QStringLiteral("T14"));
    QCOMPARE(cell(model, row, ca::TrialsModel::From), QStringLiteral("planner"));
    QCOMPARE(cell(model, row, ca::TrialsModel::Megabytes), QStringLiteral("2.11")); // 2,110,000 bytes
    QCOMPARE(cell(model, row, ca::TrialsModel::Top1), QStringLiteral("80.6"));      // 806 of 1,000
    QCOMPARE(cell(model, row, ca::TrialsModel::Drop), QStringLiteral("−0.40"));     // from 81.0
    QCOMPARE(cell(model, row, ca::TrialsModel::Milliseconds), QStringLiteral("2.90"));
    QCOMPARE(cell(model, row, ca::TrialsModel::State), QStringLiteral("front · knee"));
    QCOMPARE(cell(model, 0, ca::TrialsModel::State), QStringLiteral("reference"));
    QCOMPARE(cell(model, 0, ca::TrialsModel::Drop), QString()); // float has no drop against itself
}

void TestTables::a_trial_that_was_not_measured_has_no_numbers()
{
    ca::TrialsModel model;
    model.set_study(made_up_study());
    const int row = model.row_of(QStringLiteral("T17"));
    for (const int column :
         {ca::TrialsModel::Megabytes, ca::TrialsModel::Top1, ca::TrialsModel::Drop, ca::TrialsModel::Milliseconds})
        QCOMPARE(cell(model, row, column), QString());
    QCOMPARE(cell(model, row, ca::TrialsModel::State), QStringLiteral("running"));
}

void TestTables::a_simulated_time_is_said_and_not_shown()
{
    auto study = made_up_study();
    study->trials[6].selection->latency->real = false;
    ca::TrialsModel model;
    model.set_study(study);
    const QModelIndex time = model.index(6, ca::TrialsModel::Milliseconds);
    QCOMPARE(time.data().toString(), QStringLiteral("sim."));
    QVERIFY(time.data(Qt::ToolTipRole).toString().startsWith(QStringLiteral("Simulated")));
}

void TestTables::numbers_stand_at_the_right()
{
    ca::TrialsModel trials;
    trials.set_study(made_up_study());
    const auto side = [](const QAbstractItemModel &model, int column) {
        return model.index(0, column).data(Qt::TextAlignmentRole).toInt();
    };
    for (const int column :
         {ca::TrialsModel::Megabytes, ca::TrialsModel::Top1, ca::TrialsModel::Drop, ca::TrialsModel::Milliseconds})
        QVERIFY(side(trials, column) & Qt::AlignRight);
    QVERIFY(side(trials, ca::TrialsModel::RecipeName) & Qt::AlignLeft);
}

void TestTables::the_newest_trial_stands_first_and_waiting_ones_last()
{
    ca::TrialsPane pane;
    pane.set_study(made_up_study());
    const auto *table = pane.findChild<QTableView *>();
    QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("T17"));
    QCOMPARE(table->model()->index(1, 0).data().toString(), QStringLiteral("T15"));
    QCOMPARE(table->model()->index(9, 0).data().toString(), QStringLiteral("T18"));
    pane.findChild<QTableView *>()->sortByColumn(ca::TrialsModel::Megabytes, Qt::DescendingOrder);
    QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("T1")); // 18.6 above 9.32: by number, not by text
}

void TestTables::a_selected_row_survives_news()
{
    ca::TrialsPane pane;
    QSignalSpy told(&pane, &ca::TrialsPane::trial_selected);
    auto study = made_up_study();
    pane.set_study(study);
    pane.select(QStringLiteral("T14"));
    auto later = std::make_shared<ca::Study>(*study);
    later->trials.back().state = ca::TrialState::running;
    later->trials.push_back(made_up_trial("T19", ca::TrialOrigin::planner, "mixed", 1'900'000, 800, false));
    pane.set_study(later);
    QCOMPARE(pane.selected(), QStringLiteral("T14"));
    QCOMPARE(told.count(), 0); // nobody touched the table
}

CA_GUI_TEST_MAIN(TestTables)
#include "test_tables.moc"
