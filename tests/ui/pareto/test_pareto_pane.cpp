// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/common/state_pane.h"
#include "ui/pareto/axes_bar.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/pareto/pareto_pane.h"

#include <QComboBox>
#include <QLabel>

using ca::ParetoAxes;
using ca::ParetoAxis;

class TestParetoPane final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void begins_with_accuracy_over_size();
    void the_axes_are_chosen_with_the_keyboard();
    void one_axis_for_both_makes_them_change_places();
    void an_axis_without_values_cannot_be_chosen();
    void goes_back_to_size_and_accuracy_where_a_study_has_no_latency();
    void says_how_many_trials_are_left_out();
    void a_narrow_pane_says_it_shortly();
    void says_that_a_collapsed_trial_is_off_the_scale();
    void a_trial_that_is_left_out_is_selected_and_says_why();
    void a_trial_that_was_not_measured_says_so();
    void the_card_says_what_was_predicted_and_what_came_true();
    void the_card_keeps_its_height();
    void keeps_the_axes_and_the_selection_when_news_come();
};

namespace {

struct Shown {
    Shown(int width, const std::shared_ptr<const ca::Study> &study)
    {
        pane.resize(width, 600);
        pane.set_study(study);
        pane.states()->show_content();
        pane.show();
    }
    [[nodiscard]] QComboBox &box(const char *name) const { return *pane.findChild<QComboBox *>(QLatin1String(name)); }
    void choose(const char *name, const char *axis) const
    {
        QComboBox &chosen = box(name);
        chosen.setCurrentIndex(chosen.findText(QLatin1String(axis)));
        Q_EMIT chosen.activated(chosen.currentIndex());
    }

    ca::ParetoPane pane;
};

std::shared_ptr<ca::Study> without_latency(std::initializer_list<std::size_t> trials)
{
    auto study = made_up_study();
    for (const std::size_t trial : trials)
        study->trials[trial].selection->latency.reset();
    return study;
}

} // namespace

void TestParetoPane::begins_with_accuracy_over_size()
{
    const Shown shown(520, made_up_study());
    QCOMPARE(shown.box("pareto_x").currentText(), QStringLiteral("Size"));
    QCOMPARE(shown.box("pareto_y").currentText(), QStringLiteral("Accuracy"));
    QCOMPARE(shown.pane.chart()->axes(), ParetoAxes());
    for (const char *name : {"pareto_x", "pareto_y"}) {
        QVERIFY(!shown.box(name).accessibleName().isEmpty());
        QVERIFY(!shown.box(name).toolTip().isEmpty());
        QVERIFY(shown.box(name).focusPolicy() & Qt::TabFocus);
    }
}

void TestParetoPane::the_axes_are_chosen_with_the_keyboard()
{
    const Shown shown(520, made_up_study());
    QTest::keyClick(&shown.box("pareto_x"), Qt::Key_Down);
    QCOMPARE(shown.pane.chart()->axes(), (ParetoAxes{ParetoAxis::latency, ParetoAxis::accuracy}));
    QVERIFY(shown.pane.chart()->accessibleName().contains(QStringLiteral("latency and accuracy")));
}

void TestParetoPane::one_axis_for_both_makes_them_change_places()
{
    const Shown shown(520, made_up_study());
    shown.choose("pareto_x", "Accuracy");
    QCOMPARE(shown.pane.chart()->axes(), (ParetoAxes{ParetoAxis::accuracy, ParetoAxis::size}));
    QCOMPARE(shown.box("pareto_y").currentText(), QStringLiteral("Size"));
    shown.choose("pareto_y", "Accuracy");
    QCOMPARE(shown.pane.chart()->axes(), ParetoAxes());
    QCOMPARE(shown.box("pareto_x").currentText(), QStringLiteral("Size"));
}

void TestParetoPane::an_axis_without_values_cannot_be_chosen()
{
    const Shown shown(520, without_latency({0, 1, 2, 3, 4, 5, 6, 7}));
    QTest::keyClick(&shown.box("pareto_x"), Qt::Key_Down); // over Latency to Accuracy
    QCOMPARE(shown.pane.chart()->axes(), (ParetoAxes{ParetoAxis::accuracy, ParetoAxis::size}));
}

void TestParetoPane::goes_back_to_size_and_accuracy_where_a_study_has_no_latency()
{
    Shown shown(520, made_up_study());
    shown.choose("pareto_y", "Latency");
    shown.pane.set_study(nullptr); // between two studies the choice stays
    QCOMPARE(shown.pane.chart()->axes(), (ParetoAxes{ParetoAxis::size, ParetoAxis::latency}));
    shown.pane.set_study(without_latency({0, 1, 2, 3, 4, 5, 6, 7}));
    QCOMPARE(shown.pane.chart()->axes(), ParetoAxes());
    QCOMPARE(shown.pane.chart()->drawn_points(), 8);
    QCOMPARE(shown.box("pareto_y").currentText(), QStringLiteral("Accuracy"));
}

