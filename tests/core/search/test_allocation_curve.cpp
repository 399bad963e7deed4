// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

using Axis = ca::AllocationAxis;
using Points = std::vector<ca::AllocationPoint>;
using Indices = std::vector<std::size_t>;

/// A layer whose choices have these bytes (and as many milliseconds) and damages.
ca::LayerChoices layer(const std::string &name, const std::vector<std::pair<std::int64_t, double>> &choices)
{
    ca::LayerChoices result{name, {}};
    for (const auto &[bytes, damage] : choices)
        result.choices.push_back({"f" + std::to_string(result.choices.size()), 8, bytes, static_cast<double>(bytes), damage});
    return result;
}

/// All sums of one choice a layer, where tied layers have the same place in their lists.
Points all_sums(const ca::AllocationProblem &problem, bool latency)
{
    Points sums;
    Indices choices(problem.layers.size(), 0);
    const auto tied = [&] {
        return problem.ties.empty() || choices[0] == choices[1]; // the one tie that these tests have
    };
    for (;;) {
        ca::AllocationPoint sum;
        for (std::size_t i = 0; i < choices.size(); ++i) {
            const auto &choice = problem.layers[i].choices[choices[i]];
            sum.cost += latency ? *choice.latency : static_cast<double>(choice.bytes);
            sum.damage += choice.damage;
        }
        if (tied())
            sums.push_back(sum);
        std::size_t i = 0;
        while (i < choices.size() && ++choices[i] == problem.layers[i].choices.size())
            choices[i++] = 0;
        if (i == choices.size())
            return sums;
    }
}

/// Those that no other beats, by rising cost, each once.
Points lower_front(const Points &sums)
{
    Points front;
    for (const auto &sum : sums) {
        bool beaten = false;
        for (const auto &other : sums)
            beaten = beaten || (other.cost <= sum.cost && other.damage <= sum.damage && other != sum);
        if (!beaten && std::find(front.begin(), front.end(), sum) == front.end())
            front.push_back(sum);
    }
    std::sort(front.begin(), front.end(), [](const auto &a, const auto &b) { return a.cost < b.cost; });
    return front;
}

double least_damage(const Points &sums, double budget)
{
    double least = std::numeric_limits<double>::infinity();
    for (const auto &sum : sums)
        if (sum.cost <= budget)
            least = std::min(least, sum.damage);
    return least;
}

/// Bytes in whole numbers, damages and latencies in eighths, so that equal sums are equal.
ca::AllocationProblem random_problem(std::mt19937 &random)
{
    const auto whole = [&](int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); };
    ca::AllocationProblem problem;
    const int layers = whole(2, 5);
    for (int i = 0; i < layers; ++i) {
        problem.layers.push_back(layer("layer" + std::to_string(i), {}));
        for (int choice = 0; choice < 4; ++choice)
            problem.layers.back().choices.push_back(
                {"f" + std::to_string(choice), 8, whole(0, 40), whole(0, 40) / 8.0, whole(0, 40) / 8.0});
    }
    if (whole(0, 1) == 0)
        problem.ties = {{"layer0", "layer1"}};
    return problem;
}

/// Layers of sizes far apart at bits 2, 3, 4, 6 and 8, whose damage falls by four with each bit.
ca::AllocationProblem large_layers(std::mt19937 &random, std::size_t count, double largest)
{
    std::uniform_real_distribution<double> log_size(std::log(largest / 1e4), std::log(largest)), gain(0.1, 10);
    ca::AllocationProblem problem;
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<std::pair<std::int64_t, double>> choices;
        const auto weights = static_cast<std::int64_t>(std::exp(log_size(random)));
        const double worst = gain(random);
        for (const int bits : {2, 3, 4, 6, 8})
            choices.emplace_back(weights * bits / 8, worst * std::pow(4.0, -bits));
        problem.layers.push_back(layer("layer" + std::to_string(i), choices));
    }
    return problem;
}

} // namespace

class TestAllocationCurve final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_every_allocation_that_no_other_beats();
    void adds_what_lies_beside_the_layers();
    void stays_within_its_slack_where_it_is_thinned();
    void keeps_both_ends_where_it_is_thinned();
    void is_exact_for_sizes_with_a_large_common_divisor();
    void finds_budgets_and_damages();
    void needs_no_latency_for_bytes();
    void knows_no_layers_zero_damage_and_equal_costs();
    void hands_on_what_leaves_nothing();
    void stops_when_asked();

    void spreads_by_the_logarithm_of_cost();
    void takes_the_corner_of_each_part();
    void spreads_no_more_than_there_are();
};

