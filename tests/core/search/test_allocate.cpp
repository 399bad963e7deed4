// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocate.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

using Layers = std::vector<std::vector<ca::Choice>>;

std::int64_t cost_of(const Layers &layers, const std::vector<std::size_t> &picks)
{
    std::int64_t cost = 0;
    for (std::size_t layer = 0; layer < layers.size(); ++layer)
        cost += layers[layer][picks[layer]].cost;
    return cost;
}

double damage_of(const Layers &layers, const std::vector<std::size_t> &picks)
{
    double damage = 0;
    for (std::size_t layer = 0; layer < layers.size(); ++layer)
        damage += layers[layer][picks[layer]].damage;
    return damage;
}

/// Tries everything.
double least_damage(const Layers &layers, std::int64_t budget)
{
    double least = std::numeric_limits<double>::infinity();
    std::vector<std::size_t> picks(layers.size(), 0);
    for (;;) {
        if (cost_of(layers, picks) <= budget)
            least = std::min(least, damage_of(layers, picks));
        std::size_t layer = 0;
        while (layer < layers.size() && ++picks[layer] == layers[layer].size())
            picks[layer++] = 0;
        if (layer == layers.size())
            return least;
    }
}

/// Layers of random sizes with bits 2, 3, 4, 6, 8 and noise that falls by four with each bit.
Layers random_layers(std::mt19937 &random, std::size_t count, int largest)
{
    std::uniform_int_distribution<int> size(1, largest);
    std::uniform_real_distribution<double> gain(0.1, 10);
    Layers layers(count);
    for (auto &choices : layers) {
        const int weights = size(random);
        const double worst = gain(random);
        for (const int bits : {2, 3, 4, 6, 8})
            choices.push_back({std::int64_t{weights} * bits, worst * std::pow(4.0, -bits)});
    }
    return layers;
}

} // namespace

class TestAllocate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gives_the_bits_to_the_layer_that_they_help();
    void finds_what_trying_everything_finds();
    void stays_close_when_parts_are_coarse();
    void says_when_nothing_fits();
    void spends_all_where_all_fits();
};

void TestAllocate::gives_the_bits_to_the_layer_that_they_help()
{
    // 10 more units help the first layer by 1 and the second by 5; there are 10.
    const Layers layers{{{10, 2.0}, {20, 1.0}}, {{10, 6.0}, {20, 1.0}}};
    QCOMPARE(*ca::allocate(layers, 30), (std::vector<std::size_t>{0, 1}));
    QCOMPARE(*ca::allocate(layers, 29), (std::vector<std::size_t>{0, 0}));
}

void TestAllocate::finds_what_trying_everything_finds()
{
    std::mt19937 random(3);
    for (int round = 0; round < 40; ++round) {
        const Layers layers = random_layers(random, 6, 50);
        std::int64_t weights = 0;
        for (const auto &choices : layers)
            weights += choices[0].cost / 2;
        for (const double average : {2.0, 2.7, 3.5, 5.0, 7.9}) {
            const auto budget = static_cast<std::int64_t>(average * static_cast<double>(weights));
            const auto picks = ca::allocate(layers, budget);
            QVERIFY(picks);
            QVERIFY(cost_of(layers, *picks) <= budget);
            QVERIFY(std::abs(damage_of(layers, *picks) - least_damage(layers, budget)) < 1e-12);
        }
    }
}

void TestAllocate::stays_close_when_parts_are_coarse()
{
    std::mt19937 random(5);
    for (int round = 0; round < 20; ++round) {
        const Layers layers = random_layers(random, 6, 1'000'000);
        std::int64_t weights = 0;
        for (const auto &choices : layers)
            weights += choices[0].cost / 2;
        const std::int64_t budget = weights * 7 / 2;
        const auto picks = ca::allocate(layers, budget, 2000);
        QVERIFY(picks);
        QVERIFY(cost_of(layers, *picks) <= budget);
        // Rounding six costs up loses at most six parts of 2,000: the best within the rest is still reached.
        QVERIFY(damage_of(layers, *picks) <= least_damage(layers, budget - 6 * budget / 2000 - 6) + 1e-12);
    }
}

void TestAllocate::says_when_nothing_fits()
{
    QVERIFY(!ca::allocate(Layers{{{10, 1.0}}, {{10, 1.0}}}, 19));
    QVERIFY(!ca::allocate(Layers{{}}, 100));
    QVERIFY(ca::allocate(Layers{}, 0)->empty());
}

void TestAllocate::spends_all_where_all_fits()
{
    const Layers layers{{{1, 3.0}, {2, 2.0}, {3, 1.0}}, {{1'000'000'007, 2.0}, {2'000'000'011, 1.0}}};
    QCOMPARE(*ca::allocate(layers, 2'000'000'014), (std::vector<std::size_t>{2, 1}));
}

QTEST_APPLESS_MAIN(TestAllocate)
#include "test_allocate.moc"
