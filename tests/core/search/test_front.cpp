// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using ca::OperatingPoint;
using Indices = std::vector<std::size_t>;

class TestFront final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_what_nothing_beats_by_rising_bytes();
    void keeps_equal_points_once();
    void counts_latency_only_where_every_point_has_it();
    void adds_the_strips_of_a_staircase();
    void ignores_points_beyond_the_reference();
    void does_not_depend_on_order_or_on_beaten_points();
    void recommends_the_smallest_and_fastest_within_half_a_point();
    void falls_back_to_the_most_accurate();
    void finds_the_knee_of_a_bent_front();
    void recommends_nothing_of_nothing();

    void takes_fronts_over_any_axes();
    void leaves_out_points_that_lack_what_counts();
    void adds_a_third_axis_for_latency();
    void gains_what_a_point_would_add();
    void orders_knees_by_distance();
    void finds_no_knee_where_nothing_bulges();
    void finds_knees_in_time();
    void crowds_as_nsga2_does();
    void crowds_only_where_points_differ();
};

void TestFront::keeps_what_nothing_beats_by_rising_bytes()
{
    const std::vector<OperatingPoint> points{{100, 0.9, {}}, {50, 0.8, {}}, {60, 0.79, {}}, {25, 0.5, {}}, {100, 0.85, {}}};
    QCOMPARE(ca::pareto_front(points), (Indices{3, 1, 0}));
    QCOMPARE(ca::pareto_front({}), Indices{});
}

void TestFront::keeps_equal_points_once()
{
    const std::vector<OperatingPoint> points{{50, 0.8, {}}, {50, 0.8, {}}, {20, 0.8, {}}, {20, 0.8, {}}};
    QCOMPARE(ca::pareto_front(points), Indices{2});
}

void TestFront::counts_latency_only_where_every_point_has_it()
{
    // The second is larger and no more accurate, but faster.
    std::vector<OperatingPoint> points{{50, 0.8, 9.0}, {60, 0.8, 3.0}, {70, 0.8, 3.0}};
    QCOMPARE(ca::pareto_front(points), (Indices{0, 1}));
    points[2].latency.reset();
    QCOMPARE(ca::pareto_front(points), Indices{0});
}

void TestFront::adds_the_strips_of_a_staircase()
{
    // Float: 64 bytes, 0.9; reference accuracy 0.8. Corners (bits, points): (1, 10), (2, 9), (3, 4).
    // Area 3 * 4 + 2 * (9 - 4) + 1 * (10 - 9) = 23.
    const std::vector<OperatingPoint> points{{32, 0.90, {}}, {16, 0.89, {}}, {8, 0.84, {}}};
    QVERIFY(std::abs(ca::hypervolume(points, 64, 0.9) - 23) < 1e-9);
    // More accurate than float counts beyond 10: one bit times 12 points.
    QVERIFY(std::abs(ca::hypervolume(std::vector<OperatingPoint>{{32, 0.92, {}}}, 64, 0.9) - 12) < 1e-9);
}

void TestFront::ignores_points_beyond_the_reference()
{
    const std::vector<OperatingPoint> points{{64, 0.9, {}}, {80, 0.95, {}}, {8, 0.8, {}}, {2, 0.1, {}}};
    QCOMPARE(ca::hypervolume(points, 64, 0.9), 0.0);
    QCOMPARE(ca::hypervolume({}, 64, 0.9), 0.0);
}

void TestFront::does_not_depend_on_order_or_on_beaten_points()
{
    const std::vector<OperatingPoint> points{{8, 0.84, {}}, {16, 0.81, {}}, {32, 0.90, {}}, {16, 0.89, {}}, {32, 0.90, {}}};
    QVERIFY(std::abs(ca::hypervolume(points, 64, 0.9) - 23) < 1e-9);
}

void TestFront::recommends_the_smallest_and_fastest_within_half_a_point()
{
    const std::vector<OperatingPoint> points{
        {64, 0.920, 10.0}, {16, 0.919, 4.0}, {12, 0.915, 6.0}, {8, 0.9149, 2.0}, {4, 0.5, 1.0}};
    const ca::Recommended recommended = ca::recommend(points, 0.92);
    QCOMPARE(recommended.smallest, std::optional<std::size_t>(2)); // exactly half a point below still counts
    QCOMPARE(recommended.fastest, std::optional<std::size_t>(1));
}

