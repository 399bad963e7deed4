// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/common/state_pane.h"
#include "ui/trials/trials_model.h"
#include "ui/trials/trials_pane.h"

#include <QAbstractItemModelTester>
#include <QScrollBar>
#include <QTableView>

class TestTrialsTable final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_trials_model_keeps_the_rules_while_it_grows();
    void a_trial_says_what_was_measured();
    void a_trial_that_was_not_measured_has_no_numbers();
    void a_simulated_time_is_said_and_not_shown();
    void numbers_stand_at_the_right();
    void the_newest_trial_stands_first_and_waiting_ones_last();
    void a_selected_row_survives_news();
    void predictions_stand_beside_what_came_true();
    void what_nobody_predicted_is_a_dash();
    void a_failed_prediction_is_marked_and_said();
    void the_reason_is_in_the_tooltip_of_the_recipe();
    void every_heading_of_a_prediction_is_explained();
    void a_narrow_pane_leaves_out_columns_and_scrolls_not();
};

namespace {

QString cell(const QAbstractItemModel &model, int row, int column)
{
    return model.index(row, column).data().toString();
}

/// T14 does what was predicted, T15 does not; T18 waits.
std::shared_ptr<ca::Study> predicted_study()
{
    auto study = made_up_study();
    const auto predict = [&](std::size_t trial, std::int64_t size, double drop) {
        study->trials[trial].predicted_bytes = ca::bytes(size);
        study->trials[trial].predicted_drop = drop;
    };
    predict(6, 2'110'000, 0.3);
    predict(7, 1'450'000, 1.2);
    predict(9, 2'000'000, 0.45);
    return study;
}

} // namespace

void TestTrialsTable::the_trials_model_keeps_the_rules_while_it_grows()
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

void TestTrialsTable::a_trial_says_what_was_measured()
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

void TestTrialsTable::a_trial_that_was_not_measured_has_no_numbers()
{
    ca::TrialsModel model;
    model.set_study(made_up_study());
    const int row = model.row_of(QStringLiteral("T17"));
    for (const int column :
         {ca::TrialsModel::Megabytes, ca::TrialsModel::Top1, ca::TrialsModel::Drop, ca::TrialsModel::Milliseconds})
        QCOMPARE(cell(model, row, column), QString());
    QCOMPARE(cell(model, row, ca::TrialsModel::State), QStringLiteral("running"));
}

void TestTrialsTable::a_simulated_time_is_said_and_not_shown()
{
    auto study = made_up_study();
    study->trials[6].selection->latency->real = false;
    ca::TrialsModel model;
    model.set_study(study);
    const QModelIndex time = model.index(6, ca::TrialsModel::Milliseconds);
    QCOMPARE(time.data().toString(), QStringLiteral("sim."));
    QVERIFY(time.data(Qt::ToolTipRole).toString().startsWith(QStringLiteral("Simulated")));
}

void TestTrialsTable::numbers_stand_at_the_right()
{
    ca::TrialsModel trials;
    trials.set_study(made_up_study());
    const auto side = [](const QAbstractItemModel &model, int column) {
        return model.index(0, column).data(Qt::TextAlignmentRole).toInt();
    };
    for (const int column : {ca::TrialsModel::PredictedMegabytes, ca::TrialsModel::Megabytes, ca::TrialsModel::Top1,
                             ca::TrialsModel::PredictedDrop, ca::TrialsModel::Drop, ca::TrialsModel::Milliseconds})
        QVERIFY(side(trials, column) & Qt::AlignRight);
    QVERIFY(side(trials, ca::TrialsModel::RecipeName) & Qt::AlignLeft);
}

void TestTrialsTable::the_newest_trial_stands_first_and_waiting_ones_last()
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

void TestTrialsTable::a_selected_row_survives_news()
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

