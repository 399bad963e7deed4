// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/gui_studies.h"
#include "ui/pareto/pareto_axes.h"

#include <QtTest>

#include <cmath>

using ca::ParetoAxis;

class TestParetoAxes final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_point_has_no_value_on_an_axis_that_was_not_measured();
    void the_line_is_the_front_of_the_two_axes();
    void a_trial_that_a_race_ended_is_on_no_line();
    void the_knee_is_the_corner_of_the_line();
    void pads_the_accuracy_axis_by_five_percent();
    void covers_the_intervals_that_are_drawn();
    void a_collapsed_trial_does_not_squash_the_front();
    void shows_two_powers_of_two_at_least();
    void latency_begins_below_the_quickest_and_not_at_nothing();
    void a_limit_is_on_the_axis_unless_it_is_far_away();
    void says_the_constraints_of_a_study();
    void has_no_limit_on_drop_without_a_float_model();
    void points_know_the_answer_and_what_was_not_measured();
};

namespace {

ca::ParetoPoint at(double megabytes, double percent, std::optional<double> milliseconds = {})
{
    ca::ParetoPoint point;
    point.megabytes = megabytes;
    point.percent = point.low = point.high = percent;
    point.milliseconds = milliseconds;
    return point;
}

ca::ParetoPoint with_interval(double percent, double low, double high, bool on_front)
{
    ca::ParetoPoint point = at(2, percent);
    point.low = low;
    point.high = high;
    point.on_front = on_front;
    return point;
}

using Line = std::vector<std::size_t>;

} // namespace

void TestParetoAxes::a_point_has_no_value_on_an_axis_that_was_not_measured()
{
    QVERIFY(!ca::value_on(ParetoAxis::latency, at(2, 80)));
    QVERIFY(!ca::value_on(ParetoAxis::size, at(0, 80)));
    QCOMPARE(ca::value_on(ParetoAxis::latency, at(2, 80, 3.5)), std::optional(3.5));
    QCOMPARE(ca::value_on(ParetoAxis::accuracy, at(0, 80)), std::optional(80.0));
}

void TestParetoAxes::the_line_is_the_front_of_the_two_axes()
{
    const std::vector points{at(2, 80, 5), at(4, 81, 3), at(8, 81.5, 4), at(3, 79)};
    QCOMPARE(ca::pareto_line(points, {}), (Line{0, 1, 2}));
    QCOMPARE(ca::pareto_line(points, {ParetoAxis::accuracy, ParetoAxis::size}), (Line{0, 1, 2})); // which is across matters not
    QCOMPARE(ca::pareto_line(points, {ParetoAxis::latency, ParetoAxis::accuracy}), (Line{1, 2})); // 5 ms for 80 %: beaten by both
    QCOMPARE(ca::pareto_line(points, {ParetoAxis::size, ParetoAxis::latency}), (Line{0, 1})); // 8 MB, 4 ms: beaten by 4 MB, 3 ms
}

void TestParetoAxes::a_trial_that_a_race_ended_is_on_no_line()
{
    std::vector points{at(2, 80), at(4, 81), at(3, 90)};
    points[2].stopped_early = true;
    QCOMPARE(ca::pareto_line(points, {}), (Line{0, 1}));
}

void TestParetoAxes::the_knee_is_the_corner_of_the_line()
{
    const std::vector points{at(1, 70), at(4, 81), at(2, 80)}; // half way of the halvings, 10 of 11 points
    QCOMPARE(ca::pareto_knee(points, {}), std::optional<std::size_t>(2));
    QVERIFY(!ca::pareto_knee({at(1, 70), at(4, 81)}, {})); // a line of two ends has none
}

void TestParetoAxes::pads_the_accuracy_axis_by_five_percent()
{
    const auto range = ca::axis_range(ParetoAxis::accuracy, {with_interval(78, 76, 80, true), with_interval(88, 86, 90, true)});
    QCOMPARE(range.low, 75.3);  // 76 less 5 % of 14
    QCOMPARE(range.high, 90.7); // 90 and as much
    QCOMPARE(range.step, 5.0);  // 15.4 / 6 = 2.6, next of 1, 2, 5
    QCOMPARE(ca::axis_range(ParetoAxis::accuracy, {with_interval(100, 99, 100, true)}).high, 100.0); // no accuracy lies above
    QCOMPARE(ca::axis_range(ParetoAxis::accuracy, {}), (ca::AxisRange{0, 100, 20}));
}

void TestParetoAxes::covers_the_intervals_that_are_drawn()
{
    const auto range = ca::axis_range(ParetoAxis::accuracy, {with_interval(80, 78, 82, true), with_interval(72, 50, 90, false)});
    QCOMPARE(range.low, 71.5); // 72, not 50, less 5 % of 10
    QCOMPARE(range.high, 82.5);
    QCOMPARE(range.step, 2.0);
}