void TestFront::falls_back_to_the_most_accurate()
{
    const std::vector<OperatingPoint> points{{16, 0.80, {}}, {12, 0.85, {}}, {8, 0.70, {}}};
    const ca::Recommended recommended = ca::recommend(points, 0.92);
    QCOMPARE(recommended.smallest, std::optional<std::size_t>(1));
    QVERIFY(!recommended.fastest); // no latency was measured
}

void TestFront::finds_the_knee_of_a_bent_front()
{
    // Scaled to the unit square (log2 bytes 2..6, accuracy 0.1..0.9): (0, 0), (0.25, 0.75), (0.5, 0.9375), (1, 1).
    // Above the diagonal by 0.5, 0.4375.
    const std::vector<OperatingPoint> points{{64, 0.9, {}}, {4, 0.1, {}}, {16, 0.85, {}}, {8, 0.7, {}}, {32, 0.2, {}}};
    QCOMPARE(ca::recommend(points, 0.9).balanced, std::optional<std::size_t>(3));
    // Two points have none between.
    QCOMPARE(ca::recommend(std::vector<OperatingPoint>{{4, 0.1, {}}, {64, 0.9, {}}}, 0.9).balanced,
             std::optional<std::size_t>(1));
}

void TestFront::recommends_nothing_of_nothing()
{
    const ca::Recommended recommended = ca::recommend({}, 0.9);
    QVERIFY(!recommended.smallest && !recommended.fastest && !recommended.balanced);
}

void TestFront::takes_fronts_over_any_axes()
{
    using ca::FrontAxes;
    // Small; fast; accurate; beaten by the first in all.
    const std::vector<OperatingPoint> points{{10, 0.7, 5.0}, {20, 0.6, 1.0}, {30, 0.9, 3.0}, {40, 0.5, 6.0}, {20, 0.6, 1.0}};
    QCOMPARE(ca::pareto_front(points, FrontAxes::bytes_accuracy), (Indices{0, 2}));
    QCOMPARE(ca::pareto_front(points, FrontAxes::bytes_latency), (Indices{0, 1}));
    QCOMPARE(ca::pareto_front(points, FrontAxes::accuracy_latency), (Indices{1, 2})); // by rising latency
    QCOMPARE(ca::pareto_front(points, FrontAxes::bytes_accuracy_latency), (Indices{0, 1, 2}));
    QCOMPARE(ca::pareto_front(points), (Indices{0, 1, 2}));
}

void TestFront::leaves_out_points_that_lack_what_counts()
{
    using ca::FrontAxes;
    // The simulated first has no latency; the third was not measured.
    const std::vector<OperatingPoint> points{{10, 0.9, {}}, {20, 0.8, 2.0}, {5, std::nan(""), 1.0}};
    QCOMPARE(ca::pareto_front(points, FrontAxes::bytes_accuracy_latency), Indices{1});
    QCOMPARE(ca::pareto_front(points, FrontAxes::bytes_latency), Indices{2});
    QCOMPARE(ca::pareto_front(points, FrontAxes::bytes_accuracy), Indices{0});
    QCOMPARE(ca::pareto_front(points), Indices{0});
}

void TestFront::adds_a_third_axis_for_latency()
{
    // Float: 64 bytes, 0.9, 8 ms. One bit saved, 10 points, as fast (one doubling above the reference): 10. Two bits saved, 5
    // points, twice as fast: 2 * 5 * 2 = 20. They share 1 * 5 * 1.
    const OperatingPoint float_model{64, 0.9, 8.0};
    const std::vector<OperatingPoint> points{{32, 0.9, 8.0}, {16, 0.85, 4.0}};
    QVERIFY(std::abs(ca::hypervolume(points, float_model) - 25) < 1e-9);
    // Twice as slow as float is the reference; without a latency there is no volume.
    QCOMPARE(ca::hypervolume(std::vector<OperatingPoint>{{32, 0.9, 16.0}, {32, 0.9, {}}}, float_model), 0.0);
    // Without float's latency it is the area: 1 * 10 + (2 - 1) * 5.
    QVERIFY(std::abs(ca::hypervolume(points, OperatingPoint{64, 0.9, {}}) - 15) < 1e-9);
}

void TestFront::gains_what_a_point_would_add()
{
    // The staircase of area 23 with a corner (3, 9) more: the strip from 2 to 3 rises from 4 to 9.
    const std::vector<OperatingPoint> points{{32, 0.90, {}}, {16, 0.89, {}}, {8, 0.84, {}}};
    QVERIFY(std::abs(ca::hypervolume_gain(points, {8, 0.89, {}}, {64, 0.9, {}}) - 5) < 1e-9);
    QCOMPARE(ca::hypervolume_gain(points, {16, 0.85, {}}, {64, 0.9, {}}), 0.0);
    QVERIFY(std::abs(ca::hypervolume_gain({}, {32, 0.9, 4.0}, {64, 0.9, 8.0}) - 20) < 1e-9);
}

