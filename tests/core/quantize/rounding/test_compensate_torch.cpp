// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/compensate.h"

#include "core/data/read_batch.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "core/quantize/rounding/rounded_layers.h"
#include "tests/support/calibration.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

/// Whole nets rounded by what calibration images put into their layers.
class TestCompensate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void brings_outputs_nearer_than_nearest_does_data();
    void brings_outputs_nearer_than_nearest_does();
    void is_the_same_for_any_number_of_threads_data();
    void is_the_same_for_any_number_of_threads();
    void takes_what_was_rounded_before_for_the_same_inputs();
    void rounds_groups_and_eight_bits();
    void rounds_on_quantized_inputs();
    void rounds_steps_that_run_once_on_their_own_inputs();
    void leaves_layers_float_whose_weights_are_not_finite();
    void keeps_zeros_zero();
    void takes_dark_images();
    void keeps_what_is_rounded_already();
    void stops_when_asked();
    void needs_images();

private:
    ca::Model load(const std::string &kind);
    static ca::Calibration images(int count = 64) { return {whole_split(coloured_images(count / 8, 8, 3)), ca::Preprocess{}}; }
    static ca::Recipe recipe_of(const ca::Model &model, ca::Scheme scheme);
    static std::map<std::string, ca::StoredWeight> rounded(const ca::Model &model, const ca::Recipe &recipe, int threads = 2,
                                                           const ca::Calibration &calibration = images());
    /// Mean squared difference of outputs on images that rounding has not seen, against the float net's power.
    static double loss(const ca::Model &model, const std::map<std::string, ca::StoredWeight> &weights);
    static std::map<std::string, ca::StoredWeight> plain(const ca::Model &model, const ca::Recipe &recipe);

    QTemporaryDir folder_;
};

namespace {

constexpr ca::Scheme kThreeBits{ca::Format::int3, ca::Activation::none, ca::Rounding::gptq, 0, false};

const ca::IntegerWeight &integers(const std::map<std::string, ca::StoredWeight> &weights, const std::string &name)
{
    return std::get<ca::IntegerWeight>(weights.at(name));
}

/// The model with another weight in one layer.
ca::Model with_weight(ca::Model model, const std::string &layer, const at::Tensor &weight)
{
    ca::Program::Data data = model.program.data();
    for (std::size_t i = 0; i < data.layers.size(); ++i)
        if (data.layers[i].name == layer)
            data.constants[ca::constant_index(data.layer_weights[i])].value = weight;
    model.program = ca::finish(std::move(data));
    return model;
}

/// A linear layer on constant rows, which runs once; its sum over rows is added to a linear layer of the image.
ca::Model net_with_fixed_steps(const at::Tensor &rows, const at::Tensor &fixed_weight, const at::Tensor &weight)
{
    ca::Program::Data data;
    data.input = {1, 2, 2};
    const auto linear = [&](ca::Operand input, const at::Tensor &value, const std::string &name) {
        const int layer = static_cast<int>(data.layers.size());
        data.layers.push_back({.index = {{static_cast<std::uint32_t>(layer)}},
                               .name = name,
                               .kind = ca::LayerKind::linear,
                               .shape = value.sizes().vec()});
        data.layer_weights.push_back(data.add(value, name + ".weight"));
        const int out = data.new_slot();
        data.steps.push_back({"aten::linear",
                              "",
                              ca::find_kernel("aten::linear", "", 1),
                              {input, data.layer_weights.back(), data.add({})},
                              {out},
                              layer,
                              {}});
        return out;
    };
    const int flat = data.new_slot(), copied = data.new_slot(), sum = data.new_slot();
    data.steps.push_back({"t::flat", "", [](ca::Stack &s) { s[0] = s[0].toTensor().flatten(1); }, {0}, {flat}, -1, {}});
    data.steps.push_back(
        {"t::copy", "", [](ca::Stack &s) { s[0] = s[0].toTensor().clone(); }, {data.add(rows)}, {copied}, -1, {}});
    const int fixed = linear(copied, fixed_weight, "text"), image = linear(flat, weight, "image");
    data.steps.push_back({"t::sum",
                          "",
                          [](ca::Stack &s) {
                              s[0] = s[0].toTensor().sum(0, true) + s[1].toTensor();
                              s.resize(1);
                          },
                          {fixed, image},
                          {sum},
                          -1,
                          {}});
    data.output = sum;
    ca::Model model;
    model.program = ca::finish(std::move(data));
    model.input.channels = 1;
    model.input.height = model.input.width = 2;
    return model;
}

at::Tensor waves(std::int64_t rows, std::int64_t columns, double step)
{
    return at::sin(at::arange(rows * columns, at::kFloat) * step + 0.3).view({rows, columns});
}

} // namespace

