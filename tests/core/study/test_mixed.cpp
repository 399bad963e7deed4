// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export.h"
#include "core/search/mixed.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

class TestMixed final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fills_the_bytes_that_are_asked_for();
    void gives_8_bits_where_all_of_them_fit();
    void names_the_smallest_where_nothing_fits();
    void rounds_each_width_as_its_method_does();
    void loses_no_more_than_is_allowed();
    void takes_the_fewest_bits_where_anything_may_be_lost();
    void says_what_8_bits_lose_where_less_is_allowed();
    void looks_at_images_that_rounding_has_not_seen();
    void stops_when_asked();

private:
    [[nodiscard]] ca::Result<ca::MethodRecipe> with_drop(double drop) const;

    QTemporaryDir folder_;
    ca::Model model_;
    ca::DataSet data_;
    ca::Calibration calibration_;
};

namespace {

double average_bits(const ca::Recipe &recipe, const ca::Model &model)
{
    double total = 0, weights = 0;
    for (const ca::Layer &layer : model.program.layers()) {
        total += static_cast<double>(layer.weights()) * ca::bits_of(recipe.layers.at(layer.name).format).value;
        weights += static_cast<double>(layer.weights());
    }
    return total / weights;
}

} // namespace

void TestMixed::initTestCase()
{
    const std::filesystem::path folder = folder_.path().toStdString();
    auto model = ca::load_model(write_scripted_net(folder, "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
    QVERIFY(write_cifar_folder(folder / "data", 6, 10, 1));
    auto data = ca::open_data_folder(folder / "data", 0);
    QVERIFY2(data, data ? "" : data.error().text().c_str());
    data_ = std::move(*data);
    calibration_ = ca::Calibration(data_.calibration, ca::parse_preprocess("cifar10").value());
}

ca::Result<ca::MethodRecipe> TestMixed::with_drop(double drop) const
{
    // The net is not trained, so that agreement with float is what can be lost.
    return ca::mixed_for_drop(model_, {drop, {ca::Head::agreement}, 1}, {.method = {.rounding = ca::Rounding::nearest}},
                              calibration_, data_.calibration, {}, {});
}

void TestMixed::fills_the_bytes_that_are_asked_for()
{
    const ca::Bytes least = ca::predicted_bytes(model_, ca::mixed_by_noise(model_, 2)->recipe);
    const ca::Bytes most = ca::predicted_bytes(model_, ca::mixed_by_noise(model_, 8)->recipe);
    QVERIFY(least < most);
    double before = 0;
    for (const int share : {0, 25, 50, 75}) {
        const ca::Bytes target = ca::bytes(least.value + (most.value - least.value) * share / 100);
        const auto mixed = ca::mixed_for_bytes(model_, target);
        QVERIFY2(mixed, mixed ? "" : mixed.error().text().c_str());
        QVERIFY(ca::predicted_bytes(model_, mixed->recipe) <= target);
        // One bit more for the largest layer, 9,216 weights, is 1,152 bytes: what is left is less than two of them.
        QVERIFY(ca::predicted_bytes(model_, mixed->recipe).value > target.value - 2 * 1152);
        QVERIFY(average_bits(mixed->recipe, model_) >= before);
        before = average_bits(mixed->recipe, model_);
        QVERIFY(mixed->notes.back().find("bits a weight on average") != std::string::npos);
    }
}

void TestMixed::gives_8_bits_where_all_of_them_fit()
{
    const auto mixed = ca::mixed_for_bytes(model_, ca::bytes(1'000'000'000));
    QVERIFY(mixed);
    QCOMPARE(average_bits(mixed->recipe, model_), 8.0);
}

void TestMixed::names_the_smallest_where_nothing_fits()
{
    const auto mixed = ca::mixed_for_bytes(model_, ca::bytes(1000));
    QVERIFY(!mixed);
    QVERIFY(mixed.error().code == ca::ErrorCode::constraint);
    const ca::Bytes least = ca::predicted_bytes(model_, ca::mixed_by_noise(model_, 2)->recipe);
    QVERIFY2(mixed.error().sentence.find(std::to_string(least.value)) != std::string::npos, mixed.error().sentence.c_str());
    QVERIFY(ca::mixed_for_bytes(model_, least)); // which is within reach
}

void TestMixed::rounds_each_width_as_its_method_does()
{
    const auto with_images = ca::mixed_by_noise(model_, 5);
    const auto without = ca::mixed_by_noise(model_, 5, {.method = {.has_images = false}});
    const auto asked =
        ca::mixed_by_noise(model_, 5, {.method = {.rounding = ca::Rounding::nearest, .compute = ca::Format::bf16}});
    QVERIFY(with_images && without && asked);
    for (const auto &[name, scheme] : with_images->recipe.layers) {
        const bool wide = scheme.format == ca::Format::int8;
        QCOMPARE(scheme.rounding, wide ? ca::Rounding::mse : ca::Rounding::gptq);
        QCOMPARE(scheme.symmetric, ca::bits_of(scheme.format).value > 4); // the contract's default
        QCOMPARE(without->recipe.layers.at(name).rounding, ca::Rounding::mse);
        QCOMPARE(asked->recipe.layers.at(name).rounding, ca::Rounding::nearest);
    }
    QCOMPARE(asked->recipe.options.compute, ca::Format::bf16);
}

void TestMixed::loses_no_more_than_is_allowed()
{
    double before = 9;
    for (const double drop : {0.0, 10.0, 40.0}) {
        const auto mixed = with_drop(drop);
        if (!mixed && drop == 0) // also 8 bits may change an answer
            continue;
        QVERIFY2(mixed, mixed ? "" : mixed.error().text().c_str());
        QVERIFY(average_bits(mixed->recipe, model_) <= before);
        before = average_bits(mixed->recipe, model_);
        QVERIFY2(mixed->notes.back().find("points of agreement with float on 60 calibration images") != std::string::npos,
                 mixed->notes.back().c_str());
    }
}

void TestMixed::takes_the_fewest_bits_where_anything_may_be_lost()
{
    const auto mixed = with_drop(100);
    QVERIFY(mixed);
    QCOMPARE(average_bits(mixed->recipe, model_), 2.0);
}

void TestMixed::says_what_8_bits_lose_where_less_is_allowed()
{
    // No net loses less than nothing by rounding.
    const auto mixed = ca::mixed_for_drop(model_, {-1, {ca::Head::agreement}, 1}, {.method = {.rounding = ca::Rounding::nearest}},
                                          calibration_, data_.calibration, {}, {});
    QVERIFY(!mixed);
    QVERIFY(mixed.error().code == ca::ErrorCode::constraint);
    QVERIFY(mixed.error().sentence.find("8 bits a weight lose") != std::string::npos);
}

void TestMixed::looks_at_images_that_rounding_has_not_seen()
{
    // 800 images, of which rounding looks at the first 512: 288 are left, more than the 200 that are enough.
    const auto images = coloured_images(80, 10, 3);
    const ca::Split all = whole_split(images, "calibration");
    const ca::Calibration calibration(all, ca::parse_preprocess("cifar10").value());
    const auto mixed = ca::mixed_for_drop(model_, {100, {ca::Head::agreement}, 2},
                                          {.method = {.rounding = ca::Rounding::nearest}}, calibration, all, {}, {});
    QVERIFY2(mixed, mixed ? "" : mixed.error().text().c_str());
    QVERIFY2(mixed->notes.back().find("on 288 calibration images") != std::string::npos, mixed->notes.back().c_str());
}

void TestMixed::stops_when_asked()
{
    std::stop_source stop;
    stop.request_stop();
    const auto mixed =
        ca::mixed_for_drop(model_, {1, {ca::Head::agreement}, 1}, {}, calibration_, data_.calibration, stop.get_token(), {});
    QVERIFY(!mixed);
    QVERIFY(mixed.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestMixed)
#include "test_mixed.moc"
