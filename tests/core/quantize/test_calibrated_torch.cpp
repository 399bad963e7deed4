// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/program_torch.h"
#include "core/quantize/equalization/bias_correction.h"
#include "core/quantize/export/export.h"
#include "tests/support/datasets.h"
#include "tests/support/quantized.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <atomic>

/// Recipes that are carried out on calibration images: stopped on the way, on several threads, and what is said of it.
class TestCalibrated final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stops_on_the_way_data();
    void stops_on_the_way();
    void writes_the_same_file_on_any_number_of_threads_data();
    void writes_the_same_file_on_any_number_of_threads();
    void says_on_how_many_images_it_compensated();
    void says_that_it_smoothed_nothing_without_images();
    void says_why_a_network_is_not_in_bf16_as_a_whole();
    void corrects_biases_with_one_look_at_what_all_images_share();

private:
    ca::Model load(const std::string &kind) const
    {
        auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }

    QTemporaryDir folder_;
    std::shared_ptr<const ca::ImageSet> images_ = coloured_images(20, 8, 3); // five batches
};

namespace {

ca::Model model_of(ca::Program::Data data)
{
    ca::Model model;
    model.input.channels = 3;
    model.input.height = model.input.width = 32;
    model.input.outputs = 10;
    model.program = ca::finish(std::move(data));
    return model;
}

/// A linear layer with a bias behind steps of the test's own, which read what the step before gives.
ca::Model net_behind(const std::vector<ca::Kernel> &kernels, std::int64_t columns)
{
    ca::Program::Data data;
    data.input = {3, 32, 32};
    int last = 0;
    const auto step = [&](std::string op, ca::Kernel kernel, std::vector<ca::Operand> in, int layer = -1) {
        const int out = data.new_slot();
        data.steps.push_back({std::move(op), "", std::move(kernel), std::move(in), {out}, layer, {}});
        last = out;
    };
    for (const ca::Kernel &kernel : kernels)
        step("t::step", kernel, {last});
    data.layers.push_back(
        {.index = {}, .name = "fc", .kind = ca::LayerKind::linear, .shape = {10, columns}, .has_bias = true, .bias_size = 0});
    data.layer_weights = {data.add(at::sin(at::arange(10 * columns, at::kFloat)).view({10, columns}), "fc.weight")};
    step("aten::linear", ca::find_kernel("aten::linear", "", 1),
         {last, data.layer_weights[0], data.add(at::zeros({10}, at::kFloat), "fc.bias")}, 0);
    data.output = last;
    return model_of(std::move(data));
}

void cut(ca::Stack &stack)
{
    stack[0] = stack[0].toTensor().flatten(1).narrow(1, 0, 4).contiguous();
}

ca::Recipe recipe_of(const ca::Model &model, const ca::Scheme &scheme)
{
    ca::Recipe recipe;
    for (const ca::Layer &layer : model.program.layers())
        recipe.layers[layer.name] = scheme;
    return recipe;
}

bool has_note(const ca::QuantizedModel &model, const std::string &words)
{
    return std::any_of(model.notes.begin(), model.notes.end(),
                       [&](const std::string &note) { return note.find(words) != std::string::npos; });
}

} // namespace

void TestCalibrated::stops_on_the_way_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<ca::Rounding>("rounding");
    QTest::addColumn<QString>("stage");
    QTest::newRow("GPTQ") << "int3-weight" << ca::Rounding::gptq << "Rounding weights";
    QTest::newRow("AdaRound") << "int3-weight" << ca::Rounding::adaround << "Rounding weights";
    QTest::newRow("calibration") << "static-int8" << ca::Rounding::mse << "Calibrating";
    QTest::newRow("bias correction") << "static-int8" << ca::Rounding::mse << "Correcting biases";
}

void TestCalibrated::stops_on_the_way()
{
    QFETCH(QString, method);
    QFETCH(ca::Rounding, rounding);
    QFETCH(QString, stage);
    const ca::Model model = load("attention");
    const auto recipe = ca::make_recipe(model, method.toStdString(), {.rounding = rounding});
    QVERIFY(recipe);
    std::stop_source stop;
    bool was_on_the_way = false;
    const ca::Progress progress(
        [&](const ca::ProgressReport &report) {
            if (report.stage != stage.toStdString() || report.done == 0 || stop.stop_requested())
                return;
            was_on_the_way = report.done < report.total;
            stop.request_stop();
        },
        std::chrono::milliseconds(0));
    const auto made = ca::quantize(model, *recipe, {whole_split(images_), {}}, 1, stop.get_token(), progress);
    QVERIFY(was_on_the_way);
    QVERIFY(!made);
    QCOMPARE(made.error().code, ca::ErrorCode::cancelled);
}

void TestCalibrated::writes_the_same_file_on_any_number_of_threads_data()
{
    QTest::addColumn<QString>("net");
    QTest::addColumn<QString>("method");
    QTest::addColumn<ca::Rounding>("rounding");
    for (const char *net : {"cnn", "attention", "depthwise"}) {
        QTest::addRow("%s, GPTQ", net) << net << "int3-weight" << ca::Rounding::gptq;
        QTest::addRow("%s, AdaRound", net) << net << "int3-weight" << ca::Rounding::adaround;
        QTest::addRow("%s, W4A8", net) << net << "w4a8" << ca::Rounding::gptq;
    }
}

