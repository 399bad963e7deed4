// SPDX-License-Identifier: GPL-3.0-or-later
// What lies in an exported file, name by name, and that it comes back.
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/quantize/export/export.h"
#include "tests/support/models.h"
#include "tests/support/quantized.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>
#include <iterator>

namespace {

ca::SafeTensor described(const ca::SafeHeader &header, const std::string &name)
{
    const auto *found = header.find(name);
    return found ? *found : ca::SafeTensor{"absent", ca::SafeDtype::f64, {}, 0, 0};
}

using Shape = std::vector<std::int64_t>;

} // namespace

class TestExport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_back_the_same_data();
    void comes_back_the_same();
    void names_four_bits_as_bitsandbytes_does();
    void describes_blocks_as_bitsandbytes_does();
    void names_rows_as_bitsandbytes_does();
    void names_integers_as_compressed_tensors_does();
    void scales_of_groups_take_sixteen_bits();
    void stored_bytes_are_those_of_the_tensors();
    void says_what_other_readers_need();
    void mixtures_state_both_conventions();
    void a_stop_leaves_what_was_there();
    void writes_the_recipe_alone();

private:
    ca::QuantizedModel made(const std::string &kind, const std::string &method, const ca::MethodOptions &options = {})
    {
        return quantized_net(folder_.path().toStdString(), kind, method, options);
    }
    std::filesystem::path file() const { return folder_.filePath("written.safetensors").toStdString(); }
    ca::SafeHeader header(const ca::QuantizedModel &model) const;
    template <typename T>
    std::vector<T> values(const ca::SafeHeader &header, const std::string &name) const;

    QTemporaryDir folder_;
};

ca::SafeHeader TestExport::header(const ca::QuantizedModel &model) const
{
    const auto written = ca::write_export(model, file());
    const auto read = ca::read_safetensors_header(file());
    if (!written || !read)
        qFatal("%s", (written ? read.error() : written.error()).text().c_str());
    return *read;
}

template <typename T>
std::vector<T> TestExport::values(const ca::SafeHeader &header, const std::string &name) const
{
    const auto bytes = ca::read_tensor(file(), header, *header.find(name));
    std::vector<T> result(bytes->size() / sizeof(T));
    std::memcpy(result.data(), bytes->data(), bytes->size());
    return result;
}

void TestExport::comes_back_the_same_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("method");
    for (const char *kind : {"cnn", "depthwise", "attention", "lenet"})
        for (const auto &method : ca::method_names())
            QTest::addRow("%s, %s", kind, method.c_str()) << kind << QString::fromStdString(method);
}

void TestExport::comes_back_the_same()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    const auto model = made(kind.toStdString(), method.toStdString());
    const auto written = ca::write_export(model, file());
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    QCOMPARE(written->value, QFile(QString::fromStdString(file().string())).size());
    QCOMPARE(ca::predicted_bytes(model.model, model.recipe).value, written->value);
    const auto back = ca::read_export(file(), 1, {}, {});
    QVERIFY2(back, back ? "" : back.error().text().c_str());
    QVERIFY(back->recipe == model.recipe);
    QCOMPARE(back->compute, model.compute);
    QCOMPARE(back->weights.size(), model.weights.size());
    for (const auto &[name, stored] : model.weights)
        QVERIFY(ca::dequantize(back->weights.at(name)) == ca::dequantize(stored));
    const auto images = random_images(4, model.model.input.channels, model.model.input.height, model.model.input.width, 6);
    QCOMPARE(ca::run(back->program, images)->values, ca::run(model.program, images)->values);
}

void TestExport::names_four_bits_as_bitsandbytes_does()
{
    const auto model = made("lenet", "nf4");
    const auto written = header(model);
    int doubled = 0;
    for (const ca::Layer &layer : model.model.program.layers()) {
        const std::int64_t count = layer.weights(), blocks = (count + 63) / 64;
        const std::string weight = layer.name + ".weight";
        QCOMPARE(described(written, weight).dtype, ca::SafeDtype::u8);
        QCOMPARE(described(written, weight).shape, (Shape{(count + 1) / 2, 1}));
        QCOMPARE(described(written, weight + ".quant_map").shape, Shape{16});
        QVERIFY(written.find(weight + ".quant_state.bitsandbytes__nf4"));
        const bool nested = blocks >= 512;
        doubled += nested ? 1 : 0;
        QCOMPARE(described(written, weight + ".absmax").dtype, nested ? ca::SafeDtype::u8 : ca::SafeDtype::f32);
        QCOMPARE(described(written, weight + ".absmax").shape, Shape{blocks});
        QCOMPARE(written.find(weight + ".nested_absmax") != nullptr, nested);
        if (nested) {
            QCOMPARE(described(written, weight + ".nested_absmax").shape, Shape{(blocks + 255) / 256});
            QCOMPARE(described(written, weight + ".nested_quant_map").shape, Shape{256});
        }
    }
    QVERIFY(doubled > 0);
}

