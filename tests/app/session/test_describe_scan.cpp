// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/describe_scan.h"

#include <QtTest>

#include <cmath>
#include <limits>

class TestDescribeScan final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void puts_formats_from_harmless_to_harmful();
    void takes_noise_from_the_closed_form_and_says_what_was_measured();
    void ranks_embeddings_by_their_cosine();
    void leaves_what_is_not_measured_empty();
    void keeps_what_an_earlier_scan_knew_of_the_weights();
    void says_how_well_beta_noise_ranks();
    void names_out_of_files_disturb_nothing();
};

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ca::LayerSensitivity made_up_layer(const std::string &name)
{
    ca::LayerSensitivity layer;
    layer.layer.name = name;
    layer.layer.shape = {8, 4};
    layer.block = "stem";
    layer.weights.statistics.count = 32;
    layer.weights.statistics.low = -1;
    layer.weights.statistics.high = 3;
    layer.weights.beta_noise = {0.2, 0.3, 0.4, 0.5, 0.6, kInfinity}; // at 2, 3, 4, 5, 6 and 8 bits
    layer.weights.measured.tensor = {2, 3, 4, 5, 6, 8};
    layer.weights.fits.moments = {2, 3, 0.1, -1, 3, true};
    layer.weights.fits.likelihood = {2.5, 3.5, 0.12, -1, 3, true};
    layer.weights.fits.trouble = ca::FitTrouble::far;
    layer.weights.histogram[63] = 0.25F;
    layer.bytes = {{"fp32", 128}, {"nf4", 20}, {"int4", 48}, {"int8", 64}};
    return layer;
}

ca::SensitivityTable made_up_table()
{
    ca::SensitivityTable table;
    table.layers = {made_up_layer("conv"), made_up_layer("fc")};
    return table;
}

std::optional<double> value(const ca::LayerFacts &layer, const ca::SensitivityFacts &facts, ca::Measure measure,
                            const char *format)
{
    const auto place = facts.of(measure).indexOf(QString::fromLatin1(format));
    return layer.of(measure).at(static_cast<std::size_t>(place)).value;
}

} // namespace

void TestDescribeScan::puts_formats_from_harmless_to_harmful()
{
    const auto facts = ca::describe_scan(made_up_table());
    QCOMPARE(facts.of(ca::Measure::divergence), QStringList({"int8", "static-int8", "int6", "int4", "nf4", "int3", "int2"}));
    QCOMPARE(facts.of(ca::Measure::noise), QStringList({"int8", "int6", "int5", "int4", "int3", "int2"}));
    QCOMPARE(facts.of(ca::Measure::bytes), QStringList({"fp32", "int8", "int4", "nf4"}));
}

void TestDescribeScan::takes_noise_from_the_closed_form_and_says_what_was_measured()
{
    const auto facts = ca::describe_scan(made_up_table());
    const ca::LayerFacts &layer = facts.layers[0];
    QCOMPARE(value(layer, facts, ca::Measure::noise, "int2"), std::optional(0.2));
    QCOMPARE(value(layer, facts, ca::Measure::noise, "int8"), std::optional(kInfinity));
    QCOMPARE(layer.of(ca::Measure::noise).back().measured, std::optional(2.0));
    QCOMPARE(value(layer, facts, ca::Measure::bytes, "int4"), std::optional(48.0));
    QCOMPARE(layer.weights, std::int64_t{32});
    QCOMPARE(layer.block, QStringLiteral("stem"));
    QCOMPARE(layer.shape, QStringLiteral("8 × 4"));
    QCOMPARE(layer.density->trouble, QStringLiteral("heaped"));
    QCOMPARE(layer.density->likelihood, (ca::BetaFacts{2.5, 3.5, 0.12}));
    QCOMPARE(layer.density->moments, (ca::BetaFacts{2, 3, 0.1}));
    QCOMPARE(layer.density->low, -1.0);
    QCOMPARE(layer.density->histogram[63], 0.25F);
}

void TestDescribeScan::ranks_embeddings_by_their_cosine()
{
    auto table = made_up_table();
    table.layers[1].divergence["int4"] = {0.6, 0.5, 0.07, 0.25, 64};
    auto facts = ca::describe_scan(table);
    QCOMPARE(value(facts.layers[1], facts, ca::Measure::divergence, "int4"), std::optional(0.5));
    table.embedding = true;
    facts = ca::describe_scan(table);
    QVERIFY(facts.by_cosine);
    QCOMPARE(value(facts.layers[1], facts, ca::Measure::divergence, "int4"), std::optional(0.07));
    QCOMPARE(facts.layers[1].of(ca::Measure::divergence)[3].divergence,
             std::optional(ca::DivergenceFacts{0.6, 0.07, 0.25, 64, 0.5}));
}

void TestDescribeScan::leaves_what_is_not_measured_empty()
{
    auto table = made_up_table();
    table.layers[1].weights = {};
    table.layers[1].bytes.clear();
    table.layers[0].divergence["int2"] = {1, 0, 0, 16};
    const auto facts = ca::describe_scan(table);
    QVERIFY(!value(facts.layers[0], facts, ca::Measure::divergence, "int8"));
    QVERIFY(value(facts.layers[0], facts, ca::Measure::divergence, "int2"));
    QVERIFY(!value(facts.layers[1], facts, ca::Measure::bytes, "fp32"));
    QVERIFY(!facts.layers[1].density);
    QVERIFY(facts.layers[1].of(ca::Measure::noise).empty());
    QVERIFY(!facts.layers[0].activation);
}

void TestDescribeScan::keeps_what_an_earlier_scan_knew_of_the_weights()
{
    auto table = made_up_table();
    table.layers[0].divergence["int2"] = {1, 0, 0, 64};
    const auto before = ca::describe_scan(table);
    for (auto &layer : table.layers) { // a new scan begins
        layer.weights = {};
        layer.bytes.clear();
        layer.divergence.clear();
    }
    const auto now = ca::describe_scan(table, before);
    QCOMPARE(now.of(ca::Measure::bytes), before.of(ca::Measure::bytes));
    QCOMPARE(now.layers[1], before.layers[1]);
    QVERIFY(!value(now.layers[0], now, ca::Measure::divergence, "int2")); // those are measured anew
    table.layers[0].layer.name = "other";
    QVERIFY(!ca::describe_scan(table, before).layers[1].density); // of another model
}

void TestDescribeScan::says_how_well_beta_noise_ranks()
{
    auto table = made_up_table();
    QVERIFY(ca::describe_scan(table).agreement.isEmpty());
    table.beta_vs_divergence["int4"] = {std::nan(""), -1, 1, 2};
    QVERIFY(ca::describe_scan(table).agreement.isEmpty());
    table.beta_vs_divergence["int4"] = {0.814, -0.1, 0.93, 21};
    QCOMPARE(ca::describe_scan(table).agreement,
             QStringLiteral("Rank correlation of Beta noise and divergence at int4: 0.81 (−0.10 to 0.93)"));
}

void TestDescribeScan::names_out_of_files_disturb_nothing()
{
    auto table = made_up_table();
    table.layers[0].layer.name = "a\nb\x01";
    const QString name = ca::describe_scan(table).layers[0].name;
    QVERIFY(!name.contains(QLatin1Char('\n')) && !name.contains(QLatin1Char('\x01')));
}

QTEST_APPLESS_MAIN(TestDescribeScan)
#include "test_describe_scan.moc"
