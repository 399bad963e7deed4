// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/front.h"

#include <QtTest>

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

QTEST_APPLESS_MAIN(TestFront)
#include "test_front.moc"