void TestExport::describes_blocks_as_bitsandbytes_does()
{
    const auto model = made("lenet", "fp4");
    const auto written = header(model);
    for (const ca::Layer &layer : model.model.program.layers()) {
        const auto text = values<char>(written, layer.name + ".weight.quant_state.bitsandbytes__fp4");
        const auto state = ca::Json::parse(text.begin(), text.end());
        QCOMPARE(state["quant_type"].get<std::string>(), std::string("fp4"));
        QCOMPARE(state["blocksize"].get<int>(), 64);
        QCOMPARE(state["dtype"].get<std::string>(), std::string("float32"));
        QCOMPARE(state["shape"].get<Shape>(), layer.shape);
        QCOMPARE(state.contains("nested_offset"), layer.weights() >= 64 * 512);
        if (state.contains("nested_offset")) {
            const auto &stored = std::get<ca::FourBitWeight>(model.weights.at(layer.name));
            QVERIFY(static_cast<float>(state["nested_offset"].get<double>()) == stored.doubled->offset);
            QCOMPARE(state["nested_blocksize"].get<int>(), 256);
            QCOMPARE(state["nested_dtype"].get<std::string>(), std::string("float32"));
        }
    }
}

void TestExport::names_rows_as_bitsandbytes_does()
{
    const auto model = made("cnn", "llm-int8");
    const auto written = header(model);
    for (const ca::Layer &layer : model.model.program.layers()) {
        const std::int64_t rows = layer.channels();
        QCOMPARE(described(written, layer.name + ".weight").dtype, ca::SafeDtype::i8);
        QCOMPARE(described(written, layer.name + ".weight").shape, (Shape{rows, layer.weights() / rows}));
        QCOMPARE(described(written, layer.name + ".SCB").dtype, ca::SafeDtype::f32);
        QCOMPARE(described(written, layer.name + ".SCB").shape, Shape{rows});
        QCOMPARE(described(written, layer.name + ".weight_format").shape, Shape{});
        QCOMPARE(values<std::uint8_t>(written, layer.name + ".weight_format"), std::vector<std::uint8_t>{0});
    }
}

void TestExport::names_integers_as_compressed_tensors_does()
{
    const auto four = made("cnn", "int4-weight");
    const auto written = header(four);
    for (const ca::Layer &layer : four.model.program.layers()) {
        const std::int64_t rows = layer.channels(), columns = layer.weights() / rows;
        QCOMPARE(described(written, layer.name + ".weight_packed").shape, (Shape{rows, (columns * 4 + 31) / 32}));
        QCOMPARE(values<std::int64_t>(written, layer.name + ".weight_shape"), (Shape{rows, columns}));
        QCOMPARE(described(written, layer.name + ".weight_scale").shape, (Shape{rows, 1}));
        QCOMPARE(described(written, layer.name + ".weight_zero_point").shape, (Shape{(rows * 4 + 31) / 32, 1}));
    }
    const auto eight = made("cnn", "int8-weight");
    const auto whole = header(eight);
    for (const ca::Layer &layer : eight.model.program.layers()) {
        Shape scales(layer.shape.size(), 1);
        scales[0] = layer.channels();
        QCOMPARE(described(whole, layer.name + ".weight").shape, layer.shape);
        QCOMPARE(described(whole, layer.name + ".weight_scale").shape, scales);
    }
}

void TestExport::scales_of_groups_take_sixteen_bits()
{
    auto model = made("attention", "int4-weight", {.group = 32});
    bool grouped = false;
    for (auto &[name, stored] : model.weights) {
        auto &integers = std::get<ca::IntegerWeight>(stored);
        if (integers.group == integers.columns)
            continue;
        grouped = true;
        for (float &scale : integers.scales)
            scale = 0.125F;
    }
    QVERIFY(grouped);
    const auto written = header(model);
    for (const auto &[name, stored] : model.weights) {
        const auto &integers = std::get<ca::IntegerWeight>(stored);
        QCOMPARE(described(written, name + ".weight_scale").dtype,
                 integers.group == integers.columns ? ca::SafeDtype::f32 : ca::SafeDtype::bf16);
    }
    const auto back = ca::read_export(file(), 1, {}, {});
    QVERIFY(back);
    for (const auto &[name, stored] : model.weights)
        QVERIFY(ca::dequantize(back->weights.at(name)) == ca::dequantize(stored));
}

