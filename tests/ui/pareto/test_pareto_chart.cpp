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
#include <QSignalSpy>

#include <cmath>

class TestParetoChart final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_one_point_for_each_finished_trial();
    void joins_the_front_and_nothing_else();
    void the_line_passes_by_what_is_on_the_front_for_its_time();
    void leaves_out_what_was_not_measured_on_an_axis();
    void draws_the_front_of_the_axes_that_are_chosen();
    void names_the_knee_of_the_chosen_axes_and_the_answer();
    void a_collapsed_trial_stands_at_the_lower_end();
    void draws_a_limit_where_its_axis_is_shown();
    void a_limit_is_dragged_to_another_value();
    void a_limit_that_is_let_go_with_escape_stays();
    void a_click_on_a_point_selects_its_trial();
    void a_click_beside_all_points_selects_nothing();
    void arrow_keys_walk_along_the_sizes();
    void arrow_keys_walk_along_the_axis_across();
    void the_card_of_a_point_comes_within_fifty_milliseconds();
    void draws_the_same_points_on_an_image();
};

namespace {

/// The made-up study with a time for each of T1, T2, T4, T6, T9, T12, T14, T15.
std::shared_ptr<ca::Study> quick_study()
{
    auto study = made_up_study();
    const double times[] = {7.6, 4.4, 2.8, 6.9, 2.9, 3.1, 3.3, 5.0};
    for (std::size_t i = 0; i < std::size(times); ++i)
        study->trials[i].selection->latency->batch1->median = times[i];
    return study;
}

/// A chart with a limit at 6 MB.
struct Limited {
    mutable ca::ParetoChart chart;

    Limited()
    {
        chart.resize(480, 400);
        chart.set_points(ca::pareto_points(*made_up_study()));
        chart.set_limits({{ca::ParetoAxis::size, 6, QStringLiteral("at most 6 MB")}});
        chart.show();
        static_cast<void>(chart.grab());
    }
    /// As far across as the trial's point, below all points.
    [[nodiscard]] QPoint at(const char *trial) const
    {
        return {qRound(chart.place_of(QLatin1String(trial)).x()), qRound(chart.chart()->plotArea().bottom()) - 6};
    }
    /// Takes hold of the line, which is found by the cursor.
    void hold() const
    {
        for (int x = at("T4").x(); x < at("T2").x(); ++x) {
            const QPoint place(x, at("T4").y());
            QTest::mouseMove(chart.viewport(), place);
            if (chart.cursor().shape() != Qt::SplitHCursor)
                continue;
            QTest::mousePress(chart.viewport(), Qt::LeftButton, {}, place);
            return;
        }
        QFAIL("no line was found");
    }
};

const ca::ParetoPoint *shown(const ca::ParetoChart &chart, const char *trial)
{
    for (const ca::ParetoPoint &point : chart.shown())
        if (point.trial == QLatin1String(trial))
            return &point;
    return nullptr;
}

} // namespace

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

void TestParetoChart::leaves_out_what_was_not_measured_on_an_axis()
{
    auto study = made_up_study();
    study->trials[3].selection->latency->real = false;
    study->trials[4].selection->latency.reset();
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*study));
    QCOMPARE(chart.drawn_points(), 8);
    chart.set_axes({ca::ParetoAxis::latency, ca::ParetoAxis::accuracy});
    QCOMPARE(chart.drawn_points(), 6);
    chart.set_axes({});
    QCOMPARE(chart.drawn_points(), 8);
}

void TestParetoChart::draws_the_front_of_the_axes_that_are_chosen()
{
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*quick_study()));
    QCOMPARE(chart.line_points(), 5);
    // 2.8 ms and 80.9 % of T4 beat all but the 81.0 % of T2 at 4.4 ms.
    chart.set_axes({ca::ParetoAxis::latency, ca::ParetoAxis::accuracy});
    QCOMPARE(chart.line_points(), 2);
    // By size: 1.45 MB 5.0 ms, 2.11 MB 3.3 ms, 2.30 MB 2.9 ms, 4.70 MB 2.8 ms.
    chart.set_axes({ca::ParetoAxis::size, ca::ParetoAxis::latency});
    QCOMPARE(chart.line_points(), 4);
    const auto *filled = shown(chart, "T9");
    QVERIFY(filled && filled->on_front); // dominated in size and accuracy
}

void TestParetoChart::names_the_knee_of_the_chosen_axes_and_the_answer()
{
    auto study = quick_study();
    study->answer = "T14";
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*study));
    QCOMPARE(shown(chart, "T14")->word, QStringLiteral("T14 answer · knee"));
    chart.set_axes({ca::ParetoAxis::size, ca::ParetoAxis::latency});
    QCOMPARE(shown(chart, "T14")->word, QStringLiteral("T14 answer"));
    QCOMPARE(shown(chart, "T9")->word, QStringLiteral("T9 knee")); // 2.30 MB, 2.9 ms: nearest to both ends' best
}