ca::Model TestCompensate::load(const std::string &kind)
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    return *model;
}

ca::Recipe TestCompensate::recipe_of(const ca::Model &model, ca::Scheme scheme)
{
    ca::Recipe recipe;
    for (const ca::Layer &layer : model.program.layers())
        recipe.layers[layer.name] = scheme;
    return recipe;
}

std::map<std::string, ca::StoredWeight> TestCompensate::rounded(const ca::Model &model, const ca::Recipe &recipe, int threads,
                                                                const ca::Calibration &calibration)
{
    std::map<std::string, ca::StoredWeight> weights;
    std::map<std::string, ca::Error> unable;
    const auto done = ca::round_compensated(model, recipe, {}, calibration, weights, unable, threads, {}, {});
    if (!done)
        qFatal("%s", done.error().text().c_str());
    return weights;
}

std::map<std::string, ca::StoredWeight> TestCompensate::plain(const ca::Model &model, const ca::Recipe &recipe)
{
    std::map<std::string, ca::StoredWeight> weights;
    for (const ca::Layer &layer : model.program.layers())
        weights.emplace(layer.name,
                        *ca::store_weight(model.program.weight(layer.index), layer.shape, recipe.layers.at(layer.name), {}));
    return weights;
}

double TestCompensate::loss(const ca::Model &model, const std::map<std::string, ca::StoredWeight> &weights)
{
    ca::Program::Data data = model.program.data();
    for (const ca::Layer &layer : model.program.layers())
        data.constants[ca::constant_index(data.layer_weights[layer.index.value])].value =
            at::tensor(ca::dequantize(weights.at(layer.name))).view(layer.shape);
    const auto test = whole_split(coloured_images(5, 8, 99));
    const auto batch = ca::read_batch(test, 0, test.size(), {}, model.input);
    const auto floats = ca::run(model.program, batch->images), others = ca::run(ca::finish(std::move(data)), batch->images);
    double off = 0, power = 0;
    for (std::size_t i = 0; i < floats->values.size(); ++i) {
        off += std::pow(static_cast<double>(floats->values[i]) - others->values[i], 2);
        power += std::pow(static_cast<double>(floats->values[i]), 2);
    }
    return off / power;
}

void TestCompensate::brings_outputs_nearer_than_nearest_does_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<bool>("adaround");
    for (const char *kind : {"cnn", "depthwise", "attention", "gated", "blocks", "shared"}) {
        QTest::addRow("%s, gptq", kind) << kind << false;
        QTest::addRow("%s, adaround", kind) << kind << true;
    }
}

void TestCompensate::brings_outputs_nearer_than_nearest_does()
{
    QFETCH(QString, kind);
    QFETCH(bool, adaround);
    const ca::Model model = load(kind.toStdString());
    ca::Scheme scheme = kThreeBits;
    scheme.rounding = adaround ? ca::Rounding::adaround : ca::Rounding::gptq;
    const ca::Recipe recipe = recipe_of(model, scheme);
    const double compensated = loss(model, rounded(model, recipe)), nearest = loss(model, plain(model, recipe));
    QVERIFY2(compensated < 0.6 * nearest, qPrintable(QString("%1 of %2").arg(compensated).arg(nearest)));
}

void TestCompensate::is_the_same_for_any_number_of_threads_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addRow("cnn") << "cnn";
    QTest::addRow("depthwise") << "depthwise";
    QTest::addRow("attention") << "attention";
}

void TestCompensate::is_the_same_for_any_number_of_threads()
{
    QFETCH(QString, kind);
    const ca::Model model = load(kind.toStdString());
    const ca::Recipe recipe = recipe_of(model, kThreeBits);
    const auto one = rounded(model, recipe, 1), three = rounded(model, recipe, 3);
    QCOMPARE(one.size(), model.program.layers().size());
    for (const auto &[name, weight] : one) {
        QVERIFY(integers(one, name).values == integers(three, name).values);
        QVERIFY(integers(one, name).scales == integers(three, name).scales);
        QVERIFY(integers(one, name).zeros == integers(three, name).zeros);
    }
}