void TestCalibrated::writes_the_same_file_on_any_number_of_threads()
{
    QFETCH(QString, net);
    QFETCH(QString, method);
    QFETCH(ca::Rounding, rounding);
    const ca::Model model = load(net.toStdString());
    const auto recipe = ca::make_recipe(model, method.toStdString(), {.rounding = rounding});
    QVERIFY(recipe);
    const auto written = [&](int threads) {
        const auto made = ca::quantize_weights(model, *recipe, {whole_split(images_), {}}, threads, {}, {});
        const QString name = folder_.filePath("threads.safetensors");
        QFile file(name);
        if (!made || !ca::write_export(*made, name.toStdString()) || !file.open(QIODevice::ReadOnly))
            return QByteArray();
        return file.readAll();
    };
    const QByteArray one = written(1);
    QVERIFY(!one.isEmpty());
    QVERIFY(written(2) == one);
}

void TestCalibrated::says_on_how_many_images_it_compensated()
{
    // One value of 1024 x 4096 floats, 16 MiB, for an image: 48 images take 1.5 GiB in two networks. It is a view of little.
    const ca::Model model =
        net_behind({cut,
                    [](ca::Stack &stack) {
                        const at::Tensor x = stack[0].toTensor();
                        stack[0] = x.unsqueeze(2).unsqueeze(3).expand({x.size(0), 4, 256, 4096});
                    },
                    [](ca::Stack &stack) { stack[0] = stack[0].toTensor().select(3, 0).select(2, 0).contiguous(); }},
                   4);
    const ca::Recipe recipe = recipe_of(model, {ca::Format::int3, ca::Activation::none, ca::Rounding::gptq, 0, false});
    const auto some = ca::quantize_weights(model, {recipe, {}}, {whole_split(images_), {}}, 2, {}, {});
    QVERIFY2(some, some ? "" : some.error().text().c_str());
    QVERIFY(has_note(*some, "48 of 160 calibration images"));
    const auto all = ca::quantize_weights(model, {recipe, {}}, {whole_split(images_).first(40), {}}, 2, {}, {});
    QVERIFY(all && !has_note(*all, "calibration images"));
}

void TestCalibrated::says_that_it_smoothed_nothing_without_images()
{
    const ca::Model model = load("attention");
    auto recipe = *ca::make_recipe(model, "static-int8", {.has_images = false});
    recipe.recipe.options.smooth = true;
    const auto made = ca::quantize(model, recipe, normal_ranges(model), 2, {}, {});
    QVERIFY2(made, made ? "" : made.error().text().c_str());
    QVERIFY(!made->recipe.options.smooth);
    QVERIFY(has_note(*made, "not smoothed"));
}

void TestCalibrated::says_why_a_network_is_not_in_bf16_as_a_whole()
{
    const auto with = [&](const ca::Kernel &second) {
        const ca::Model model = net_behind({cut, second}, 4);
        auto recipe = recipe_of(model, {ca::Format::bf16, ca::Activation::none, ca::Rounding::nearest, 0, true});
        recipe.options.compute = ca::Format::bf16;
        return ca::quantize(model, {recipe, {}}, {}, 1, {}, {});
    };
    const auto picky = with(
        [](ca::Stack &stack) { TORCH_CHECK(stack[0].toTensor().scalar_type() == at::kFloat, "this step takes float32 alone"); });
    QVERIFY2(picky, picky ? "" : picky.error().text().c_str());
    QCOMPARE(picky->compute, std::string("bf16")); // inside of its layers
    QVERIFY(has_note(*picky, "does not run in bf16 as a whole"));
    QVERIFY(has_note(*picky, "this step takes float32 alone"));
    const auto easy = with([](ca::Stack &) {});
    QVERIFY(easy && easy->notes.empty());
}

void TestCalibrated::corrects_biases_with_one_look_at_what_all_images_share()
{
    std::atomic<int> runs = 0;
    ca::Program::Data data = net_behind({cut}, 4).program.data();
    // What the layer gives is added to a table that a step copies.
    const int table = data.new_slot(), sum = data.new_slot(), before = data.output;
    data.steps.push_back({"t::copy",
                          "",
                          [&runs](ca::Stack &stack) {
                              ++runs;
                              stack[0] = stack[0].toTensor().clone();
                          },
                          {data.add(at::ones({1, 10}, at::kFloat))},
                          {table},
                          -1,
                          {}});
    data.steps.push_back({"t::sum",
                          "",
                          [](ca::Stack &stack) {
                              stack[0] = stack[0].toTensor() + stack[1].toTensor();
                              stack.resize(1);
                          },
                          {before, table},
                          {sum},
                          -1,
                          {}});
    data.output = sum;
    const auto runs_for = [&](std::size_t images) {
        const ca::Model model = model_of(data);
        const ca::Calibration calibration(whole_split(images_).first(images), {});
        const ca::Recipe recipe = recipe_of(model, {ca::Format::int2, ca::Activation::none, ca::Rounding::nearest, 0, true});
        auto made = ca::quantize_weights(model, {recipe, {}}, calibration, 1, {}, {});
        runs = 0;
        return made && ca::correct_biases(*made, calibration, 2, {}, {}) ? runs.load() : -1;
    };
    const int few = runs_for(40), many = runs_for(160); // one batch and four to find means on
    QVERIFY(few > 0);
    QCOMPARE(many, few);
}

QTEST_APPLESS_MAIN(TestCalibrated)
#include "test_calibrated_torch.moc"
