// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/prompts.h"
#include "core/quantize/quantize.h"
#include "core/scan/branches_torch.h"
#include "core/scan/layer_variants_torch.h"
#include "core/scan/sensitivity.h"
#include "tests/support/calibration.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <QTemporaryDir>
#include <QtTest>

class TestLayerVariants : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_the_recipe_of_that_layer_alone_data();
    void is_the_recipe_of_that_layer_alone();
    void rounds_static_inputs_to_u8();
    void has_no_activations_where_there_is_no_kernel();
    void leaves_out_weights_that_are_not_finite();
    void branches_are_the_same_held_and_from_the_start_data();
    void branches_are_the_same_held_and_from_the_start();
    void layers_of_the_text_tower_are_the_same_as_in_whole_programs();
    void ends_when_there_is_enough();
};

namespace {

ca::Model load(const QTemporaryDir &folder, const std::string &kind)
{
    return ca::load_model(write_scripted_net(folder.path().toStdString(), kind), {}, {}, {}).value();
}

ca::ActivationRanges ranges_of(const ca::Model &model)
{
    const auto how = ca::parse_preprocess("cifar10").value();
    return minmax_ranges(model, whole_split(coloured_images(2, 8, 1)), how).value();
}

std::vector<float> values_of(const at::Tensor &table)
{
    return ca::as_matrix(table).values;
}

} // namespace

void TestLayerVariants::is_the_recipe_of_that_layer_alone_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("format");
    for (const char *kind : {"cnn", "depthwise", "attention", "shared"})
        for (const char *format : {"int8", "int4", "int3", "int2"})
            QTest::addRow("%s, %s", kind, format) << QString(kind) << QString(format);
}

void TestLayerVariants::is_the_recipe_of_that_layer_alone()
{
    QFETCH(QString, kind);
    QFETCH(QString, format);
    const QTemporaryDir folder;
    const ca::Model model = load(folder, kind.toStdString());
    const ca::LayerVariants variants(model, {});
    const ca::ImageBatch images = random_images(4, 3, 32, 32);
    const c10::InferenceMode inference;
    for (const ca::Layer &layer : model.program.layers()) {
        ca::MethodRecipe recipe;
        ca::Scheme scheme;
        scheme.format = *ca::format_from(format.toStdString());
        scheme.symmetric = ca::bits_of(scheme.format).value > 4;
        recipe.recipe.layers[layer.name] = scheme;
        const auto quantized = ca::quantize(model, recipe, {}, 1, {}, {});
        QVERIFY(quantized);
        const auto expected = ca::run(quantized->program, images);
        QVERIFY(expected);
        const auto variant = variants.variant(layer.index.value, format.toStdString());
        QVERIFY(variant);
        const at::Tensor output = ca::execute(ca::with_variant(variants.program(), *variant), ca::as_tensor(images), {});
        QVERIFY2(relative_difference(values_of(output), expected->values) < 1e-4, layer.name.c_str());
    }
}

void TestLayerVariants::rounds_static_inputs_to_u8()
{
    const QTemporaryDir folder;
    const ca::Model model = load(folder, "cnn");
    const auto ranges = ranges_of(model);
    const ca::LayerVariants variants(model, ranges);
    const ca::ImageBatch images = random_images(4, 3, 32, 32);
    const c10::InferenceMode inference;
    const ca::Layer &last = model.program.layers().back(); // with one static layer at the end, kernels compute just this
    ca::MethodRecipe recipe;
    recipe.recipe.layers[last.name] = {ca::Format::int8, ca::Activation::static_int8, ca::Rounding::mse, 0, true};
    const auto quantized = ca::quantize(model, recipe, ranges, 1, {}, {});
    QVERIFY(quantized);
    const auto expected = ca::run(quantized->program, images);
    const auto variant = variants.variant(last.index.value, "static-int8");
    QVERIFY(variant);
    const at::Tensor output = ca::execute(ca::with_variant(variants.program(), *variant), ca::as_tensor(images), {});
    QVERIFY(relative_difference(values_of(output), expected->values) < 1e-3);
    const auto weights_alone = variants.variant(last.index.value, "int8");
    const at::Tensor other = ca::execute(ca::with_variant(variants.program(), *weights_alone), ca::as_tensor(images), {});
    QVERIFY(!at::equal(output, other));
}

