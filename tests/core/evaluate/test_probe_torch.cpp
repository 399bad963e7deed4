// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"
#include "core/evaluate/probe.h"
#include "core/program/program_torch.h"
#include "core/quantize/quantize.h"
#include "tests/support/calibration.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <torch/script.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>

namespace {

/// A net of images of 3 x 32 x 32 that ends as `body` says, from `y`, [N, 3]; with weights `a` [8, 3], `b` [8, 8], `c` and `d`
/// [10, 8], `k` [10, 8, 1, 1].
std::filesystem::path write_net(const std::filesystem::path &folder, const std::string &name, const std::string &body)
{
    torch::manual_seed(3);
    torch::jit::Module net("__torch__.probed.Net");
    const std::vector<std::pair<const char *, std::vector<std::int64_t>>> weights{
        {"a", {8, 3}}, {"b", {8, 8}}, {"c", {10, 8}}, {"d", {10, 8}}, {"e", {10, 3, 1, 1}}, {"k", {10, 8, 1, 1}}};
    for (const auto &[weight, shape] : weights)
        net.register_parameter(weight, torch::randn(shape), false);
    net.define("def forward(self, x):\n    y = x.mean([2, 3])\n" + body);
    net.eval();
    const auto file = folder / (name + ".pt");
    net.save(file.string());
    return file;
}

double agreement(const ca::Predictions &one, const ca::Predictions &other)
{
    double same = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        same += one.top[i] == other.top[i] ? 1 : 0;
    return same / static_cast<double>(one.size());
}

} // namespace

class TestProbe final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_the_last_linear_layer_data();
    void finds_the_last_linear_layer();
    void tells_classes_apart_that_the_net_never_knew();
    void answers_what_the_layer_computes();
    void leaves_out_what_came_behind();
    void is_quantized_like_its_model();
    void says_what_it_needs();
    void stops_when_asked();

private:
    [[nodiscard]] ca::Model load(const std::filesystem::path &file) const;
    [[nodiscard]] ca::Model scripted(const std::string &kind) const { return load(write_scripted_net(path(), kind)); }
    [[nodiscard]] ca::Model net(const std::string &name, const std::string &body) const
    {
        return load(write_net(path(), name, body));
    }
    [[nodiscard]] std::filesystem::path path() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
    ca::Split calibration_ = whole_split(coloured_images(30, 4, 1), "calibration");
    ca::Split holdout_ = whole_split(coloured_images(50, 4, 2), "holdout");
};

ca::Model TestProbe::load(const std::filesystem::path &file) const
{
    auto model = ca::load_model(file, {}, {}, {});
    if (!model)
        qWarning("%s", model.error().text().c_str());
    return model ? std::move(*model) : ca::Model();
}

void TestProbe::finds_the_last_linear_layer_data()
{
    QTest::addColumn<QString>("body"); // or the kind of a scripted net
    QTest::addColumn<QString>("layer");
    QTest::newRow("cnn") << "cnn"
                         << "fc";
    QTest::newRow("tokens before") << "attention"
                                   << "head";
    QTest::newRow("flattened") << "lenet"
                               << "fc2";
    QTest::newRow("a product with the weight turned") << "loop"
                                                      << "fc";
    QTest::newRow("no linear layer") << "    return torch.conv2d(y.view(y.size(0), 3, 1, 1), self.e, None).flatten(1)\n"
                                     << "";
    QTest::newRow("not recorded") << "content"
                                  << "";
    QTest::newRow("steps behind")
        << "    return torch.log_softmax(torch.linear(torch.linear(y, self.a, None), self.c, None), 1)\n"
        << "c";
    QTest::newRow("two last ones") << "    y = torch.relu(torch.linear(y, self.a, None))\n"
                                      "    return torch.linear(y, self.c, None) + torch.linear(torch.tanh(y), self.d, None)\n"
                                   << "a";
    QTest::newRow("a way around") << "    y = torch.linear(y, self.a, None)\n"
                                     "    y = y + torch.linear(torch.relu(y), self.b, None)\n"
                                     "    return torch.conv2d(y.view(y.size(0), 8, 1, 1), self.k, None).flatten(1)\n"
                                  << "a";
    QTest::newRow("a row for each token")
        << "    t = torch.linear(x.flatten(2).transpose(1, 2), self.a, None)\n"
           "    return torch.conv2d(t.mean(1).view(x.size(0), 8, 1, 1), self.k, None).flatten(1)\n"
        << "";
    QTest::newRow("shared") << "    y = torch.linear(y, self.a, None)\n"
                               "    return torch.linear(torch.relu(torch.linear(y, self.b, None)), self.b, None)\n"
                            << "";
}