void TestCompensate::takes_what_was_rounded_before_for_the_same_inputs()
{
    const ca::Model model = load("blocks");
    const ca::Recipe first = recipe_of(model, kThreeBits);
    ca::Recipe second = first; // differs from its middle layer on
    const auto layers = model.program.layers();
    const std::string middle = layers[layers.size() / 2].name, last = layers.back().name;
    second.layers.at(middle).format = ca::Format::int2;
    const ca::Calibration shared = images();
    const auto before = rounded(model, first, 2, shared), after = rounded(model, second, 2, shared),
               alone = rounded(model, second);
    for (const auto &[name, weight] : alone) {
        QVERIFY2(integers(after, name).values == integers(alone, name).values, name.c_str());
        QVERIFY2(integers(after, name).scales == integers(alone, name).scales, name.c_str());
    }
    QVERIFY(integers(after, last).values != integers(before, last).values); // reads what the middle one gives
    ca::RoundingKey key;
    key.add(layers.front().name, &kThreeBits, {}, {});
    const auto kept = shared.rounded_layers(model.program)->find(key.text());
    QVERIFY(kept);
    QVERIFY(kept->values == integers(before, layers.front().name).values);
    QVERIFY(!shared.rounded_layers(load("cnn").program)); // another network
}

void TestCompensate::rounds_groups_and_eight_bits()
{
    const ca::Model model = load("attention");
    ca::Recipe recipe = recipe_of(model, {ca::Format::int8, ca::Activation::none, ca::Rounding::gptq, 0, true});
    recipe.layers.at("mlp.3").group = 32;
    const auto weights = rounded(model, recipe);
    QCOMPARE(integers(weights, "mlp.3").scales.size(), std::size_t{64}); // 32 rows of two groups
    QVERIFY(integers(weights, "mlp.3").zeros.empty());
    QVERIFY(loss(model, weights) < 1e-4);
}

void TestCompensate::rounds_on_quantized_inputs()
{
    // Ranges so wide that an input has about four levels: what rounding sees is not what the float net gives.
    const ca::Model model = load("blocks");
    ca::Recipe recipe = recipe_of(model, kThreeBits);
    const auto without = rounded(model, recipe);
    auto data = std::make_shared<ca::ActivationRanges::Data>();
    for (const ca::Step &step : model.program.data().steps)
        if (step.layer >= 0)
            data->slots[step.in[0]] = {-50.0F, 50.0F};
    for (auto &[name, scheme] : recipe.layers)
        scheme.activation = ca::Activation::static_int8;
    std::map<std::string, ca::StoredWeight> with;
    std::map<std::string, ca::Error> unable;
    QVERIFY(ca::round_compensated(model, recipe, ca::ActivationRanges(data), images(), with, unable, 2, {}, {}));
    const std::string last = model.program.layers().back().name;
    QVERIFY(integers(with, last).values != integers(without, last).values);
}

void TestCompensate::rounds_steps_that_run_once_on_their_own_inputs()
{
    const c10::InferenceMode inference;
    // Constant rows that differ in two directions alone, so four columns can make up for each other: rounding to 4 levels then
    // loses far less on these rows than nearest does.
    const at::Tensor rows = at::mm(waves(12, 2, 1.1), waves(2, 4, 0.9)), text = waves(5, 4, 1.7), image = waves(5, 4, 0.8);
    const ca::Model model = net_with_fixed_steps(rows, text, image);
    QCOMPARE(model.program.data().fixed_steps, std::size_t{2});
    const ca::Recipe recipe = recipe_of(model, {ca::Format::int3, ca::Activation::none, ca::Rounding::gptq, 0, false});
    auto pictures = std::make_shared<ca::ImageSet>(one_image(1, 2, 2, {10, 200, 90, 30}));
    std::map<std::string, ca::StoredWeight> weights;
    std::map<std::string, ca::Error> unable;
    const auto done =
        ca::round_compensated(model, recipe, {}, {whole_split(pictures), ca::Preprocess{}}, weights, unable, 2, {}, {});
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    const auto off = [&](const ca::StoredWeight &stored) {
        return at::mm(rows, (at::tensor(ca::dequantize(stored)).view({5, 4}) - text).t()).norm().item<double>();
    };
    QVERIFY(off(weights.at("text")) < 0.5 * off(plain(model, recipe).at("text")));
}