void TestLayerVariants::has_no_activations_where_there_is_no_kernel()
{
    const QTemporaryDir folder;
    const ca::Model model = load(folder, "attention");
    const ca::LayerVariants variants(model, ranges_of(model));
    bool seen = false;
    for (const ca::Layer &layer : model.program.layers()) {
        const bool has_kernel = layer.kind == ca::LayerKind::conv2d || layer.kind == ca::LayerKind::linear;
        QCOMPARE(variants.can(layer.index.value, "static-int8"), has_kernel);
        QCOMPARE(variants.variant(layer.index.value, "static-int8").has_value(), has_kernel);
        seen = seen || has_kernel;
    }
    QVERIFY(seen);
}

void TestLayerVariants::leaves_out_weights_that_are_not_finite()
{
    const QTemporaryDir folder;
    ca::Model model = load(folder, "lenet");
    ca::Program::Data data = model.program.data();
    const c10::InferenceMode inference;
    at::Tensor damaged = data.tensor(data.layer_weights[0]).clone();
    damaged.view(-1)[0] = INFINITY;
    data.constants[ca::constant_index(data.layer_weights[0])].value = damaged;
    model.program = ca::finish(std::move(data));
    const ca::LayerVariants variants(model, {});
    for (const char *format : {"int8", "int2", "nf4"}) {
        QVERIFY(!variants.variant(0, format));
        QVERIFY(variants.variant(1, format));
    }
}

void TestLayerVariants::branches_are_the_same_held_and_from_the_start_data()
{
    QTest::addColumn<QString>("kind");
    for (const std::string &kind : recordable_nets())
        QTest::addRow("%s", kind.c_str()) << QString::fromStdString(kind);
}

void TestLayerVariants::branches_are_the_same_held_and_from_the_start()
{
    QFETCH(QString, kind);
    const QTemporaryDir folder;
    const ca::Model model = load(folder, kind.toStdString());
    const ca::LayerVariants variants(model, {});
    const c10::InferenceMode inference;
    std::vector<at::Tensor> batches;
    for (const unsigned seed : {1U, 2U})
        batches.push_back(
            ca::as_tensor(random_images(3, model.input.channels, model.input.height, model.input.width, seed)).clone());
    const auto outputs = ca::run_batches(variants.program(), batches, 2, {});
    QVERIFY(outputs);
    const ca::FloatOutputs expected(*outputs);
    const std::vector<std::string> formats{"int4", "int2"};
    std::vector<ca::Branch> branches;
    for (const ca::Layer &layer : model.program.layers())
        if (const auto &steps = variants.steps(layer.index.value); !steps.empty())
            branches.push_back({layer.index.value, steps, formats.size(),
                                [&, layer](std::size_t i) { return variants.variant(layer.index.value, formats[i]); }});
    std::array<std::map<std::pair<std::size_t, std::size_t>, ca::DivergenceSums>, 2> sums;
    for (const bool from_start : {false, true}) {
        ca::KnownFixedValues known;
        const auto done = ca::run_branches(
            {variants.program(), batches, expected, 2, from_start}, branches, known,
            [&](std::size_t id, std::size_t variant, const ca::DivergenceSums &of) {
                sums[from_start][{id, variant}] = of;
            },
            [] { return false; }, {});
        QVERIFY(done);
    }
    QCOMPARE(sums[0].size(), branches.size() * formats.size());
    QVERIFY(sums[0] == sums[1]);
    QVERIFY(std::any_of(sums[0].begin(), sums[0].end(), [](const auto &entry) { return entry.second.mean().kl > 0; }));
    for (const auto &[key, of] : sums[0])
        QCOMPARE(of.images, std::size_t{6});
}