void TestAllocationCurve::has_every_allocation_that_no_other_beats()
{
    std::mt19937 random(11);
    for (int round = 0; round < 1000; ++round) {
        const ca::AllocationProblem problem = random_problem(random);
        for (const Axis axis : {Axis::bytes, Axis::latency}) {
            const auto curve = ca::AllocationCurve::of(problem, axis);
            QVERIFY(curve);
            QCOMPARE(curve->slack(), 0.0);
            QCOMPARE(curve->points(), lower_front(all_sums(problem, axis == Axis::latency)));
            for (std::size_t i = 0; i < curve->points().size(); ++i) {
                const ca::Allocation allocation = curve->allocation(i);
                QCOMPARE(axis == Axis::bytes ? static_cast<double>(allocation.bytes) : *allocation.latency,
                         curve->points()[i].cost);
                QCOMPARE(allocation.damage, curve->points()[i].damage);
                QVERIFY(problem.ties.empty() || allocation.choices[0] == allocation.choices[1]);
            }
        }
    }
}

void TestAllocationCurve::adds_what_lies_beside_the_layers()
{
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{1, 2.0}, {3, 1.0}})};
    problem.other_bytes = 10;
    problem.other_latency = 0.5;
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::bytes)->points(), (Points{{11, 2.0}, {13, 1.0}}));
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::latency)->points(), (Points{{1.5, 2.0}, {3.5, 1.0}}));
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::bytes)->allocation(1).bytes, 13);
}

void TestAllocationCurve::stays_within_its_slack_where_it_is_thinned()
{
    // So many choices that 4,096 states are kept of 600,000 sums.
    std::mt19937 random(3);
    std::uniform_int_distribution<std::int64_t> more_bytes(1, 1999);
    std::exponential_distribution<double> less_damage;
    const auto falling = [&](std::size_t count) {
        std::vector<std::pair<std::int64_t, double>> choices{{1000, 20'000.0}};
        while (choices.size() < count)
            choices.emplace_back(choices.back().first + more_bytes(random), choices.back().second - less_damage(random));
        return choices;
    };
    ca::AllocationProblem problem;
    problem.layers = {layer("a", falling(15'000)), layer("b", falling(40))};
    const Points sums = all_sums(problem, false);
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    const double first = curve->points().front().cost, last = curve->points().back().cost;
    QVERIFY(curve->slack() > 0 && curve->slack() < (last - first) / 2000);
    for (int step = 0; step <= 50; ++step) {
        const double budget = first + step * (last - first) / 50, least = least_damage(sums, budget);
        QVERIFY(curve->points()[*curve->within(budget + curve->slack())].damage <= least + 1e-9);
        QVERIFY(curve->points()[*curve->within(budget)].damage >= least - 1e-9);
    }
}

void TestAllocationCurve::keeps_both_ends_where_it_is_thinned()
{
    std::mt19937 random(5);
    const ca::AllocationProblem problem = large_layers(random, 60, 1e6);
    std::int64_t least = 0, most = 0;
    for (const auto &choices : problem.layers) {
        least += choices.choices.front().bytes;
        most += choices.choices.back().bytes;
    }
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    QVERIFY(curve->slack() > 0);
    QCOMPARE(curve->allocation(0).choices, Indices(60, 0));
    QCOMPARE(curve->allocation(curve->points().size() - 1).choices, Indices(60, 4));
    QCOMPARE(curve->points().front().cost, static_cast<double>(least));
    QCOMPARE(curve->points().back().cost, static_cast<double>(most));
}

void TestAllocationCurve::is_exact_for_sizes_with_a_large_common_divisor()
{
    // Twenty layers of 1 MB or 2 MB: 21 sums, the layers of most damage get theirs first.
    ca::AllocationProblem problem;
    for (int i = 0; i < 20; ++i)
        problem.layers.push_back(layer("layer" + std::to_string(i), {{1'000'003, std::exp2(i)}, {2'000'003, 0.0}}));
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    QCOMPARE(curve->slack(), 0.0);
    QCOMPARE(curve->points().size(), std::size_t{21});
    for (int wide = 0; wide <= 20; ++wide)
        QCOMPARE(curve->points()[static_cast<std::size_t>(wide)],
                 (ca::AllocationPoint{20 * 1'000'003.0 + wide * 1e6, std::exp2(20 - wide) - 1}));
}

void TestAllocationCurve::finds_budgets_and_damages()
{
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{10, 4.0}, {20, 2.0}, {40, 0.5}})};
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    using Found = std::optional<std::size_t>;
    QCOMPARE(curve->within(9), Found());
    QCOMPARE(curve->within(10), Found(0));
    QCOMPARE(curve->within(39), Found(1));
    QCOMPARE(curve->within(1e300), Found(2));
    QCOMPARE(curve->with_damage(5), Found(0));
    QCOMPARE(curve->with_damage(2), Found(1));
    QCOMPARE(curve->with_damage(1.9), Found(2));
    QCOMPARE(curve->with_damage(0.4), Found());
}

void TestAllocationCurve::needs_no_latency_for_bytes()
{
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{10, 1.0}, {20, 0.0}})};
    problem.layers[0].choices[0].latency.reset();
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::bytes)->points().size(), std::size_t{2});
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::latency)->points(), (Points{{20, 0.0}}));
    problem.layers[0].choices[1].latency.reset();
    QVERIFY(ca::AllocationCurve::of(problem, Axis::latency).error().code == ca::ErrorCode::constraint);
}