void TestParetoChart::a_collapsed_trial_stands_at_the_lower_end()
{
    auto study = made_up_study();
    study->trials.push_back(made_up_trial("T20", ca::TrialOrigin::baseline, "int2", 1'600'000, 201, false));
    ca::ParetoChart chart;
    chart.resize(480, 400);
    chart.set_points(ca::pareto_points(*study));
    chart.show();
    QCOMPARE(chart.drawn_points(), 9);
    QCOMPARE(chart.points_below(), 1);
    QVERIFY(chart.y_range().low > 60);
    QVERIFY(chart.rect().contains(chart.place_of(QStringLiteral("T20")).toPoint()));
    QVERIFY(chart.place_of(QStringLiteral("T20")).y() > chart.place_of(QStringLiteral("T15")).y());
    chart.set_axes({ca::ParetoAxis::size, ca::ParetoAxis::latency});
    QCOMPARE(chart.points_below(), 0);
}

void TestParetoChart::draws_a_limit_where_its_axis_is_shown()
{
    ca::ParetoChart chart;
    chart.resize(480, 400);
    chart.set_points(ca::pareto_points(*made_up_study()));
    chart.show();
    const QImage without = chart.grab().toImage();
    chart.set_limits({{ca::ParetoAxis::latency, 4, QStringLiteral("at most 4 ms")}});
    QCOMPARE(chart.grab().toImage(), without);
    chart.set_limits({{ca::ParetoAxis::size, 6, QStringLiteral("at most 6 MB")}});
    const QImage with = chart.grab().toImage();
    QVERIFY(with != without);
    // Between 4.70 and 9.32 MB, and as tall as the plot: a third of its dashes at least differ.
    const double left = chart.place_of(QStringLiteral("T4")).x() + 8;
    const double right = chart.place_of(QStringLiteral("T2")).x() - 8;
    int rows = 0;
    for (int y = 0; y < with.height(); ++y) {
        bool differs = false;
        for (int x = static_cast<int>(left); x < static_cast<int>(right); ++x)
            differs = differs || with.pixel(x, y) != without.pixel(x, y);
        rows += differs ? 1 : 0;
    }
    QVERIFY(rows > with.height() / 3);
}

void TestParetoChart::a_limit_is_dragged_to_another_value()
{
    const Limited limited;
    QSignalSpy moved(&limited.chart, &ca::ParetoChart::limit_moved);
    limited.hold();
    QTest::mouseMove(limited.chart.viewport(), limited.at("T2"));
    QCOMPARE(moved.count(), 0);
    QTest::mouseRelease(limited.chart.viewport(), Qt::LeftButton, {}, limited.at("T2"));
    QCOMPARE(moved.count(), 1);
    const auto limit = moved.front().front().value<ca::ParetoLimit>();
    QCOMPARE(limit.axis, ca::ParetoAxis::size);
    QVERIFY2(std::abs(limit.value - 9.32) < 0.1, qPrintable(limit.words)); // the size of T2; a pixel is 0.5 % of a size
    QCOMPARE(limit.words, QStringLiteral("at most %1 MB").arg(limit.value, 0, 'g', 3));
}

void TestParetoChart::a_limit_that_is_let_go_with_escape_stays()
{
    const Limited limited;
    QSignalSpy moved(&limited.chart, &ca::ParetoChart::limit_moved);
    const QImage before = limited.chart.grab().toImage();
    limited.hold();
    QTest::mouseMove(limited.chart.viewport(), limited.at("T2"));
    QVERIFY(limited.chart.grab().toImage() != before);
    QTest::keyClick(&limited.chart, Qt::Key_Escape);
    QTest::mouseRelease(limited.chart.viewport(), Qt::LeftButton, {}, limited.at("T2"));
    QCOMPARE(moved.count(), 0);
    QCOMPARE(limited.chart.grab().toImage(), before);
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

void TestParetoChart::arrow_keys_walk_along_the_axis_across()
{
    ca::ParetoChart chart;
    chart.set_points(ca::pareto_points(*quick_study()));
    chart.set_axes({ca::ParetoAxis::latency, ca::ParetoAxis::size});
    QSignalSpy told(&chart, &ca::ParetoChart::trial_selected);
    chart.select(QStringLiteral("T14"));    // 3.3 ms
    QTest::keyClick(&chart, Qt::Key_Right); // to 4.4 ms
    QCOMPARE(told.takeFirst().front().toString(), QStringLiteral("T2"));
    QTest::keyClick(&chart, Qt::Key_Left); // from 3.3 to 3.1 ms
    QCOMPARE(told.takeFirst().front().toString(), QStringLiteral("T12"));
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