/// CLIP's text tower runs once in the program's life; only the steps behind it run again for the images.
void TestLayerVariants::layers_of_the_text_tower_are_the_same_as_in_whole_programs()
{
    const std::filesystem::path folder = qEnvironmentVariable("CA_SOURCE_DIR").toStdString() + "/resources/demo/clip-tiny";
    ca::LoadOptions load;
    load.prompts = ca::prompt_maker({"a square", "a circle", "a triangle"}, {"a picture of {}"});
    const auto model = ca::load_model(folder, load, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const ca::LayerVariants variants(*model, {});
    const ca::Program::Data &program = variants.program();
    const c10::InferenceMode inference;
    const ca::InputSpec &input = model->input;
    const std::vector<at::Tensor> batches{ca::as_tensor(random_images(2, input.channels, input.height, input.width)).clone(),
                                          ca::as_tensor(random_images(1, input.channels, input.height, input.width, 2)).clone()};
    const ca::FloatOutputs expected(*ca::run_batches(program, batches, 2, {}));
    std::vector<ca::Branch> branches;
    std::size_t fixed = 0;
    for (const ca::Layer &layer : model->program.layers()) {
        const auto &steps = variants.steps(layer.index.value);
        fixed += steps.front() < program.fixed_steps ? 1 : 0;
        branches.push_back(
            {layer.index.value, steps, 1, [&, layer](std::size_t) { return variants.variant(layer.index.value, "int2"); }});
    }
    QVERIFY(fixed >= 18 && fixed < branches.size()); // three blocks of six layers
    ca::KnownFixedValues known;
    std::map<std::size_t, ca::DivergenceSums> sums;
    for (int round = 0; round < 2; ++round) { // the second takes what is known of fixed steps
        const auto done = ca::run_branches(
            {program, batches, expected, 2}, branches, known,
            [&](std::size_t id, std::size_t, const ca::DivergenceSums &of) {
                if (round == 1)
                    QVERIFY(sums.at(id) == of);
                sums[id] = of;
            },
            [] { return false; }, {});
        QVERIFY(done);
    }
    QCOMPARE(sums.size(), branches.size());
    for (std::size_t layer = 0; layer < branches.size(); layer += 5) {
        const auto whole = ca::with_variant(program, *variants.variant(layer, "int2"));
        ca::DivergenceSums alone = expected.compare(0, ca::execute(whole, batches[0], {}));
        alone.add(expected.compare(2, ca::execute(whole, batches[1], {})));
        QVERIFY2(std::abs(alone.mean().kl - sums[layer].mean().kl) <= 1e-6 * alone.mean().kl + 1e-12,
                 model->program.layers()[layer].name.c_str());
    }
}

void TestLayerVariants::ends_when_there_is_enough()
{
    const QTemporaryDir folder;
    const ca::Model model = load(folder, "cnn");
    const ca::LayerVariants variants(model, {});
    const c10::InferenceMode inference;
    const std::vector<at::Tensor> batches{ca::as_tensor(random_images(2, 3, 32, 32)).clone()};
    const ca::FloatOutputs expected(*ca::run_batches(variants.program(), batches, 1, {}));
    std::vector<ca::Branch> branches;
    for (std::size_t layer = 0; layer < 3; ++layer)
        branches.push_back(
            {layer, variants.steps(layer), 1, [&, layer](std::size_t) { return variants.variant(layer, "int4"); }});
    std::size_t asked = 0, told = 0;
    ca::KnownFixedValues known;
    const auto done = ca::run_branches(
        {variants.program(), batches, expected, 1}, branches, known, [&](auto, auto, const auto &) { ++told; },
        [&] { return ++asked > 2; }, {});
    QVERIFY(done);
    QCOMPARE(told, std::size_t{2});
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = ca::run_branches(
        {variants.program(), batches, expected, 1}, branches, known, [](auto, auto, const auto &) {}, [] { return false; },
        stop.get_token());
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestLayerVariants)
#include "test_layer_variants_torch.moc"