void TestTrialsTable::predictions_stand_beside_what_came_true()
{
    ca::TrialsModel model;
    model.set_study(predicted_study());
    const int row = model.row_of(QStringLiteral("T14"));
    QCOMPARE(cell(model, row, ca::TrialsModel::PredictedMegabytes), QStringLiteral("2.11"));
    QCOMPARE(cell(model, row, ca::TrialsModel::PredictedDrop), QStringLiteral("−0.30"));
    const int waits = model.row_of(QStringLiteral("T18"));
    QCOMPARE(cell(model, waits, ca::TrialsModel::PredictedMegabytes), QStringLiteral("2.00"));
    QCOMPARE(cell(model, waits, ca::TrialsModel::Megabytes), QString());
}

void TestTrialsTable::what_nobody_predicted_is_a_dash()
{
    ca::TrialsModel model;
    model.set_study(predicted_study());
    for (const int column : {ca::TrialsModel::PredictedMegabytes, ca::TrialsModel::PredictedDrop}) {
        QCOMPARE(cell(model, model.row_of(QStringLiteral("T4")), column), QStringLiteral("–"));
        QCOMPARE(cell(model, model.row_of(QStringLiteral("T1")), column), QStringLiteral("–"));
    }
}

void TestTrialsTable::a_failed_prediction_is_marked_and_said()
{
    ca::TrialsModel model;
    model.set_study(predicted_study());
    const auto drop_of = [&](const char *trial) {
        return model.index(model.row_of(QLatin1String(trial)), ca::TrialsModel::Drop);
    };
    const auto outcome = [](const QModelIndex &index) {
        return static_cast<ca::Outcome>(index.data(ca::TrialsModel::OutcomeRole).toInt());
    };
    QCOMPARE(outcome(drop_of("T14")), ca::Outcome::as_predicted);
    QCOMPARE(outcome(drop_of("T15")), ca::Outcome::worse); // 1.2 predicted, 3.9 lost
    QCOMPARE(outcome(drop_of("T4")), ca::Outcome::unknown);
    QVERIFY(drop_of("T15").data(Qt::ToolTipRole).toString().endsWith(QStringLiteral("lost more than predicted")));
    QVERIFY(drop_of("T15").data(Qt::AccessibleTextRole).toString().endsWith(QStringLiteral("lost more than predicted")));
    QCOMPARE(drop_of("T14").data(Qt::AccessibleTextRole).toString(), QStringLiteral("−0.40"));
    QCOMPARE(outcome(model.index(drop_of("T15").row(), ca::TrialsModel::State)), ca::Outcome::unknown);
}

void TestTrialsTable::the_reason_is_in_the_tooltip_of_the_recipe()
{
    ca::TrialsModel model;
    model.set_study(predicted_study());
    QCOMPARE(model.index(6, ca::TrialsModel::RecipeName).data(Qt::ToolTipRole).toString(),
             QStringLiteral("mixed, 3.6 bits: heads and first block keep 6 bits"));
    QCOMPARE(model.index(1, ca::TrialsModel::RecipeName).data(Qt::ToolTipRole).toString(), QStringLiteral("bf16"));
}

void TestTrialsTable::every_heading_of_a_prediction_is_explained()
{
    const ca::TrialsModel model;
    for (const int column : {ca::TrialsModel::PredictedMegabytes, ca::TrialsModel::PredictedDrop, ca::TrialsModel::Drop}) {
        QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
        QVERIFY(model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().contains(QStringLiteral("predicted")));
    }
}

void TestTrialsTable::a_narrow_pane_leaves_out_columns_and_scrolls_not()
{
    ca::TrialsPane pane;
    pane.set_study(predicted_study());
    pane.states()->show_content();
    pane.resize(800, 300);
    pane.show();
    const auto *table = pane.findChild<QTableView *>();
    QVERIFY(!table->isColumnHidden(ca::TrialsModel::From));
    QVERIFY(!table->isColumnHidden(ca::TrialsModel::PredictedMegabytes));
    pane.resize(598, 300); // in the smallest window
    QTRY_VERIFY(table->isColumnHidden(ca::TrialsModel::From));
    QVERIFY(table->isColumnHidden(ca::TrialsModel::PredictedMegabytes));
    QVERIFY(!table->isColumnHidden(ca::TrialsModel::PredictedDrop));
    QTRY_COMPARE(table->horizontalScrollBar()->maximum(), 0);
}

CA_GUI_TEST_MAIN(TestTrialsTable)
#include "test_trials_table.moc"