void TestExport::stored_bytes_are_those_of_the_tensors()
{
    for (const char *method : {"nf4", "fp4", "llm-int8", "int3-weight", "fp16"}) {
        const auto model = made("lenet", method);
        const auto written = header(model);
        for (const ca::Layer &layer : model.model.program.layers()) {
            std::uint64_t size = 0;
            for (const auto &tensor : written.tensors)
                if (tensor.name == layer.name + ".SCB" || tensor.name.rfind(layer.name + ".weight", 0) == 0)
                    size += tensor.end - tensor.begin;
            QCOMPARE(ca::stored_bytes(layer, model.recipe.layers.at(layer.name), model.recipe.options).value,
                     static_cast<std::int64_t>(size));
        }
    }
}

void TestExport::says_what_other_readers_need()
{
    const auto config = [&](const char *method) {
        return ca::Json::parse(header(made("cnn", method)).metadata.at("quantization_config"));
    };
    const auto nf4 = config("nf4"), rows = config("llm-int8"), dynamic = config("dynamic-int8");
    QCOMPARE(nf4["quant_method"].get<std::string>(), std::string("bitsandbytes"));
    QVERIFY(nf4["load_in_4bit"].get<bool>() && !nf4["load_in_8bit"].get<bool>() && nf4["bnb_4bit_use_double_quant"].get<bool>());
    QCOMPARE(nf4["bnb_4bit_quant_type"].get<std::string>(), std::string("nf4"));
    QVERIFY(rows["load_in_8bit"].get<bool>() && !rows["load_in_4bit"].get<bool>());
    QCOMPARE(rows["llm_int8_threshold"].get<double>(), 6.0);
    QCOMPARE(dynamic["quant_method"].get<std::string>(), std::string("compressed-tensors"));
    QVERIFY(dynamic.dump().find("\"dynamic\":true") != std::string::npos);
    QVERIFY(!header(made("cnn", "fp16")).metadata.contains("quantization_config"));
}

void TestExport::mixtures_state_both_conventions()
{
    const auto folder = folder_.path().toStdString();
    const auto model = ca::load_model(write_scripted_net(folder, "cnn"), {}, {}, {});
    QVERIFY(model);
    ca::MethodRecipe recipe{{model->sha256, {}}, {}};
    const std::vector<ca::Format> formats{ca::Format::nf4, ca::Format::int4, ca::Format::fp16};
    for (const ca::Layer &layer : model->program.layers())
        recipe.recipe.layers[layer.name] = {formats[layer.index.value % 3], ca::Activation::none, ca::Rounding::nearest, 0, true};
    const auto quantized = ca::quantize(*model, recipe, {}, 1, {}, {});
    QVERIFY(quantized);
    const auto config = ca::Json::parse(header(*quantized).metadata.at("quantization_config"));
    QCOMPARE(config["quant_method"].get<std::string>(), std::string("mixed"));
    QCOMPARE(config["parts"].size(), std::size_t{2});
    QCOMPARE(config["parts"][0]["quant_method"].get<std::string>(), std::string("compressed-tensors"));
    QCOMPARE(config["parts"][1]["quant_method"].get<std::string>(), std::string("bitsandbytes"));
    QVERIFY(!config["parts"][1]["targets"].empty());
    QCOMPARE(ca::predicted_bytes(*model, quantized->recipe).value, QFile(QString::fromStdString(file().string())).size());
    QVERIFY(ca::read_export(file(), 1, {}, {}));
}

void TestExport::a_stop_leaves_what_was_there()
{
    const auto model = made("lenet", "int4-weight");
    QVERIFY(ca::write_export(model, file()));
    const auto before = QDir(folder_.path()).entryInfoList(QDir::Files | QDir::Hidden);
    std::stop_source stop;
    stop.request_stop();
    const auto written = ca::write_export(model, file(), stop.get_token());
    QVERIFY(!written);
    QCOMPARE(written.error().code, ca::ErrorCode::cancelled);
    QCOMPARE(QDir(folder_.path()).entryInfoList(QDir::Files | QDir::Hidden), before);
    QVERIFY(ca::read_export(file(), 1, {}, {}));
}

void TestExport::writes_the_recipe_alone()
{
    const auto model = made("digits", "nf4");
    const std::filesystem::path recipe = folder_.filePath("recipe.json").toStdString();
    const auto written = ca::write_recipe(model.recipe, recipe);
    QVERIFY(written);
    std::ifstream stream(recipe);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    QCOMPARE(static_cast<std::int64_t>(text.size()), written->value);
    const auto read = ca::recipe_from_json(ca::Json::parse(text));
    QVERIFY(read);
    QVERIFY(*read == model.recipe);
}

QTEST_APPLESS_MAIN(TestExport)
#include "test_export.moc"
