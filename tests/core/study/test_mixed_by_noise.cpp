// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixed.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

namespace {

int bits_in(const ca::Recipe &recipe, const std::string &layer)
{
    const auto found = recipe.layers.find(layer);
    return found == recipe.layers.end() ? 32 : ca::bits_of(found->second.format).value;
}

double average_bits(const ca::Recipe &recipe, const ca::Model &model)
{
    double total = 0, weights = 0;
    for (const ca::Layer &layer : model.program.layers()) {
        total += static_cast<double>(layer.weights()) * bits_in(recipe, layer.name);
        weights += static_cast<double>(layer.weights());
    }
    return total / weights;
}

bool all_static(const ca::Recipe &recipe)
{
    return std::all_of(recipe.layers.begin(), recipe.layers.end(),
                       [](const auto &layer) { return layer.second.activation == ca::Activation::static_int8; });
}

} // namespace

class TestMixedByNoise final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void keeps_the_average();
    void spares_the_first_and_the_last_layer();
    void goes_to_the_ends_of_its_range();
    void quantizes_activations_when_asked();
    void refuses_what_no_format_reaches();
    void says_that_a_net_has_no_layers();

private:
    ca::Model load(const std::string &kind);
    QTemporaryDir folder_;
    ca::Model model_;
};

ca::Model TestMixedByNoise::load(const std::string &kind)
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
    return model ? *model : ca::Model{};
}

void TestMixedByNoise::initTestCase()
{
    model_ = load("cnn");
    QCOMPARE(model_.program.layers().size(), std::size_t{7}); // six convolutions and a linear layer
}

void TestMixedByNoise::keeps_the_average()
{
    for (const double average : {3.0, 3.5, 4.0, 5.0, 6.0, 7.0}) {
        const auto mixed = ca::mixed_by_noise(model_, average);
        QVERIFY(mixed);
        const double reached = average_bits(mixed->recipe, model_);
        QVERIFY2(reached <= average, qPrintable(QString::number(reached)));
        // The largest layer has 9,216 of 20,752 weights: what is left is less than its next step would cost.
        QVERIFY2(reached > average - 1, qPrintable(QString::number(reached)));
    }
}

void TestMixedByNoise::spares_the_first_and_the_last_layer()
{
    const auto mixed = ca::mixed_by_noise(model_, 3);
    QVERIFY(mixed);
    QVERIFY(bits_in(mixed->recipe, model_.program.layers().front().name) >= 4);
    QVERIFY(bits_in(mixed->recipe, model_.program.layers().back().name) >= 4);
}

void TestMixedByNoise::goes_to_the_ends_of_its_range()
{
    const auto widest = ca::mixed_by_noise(model_, 9);
    const auto narrowest = ca::mixed_by_noise(model_, 2);
    QVERIFY(widest && narrowest);
    for (const ca::Layer &layer : model_.program.layers()) {
        QCOMPARE(bits_in(widest->recipe, layer.name), 8);
        QCOMPARE(bits_in(narrowest->recipe, layer.name), 2);
    }
}

void TestMixedByNoise::quantizes_activations_when_asked()
{
    QVERIFY(all_static(ca::mixed_by_noise(model_, 4, {.static_activations = true})->recipe));
    const ca::Recipe weights = ca::mixed_by_noise(model_, 4)->recipe;
    for (const auto &[name, scheme] : weights.layers)
        QVERIFY(scheme.activation == ca::Activation::none);
}

void TestMixedByNoise::refuses_what_no_format_reaches()
{
    const auto mixed = ca::mixed_by_noise(model_, 1.9);
    QVERIFY(!mixed);
    QVERIFY(mixed.error().code == ca::ErrorCode::constraint);
}

void TestMixedByNoise::says_that_a_net_has_no_layers()
{
    QVERIFY(ca::mixed_by_noise(load("huge_constant"), 4).error().code == ca::ErrorCode::unsupported);
}

QTEST_APPLESS_MAIN(TestMixedByNoise)
#include "test_mixed_by_noise.moc"
