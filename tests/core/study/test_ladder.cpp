// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/ladder.h"
#include "core/search/mixed.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <set>

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

class TestLadder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void begins_with_float_and_has_at_least_ten_rungs();
    void has_no_recipe_twice();
    void tries_every_kind_of_format();
    void compensates_only_where_there_are_images();
    void gives_recipes_that_fit_the_model();
    void keeps_the_average();
    void spares_the_first_and_the_last_layer();
    void goes_to_the_ends_of_its_range();
    void quantizes_activations_when_asked();
    void refuses_what_no_format_reaches();
    void gives_float_alone_for_a_net_without_layers();

private:
    ca::Model load(const std::string &kind);
    QTemporaryDir folder_;
    ca::Model model_;
};

ca::Model TestLadder::load(const std::string &kind)
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
    return model ? *model : ca::Model{};
}

void TestLadder::initTestCase()
{
    model_ = load("cnn");
    QCOMPARE(model_.program.layers().size(), std::size_t{7}); // six convolutions and a linear layer
}

void TestLadder::begins_with_float_and_has_at_least_ten_rungs()
{
    for (const char *kind : {"cnn", "depthwise", "attention"}) {
        const ca::Model model = load(kind);
        const auto ladder = ca::fixed_ladder(model, true);
        QVERIFY2(ladder, ladder ? "" : ladder.error().text().c_str());
        QVERIFY(ladder->size() >= 10);
        QCOMPARE(ladder->front().method, std::string("fp32"));
        QVERIFY(ladder->front().recipe.recipe.layers.empty());
        for (const ca::Candidate &candidate : *ladder)
            QVERIFY(!candidate.name.empty() && !candidate.reason.empty());
    }
}

void TestLadder::has_no_recipe_twice()
{
    const auto ladder = ca::fixed_ladder(model_, true);
    QVERIFY(ladder);
    std::set<std::string> hashes;
    for (const ca::Candidate &candidate : *ladder)
        QVERIFY2(hashes.insert(ca::hash(candidate.recipe.recipe)).second, candidate.name.c_str());
}

void TestLadder::tries_every_kind_of_format()
{
    const auto ladder = ca::fixed_ladder(model_, true);
    QVERIFY(ladder);
    std::set<std::string> methods;
    for (const ca::Candidate &candidate : *ladder)
        methods.insert(candidate.method);
    for (const char *method : {"fp32", "bf16", "static-int8", "int8-weight", "int4-weight", "nf4", "w4a8", "mixed"})
        QVERIFY2(methods.contains(method), method);
    QVERIFY(ladder->size() <= 24); // the trials of a study that nobody gave a number
}

void TestLadder::compensates_only_where_there_are_images()
{
    const auto compensated = [&](bool has_images) {
        int count = 0;
        const auto ladder = ca::fixed_ladder(model_, has_images).value();
        for (const ca::Candidate &candidate : ladder)
            for (const auto &[name, scheme] : candidate.recipe.recipe.layers)
                count += ca::is_compensated(scheme.rounding) ? 1 : 0;
        return count;
    };
    QVERIFY(compensated(true) > 0);
    QCOMPARE(compensated(false), 0);
}

void TestLadder::gives_recipes_that_fit_the_model()
{
    const ca::Model attention = load("attention");
    for (const ca::Model &model : {model_, attention}) {
        const auto ladder = ca::fixed_ladder(model, true);
        QVERIFY(ladder);
        for (const ca::Candidate &candidate : *ladder) {
            const auto fits = ca::check(candidate.recipe.recipe, model);
            QVERIFY2(fits, fits ? "" : fits.error().sentence.c_str());
        }
    }
}

void TestLadder::keeps_the_average()
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

void TestLadder::spares_the_first_and_the_last_layer()
{
    const auto mixed = ca::mixed_by_noise(model_, 3);
    QVERIFY(mixed);
    QVERIFY(bits_in(mixed->recipe, model_.program.layers().front().name) >= 4);
    QVERIFY(bits_in(mixed->recipe, model_.program.layers().back().name) >= 4);
}

void TestLadder::goes_to_the_ends_of_its_range()
{
    const auto widest = ca::mixed_by_noise(model_, 9);
    const auto narrowest = ca::mixed_by_noise(model_, 2);
    QVERIFY(widest && narrowest);
    for (const ca::Layer &layer : model_.program.layers()) {
        QCOMPARE(bits_in(widest->recipe, layer.name), 8);
        QCOMPARE(bits_in(narrowest->recipe, layer.name), 2);
    }
}

void TestLadder::quantizes_activations_when_asked()
{
    QVERIFY(all_static(ca::mixed_by_noise(model_, 4, {.static_activations = true})->recipe));
    const ca::Recipe weights = ca::mixed_by_noise(model_, 4)->recipe;
    for (const auto &[name, scheme] : weights.layers)
        QVERIFY(scheme.activation == ca::Activation::none);
}

void TestLadder::refuses_what_no_format_reaches()
{
    const auto mixed = ca::mixed_by_noise(model_, 1.9);
    QVERIFY(!mixed);
    QVERIFY(mixed.error().code == ca::ErrorCode::constraint);
}

void TestLadder::gives_float_alone_for_a_net_without_layers()
{
    const ca::Model model = load("huge_constant");
    QVERIFY(!model.program.empty());
    const auto ladder = ca::fixed_ladder(model, true);
    QVERIFY(ladder);
    QCOMPARE(ladder->size(), std::size_t{1});
    QVERIFY(ca::mixed_by_noise(model, 4).error().code == ca::ErrorCode::unsupported);
}

QTEST_APPLESS_MAIN(TestLadder)
#include "test_ladder.moc"
