// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/quantize.h"
#include "tests/support/calibration.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <map>

namespace {

using Counts = std::map<std::string, int>;

Counts counts(const ca::Program &program)
{
    Counts result;
    for (const auto &step : program.steps())
        ++result[step.op];
    return result;
}

/// Normal pictures, within four deviations.
ca::ActivationRanges ranges(const ca::Model &model)
{
    auto images = std::make_shared<ca::ImageSet>();
    images->channels = static_cast<int>(model.input.channels);
    images->height = static_cast<int>(model.input.height);
    images->width = static_cast<int>(model.input.width);
    images->labels.assign(32, 0);
    images->classes = {"any"};
    std::mt19937 generator(11);
    std::normal_distribution<float> normal(128, 40);
    const auto pixels = 32 * model.input.channels * model.input.height * model.input.width;
    for (std::int64_t i = 0; i < pixels; ++i)
        images->pixels.push_back(static_cast<std::uint8_t>(std::clamp(normal(generator), 0.0F, 255.0F)));
    ca::Split split{"calibration", images, {}};
    for (std::uint32_t i = 0; i < 32; ++i)
        split.indices.push_back(i);
    ca::Preprocess preprocess;
    preprocess.mean = {0.5F, 0.5F, 0.5F};
    preprocess.deviation = {0.125F, 0.125F, 0.125F};
    const auto found = minmax_ranges(model, split, preprocess);
    if (!found)
        qFatal("%s", found.error().text().c_str());
    return *found;
}

/// `activation` where layers have kernels for it.
ca::Recipe recipe_of(const ca::Model &model, ca::Format format, ca::Activation activation, int group, bool symmetric)
{
    ca::Recipe recipe{model.sha256, {}};
    for (const auto &layer : model.program.layers()) {
        const std::int64_t columns = layer.weights() / layer.channels();
        ca::Scheme scheme{format, ca::Activation::none, ca::Rounding::nearest, 0, true};
        if (ca::is_integer(format)) {
            scheme.group = group > 0 && columns % group == 0 ? group : 0;
            scheme.symmetric = symmetric;
        }
        if (ca::has_integer_kernel(layer))
            scheme.activation = activation;
        recipe.layers[layer.name] = scheme;
    }
    return recipe;
}

} // namespace

/// Every layer kind x format x treatment of activations: which kernels run it, and whether they compute the same function.
class TestLowering final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runs_every_scheme_data();
    void runs_every_scheme();
    void quantizes_a_tensor_once_for_all_its_readers();
    void writes_u8_where_all_readers_take_it();
    void finds_a_range_once_for_all_its_readers();
    void leaves_grouped_convolutions_of_llm_int8_in_float();
    void takes_the_threshold_of_outliers();
    void computes_in_bf16_where_all_layers_do();
    void computes_in_bf16_inside_of_layers_where_not_all_do();
    void gives_the_same_for_a_batch_and_its_images();
    void takes_black_pictures();

private:
    ca::Model load(const std::string &kind);
    ca::QuantizedModel made(const ca::Model &model, const ca::Recipe &recipe);

    QTemporaryDir folder_;
};

ca::Model TestLowering::load(const std::string &kind)
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    return *model;
}

ca::QuantizedModel TestLowering::made(const ca::Model &model, const ca::Recipe &recipe)
{
    const bool fixed = ca::has_static_activations(recipe);
    auto result = ca::quantize(model, {recipe, {}}, fixed ? ca::Calibration(ranges(model)) : ca::Calibration(), 2, {}, {});
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return *result;
}

void TestLowering::runs_every_scheme_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<ca::Format>("format");
    QTest::addColumn<ca::Activation>("activation");
    QTest::addColumn<int>("group");
    QTest::addColumn<bool>("symmetric");
    QTest::addColumn<bool>("per_token");
    QTest::addColumn<double>("least");
    struct Weights {
        ca::Format format;
        int group;
        bool symmetric;
        double least;
    };
    const std::vector<Weights> integers{{ca::Format::int8, 0, true, 0.99},
                                        {ca::Format::int8, 0, false, 0.99},
                                        {ca::Format::int6, 0, true, 0.98},
                                        {ca::Format::int4, 32, false, 0.9},
                                        {ca::Format::int4, 0, false, 0.85}};
    const std::vector<Weights> others{{ca::Format::nf4, 0, true, 0.85},
                                      {ca::Format::fp4, 0, true, 0.8},
                                      {ca::Format::fp16, 0, true, 0.999},
                                      {ca::Format::bf16, 0, true, 0.999},
                                      {ca::Format::llm_int8, 0, true, 0.99}};
    const auto row = [](const std::string &kind, const Weights &w, ca::Activation activation, bool per_token) {
        QTest::addRow("%s, %s%s%s, %s%s", kind.c_str(), ca::to_text(w.format).c_str(), w.group > 0 ? " in groups" : "",
                      w.symmetric ? "" : " asymmetric", ca::to_text(activation).c_str(), per_token ? " per token" : "")
            << QString::fromStdString(kind) << w.format << activation << w.group << w.symmetric << per_token << w.least;
    };
    for (const std::string kind : {"cnn", "depthwise", "attention", "gated", "loop", "transposed"}) {
        for (const Weights &weights : integers) {
            for (const auto activation : {ca::Activation::none, ca::Activation::dynamic_int8, ca::Activation::static_int8})
                row(kind, weights, activation, false);
            row(kind, weights, ca::Activation::dynamic_int8, true);
        }
        for (const Weights &weights : others)
            row(kind, weights, ca::Activation::none, false);
    }
}