void TestParetoPane::says_how_many_trials_are_left_out()
{
    auto study = without_latency({3, 4});
    study->trials[5].selection->latency->real = false;
    Shown shown(640, study);
    QCOMPARE(shown.pane.axes_bar()->note(), QString());
    shown.choose("pareto_x", "Latency");
    QCOMPARE(shown.pane.axes_bar()->note(), QStringLiteral("3 trials without a latency are not shown"));
    shown.pane.set_study(without_latency({4}));
    QCOMPARE(shown.pane.axes_bar()->note(), QStringLiteral("1 trial without a latency is not shown"));
    const auto *label = shown.pane.findChild<QLabel *>(QStringLiteral("pareto_left_out"));
    QCOMPARE(label->text(), QStringLiteral("1 trial without a latency is not shown"));
}

void TestParetoPane::a_narrow_pane_says_it_shortly()
{
    const Shown shown(320, without_latency({3, 4}));
    shown.choose("pareto_x", "Latency");
    const auto *label = shown.pane.findChild<QLabel *>(QStringLiteral("pareto_left_out"));
    QCOMPARE(label->text(), QStringLiteral("2 not shown"));
    QCOMPARE(label->toolTip(), QStringLiteral("2 trials without a latency are not shown"));
}

void TestParetoPane::says_that_a_collapsed_trial_is_off_the_scale()
{
    auto study = made_up_study();
    study->trials.push_back(made_up_trial("T20", ca::TrialOrigin::baseline, "int2", 1'600'000, 201, false));
    Shown shown(640, study);
    QCOMPARE(shown.pane.axes_bar()->note(), QStringLiteral("1 trial with an arrow is far less accurate than the scale shows"));
    shown.pane.select(QStringLiteral("T20"));
    QVERIFY(!shown.pane.card_text().contains(QStringLiteral("Not in the chart")));
    shown.choose("pareto_y", "Latency");
    QCOMPARE(shown.pane.axes_bar()->note(), QString());
}

void TestParetoPane::a_trial_that_is_left_out_is_selected_and_says_why()
{
    auto study = without_latency({4});
    study->trials[3].selection->latency->real = false;
    Shown shown(520, study);
    shown.pane.select(QStringLiteral("T6"));
    QVERIFY(!shown.pane.card_text().contains(QStringLiteral("Not in the chart")));
    shown.choose("pareto_y", "Latency");
    QCOMPARE(shown.pane.card_trial(), QStringLiteral("T6"));
    QCOMPARE(shown.pane.chart()->selected(), QStringLiteral("T6"));
    QVERIFY(
        shown.pane.card_text().contains(QStringLiteral("Not in the chart: its arithmetic is simulated, so it has no latency.")));
    shown.pane.select(QStringLiteral("T9"));
    QVERIFY(shown.pane.card_text().contains(QStringLiteral("Not in the chart: its latency was not measured.")));
    shown.pane.select(QStringLiteral("T14"));
    QVERIFY(!shown.pane.card_text().contains(QStringLiteral("Not in the chart")));
}

void TestParetoPane::a_trial_that_was_not_measured_says_so()
{
    Shown shown(520, made_up_study());
    shown.pane.select(QStringLiteral("T18"));
    QVERIFY(shown.pane.card_text().contains(QStringLiteral("waiting")));
    QVERIFY(shown.pane.card_text().contains(QStringLiteral("Not in the chart: it has not been measured.")));
}

void TestParetoPane::the_card_says_what_was_predicted_and_what_came_true()
{
    auto study = made_up_study();
    ca::Trial &trial = study->trials[6];
    trial.predicted_bytes = ca::bytes(2'110'000);
    trial.predicted_drop = 0.3;
    Shown shown(520, study);
    shown.pane.select(QStringLiteral("T14"));
    const QString text = shown.pane.card_text();
    QVERIFY(text.contains(QStringLiteral("Predicted: 2.11 MB, −0.30 points. Came true: 2.11 MB; ")));
    QVERIFY(text.contains(QStringLiteral("Why: heads and first block keep 6 bits")));
}

void TestParetoPane::the_card_keeps_its_height()
{
    auto study = made_up_study();
    study->trials[6].reason = std::string(2000, 'w');
    Shown shown(520, study);
    const int before = shown.pane.chart()->height();
    shown.pane.select(QStringLiteral("T14"));
    QTest::qWait(1); // the layout's turn
    QCOMPARE(shown.pane.chart()->height(), before);
}

void TestParetoPane::keeps_the_axes_and_the_selection_when_news_come()
{
    auto study = made_up_study();
    Shown shown(520, study);
    shown.choose("pareto_x", "Latency");
    shown.pane.select(QStringLiteral("T4"));
    auto later = std::make_shared<ca::Study>(*study);
    later->trials.push_back(made_up_trial("T20", ca::TrialOrigin::planner, "mixed", 1'900'000, 800, false));
    shown.pane.set_study(later);
    QCOMPARE(shown.pane.chart()->axes(), (ParetoAxes{ParetoAxis::latency, ParetoAxis::accuracy}));
    QCOMPARE(shown.pane.chart()->drawn_points(), 9);
    QCOMPARE(shown.pane.card_trial(), QStringLiteral("T4"));
}

CA_GUI_TEST_MAIN(TestParetoPane)
#include "test_pareto_pane.moc"
