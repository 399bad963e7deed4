// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_gains.h"

#include <QtTest>

#include <cmath>
#include <random>

namespace {

constexpr std::array kFormats{ca::Format::int8, ca::Format::int4, ca::Format::int3, ca::Format::int2};

/// Layers `0`, `1` … whose damages are alike.
ca::PlannerTable table_of(std::size_t layers)
{
    ca::PlannerTable table;
    for (std::size_t l = 0; l < layers; ++l) {
        ca::PlannedLayer layer;
        layer.name = std::to_string(l);
        double damage = 0.001;
        for (const ca::Format format : kFormats) {
            layer.damages[format] = damage;
            damage *= 5;
        }
        table.layers.push_back(layer);
    }
    return table;
}

/// Random recipes, whose drops are 20 points for a damage of 1, each layer's times its factor.
std::vector<ca::TrialResult> trials_of(const ca::PlannerTable &table, const std::vector<double> &factors, std::size_t count,
                                       double error)
{
    std::mt19937 random(3);
    std::normal_distribution<double> noise(0, error);
    std::vector<ca::TrialResult> result(count);
    for (ca::TrialResult &trial : result) {
        for (const ca::PlannedLayer &layer : table.layers)
            trial.recipe.layers[layer.name].format = kFormats[random() % kFormats.size()];
        trial.drop = 20 * table.damage(trial.recipe, factors) + noise(random);
        trial.standard_error = error;
    }
    return result;
}

} // namespace

class TestPlannerGains final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_the_layer_that_the_scan_belittled();
    void changes_little_where_the_scan_was_right();
    void believes_noise_little();
    void waits_for_trials();
    void stays_within_bounds();
    void leaves_out_what_says_nothing();
};

void TestPlannerGains::finds_the_layer_that_the_scan_belittled()
{
    const ca::PlannerTable table = table_of(6);
    const std::vector<double> truth{1, 1, 3, 1, 1, 1};
    const auto gains = layer_gains(table, trials_of(table, truth, 40, 0.05));
    // What all have in common cannot be told from the scale of the power law.
    for (const std::size_t other : {0, 1, 3, 4, 5})
        QVERIFY2(gains[2] / gains[other] > 2 && gains[2] / gains[other] < 4,
                 qPrintable(QString::number(gains[2] / gains[other])));
}

void TestPlannerGains::changes_little_where_the_scan_was_right()
{
    const ca::PlannerTable table = table_of(6);
    for (const double gain : layer_gains(table, trials_of(table, std::vector<double>(6, 1), 40, 0.05)))
        QVERIFY2(gain > 0.8 && gain < 1.25, qPrintable(QString::number(gain)));
}

void TestPlannerGains::believes_noise_little()
{
    const ca::PlannerTable table = table_of(6);
    for (const double gain : layer_gains(table, trials_of(table, {1, 1, 3, 1, 1, 1}, 12, 200)))
        QVERIFY2(gain > 0.8 && gain < 1.25, qPrintable(QString::number(gain)));
}

void TestPlannerGains::waits_for_trials()
{
    const ca::PlannerTable table = table_of(6);
    const std::vector<double> ones(6, 1);
    QCOMPARE(layer_gains(table, trials_of(table, {1, 1, 3, 1, 1, 1}, 7, 0.05)), ones);
    QCOMPARE(layer_gains(table, {}), ones);
    QVERIFY(layer_gains(table_of(0), {}).empty());
}

void TestPlannerGains::stays_within_bounds()
{
    const ca::PlannerTable table = table_of(4);
    for (const double gain : layer_gains(table, trials_of(table, {0, 100, 1, 1}, 60, 0.01)))
        QVERIFY(gain >= 0.25 - 1e-12 && gain <= 4 + 1e-12);
    // Drops that all are gains, or all the same.
    auto trials = trials_of(table, {1, 1, 1, 1}, 20, 0.1);
    for (const double drop : {-0.5, 0.0}) {
        for (ca::TrialResult &trial : trials) {
            trial.drop = drop;
            trial.standard_error = 0;
        }
        for (const double gain : layer_gains(table, trials))
            QVERIFY(std::isfinite(gain) && gain >= 0.25 - 1e-12 && gain <= 4 + 1e-12);
    }
}

void TestPlannerGains::leaves_out_what_says_nothing()
{
    const ca::PlannerTable table = table_of(6);
    auto trials = trials_of(table, {1, 1, 3, 1, 1, 1}, 20, 0.05);
    const auto before = layer_gains(table, trials);
    ca::TrialResult saturated = trials[0], failed = trials[1], untouched;
    saturated.drop = 80;
    failed.drop = NAN;
    trials.insert(trials.end(), {saturated, failed, untouched});
    QCOMPARE(layer_gains(table, trials), before);
}

QTEST_APPLESS_MAIN(TestPlannerGains)
#include "test_planner_gains.moc"
