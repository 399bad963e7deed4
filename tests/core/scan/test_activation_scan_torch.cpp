// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/program_torch.h"
#include "core/scan/activation_scan.h"
#include "core/scan/layer_costs.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <ATen/Functions.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>

class TestActivationScan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sees_what_goes_into_each_layer();
    void is_the_same_for_any_number_of_threads();
    void counts_channels_above_six();
    void multiplies_out_macs();
    void counts_bytes_as_the_file_has_them();
    void shares_of_time_add_up();
};

namespace {

ca::Model load(const QTemporaryDir &folder, const std::string &kind)
{
    return ca::load_model(write_scripted_net(folder.path().toStdString(), kind), {}, {}, {}).value();
}

/// The identity but for a factor of 10 on blue, as a 1 x 1 convolution, then another.
ca::Model two_convolutions()
{
    ca::Program::Data data;
    data.input = {3, 4, 4};
    const at::Tensor first = at::diag(at::tensor({1.0F, 1.0F, 10.0F})).view({3, 3, 1, 1});
    const auto weight = data.add(first, "first.weight"), other = data.add(at::ones({2, 3, 1, 1}), "second.weight");
    const auto none = data.add(c10::IValue()), one = data.add(c10::List<std::int64_t>({1, 1})),
               zero = data.add(c10::List<std::int64_t>({0, 0})), groups = data.add(std::int64_t{1});
    const auto convolution = [&](int in, ca::Operand kernel, int layer) {
        const int out = data.new_slot();
        data.steps.push_back({"aten::conv2d",
                              "",
                              ca::find_kernel("aten::conv2d", "", 1),
                              {in, kernel, none, one, zero, one, groups},
                              {out},
                              layer,
                              {}});
        return out;
    };
    const int middle = convolution(0, weight, 0);
    data.output = convolution(middle, other, 1);
    data.layers = {{ca::layer_index(0), "first", ca::LayerKind::conv2d, {3, 3, 1, 1}, false, false, 1, 0},
                   {ca::layer_index(1), "second", ca::LayerKind::conv2d, {2, 3, 1, 1}, false, false, 1, 0}};
    data.layer_weights = {weight, other};
    ca::Model model;
    model.name = "two";
    model.input = {3, 4, 4, 32};
    model.program = ca::finish(std::move(data));
    return model;
}

std::shared_ptr<const ca::ImageSet> two_pictures()
{
    auto images = std::make_shared<ca::ImageSet>(one_image(3, 4, 4, std::vector<std::uint8_t>(96, 51)));
    images->labels = {0, 0};
    images->pixels[0] = 255;      // red of the first
    images->pixels[2 * 16] = 102; // blue
    return images;
}

} // namespace

void TestActivationScan::sees_what_goes_into_each_layer()
{
    const ca::Model model = two_convolutions();
    const ca::Preprocess as_is; // 0..1
    const auto layers = ca::scan_activations(model, whole_split(two_pictures()), as_is, 1, {}, {});
    QVERIFY(layers);
    QCOMPARE(layers->size(), std::size_t{2});
    const ca::ActivationStatistics &first = *(*layers)[0], &second = *(*layers)[1];
    QCOMPARE(first.count, std::uint64_t{96});
    QCOMPARE(static_cast<float>(first.low), 0.2F);
    QCOMPARE(static_cast<float>(first.high), 1.0F);
    QCOMPARE(first.channels, (std::vector<float>{1.0F, 0.2F, 0.4F}));
    QCOMPARE(static_cast<float>(second.high), 4.0F); // ten times 0.4
    QCOMPARE(second.channels.size(), std::size_t{3});
    QVERIFY(std::abs(second.channels[2] - 4.0F) < 1e-5F);
    QVERIFY(second.p999 <= second.high && second.p999 >= 2.0);
}

void TestActivationScan::is_the_same_for_any_number_of_threads()
{
    const QTemporaryDir folder;
    const ca::Model model = load(folder, "attention");
    const auto images = whole_split(coloured_images(10, 8, 3));
    const auto how = ca::parse_preprocess("cifar10").value();
    const auto one = ca::scan_activations(model, images, how, 1, {}, {}),
               four = ca::scan_activations(model, images, how, 4, {}, {});
    QVERIFY(one && four);
    for (std::size_t i = 0; i < one->size(); ++i) {
        QCOMPARE((*one)[i].has_value(), (*four)[i].has_value());
        if (!(*one)[i])
            continue;
        QCOMPARE((*one)[i]->low, (*four)[i]->low);
        QCOMPARE((*one)[i]->p999, (*four)[i]->p999);
        QCOMPARE((*one)[i]->channels, (*four)[i]->channels);
    }
}

void TestActivationScan::counts_channels_above_six()
{
    const ca::Model model = two_convolutions();
    ca::Preprocess brighter;
    brighter.deviation = {0.5F, 0.5F, 0.5F}; // values twice as large: blue reaches 8 behind the first layer
    const auto layers = ca::scan_activations(model, whole_split(two_pictures()), brighter, 1, {}, {});
    QVERIFY(layers);
    QCOMPARE((*layers)[0]->outlier_channels, std::size_t{0});
    QCOMPARE((*layers)[1]->outlier_channels, std::size_t{1});
}

void TestActivationScan::multiplies_out_macs()
{
    const auto costs = ca::layer_costs(two_convolutions(), false, {});
    QVERIFY(costs);
    QCOMPARE((*costs)[0].macs, std::int64_t{16 * 3 * 3}); // pixels x in x out
    QCOMPARE((*costs)[1].macs, std::int64_t{16 * 3 * 2});
}

void TestActivationScan::counts_bytes_as_the_file_has_them()
{
    const QTemporaryDir folder;
    const ca::Model model = load(folder, "cnn");
    const auto costs = ca::layer_costs(model, false, {});
    QVERIFY(costs);
    for (std::size_t i = 0; i < costs->size(); ++i) {
        const ca::Layer &layer = model.program.layers()[i];
        const std::int64_t rows = layer.channels(), columns = layer.weights() / rows;
        const auto &bytes = (*costs)[i].bytes;
        QCOMPARE(bytes.at("fp32"), 4 * layer.weights());
        QCOMPARE(bytes.at("int8"), layer.weights() + 4 * rows); // one byte a weight, a float32 scale a row
        // Eight weights a word of 32 bits in each row, scales, eight zero points a word, rows and columns in 64 bits.
        QCOMPARE(bytes.at("int4"), rows * ((columns + 7) / 8) * 4 + 4 * rows + (rows + 7) / 8 * 4 + 8 * 2);
        const std::int64_t blocks = (layer.weights() + 63) / 64;
        QCOMPARE(bytes.at("nf4"), (layer.weights() + 1) / 2 + blocks + 4 * ((blocks + 255) / 256) + 4 * (16 + 256));
    }
}

void TestActivationScan::shares_of_time_add_up()
{
    const QTemporaryDir folder;
    const auto costs = ca::layer_costs(load(folder, "cnn"), true, {});
    QVERIFY(costs);
    double predicted = 0, measured = 0;
    for (const ca::LayerCosts &of : *costs) {
        predicted += *of.predicted_share;
        measured += *of.measured_share;
        QVERIFY(*of.measured_share > 0);
    }
    QVERIFY(std::abs(predicted - 1) < 1e-9);
    QVERIFY(measured > 0.2 && measured <= 1.0 + 1e-9); // steps that are no layers take the rest
}

QTEST_APPLESS_MAIN(TestActivationScan)
#include "test_activation_scan_torch.moc"
