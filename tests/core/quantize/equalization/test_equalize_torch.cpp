// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/recorder_torch.h"
#include "core/quantize/equalization/equalize.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"
#include "tests/support/shared_files.h"

#include <ATen/Functions.h>

#include <QTemporaryDir>
#include <QtTest>

namespace {

/// Two convolutions of 1 x 1, each of two channels, with an activation between; no padding unless asked for.
struct TwoConvolutions {
    std::vector<float> first{4, 0, 0, 1}, second{1, 0, 0, 4};
    std::vector<float> first_bias{1, 1}, second_bias{0, 0};
    std::string activation = "aten::relu";
    std::int64_t padding = 0;

    [[nodiscard]] ca::Model model() const
    {
        ca::Program::Data data;
        data.input = {2, 1, 1};
        const auto numbers = [](std::int64_t n) { return std::vector<std::int64_t>{n, n}; };
        const auto convolution = [&](int in, const std::string &name, const std::vector<float> &weight,
                                     const std::vector<float> &bias, std::int64_t pad) {
            const int out = data.new_slot();
            data.steps.push_back({"aten::conv2d",
                                  "",
                                  ca::find_kernel("aten::conv2d", "", 1),
                                  {in, data.add(at::tensor(weight).view({2, 2, 1, 1}), name + ".weight"),
                                   data.add(at::tensor(bias), name + ".bias"), data.add(numbers(1)), data.add(numbers(pad)),
                                   data.add(numbers(1)), data.add(1)},
                                  {out},
                                  -1,
                                  {}});
            return out;
        };
        const int between = convolution(0, "first", first, first_bias, 0), active = data.new_slot();
        data.steps.push_back({activation, "", ca::find_kernel(activation, "", 1), {between}, {active}, -1, {}});
        data.output = convolution(active, "second", second, second_bias, padding);
        ca::name_layers(data);
        ca::Model model;
        model.input = {2, 1, 1, 2};
        model.program = ca::finish(std::move(data));
        return model;
    }
};

/// Of the values between the convolutions.
ca::ActivationHistograms seen(const ca::Model &model, const std::vector<float> &largest, const std::vector<float> &lowest)
{
    auto data = std::make_shared<ca::ActivationHistograms::Data>();
    const int slot = model.program.data().steps.back().in[0];
    data->channels[slot] = largest;
    data->lowest[slot] = lowest;
    return ca::ActivationHistograms(std::move(data));
}

std::vector<float> weights(const ca::Model &model, std::size_t layer)
{
    return model.program.weight(model.program.layers().at(layer).index);
}

std::vector<float> biases(const ca::Model &model, std::size_t step)
{
    const auto &data = model.program.data();
    const at::Tensor bias = data.tensor(data.steps.at(step).in[2]);
    return {bias.const_data_ptr<float>(), bias.const_data_ptr<float>() + bias.numel()};
}

using Floats = std::vector<float>;

} // namespace

/// Weights evened out, and the same function.
class TestEqualize final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void makes_both_sides_of_a_channel_equal();
    void leaves_channels_without_weights();
    void leaves_a_clip_that_values_may_reach();
    void scales_below_a_clip_as_far_as_there_is_room();
    void absorbs_high_biases();
    void absorbs_nothing_across_zero_padding();
    void leaves_weights_that_are_not_finite();
    void leaves_other_activations();
    void keeps_the_function_of_nets_data();
    void keeps_the_function_of_nets();
    void keeps_the_function_of_mobilenet();
    void leaves_the_model_as_it_was();

private:
    QTemporaryDir folder_;
};

void TestEqualize::makes_both_sides_of_a_channel_equal()
{
    const ca::Model model = TwoConvolutions().model();
    const auto result = ca::equalize(model, {});
    QVERIFY2(result, result ? "" : result.error().text().c_str());
    // sqrt(4 / 1) and sqrt(1 / 4): all weights become 2.
    QVERIFY(relative_difference(weights(*result, 0), {2, 0, 0, 2}) < 1e-6);
    QVERIFY(relative_difference(weights(*result, 1), {2, 0, 0, 2}) < 1e-6);
    QVERIFY(relative_difference(biases(*result, 0), {0.5F, 2}) < 1e-6);
    QCOMPARE(biases(*result, 2), Floats({0, 0}));
    QCOMPARE(result->program.layers().at(0).name, std::string("first"));
}

void TestEqualize::leaves_channels_without_weights()
{
    TwoConvolutions net;
    net.first = {0, 0, 0, 1};
    const auto result = ca::equalize(net.model(), {});
    QVERIFY(result);
    QVERIFY(relative_difference(weights(*result, 0), {0, 0, 0, 2}) < 1e-6);
    QVERIFY(relative_difference(weights(*result, 1), {1, 0, 0, 2}) < 1e-6);
    QVERIFY(relative_difference(biases(*result, 0), {1, 2}) < 1e-6);
}

void TestEqualize::leaves_a_clip_that_values_may_reach()
{
    TwoConvolutions net;
    net.activation = "aten::relu6";
    const ca::Model model = net.model();
    for (const auto &statistics : {ca::ActivationHistograms(), seen(model, {6, 5.5F}, {0, 0})}) {
        const auto result = ca::equalize(model, statistics);
        QVERIFY(result);
        QCOMPARE(weights(*result, 0), net.first);
        QCOMPARE(weights(*result, 1), net.second);
    }
}

