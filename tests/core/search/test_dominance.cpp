// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/dominance.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

using Point = std::array<double, 3>;
using Points = std::vector<Point>;
using Indices = std::vector<std::size_t>;

/// Up to 14 points; on a coarse grid every other time, so that coordinates and whole points are equal. Some lie at or beyond the
/// origin.
Points random_points(std::mt19937 &random)
{
    std::uniform_int_distribution<int> count(0, 14), grid(-1, 4), even(0, 1);
    std::uniform_real_distribution<double> any(-0.5, 4);
    const bool coarse = even(random) == 0;
    Points points(static_cast<std::size_t>(count(random)));
    for (Point &point : points)
        for (double &coordinate : point)
            coordinate = coarse ? grid(random) : any(random);
    return points;
}

/// The cells between all coordinates, each counted once where some point lies beyond it.
double volume_by_cells(const Points &points, std::size_t dimensions)
{
    std::array<std::vector<double>, 3> edges;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        edges[axis] = {0};
        for (const Point &point : points)
            if (axis < dimensions && point[axis] > 0)
                edges[axis].push_back(point[axis]);
        if (axis >= dimensions)
            edges[axis].push_back(1);
        std::sort(edges[axis].begin(), edges[axis].end());
    }
    double sum = 0;
    for (std::size_t x = 0; x + 1 < edges[0].size(); ++x)
        for (std::size_t y = 0; y + 1 < edges[1].size(); ++y)
            for (std::size_t z = 0; z + 1 < edges[2].size(); ++z) {
                const Point upper{edges[0][x + 1], edges[1][y + 1], edges[2][z + 1]};
                const bool covered = std::any_of(points.begin(), points.end(), [&](const Point &point) {
                    for (std::size_t axis = 0; axis < dimensions; ++axis)
                        if (point[axis] < upper[axis])
                            return false;
                    return true;
                });
                if (covered)
                    sum += (upper[0] - edges[0][x]) * (upper[1] - edges[1][y]) * (upper[2] - edges[2][z]);
            }
    return sum;
}

bool no_larger(const Point &a, const Point &b)
{
    return a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2];
}

} // namespace

class TestDominance final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_what_nothing_dominates();
    void sums_the_cells_that_boxes_cover_data();
    void sums_the_cells_that_boxes_cover();
    void gains_what_the_volume_grows_by_data();
    void gains_what_the_volume_grows_by();
    void does_not_depend_on_the_order_of_points();
    void measures_from_the_reference();
    void keeps_the_digits_of_a_small_gain();
    void ignores_what_is_not_finite();
    void counts_the_cells_below_a_plane_of_points();
};

void TestDominance::keeps_what_nothing_dominates()
{
    std::mt19937 random(1);
    for (int round = 0; round < 1000; ++round) {
        const Points points = random_points(random);
        Indices expected;
        for (std::size_t i = 0; i < points.size(); ++i) {
            bool beaten = false;
            for (std::size_t other = 0; other < points.size(); ++other)
                beaten = beaten || (no_larger(points[other], points[i]) && (points[other] != points[i] || other < i));
            if (!beaten)
                expected.push_back(i);
        }
        std::sort(expected.begin(), expected.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
        QCOMPARE(ca::nondominated(points), expected);
    }
}

void TestDominance::sums_the_cells_that_boxes_cover_data()
{
    QTest::addColumn<std::size_t>("dimensions");
    for (const std::size_t dimensions : {1, 2, 3})
        QTest::addRow("%zu", dimensions) << dimensions;
}

void TestDominance::sums_the_cells_that_boxes_cover()
{
    QFETCH(const std::size_t, dimensions);
    std::mt19937 random(2);
    for (int round = 0; round < 1000; ++round) {
        const Points points = random_points(random);
        QVERIFY(std::abs(ca::dominated_volume(points, {}, dimensions) - volume_by_cells(points, dimensions)) < 1e-9);
    }
}

void TestDominance::gains_what_the_volume_grows_by_data()
{
    sums_the_cells_that_boxes_cover_data();
}

void TestDominance::gains_what_the_volume_grows_by()
{
    QFETCH(const std::size_t, dimensions);
    std::mt19937 random(3);
    for (int round = 0; round < 1000; ++round) {
        Points points = random_points(random);
        if (points.empty())
            points.push_back({1, 2, 3});
        const Point candidate = points.back();
        points.pop_back();
        Points more = points;
        more.push_back(candidate);
        const double grown = volume_by_cells(more, dimensions) - volume_by_cells(points, dimensions);
        QVERIFY(std::abs(ca::volume_gain(points, candidate, {}, dimensions) - grown) < 1e-9);
    }
}

void TestDominance::does_not_depend_on_the_order_of_points()
{
    std::mt19937 random(4);
    for (int round = 0; round < 100; ++round) {
        Points points = random_points(random);
        const double expected = ca::dominated_volume(points, {});
        std::shuffle(points.begin(), points.end(), random);
        QCOMPARE(ca::dominated_volume(points, {}) - expected, 0.0);
    }
}

void TestDominance::measures_from_the_reference()
{
    // Two boxes of 2 x 1 x 3 and 1 x 2 x 3, which share 1 x 1 x 3: 6 + 6 - 3.
    const Points points{{12, 21, 33}, {11, 22, 33}};
    QCOMPARE(ca::dominated_volume(points, {10, 20, 30}), 9.0);
    QCOMPARE(ca::dominated_volume(points, {10, 20, 30}, 2), 3.0);
    QCOMPARE(ca::dominated_volume(points, {10, 20, 30}, 1), 2.0);
    QCOMPARE(ca::dominated_volume(points, {12, 22, 33}), 0.0);
    QCOMPARE(ca::dominated_volume({}, {}), 0.0);
}

void TestDominance::keeps_the_digits_of_a_small_gain()
{
    // Beside a box of 1e9 a new one of 1e-9: the sum of both is no longer a different number.
    QCOMPARE(ca::volume_gain(Points{{1e9, 1, 1}}, {1e-3, 1 + 1e-3, 1e-3}, {}), 1e-3 * 1e-3 * 1e-3);
    QCOMPARE(ca::volume_gain(Points{{2, 2, 2}}, {2, 2, 2}, {}), 0.0);
    QCOMPARE(ca::volume_gain({}, {2, 3, 4}, {}), 24.0);
    QCOMPARE(ca::volume_gain({}, {2, 3, 0}, {}), 0.0);
}

void TestDominance::ignores_what_is_not_finite()
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Points points{{1, 1, 1}, {kInfinity, 1, 1}, {std::nan(""), 1, 1}, {-kInfinity, 1, 1}};
    QCOMPARE(ca::dominated_volume(points, {}), 1.0);
    QCOMPARE(ca::volume_gain(points, {kInfinity, 1, 1}, {}), 0.0);
}

void TestDominance::counts_the_cells_below_a_plane_of_points()
{
    // All points of whole numbers above 0 on the plane x + y + z = 300: each is on the front.
    Points gains, costs;
    for (int x = 1; x < 300; ++x)
        for (int y = 1; x + y < 300; ++y) {
            gains.push_back({1.0 * x, 1.0 * y, 300.0 - x - y});
            costs.push_back({-1.0 * x, -1.0 * y, x + y - 300.0});
        }
    QCOMPARE(ca::nondominated(costs).size(), costs.size());
    // The unit cells below one of them are those whose upper corners add up to at most 300: 300 over 3 of them.
    QCOMPARE(ca::dominated_volume(gains, {}), 300.0 * 299 * 298 / 6);
}

QTEST_APPLESS_MAIN(TestDominance)
#include "test_dominance.moc"
