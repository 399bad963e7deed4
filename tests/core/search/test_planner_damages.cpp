// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_damages.h"

#include <QtTest>

#include <cmath>

namespace {

using Values = std::map<std::string, double>;

const Values kFourTimes{{"int8", 0.01}, {"int6", 0.04}, {"int4", 0.16}, {"int3", 0.64}, {"int2", 2.56}};

ca::LayerSensitivity layer(const Values &divergences)
{
    ca::LayerSensitivity result;
    for (const auto &[format, value] : divergences)
        result.divergence[format].matched_kl = value;
    return result;
}

/// Of so many weights with that variance around 0; the noise of rounding is that of all layers here.
ca::LayerSensitivity unscanned(std::size_t count, double variance)
{
    ca::LayerSensitivity result;
    result.weights.statistics.count = count;
    result.weights.statistics.variance = variance;
    result.weights.beta_noise = {0.16, 0.04, 0.01, 0.004, 0.001, 0.0001}; // 2 to 8 bits
    return result;
}

std::vector<ca::LayerDamages> damages(std::vector<ca::LayerSensitivity> layers)
{
    ca::SensitivityTable table;
    table.layers = std::move(layers);
    return ca::layer_damages(table);
}

bool close(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

} // namespace

class TestPlannerDamages final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_what_the_scan_ranks_by();
    void puts_int5_and_int7_between_their_neighbours();
    void gives_inputs_what_static_int8_has_beyond_int8();
    void lets_more_bits_never_cost_more();
    void takes_the_noise_of_weights_where_nothing_was_scanned();
    void puts_noise_into_the_unit_of_what_was_scanned();
    void does_without_numbers_that_are_none();
};

void TestPlannerDamages::takes_what_the_scan_ranks_by()
{
    Values all = kFourTimes;
    all["nf4"] = 0.2;
    const auto found = damages({layer(all)}).front().weight;
    QVERIFY(close(found.at(ca::Format::int8), 0.01) && close(found.at(ca::Format::int2), 2.56));
    QVERIFY(close(found.at(ca::Format::nf4), 0.2) && close(found.at(ca::Format::fp4), 0.2));
    QVERIFY(close(found.at(ca::Format::llm_int8), 0.01) && found.at(ca::Format::bf16) == 0 && found.at(ca::Format::fp32) == 0);

    ca::SensitivityTable embedding;
    embedding.embedding = true;
    embedding.layers = {layer(kFourTimes)};
    for (auto &[format, divergence] : embedding.layers.front().divergence)
        divergence.cosine = 2 * divergence.matched_kl;
    QVERIFY(close(ca::layer_damages(embedding).front().weight.at(ca::Format::int3), 1.28));
}

void TestPlannerDamages::puts_int5_and_int7_between_their_neighbours()
{
    const auto found = damages({layer(kFourTimes)}).front().weight;
    QVERIFY(close(found.at(ca::Format::int5), 0.08)); // sqrt(0.04 * 0.16)
    QVERIFY(close(found.at(ca::Format::int7), 0.02)); // sqrt(0.01 * 0.04)
    QVERIFY(close(found.at(ca::Format::nf4), 0.16));  // not measured: as int4
}

void TestPlannerDamages::gives_inputs_what_static_int8_has_beyond_int8()
{
    Values all = kFourTimes;
    QVERIFY(close(damages({layer(all)}).front().input, 0.01)); // not measured: as the weight
    all["static-int8"] = 0.03;
    QVERIFY(close(damages({layer(all)}).front().input, 0.02));
    all["static-int8"] = 0.004;
    QCOMPARE(damages({layer(all)}).front().input, 0.0);
}

void TestPlannerDamages::lets_more_bits_never_cost_more()
{
    Values all = kFourTimes;
    all["int3"] = 0.1;
    all["int8"] = 0.5;
    const auto found = damages({layer(all)}).front().weight;
    QVERIFY(close(found.at(ca::Format::int4), 0.1) && close(found.at(ca::Format::int5), 0.08));
    QVERIFY(close(found.at(ca::Format::int8), 0.04));
}

void TestPlannerDamages::takes_the_noise_of_weights_where_nothing_was_scanned()
{
    // Energies 100 * 1 and 50 * 6: a quarter and three quarters.
    const auto found = damages({unscanned(100, 1), unscanned(50, 6)});
    QVERIFY(close(found[0].weight.at(ca::Format::int2), 0.25 * 0.16));
    QVERIFY(close(found[1].weight.at(ca::Format::int4), 0.75 * 0.01));
    QVERIFY(close(found[1].input, 0.75 * 0.0001));
}

void TestPlannerDamages::puts_noise_into_the_unit_of_what_was_scanned()
{
    ca::LayerSensitivity scanned = unscanned(100, 1);
    scanned.divergence = layer(kFourTimes).divergence;
    scanned.divergence["int4"].matched_kl = 0.005; // twice 0.25 * 0.01
    const auto found = damages({scanned, unscanned(50, 6)});
    QVERIFY(close(found[0].weight.at(ca::Format::int4), 0.005));
    QVERIFY(close(found[1].weight.at(ca::Format::int2), 2 * 0.75 * 0.16));
}

void TestPlannerDamages::does_without_numbers_that_are_none()
{
    ca::LayerSensitivity broken = layer(kFourTimes), constant = unscanned(10, 0);
    broken.divergence["int4"].matched_kl = NAN;
    constant.weights.beta_noise.fill(INFINITY);
    for (const ca::LayerDamages &found : damages({broken, constant, unscanned(0, 0)}))
        for (const auto &[format, damage] : found.weight)
            QVERIFY(std::isfinite(damage) && damage >= 0);
}

QTEST_APPLESS_MAIN(TestPlannerDamages)
#include "test_planner_damages.moc"