void TestLowering::runs_every_scheme()
{
    QFETCH(QString, kind);
    QFETCH(ca::Format, format);
    QFETCH(ca::Activation, activation);
    QFETCH(int, group);
    QFETCH(bool, symmetric);
    QFETCH(bool, per_token);
    QFETCH(double, least);
    const ca::Model model = load(kind.toStdString());
    auto recipe = recipe_of(model, format, activation, group, symmetric);
    recipe.options.per_token = per_token;
    const auto quantized = made(model, recipe);
    QVERIFY(quantized.real);
    const bool integers = activation != ca::Activation::none || format == ca::Format::llm_int8;
    QCOMPARE(quantized.compute, std::string(integers ? "int8" : "fp32"));
    for (const std::int64_t count : {1, 5}) {
        const auto images = random_images(count, 3, 32, 32, 21);
        const auto got = ca::run(quantized.program, images), reference = ca::run(model.program, images);
        QVERIFY2(got, got ? "" : got.error().text().c_str());
        const double similarity = cosine(got->values, reference->values);
        QVERIFY2(similarity > least, qPrintable(QString::number(similarity)));
    }
    const auto steps = counts(quantized.program);
    const auto count = [&](const char *op) { return steps.contains(op) ? steps.at(op) : 0; };
    if (activation == ca::Activation::none)
        QCOMPARE(count("int8::conv2d") + count("int8::linear") + count("int8::token_linear"), 0);
    else
        QCOMPARE(count("packed::conv2d") + count("packed::linear") + count("aten::conv2d") + count("aten::linear"), 0);
    QCOMPARE(count("int8::token_linear") > 0, per_token);
    const bool one_scale = activation == ca::Activation::dynamic_int8 && (!per_token || count("int8::conv2d") > 0);
    QCOMPARE(count("int8::dynamic_quantize") > 0, one_scale);
}

void TestLowering::quantizes_a_tensor_once_for_all_its_readers()
{
    const ca::Model model = load("gated");
    const auto steps = counts(made(model, recipe_of(model, ca::Format::int8, ca::Activation::static_int8, 0, true)).program);
    // Into u8 by a cast: the pictures, and what the head reads. Layer norms, attention and fc1 write it themselves.
    QCOMPARE(steps.at("int8::quantize"), 2);
    QCOMPARE(steps.at("int8::linear"), 7);
    QVERIFY(!steps.contains("int8::dequantize"));
}

void TestLowering::writes_u8_where_all_readers_take_it()
{
    const ca::Model model = load("gated");
    const auto whole = counts(made(model, recipe_of(model, ca::Format::int8, ca::Activation::static_int8, 0, true)).program);
    QCOMPARE(whole.at("int8::layer_norm"), 2);
    QCOMPARE(whole.at("int8::scaled_dot_product_attention"), 1);
    QVERIFY(!whole.contains("aten::sigmoid") && !whole.contains("aten::mul")); // quick GELU is fc1's own

    auto recipe = recipe_of(model, ca::Format::int8, ca::Activation::static_int8, 0, true);
    recipe.layers.erase("k"); // reads floats
    recipe.layers.erase("out");
    const auto part = counts(made(model, recipe).program);
    QCOMPARE(part.at("int8::layer_norm"), 1);
    QCOMPARE(part.at("aten::layer_norm"), 1);
    QVERIFY(!part.contains("int8::scaled_dot_product_attention"));
}

void TestLowering::finds_a_range_once_for_all_its_readers()
{
    const ca::Model model = load("gated");
    const auto steps = counts(made(model, recipe_of(model, ca::Format::int8, ca::Activation::dynamic_int8, 0, true)).program);
    QCOMPARE(steps.at("int8::linear"), 7);
    QCOMPARE(steps.at("int8::dynamic_quantize"), 6); // pictures, q k v, out, fc1, fc2, head
}