void TestParetoAxes::a_collapsed_trial_does_not_squash_the_front()
{
    const auto collapsed = at(1, 20);
    const auto range = ca::axis_range(ParetoAxis::accuracy, {with_interval(90, 88, 92, true), collapsed});
    QCOMPARE(range.low, 74.15); // 90 - 15, less 5 % of the 17 up to 92
    QCOMPARE(range.high, 92.85);
    QVERIFY(ca::below_scale(ParetoAxis::accuracy, collapsed, range));
    QVERIFY(!ca::below_scale(ParetoAxis::accuracy, at(1, 75), range));
    QVERIFY(!ca::below_scale(ParetoAxis::size, collapsed, {2, 8, 2}));
}

void TestParetoAxes::shows_two_powers_of_two_at_least()
{
    QCOMPARE(ca::axis_range(ParetoAxis::size, {at(5, 72)}), (ca::AxisRange{4, 8, 2}));
    QCOMPARE(ca::axis_range(ParetoAxis::size, {}), (ca::AxisRange{1, 16, 2}));
}

void TestParetoAxes::latency_begins_below_the_quickest_and_not_at_nothing()
{
    const auto range = ca::axis_range(ParetoAxis::latency, {at(2, 80, 2), at(4, 81, 6), at(8, 82)});
    QCOMPARE(range.low, 1.7); // 5 % of the slowest: 0.3
    QCOMPARE(range.high, 6.3);
    QCOMPARE(range.step, 1.0);
    QCOMPARE(ca::axis_range(ParetoAxis::latency, {at(8, 82)}), (ca::AxisRange{0, 10, 2}));
}

void TestParetoAxes::a_limit_is_on_the_axis_unless_it_is_far_away()
{
    const std::vector points{at(2, 80), at(8, 81)};
    const auto alone = ca::axis_range(ParetoAxis::size, points);
    QCOMPARE(alone.low, std::exp2(0.9)); // 5 % of two doublings
    QCOMPARE(alone.high, std::exp2(3.1));
    const auto wider = ca::axis_range(ParetoAxis::size, points, {{ParetoAxis::size, 1, {}}});
    QCOMPARE(wider.low, std::exp2(-0.15)); // 5 % of three
    QCOMPARE(wider.high, std::exp2(3.15));
    QCOMPARE(ca::axis_range(ParetoAxis::size, points, {{ParetoAxis::size, 0.25, {}}}), alone); // five doublings for two
    QCOMPARE(ca::axis_range(ParetoAxis::size, points, {{ParetoAxis::latency, 1, {}}}), alone); // another axis's
}

void TestParetoAxes::says_the_constraints_of_a_study()
{
    auto study = made_up_study();
    QVERIFY(ca::pareto_limits(*study).empty());
    study->constraints.bytes = 6'000'000;
    study->constraints.max_drop = 0.5;
    study->constraints.latency = 2.25;
    const auto limits = ca::pareto_limits(*study);
    QCOMPARE(limits.size(), 3U);
    QCOMPARE(limits[0], (ca::ParetoLimit{ParetoAxis::size, 6, QStringLiteral("at most 6 MB")}));
    QCOMPARE(limits[1], (ca::ParetoLimit{ParetoAxis::latency, 2.25, QStringLiteral("at most 2.25 ms")}));
    QCOMPARE(limits[2], (ca::ParetoLimit{ParetoAxis::accuracy, 80.5, QStringLiteral("at most 0.5 points below float")})); // 81.0
}

void TestParetoAxes::has_no_limit_on_drop_without_a_float_model()
{
    ca::Study study;
    study.constraints.max_drop = 0.5;
    QVERIFY(ca::pareto_limits(study).empty());
}

void TestParetoAxes::points_know_the_answer_and_what_was_not_measured()
{
    auto study = made_up_study();
    study->float_selection = study->trials[0].selection;
    study->answer = "T14";
    study->trials[3].selection->latency->real = false;
    study->trials[4].selection->accuracy.n = 500; // of float's 1000
    const auto points = ca::pareto_points(*study);
    QCOMPARE(points[0].word, QStringLiteral("float"));
    QCOMPARE(points[6].word, QStringLiteral("T14 answer"));
    QCOMPARE(points[5].word, QString());
    QCOMPARE(points[6].milliseconds, std::optional(2.9));
    QVERIFY(!points[3].milliseconds);
    QVERIFY(points[4].stopped_early);
    QVERIFY(!points[6].stopped_early);
}

QTEST_APPLESS_MAIN(TestParetoAxes)
#include "test_pareto_axes.moc"