void TestProbe::finds_the_last_linear_layer()
{
    QFETCH(QString, body);
    QFETCH(QString, layer);
    const ca::Model model = body.contains("return") ? net("net", body.toStdString()) : scripted(body.toStdString());
    QVERIFY(!model.program.empty());
    const auto found = ca::probe_layer(model.program);
    QCOMPARE(found ? QString::fromStdString(model.program.layers()[found->value].name) : QString(), layer);
}

void TestProbe::tells_classes_apart_that_the_net_never_knew()
{
    const ca::Model model = scripted("cnn"); // ten outputs of random weights
    const auto probe = ca::fit_probe(model, calibration_, {}, 2, {}, {});
    QVERIFY2(probe, probe ? "" : probe.error().text().c_str());
    QCOMPARE(probe->model.input.outputs, std::int64_t{4});
    QCOMPARE(probe->model.output_names, holdout_.images->classes);
    QCOMPARE(probe->model.parameters, model.parameters - 6 * 33); // six rows of 32 weights and a bias less
    QVERIFY(probe->sentence.find("32 features that fc reads, on 120 calibration images") != std::string::npos);
    const auto answers = ca::predict(probe->model.program, probe->model.input, holdout_, {}, 2, {}, {});
    QVERIFY2(answers, answers ? "" : answers.error().text().c_str());
    const double top1 = ca::accuracy_of(*answers, holdout_, {ca::Head::probe, {}}, nullptr).top1();
    QVERIFY2(top1 > 0.9, qPrintable(QString::number(top1))); // by chance 0.25
    QVERIFY2(std::abs(probe->left_out - top1) < 0.1, qPrintable(QString::number(probe->left_out)));
}

void TestProbe::answers_what_the_layer_computes()
{
    const ca::Model model = net("whole",
                                "    y = torch.relu(torch.linear(y, self.a, None))\n"
                                "    return torch.softmax(torch.linear(y, self.c, None) * 3.0, 1)\n");
    const auto probe = ca::fit_probe(model, calibration_, {}, 1, {}, {});
    QVERIFY2(probe, probe ? "" : probe.error().text().c_str());
    // The features by the interpreter, then W f + b with the weights that are in the program.
    const ca::Program::Data &program = probe->model.program.data();
    const ca::Layer &layer = program.layers.back();
    QCOMPARE(layer.name, std::string("c"));
    QCOMPARE(layer.shape, (std::vector<std::int64_t>{4, 8}));
    QVERIFY(layer.has_bias);
    const ca::ImageBatch images{2, 3, 32, 32, std::vector<float>(2 * 3 * 32 * 32, 0.25F)};
    const auto features = interpret_net(write_net(path(), "features", "    return torch.relu(torch.linear(y, self.a, None))\n"),
                                        images.values, {2, 3, 32, 32});
    const std::vector<float> weight = probe->model.program.weight(layer.index);
    const at::Tensor bias = program.tensor(program.steps.back().in[2]);
    const auto output = ca::run(probe->model.program, images);
    QVERIFY(output && output->columns == 4);
    for (std::size_t c = 0; c < 4; ++c) {
        double sum = bias[static_cast<std::int64_t>(c)].item().toDouble();
        for (std::size_t f = 0; f < 8; ++f)
            sum += static_cast<double>(weight[8 * c + f]) * static_cast<double>(features[f]);
        QVERIFY(std::abs(static_cast<double>(output->values[c]) - sum) < 1e-5);
    }
}