void TestEqualize::scales_below_a_clip_as_far_as_there_is_room()
{
    TwoConvolutions net;
    net.activation = "aten::relu6";
    const ca::Model model = net.model();
    // The second channel wants to double; from 3.2 it may grow to 0.8 * 6 = 4.8, by a half.
    const auto result = ca::equalize(model, seen(model, {1, 3.2F}, {0, 0}));
    QVERIFY(result);
    QVERIFY(relative_difference(weights(*result, 0), {2, 0, 0, 1.5F}) < 1e-5);
    QVERIFY(relative_difference(weights(*result, 1), {2, 0, 0, 4 / 1.5F}) < 1e-5);
}

void TestEqualize::absorbs_high_biases()
{
    TwoConvolutions net;
    net.first = net.second = {1, 0, 0, 1}; // even already
    net.second = {1, 1, 0, 1};
    net.first_bias = {9, 1};
    const ca::Model model = net.model();
    const auto result = ca::equalize(model, seen(model, {12, 2}, {8, 0}));
    QVERIFY(result);
    // Half of 8 goes through the column (1, 0).
    QCOMPARE(biases(*result, 0), Floats({5, 1}));
    QCOMPARE(biases(*result, 2), Floats({4, 0}));
}

void TestEqualize::absorbs_nothing_across_zero_padding()
{
    TwoConvolutions net;
    net.first = net.second = {1, 0, 0, 1};
    net.first_bias = {9, 1};
    net.padding = 1;
    const ca::Model model = net.model();
    const auto result = ca::equalize(model, seen(model, {12, 2}, {8, 0}));
    QVERIFY(result);
    QCOMPARE(biases(*result, 0), net.first_bias);
}

void TestEqualize::leaves_weights_that_are_not_finite()
{
    TwoConvolutions net;
    net.first = {4, NAN, 0, 1};
    const auto result = ca::equalize(net.model(), {});
    QVERIFY(result);
    QCOMPARE(weights(*result, 1), net.second);
}

void TestEqualize::leaves_other_activations()
{
    TwoConvolutions net;
    net.activation = "aten::sigmoid";
    const auto result = ca::equalize(net.model(), {});
    QVERIFY(result);
    QCOMPARE(weights(*result, 0), net.first);
}

void TestEqualize::keeps_the_function_of_nets_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<bool>("changes"); // has two layers in a row
    for (const auto &[kind, changes] : std::map<std::string, bool>{{"cnn", true},
                                                                   {"depthwise", true},
                                                                   {"blocks", true},
                                                                   {"lenet", true},
                                                                   {"shared", false},
                                                                   {"attention", false},
                                                                   {"loop", false}})
        QTest::addRow("%s", kind.c_str()) << QString::fromStdString(kind) << changes;
}

void TestEqualize::keeps_the_function_of_nets()
{
    QFETCH(QString, kind);
    QFETCH(bool, changes);
    const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind.toStdString()), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const auto images = whole_split(coloured_images(4, 5, 1));
    const auto statistics = ca::measure_activations(*model, images, {}, 1, {}, {});
    QVERIFY(statistics);
    const auto result = ca::equalize(*model, *statistics);
    QVERIFY(result);
    bool changed = false;
    for (const auto &layer : model->program.layers())
        changed = changed || result->program.weight(layer.index) != model->program.weight(layer.index);
    QCOMPARE(changed, changes);
    auto batch = random_images(20, 3, 32, 32);
    std::vector<std::uint32_t> indices(images.indices.begin(), images.indices.end());
    ca::preprocess(*images.images, indices, {}, batch.values); // clips and biases hold for what was seen
    QVERIFY(relative_difference(ca::run(result->program, batch)->values, ca::run(model->program, batch)->values) < 1e-4);
}

void TestEqualize::keeps_the_function_of_mobilenet()
{
    const auto file = shared_file("models/mobilenet_v2_cifar10.traced.pt"), folder = shared_file("data/cifar10");
    if (!file || !folder)
        QSKIP("The shared models and data are not here.");
    ca::LoadOptions options;
    options.sizes = {{32, 32}};
    const auto model = ca::load_model(*file, options, {}, {});
    const auto data = ca::open_data_folder(*folder, 0);
    QVERIFY(model && data);
    const auto split = data->calibration.first(64);
    const auto how = ca::parse_preprocess("cifar10");
    const auto statistics = ca::measure_activations(*model, split, *how, 2, {}, {});
    QVERIFY(statistics);
    const auto result = ca::equalize(*model, *statistics);
    QVERIFY(result);
    ca::ImageBatch batch{64, 3, 32, 32, std::vector<float>(64 * 3 * 32 * 32)};
    ca::preprocess(*split.images, split.indices, *how, batch.values);
    QVERIFY(relative_difference(ca::run(result->program, batch)->values, ca::run(model->program, batch)->values) < 1e-4);
}

void TestEqualize::leaves_the_model_as_it_was()
{
    const ca::Model model = TwoConvolutions().model();
    QVERIFY(ca::equalize(model, {}));
    QCOMPARE(weights(model, 0), TwoConvolutions().first);
    QCOMPARE(biases(model, 0), TwoConvolutions().first_bias);
}

QTEST_APPLESS_MAIN(TestEqualize)
#include "test_equalize_torch.moc"