void TestLowering::leaves_grouped_convolutions_of_llm_int8_in_float()
{
    const ca::Model model = load("depthwise");
    const auto quantized = made(model, recipe_of(model, ca::Format::llm_int8, ca::Activation::none, 0, true));
    const auto steps = counts(quantized.program);
    const auto &layers = model.program.layers();
    const auto depthwise = std::count_if(layers.begin(), layers.end(), [](const ca::Layer &layer) { return layer.depthwise; });
    QVERIFY(depthwise > 0);
    QCOMPARE(steps.at("packed::conv2d"), static_cast<int>(depthwise));
    QVERIFY(steps.at("int8::llm_conv2d") > 0);
    QCOMPARE(quantized.notes.size(), std::size_t{1});
    QVERIFY(quantized.notes.front().find(std::to_string(depthwise) + " convolution") != std::string::npos);
}

/// An input of 50 in one place: as an outlier it costs the others nothing.
void TestLowering::takes_the_threshold_of_outliers()
{
    const ca::Model model = load("attention");
    auto images = random_images(1, 3, 32, 32, 3);
    images.values[100] = 500;
    const auto reference = ca::run(model.program, images)->values;
    auto recipe = recipe_of(model, ca::Format::llm_int8, ca::Activation::none, 0, true);
    const double with = relative_difference(ca::run(made(model, recipe).program, images)->values, reference);
    recipe.options.threshold = 0;
    const double without = relative_difference(ca::run(made(model, recipe).program, images)->values, reference);
    QVERIFY2(with < without / 2, qPrintable(QString("%1, without %2").arg(with).arg(without)));
}

void TestLowering::computes_in_bf16_where_all_layers_do()
{
    for (const std::string kind : {"cnn", "attention", "gated"}) {
        const ca::Model model = load(kind);
        auto recipe = recipe_of(model, ca::Format::bf16, ca::Activation::none, 0, true);
        recipe.options.compute = ca::Format::bf16;
        const auto quantized = made(model, recipe);
        QCOMPARE(quantized.compute, std::string("bf16"));
        // The same weights and kernels as the bf16 baseline: the same numbers.
        const auto images = random_images(3, 3, 32, 32, 4);
        QCOMPARE(ca::run(quantized.program, images)->values, ca::run(*ca::fuse_bf16(model.program), images)->values);
    }
}

void TestLowering::computes_in_bf16_inside_of_layers_where_not_all_do()
{
    const ca::Model model = load("cnn");
    auto recipe = recipe_of(model, ca::Format::int4, ca::Activation::none, 0, true);
    recipe.options.compute = ca::Format::bf16;
    recipe.layers.erase(recipe.layers.begin());
    const auto quantized = made(model, recipe);
    QCOMPARE(quantized.compute, std::string("bf16"));
    recipe.options.compute = ca::Format::fp32;
    const auto in_fp32 = made(model, recipe);
    QCOMPARE(in_fp32.compute, std::string("fp32"));
    const auto images = random_images(3, 3, 32, 32, 4);
    const auto halves = ca::run(quantized.program, images)->values, floats = ca::run(in_fp32.program, images)->values;
    QVERIFY(halves != floats);
    QVERIFY(relative_difference(halves, floats) < 0.03);
}

void TestLowering::gives_the_same_for_a_batch_and_its_images()
{
    const ca::Model model = load("gated");
    auto recipe = recipe_of(model, ca::Format::int8, ca::Activation::dynamic_int8, 0, true);
    recipe.options.per_token = true;
    recipe.layers.at("patch").activation = ca::Activation::none; // a convolution has one scale for the batch
    const auto quantized = made(model, recipe);
    const auto images = random_images(3, 3, 32, 32, 4);
    const auto all = *ca::run(quantized.program, images);
    const std::size_t size = images.values.size() / 3;
    for (std::size_t i = 0; i < 3; ++i) {
        ca::ImageBatch one{1, 3, 32, 32, {}};
        one.values.assign(images.values.begin() + static_cast<std::ptrdiff_t>(i * size),
                          images.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * size));
        const auto alone = ca::run(quantized.program, one)->values;
        const auto among = all.row(static_cast<std::int64_t>(i));
        QVERIFY(relative_difference(alone, {among.begin(), among.end()}) < 0.01);
    }
}

void TestLowering::takes_black_pictures()
{
    const ca::ImageBatch black{2, 3, 32, 32, std::vector<float>(2 * 3 * 32 * 32, 0.0F)};
    for (const std::string kind : {"cnn", "gated"}) {
        const ca::Model model = load(kind);
        const auto reference = ca::run(model.program, black)->values;
        for (const auto activation : {ca::Activation::dynamic_int8, ca::Activation::static_int8}) {
            const auto quantized = made(model, recipe_of(model, ca::Format::int8, activation, 0, true));
            const double similarity = cosine(ca::run(quantized.program, black)->values, reference);
            QVERIFY2(similarity > 0.95, qPrintable(QString::number(similarity)));
        }
        const auto llm = made(model, recipe_of(model, ca::Format::llm_int8, ca::Activation::none, 0, true));
        QVERIFY(cosine(ca::run(llm.program, black)->values, reference) > 0.95);
    }
}

QTEST_APPLESS_MAIN(TestLowering)
#include "test_lowering.moc"