void TestFront::orders_knees_by_distance()
{
    // In the unit square (log2 bytes 0..8, accuracy 0..0.8): (1/8, 1/2), (1/4, 9/16), (3/8, 15/16), (3/4, 79/80). Above the
    // diagonal by 6/16, 5/16, 9/16, 19/80; the second lies below the line from the first to the third, so is no vertex.
    const std::vector<OperatingPoint> points{{1, 0, {}},    {2, 0.4, {}},   {4, 0.45, {}},
                                             {8, 0.75, {}}, {64, 0.79, {}}, {256, 0.8, {}}};
    QCOMPARE(ca::knees(points, 10), (Indices{3, 1, 4}));
    QCOMPARE(ca::knees(points, 2), (Indices{3, 1}));
    QCOMPARE(ca::knees(points, 0), Indices{});
}

void TestFront::finds_no_knee_where_nothing_bulges()
{
    // The middle one lies below the line between the ends.
    const std::vector<OperatingPoint> points{{4, 0.1, {}}, {16, 0.2, {}}, {64, 0.9, {}}};
    QCOMPARE(ca::knees(points, 3), Indices{});
    QCOMPARE(ca::recommend(points, 0.9).balanced, std::optional<std::size_t>(2));
    QCOMPARE(ca::knees(points, 3, ca::FrontAxes::bytes_accuracy_latency), Indices{});
    QCOMPARE(ca::knees({}, 3), Indices{});
}

void TestFront::finds_knees_in_time()
{
    // log2 of bytes 0, 1, 4 and of milliseconds 4, 1, 0: the middle one bulges on both axes, and accuracy does not count.
    const std::vector<OperatingPoint> points{{1, 0.3, 16.0}, {2, 0.9, 2.0}, {16, 0.5, 1.0}};
    QCOMPARE(ca::knees(points, 3, ca::FrontAxes::bytes_latency), Indices{1});
    // By latency 1 (0.3), 2 (0.8), 16 (0.9).
    const std::vector<OperatingPoint> times{{9, 0.3, 1.0}, {9, 0.9, 16.0}, {9, 0.8, 2.0}};
    QCOMPARE(ca::knees(times, 3, ca::FrontAxes::accuracy_latency), Indices{2});
}

void TestFront::crowds_as_nsga2_does()
{
    // log2 of bytes 0, 1, 2, 4; accuracies 0, 0.4, 0.7, 0.8. Second: 2/4 + 0.7/0.8 = 1.375; third: 3/4 + 0.4/0.8 = 1.25.
    const std::vector<OperatingPoint> points{{16, 0.8, {}}, {1, 0, {}}, {4, 0.7, {}}, {2, 0.4, {}}};
    const std::vector<double> distances = ca::crowding_distances(points);
    QVERIFY(std::isinf(distances[0]) && std::isinf(distances[1]));
    QVERIFY(std::abs(distances[3] - 1.375) < 1e-12 && std::abs(distances[2] - 1.25) < 1e-12);
    // An end of the third axis is an end: the slowest, 8 ms, and the fastest.
    std::vector<OperatingPoint> timed = points;
    for (std::size_t i = 0; i < timed.size(); ++i)
        timed[i].latency = std::vector<double>{2.0, 4.0, 8.0, 1.0}[i];
    const std::vector<double> all = ca::crowding_distances(timed);
    QVERIFY(std::all_of(all.begin(), all.end(), [](double distance) { return std::isinf(distance); }));
}

void TestFront::crowds_only_where_points_differ()
{
    // All have one latency: as if it did not count.
    const std::vector<OperatingPoint> points{{1, 0, 3.0}, {2, 0.4, 3.0}, {4, 0.8, 3.0}, {2, 0.4, {}}};
    const std::vector<double> distances = ca::crowding_distances(points, ca::FrontAxes::bytes_accuracy_latency);
    QVERIFY(std::isinf(distances[0]) && std::isinf(distances[2]));
    QVERIFY(std::abs(distances[1] - 2) < 1e-12);
    QCOMPARE(distances[3], 0.0); // has no latency
    QVERIFY(std::isinf(ca::crowding_distances(std::vector<OperatingPoint>{{1, 0.5, {}}})[0]));
    QVERIFY(ca::crowding_distances({}).empty());
}

QTEST_APPLESS_MAIN(TestFront)
#include "test_front.moc"