void TestAllocationCurve::knows_no_layers_zero_damage_and_equal_costs()
{
    ca::AllocationProblem problem;
    problem.other_bytes = 7;
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::bytes)->points(), (Points{{7, 0}}));
    QVERIFY(ca::AllocationCurve::of(problem, Axis::bytes)->allocation(0).choices.empty());
    problem = {};
    problem.layers = {layer("a", {{5, 0.0}, {3, 0.0}}), layer("b", {{4, 0.0}, {4, 0.0}, {4, 1.0}})};
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    QCOMPARE(curve->points(), (Points{{7, 0}}));
    QCOMPARE(curve->allocation(0).choices, (Indices{1, 0}));
}

void TestAllocationCurve::hands_on_what_leaves_nothing()
{
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{5, 0.0}})};
    problem.forbidden.insert("f0");
    QVERIFY(ca::AllocationCurve::of(problem, Axis::bytes).error().code == ca::ErrorCode::constraint);
    QVERIFY(ca::AllocationCurve::of(problem, Axis::damage).error().code == ca::ErrorCode::usage);
}

void TestAllocationCurve::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{5, 0.0}})};
    QVERIFY(ca::AllocationCurve::of(problem, Axis::bytes, source.get_token()).error().code == ca::ErrorCode::cancelled);
}

void TestAllocationCurve::spreads_by_the_logarithm_of_cost()
{
    // One layer with a choice at each power of two; damage on a straight line over log2: no corners, so the middle of each part.
    std::vector<std::pair<std::int64_t, double>> choices;
    for (int i = 0; i <= 12; ++i)
        choices.emplace_back(std::int64_t{1} << i, 12.0 - i);
    ca::AllocationProblem problem;
    problem.layers = {layer("a", choices)};
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    // Three parts of the twelve doublings around 3, 6 and 9: [1.5, 4.5), [4.5, 7.5), [7.5, 10.5).
    QCOMPARE(curve->well_spread(5), (Indices{0, 3, 6, 9, 12}));
    QCOMPARE(curve->well_spread(2), (Indices{0, 12}));
    QCOMPARE(curve->well_spread(1), Indices{12});
    QCOMPARE(curve->well_spread(0), Indices{});
}

void TestAllocationCurve::takes_the_corner_of_each_part()
{
    // Around doubling 6 of 12, from 3 to 9, damage falls to 10 at once at the place 4 and slowly from there on.
    std::vector<std::pair<std::int64_t, double>> choices;
    const std::vector<double> damages{100, 90, 80, 70, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    for (std::size_t i = 0; i < damages.size(); ++i)
        choices.emplace_back(std::int64_t{1} << i, damages[i]);
    ca::AllocationProblem problem;
    problem.layers = {layer("a", choices)};
    QCOMPARE(ca::AllocationCurve::of(problem, Axis::bytes)->well_spread(3), (Indices{0, 4, 12}));
}

void TestAllocationCurve::spreads_no_more_than_there_are()
{
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{0, 2.0}, {100, 1.0}, {101, 0.0}})};
    const auto curve = ca::AllocationCurve::of(problem, Axis::bytes);
    QCOMPARE(curve->well_spread(24), (Indices{0, 1, 2}));
    // A gap: nothing lies in the parts between 1 and 1,000 bytes.
    problem.layers = {layer("a", {{1, 9.0}, {1000, 3.0}, {1001, 2.0}, {1002, 1.0}, {1003, 0.5}, {1004, 0.0}})};
    const auto gap = ca::AllocationCurve::of(problem, Axis::bytes)->well_spread(4);
    QCOMPARE(gap, (Indices{0, 5}));
}

QTEST_APPLESS_MAIN(TestAllocationCurve)
#include "test_allocation_curve.moc"