void TestProbe::leaves_out_what_came_behind()
{
    const ca::Model model = net("behind",
                                "    y = torch.relu(torch.linear(y, self.a, None))\n"
                                "    y = torch.linear(y, self.b, None)\n"
                                "    return torch.conv2d(y.view(y.size(0), 8, 1, 1), self.k, None).flatten(1)\n");
    QCOMPARE(model.program.layers().size(), std::size_t{3});
    const auto probe = ca::fit_probe(model, calibration_, {}, 1, {}, {});
    QVERIFY2(probe, probe ? "" : probe.error().text().c_str());
    const auto &layers = probe->model.program.layers();
    QCOMPARE(layers.size(), std::size_t{3}); // for recipes that name them
    for (const auto &[name, uses] : {std::pair("a", 1), std::pair("b", 1), std::pair("k", 0)}) {
        const auto layer = std::find_if(layers.begin(), layers.end(), [&](const ca::Layer &any) { return any.name == name; });
        QVERIFY(layer != layers.end());
        QCOMPARE(layer->uses, std::int64_t{uses});
    }
    QCOMPARE(probe->model.parameters - model.parameters, std::int64_t{36 - 64}); // four rows with a bias for eight without
    QCOMPARE(probe->model.program.steps().back().layer, std::string("b"));
    const auto recipe = ca::make_recipe(model, "int8-weight", {});
    QVERIFY(recipe);
    const auto quantized = ca::quantize(probe->model, *recipe, {}, 1, {}, {});
    QVERIFY2(quantized, quantized ? "" : quantized.error().text().c_str());
    const auto table = ca::run(quantized->program, {1, 3, 32, 32, std::vector<float>(3 * 32 * 32, 0.5F)});
    QVERIFY(table && table->columns == 4);
}

void TestProbe::is_quantized_like_its_model()
{
    const ca::Model model = scripted("cnn");
    const auto probe = ca::fit_probe(model, calibration_, {}, 2, {}, {});
    const auto ranges = minmax_ranges(model, calibration_, {});
    const auto recipe = ca::make_recipe(model, "static-int8", {});
    QVERIFY(probe && ranges && recipe);
    const auto quantized = ca::quantize(probe->model, *recipe, *ranges, 2, {}, {});
    QVERIFY2(quantized, quantized ? "" : quantized.error().text().c_str());
    QCOMPARE(quantized->compute, std::string("int8"));
    const auto before = ca::predict(probe->model.program, probe->model.input, holdout_, {}, 2, {}, {});
    const auto after = ca::predict(quantized->program, probe->model.input, holdout_, {}, 2, {}, {});
    QVERIFY2(after, after ? "" : after.error().text().c_str());
    QVERIFY2(agreement(*before, *after) >= 0.95, qPrintable(QString::number(agreement(*before, *after))));
}

void TestProbe::says_what_it_needs()
{
    const ca::Model model = scripted("cnn");
    const auto refused = [](const auto &result, ca::ErrorCode code, std::string_view part) {
        return !result && result.error().code == code && result.error().sentence.find(part) != std::string::npos;
    };
    const auto few = ca::fit_probe(model, whole_split(coloured_images(19, 4, 1)), {}, 1, {}, {});
    QVERIFY(refused(few, ca::ErrorCode::bad_data, "20 labelled calibration images"));
    const auto one = ca::fit_probe(model, whole_split(coloured_images(40, 1, 1)), {}, 1, {}, {});
    QVERIFY(refused(one, ca::ErrorCode::bad_data, "two classes"));
    const auto no_layer =
        ca::fit_probe(net("none", "    return torch.conv2d(y.view(y.size(0), 3, 1, 1), self.e, None).flatten(1)\n"), calibration_,
                      {}, 1, {}, {});
    QVERIFY(refused(no_layer, ca::ErrorCode::unsupported, "no last linear layer"));
    auto black = std::make_shared<ca::ImageSet>(*calibration_.images);
    std::fill(black->pixels.begin(), black->pixels.end(), std::uint8_t{0});
    const auto same = ca::fit_probe(model, whole_split(black), {}, 1, {}, {});
    QVERIFY(refused(same, ca::ErrorCode::failed, "are the same"));
}

void TestProbe::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const auto probe = ca::fit_probe(scripted("cnn"), calibration_, {}, 1, source.get_token(), {});
    QVERIFY(!probe && probe.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestProbe)
#include "test_probe_torch.moc"
