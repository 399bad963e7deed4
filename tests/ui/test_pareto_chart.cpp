// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_main.h"
#include "tests/support/gui_studies.h"
#include "ui/common/state_pane.h"
#include "ui/common/theme.h"
#include "ui/pareto/pareto_chart.h"
#include "ui/pareto/pareto_image.h"
#include "ui/pareto/pareto_pane.h"

#include <QElapsedTimer>
#include <QLabel>

class TestParetoChart final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_one_point_for_each_finished_trial();
    void joins_the_front_and_nothing_else();
    void the_line_passes_by_what_is_on_the_front_for_its_time();
    void pads_the_accuracy_axis_by_five_percent();
    void shows_two_powers_of_two_at_least();
    void a_click_on_a_point_selects_its_trial();
    void a_click_beside_all_points_selects_nothing();
    void arrow_keys_walk_along_the_sizes();
    void the_card_of_a_point_comes_within_fifty_milliseconds();
    void draws_the_same_points_on_an_image();
};

void TestParetoChart::has_one_point_for_each_finished_trial()
{
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*made_up_study()));
    QCOMPARE(chart.drawn_points(), 8); // ten trials less the running and the waiting one
    chart.set_points({});
    QCOMPARE(chart.drawn_points(), 0);
}

void TestParetoChart::joins_the_front_and_nothing_else()
{
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*made_up_study()));
    QCOMPARE(chart.line_points(), 5);
}

void TestParetoChart::the_line_passes_by_what_is_on_the_front_for_its_time()
{
    auto study = made_up_study();
    // 3.5 MB is larger than T12 and 80.0 % is less: only its latency can have brought it onto the front.
    study->trials.push_back(made_up_trial("T20", ca::TrialOrigin::planner, "quick", 3'500'000, 800, true));
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*study));
    QCOMPARE(chart.drawn_points(), 9);
    QCOMPARE(chart.line_points(), 5);
}

void TestParetoChart::pads_the_accuracy_axis_by_five_percent()
{
    const ca::ParetoPoint low{QStringLiteral("T1"), {}, 2, 72, 70, 74, false, true, {}};
    const ca::ParetoPoint high{QStringLiteral("T2"), {}, 8, 88, 86, 90, false, true, {}};
    const ca::AxisRange range = ca::accuracy_range({low, high});
    QCOMPARE(range.low, 69.0);  // 70 less 5 % of 20
    QCOMPARE(range.high, 91.0); // 90 and as much
    QCOMPARE(range.step, 5.0);  // 22 / 6 = 3.7, next of 1, 2, 5
    const ca::ParetoPoint perfect{QStringLiteral("T3"), {}, 8, 100, 99, 100, false, true, {}};
    QCOMPARE(ca::accuracy_range({low, perfect}).high, 100.0); // no accuracy lies above
}

void TestParetoChart::shows_two_powers_of_two_at_least()
{
    const ca::ParetoPoint point{QStringLiteral("T1"), {}, 5, 72, 70, 74, false, true, {}};
    const ca::AxisRange range = ca::size_range({point});
    QCOMPARE(range.low, 4.0);
    QCOMPARE(range.high, 8.0);
}

void TestParetoChart::a_click_on_a_point_selects_its_trial()
{
    ca::ParetoPane pane;
    pane.resize(520, 600);
    pane.set_study(made_up_study());
    pane.states()->show_content();
    pane.show();
    QSignalSpy told(&pane, &ca::ParetoPane::trial_selected);
    QTest::mouseClick(pane.chart()->viewport(), Qt::LeftButton, {}, pane.chart()->place_of(QStringLiteral("T4")).toPoint());
    QCOMPARE(told.count(), 1);
    QCOMPARE(told.front().front().toString(), QStringLiteral("T4"));
}

void TestParetoChart::a_click_beside_all_points_selects_nothing()
{
    ca::ParetoChart chart;
    chart.resize(480, 400);
    chart.set_points(ca::pareto_points(*made_up_study()));
    chart.show();
    QSignalSpy told(&chart, &ca::ParetoChart::trial_selected);
    QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, QPoint(470, 390));
    QCOMPARE(told.count(), 0);
}

void TestParetoChart::arrow_keys_walk_along_the_sizes()
{
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*made_up_study()));
    QSignalSpy told(&chart, &ca::ParetoChart::trial_selected);
    chart.select(QStringLiteral("T14"));    // 2.11 MB
    QTest::keyClick(&chart, Qt::Key_Right); // to 2.30 MB
    QCOMPARE(told.takeFirst().front().toString(), QStringLiteral("T9"));
    QTest::keyClick(&chart, Qt::Key_Left); // from 2.11 to 1.45 MB
    QCOMPARE(told.takeFirst().front().toString(), QStringLiteral("T15"));
}

void TestParetoChart::the_card_of_a_point_comes_within_fifty_milliseconds()
{
    ca::ParetoPane pane;
    pane.resize(520, 600);
    pane.set_study(made_up_study());
    pane.show();
    auto &chart = *pane.chart();
    QElapsedTimer clock;
    clock.start();
    Q_EMIT chart.trial_hovered(QStringLiteral("T14"), chart.place_of(QStringLiteral("T14")).toPoint());
    QVERIFY(clock.elapsed() < 50);
    const auto *card = qobject_cast<QLabel *>(pane.hover_card());
    QVERIFY(!card->isHidden());
    QVERIFY(card->text().contains(QStringLiteral("mixed, 3.6 bits")));
    QVERIFY(card->text().contains(QStringLiteral("8.82× smaller"))); // 18.6 / 2.11
    QVERIFY(card->text().contains(QStringLiteral("no detectable drop (p 0.31)")));
    QVERIFY(card->text().contains(QStringLiteral("2.62× as fast"))); // 7.6 / 2.9
    Q_EMIT chart.trial_hovered({}, {});
    QVERIFY(card->isHidden());
}

void TestParetoChart::draws_the_same_points_on_an_image()
{
    const auto points = ca::pareto_points(*made_up_study());
    const QImage light = ca::pareto_image(points, QStringLiteral("a study"), ca::light_theme(), QSize(960, 600), 2);
    QCOMPARE(light.size(), QSize(1920, 1200));
    const auto count = [](const QImage &image, const QColor &color) {
        int pixels = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                pixels += image.pixelColor(x, y) == color ? 1 : 0;
        return pixels;
    };
    QVERIFY(count(light, ca::light_theme().accent) > 2000); // a line of 4 px over most of the width, and five marks
    QVERIFY(count(light, ca::light_theme().faint) > 100);   // two faint ones
    QCOMPARE(light, ca::pareto_image(points, QStringLiteral("a study"), ca::light_theme(), QSize(960, 600), 2));
    const QImage dark = ca::pareto_image(points, QStringLiteral("a study"), ca::dark_theme(), QSize(960, 600), 2);
    QCOMPARE(dark.pixelColor(3, 3), ca::dark_theme().panel);
}

CA_GUI_TEST_MAIN(TestParetoChart)
#include "test_pareto_chart.moc"