void TestCompensate::leaves_layers_float_whose_weights_are_not_finite()
{
    ca::Model model = load("blocks");
    const std::string broken = model.program.layers().back().name;
    at::Tensor weight =
        at::tensor(model.program.weight(model.program.layers().back().index)).view(model.program.layers().back().shape);
    weight.view(-1)[3] = std::nanf("");
    model = with_weight(model, broken, weight);
    const ca::Recipe recipe = recipe_of(model, kThreeBits);
    std::map<std::string, ca::StoredWeight> weights;
    std::map<std::string, ca::Error> unable;
    QVERIFY(ca::round_compensated(model, recipe, {}, images(), weights, unable, 2, {}, {}));
    QCOMPARE(unable.size(), std::size_t{1});
    QVERIFY(unable.contains(broken) && !weights.contains(broken));
    QCOMPARE(weights.size(), model.program.layers().size() - 1);

    const auto whole = ca::quantize_weights(model, {recipe, {}}, images(), 2, {}, {});
    QVERIFY(whole && !whole->weights.contains(broken) && !whole->recipe.layers.contains(broken));
    QVERIFY(
        std::any_of(whole->left_float.begin(), whole->left_float.end(), [&](const auto &left) { return left.name == broken; }));
}

void TestCompensate::keeps_zeros_zero()
{
    ca::Model model = load("blocks");
    const ca::Layer layer = model.program.layers()[1];
    model = with_weight(model, layer.name, at::zeros(layer.shape));
    const auto weights = rounded(model, recipe_of(model, kThreeBits));
    for (const float value : ca::dequantize(weights.at(layer.name)))
        QCOMPARE(value, 0.0F);
}

void TestCompensate::takes_dark_images()
{
    // No image has anything in it, so the first layer reads zeros alone: its weight gets its nearest codes.
    const ca::Model model = load("blocks");
    auto dark = std::make_shared<ca::ImageSet>(one_image(3, 32, 32, std::vector<std::uint8_t>(3 * 32 * 32, 0)));
    const ca::Recipe recipe = recipe_of(model, kThreeBits);
    std::map<std::string, ca::StoredWeight> weights;
    std::map<std::string, ca::Error> unable;
    ca::Preprocess black;
    black.mean = {0, 0, 0};
    QVERIFY(ca::round_compensated(model, recipe, {}, {whole_split(dark), black}, weights, unable, 2, {}, {}));
    const std::string first = model.program.layers()[0].name;
    const std::vector<float> values = ca::dequantize(weights.at(first)),
                             wanted = model.program.weight(model.program.layers()[0].index);
    double off = 0, power = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        off += std::pow(static_cast<double>(values[i]) - wanted[i], 2);
        power += std::pow(static_cast<double>(wanted[i]), 2);
    }
    QVERIFY(off < 0.1 * power); // 3 bits leave 3 to 4 % of a normal weight
}

void TestCompensate::keeps_what_is_rounded_already()
{
    const ca::Model model = load("blocks");
    const ca::Recipe recipe = recipe_of(model, kThreeBits);
    auto weights = plain(model, recipe);
    const std::string last = model.program.layers().back().name, first = model.program.layers().front().name;
    weights.erase(last);
    const auto before = integers(weights, first).values;
    std::map<std::string, ca::Error> unable;
    QVERIFY(ca::round_compensated(model, recipe, {}, images(), weights, unable, 2, {}, {}));
    QVERIFY(weights.contains(last));
    QVERIFY(integers(weights, first).values == before);
    QVERIFY(loss(model, weights) < loss(model, plain(model, recipe)));
}

void TestCompensate::stops_when_asked()
{
    std::stop_source stop;
    const ca::Model model = load("cnn");
    std::map<std::string, ca::StoredWeight> weights;
    std::map<std::string, ca::Error> unable;
    const ca::Progress progress([&](const ca::ProgressReport &) { stop.request_stop(); });
    const auto done =
        ca::round_compensated(model, recipe_of(model, kThreeBits), {}, images(), weights, unable, 2, stop.get_token(), progress);
    QVERIFY(!done);
    QVERIFY(done.error().code == ca::ErrorCode::cancelled);
    QVERIFY(weights.size() < model.program.layers().size());
}

void TestCompensate::needs_images()
{
    const ca::Model model = load("cnn");
    std::map<std::string, ca::StoredWeight> weights;
    std::map<std::string, ca::Error> unable;
    const auto done = ca::round_compensated(model, recipe_of(model, kThreeBits), {}, {}, weights, unable, 1, {}, {});
    QVERIFY(!done);
    QVERIFY(done.error().code == ca::ErrorCode::bad_data);
}

QTEST_APPLESS_MAIN(TestCompensate)
#include "test_compensate_torch.moc"
