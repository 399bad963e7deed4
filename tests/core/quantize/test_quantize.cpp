// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "core/quantize/export/export.h"
#include "core/quantize/quantize.h"
#include "tests/support/models.h"
#include "tests/support/plain_export.h"
#include "tests/support/quantized.h"
#include "tests/support/scripted_nets_torch.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <set>

/// Whole nets: quantized, run, written to a file and read back.
class TestQuantize final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stays_close_to_float_data();
    void stays_close_to_float();
    void keeps_a_residual_net_in_u8();
    void puts_activations_of_a_transformer_on_integers();
    void runs_low_bits_on_integer_kernels();
    void runs_weights_in_groups_on_integer_kernels();
    void needs_calibration_images_for_static_scales();
    void is_cancelled();
    void writes_as_many_bytes_as_predicted_data() { stays_close_to_float_data(); }
    void writes_as_many_bytes_as_predicted();
    void opens_its_own_file_with_the_same_output_data() { stays_close_to_float_data(); }
    void opens_its_own_file_with_the_same_output();
    void keeps_float_weights_bit_for_bit();
    void refuses_a_damaged_file();
    void refuses_a_program_that_writes_files();
    void survives_crafted_programs_data();
    void survives_crafted_programs();
    void stores_a_product_weight_once();

private:
    ca::Model load(const std::string &kind);
    ca::QuantizedModel made(const std::string &kind, const std::string &method, const ca::MethodOptions &options = {});
    static std::set<std::string> ops(const ca::Program &program);

    QTemporaryDir folder_;
};

ca::Model TestQuantize::load(const std::string &kind)
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    return *model;
}

ca::QuantizedModel TestQuantize::made(const std::string &kind, const std::string &method, const ca::MethodOptions &options)
{
    const ca::Model model = load(kind);
    auto without_images = options;
    without_images.has_images = false;
    const auto recipe = ca::make_recipe(model, method, without_images);
    auto result = ca::quantize(model, *recipe,
                               method == "static-int8" ? ca::Calibration(normal_ranges(model)) : ca::Calibration(), 2, {}, {});
    if (!result)
        qFatal("%s", result.error().text().c_str());
    return *result;
}

std::set<std::string> TestQuantize::ops(const ca::Program &program)
{
    std::set<std::string> names;
    for (const auto &step : program.steps())
        names.insert(step.op);
    return names;
}

void TestQuantize::stays_close_to_float_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("method");
    QTest::addColumn<double>("least");
    for (const auto &kind : recordable_nets()) {
        QTest::addRow("%s, static int8", kind.c_str()) << QString::fromStdString(kind) << "static-int8" << 0.99;
        QTest::addRow("%s, int8 weights", kind.c_str()) << QString::fromStdString(kind) << "int8-weight" << 0.999;
        QTest::addRow("%s, int4 weights", kind.c_str()) << QString::fromStdString(kind) << "int4-weight" << 0.95;
    }
}

void TestQuantize::stays_close_to_float()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    QFETCH(double, least);
    const auto model = made(kind.toStdString(), method.toStdString());
    QVERIFY(model.left_float.empty());
    QVERIFY(model.real);
    QCOMPARE(model.compute, std::string(method == "static-int8" ? "int8" : "fp32"));
    for (const std::int64_t count : {1, 5}) {
        const auto images =
            random_images(count, model.model.input.channels, model.model.input.height, model.model.input.width, 21);
        const auto quantized = ca::run(model.program, images), reference = ca::run(model.model.program, images);
        QVERIFY(quantized && reference);
        const double similarity = cosine(quantized->values, reference->values);
        QVERIFY2(similarity > least, qPrintable(QString::number(similarity)));
        QVERIFY(quantized->values != reference->values);
    }
}

void TestQuantize::keeps_a_residual_net_in_u8()
{
    const auto model = made("cnn", "static-int8");
    std::vector<std::string> names;
    for (const auto &step : model.program.steps())
        names.push_back(step.op);
    // One cast in; pooling and both residual adds in u8. The last block is averaged in float, so its shortcut is read as float.
    QCOMPARE(std::count(names.begin(), names.end(), "int8::conv2d"), 6);
    QCOMPARE(std::count(names.begin(), names.end(), "aten::max_pool2d"), 1);
    QCOMPARE(std::count(names.begin(), names.end(), "aten::add") + std::count(names.begin(), names.end(), "aten::relu"), 0);
    QVERIFY(std::count(names.begin(), names.end(), "int8::quantize") <= 2);
}

void TestQuantize::puts_activations_of_a_transformer_on_integers()
{
    const auto model = made("attention", "static-int8");
    const auto names = ops(model.program);
    QVERIFY(names.contains("int8::linear") && names.contains("int8::conv2d") && names.contains("int8::layer_norm"));
    QVERIFY(!names.contains("packed::linear") && !names.contains("aten::linear") && !names.contains("aten::gelu"));
}

void TestQuantize::runs_low_bits_on_integer_kernels()
{
    const ca::Model model = load("cnn");
    auto recipe =
        *ca::make_recipe(model, "int4-weight", {.has_images = false}); // asymmetric: zero points are taken off beforehand
    for (auto &[name, scheme] : recipe.recipe.layers)
        scheme.activation = ca::Activation::static_int8;
    const auto quantized = ca::quantize(model, recipe, normal_ranges(model), 2, {}, {});
    QVERIFY(quantized);
    QVERIFY(quantized->real);
    QCOMPARE(quantized->compute, std::string("int8"));
    const auto images = random_images(3, 3, 32, 32, 4);
    QVERIFY(cosine(ca::run(quantized->program, images)->values, ca::run(model.program, images)->values) > 0.95);
}

void TestQuantize::runs_weights_in_groups_on_integer_kernels()
{
    const ca::Model model = load("attention");
    auto recipe = *ca::make_recipe(model, "static-int8", {});
    recipe.recipe.layers.at("mlp.3").group = 32; // no integer kernel has scales along a row: it is restated with one
    const auto quantized = ca::quantize(model, recipe, normal_ranges(model), 2, {}, {});
    QVERIFY(quantized);
    QVERIFY(quantized->real);
    QVERIFY(!ops(quantized->program).contains("packed::linear"));
    const auto images = random_images(3, 3, 32, 32, 4);
    const double similarity = cosine(ca::run(quantized->program, images)->values, ca::run(model.program, images)->values);
    QVERIFY2(similarity > 0.99, qPrintable(QString::number(similarity)));
}

void TestQuantize::needs_calibration_images_for_static_scales()
{
    const ca::Model model = load("cnn");
    const auto quantized = ca::quantize(model, *ca::make_recipe(model, "static-int8", {}), {}, 2, {}, {});
    QVERIFY(!quantized);
    QCOMPARE(quantized.error().code, ca::ErrorCode::bad_data);
}

void TestQuantize::is_cancelled()
{
    const ca::Model model = load("cnn");
    std::stop_source source;
    source.request_stop();
    const auto quantized = ca::quantize(model, *ca::make_recipe(model, "int8-weight", {}), {}, 2, source.get_token(), {});
    QVERIFY(!quantized);
    QCOMPARE(quantized.error().code, ca::ErrorCode::cancelled);
}

void TestQuantize::writes_as_many_bytes_as_predicted()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    const auto model = made(kind.toStdString(), method.toStdString());
    const auto file = folder_.filePath("written.safetensors");
    const auto written = ca::write_export(model, file.toStdString());
    QVERIFY(written);
    QCOMPARE(written->value, QFile(file).size());
    QCOMPARE(ca::predicted_bytes(model.model, model.recipe).value, written->value);
}

void TestQuantize::opens_its_own_file_with_the_same_output()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    const auto model = made(kind.toStdString(), method.toStdString());
    const auto file = folder_.filePath("own.safetensors").toStdString();
    QVERIFY(ca::write_export(model, file));
    QVERIFY(ca::is_export(file));
    const auto back = ca::read_export(file, 1, {}, {});
    QVERIFY2(back, back ? "" : back.error().text().c_str());
    QVERIFY(back->recipe == model.recipe);
    QCOMPARE(back->compute, model.compute);
    QCOMPARE(back->model.input, model.model.input);
    QCOMPARE(back->model.parameters, model.model.parameters);
    const auto images = random_images(4, model.model.input.channels, model.model.input.height, model.model.input.width, 6);
    QCOMPARE(ca::run(back->program, images)->values, ca::run(model.program, images)->values);
}

void TestQuantize::keeps_float_weights_bit_for_bit()
{
    const auto model = made("attention", "fp32");
    const auto file = folder_.filePath("float.safetensors").toStdString();
    QVERIFY(ca::write_export(model, file));
    const auto back = ca::read_export(file, 1, {}, {});
    QVERIFY(back);
    for (const auto &layer : model.model.program.layers())
        QCOMPARE(back->model.program.weight(layer.index), model.model.program.weight(layer.index));
}

void TestQuantize::refuses_a_damaged_file()
{
    const auto model = made("depthwise", "int4-weight");
    const QString file = folder_.filePath("damaged.safetensors");
    QVERIFY(ca::write_export(model, file.toStdString()));
    QFile original(file);
    QVERIFY(original.open(QIODevice::ReadOnly));
    const QByteArray bytes = original.readAll();
    original.close();
    int refused = 0, opened = 0;
    for (qsizetype at = 0; at < bytes.size();
         at += std::max<qsizetype>(1, bytes.size() / 400)) { // every part: header, program, weights
        QByteArray changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x55);
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(changed);
        out.close();
        const auto back = ca::read_export(file.toStdString(), 1, {}, {});
        (back ? opened : refused) += 1;
        if (!back)
            QVERIFY(!back.error().sentence.empty());
    }
    QVERIFY(refused > 50); // header and program; a changed weight is still a weight
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(bytes.left(bytes.size() - 10));
    out.close();
    QVERIFY(!ca::read_export(file.toStdString(), 1, {}, {}));
}

void TestQuantize::refuses_a_program_that_writes_files()
{
    const auto model = made("digits", "int8-weight");
    const QString file = folder_.filePath("hostile.safetensors");
    QVERIFY(ca::write_export(model, file.toStdString()));
    QVERIFY(write_plain_export(file.toStdString(), file.toStdString()));
    QFile original(file);
    QVERIFY(original.open(QIODevice::ReadOnly));
    QByteArray bytes = original.readAll();
    original.close();
    QVERIFY(bytes.contains("aten::flatten"));
    bytes.replace("aten::flatten", "aten::set_dat"); // of equal length: no other byte moves
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(bytes);
    out.close();
    const auto back = ca::read_export(file.toStdString(), 1, {}, {});
    QVERIFY(!back);
    QCOMPARE(back.error().code, ca::ErrorCode::unsafe);
    QVERIFY(back.error().text().find("aten::set_dat") != std::string::npos);
}

void TestQuantize::survives_crafted_programs_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::newRow("not CBOR") << QByteArray("nonsense");
    QTest::newRow("empty") << QByteArray("\xa0", 1);
    QTest::newRow("400,000 nested lists") << QByteArray(400'000, '\x81');
    const auto with = [](const nlohmann::json &changes) {
        nlohmann::json program{{"version", 1},
                               {"input", {1, 28, 28}},
                               {"slots", 2},
                               {"output", 1},
                               {"ops", {{"aten::relu", ""}}},
                               {"steps", {{0, {0}, {1}, -1}}},
                               {"constants", nlohmann::json::array()},
                               {"layers", nlohmann::json::array()},
                               {"ranges", nlohmann::json::array()}};
        program.update(changes);
        const auto bytes = nlohmann::json::to_cbor(program);
        return QByteArray(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    };
    QTest::newRow("a step without inputs") << with({{"steps", {{0, nlohmann::json::array(), {1}, -1}}}});
    QTest::newRow("too many inputs") << with({{"steps", {{0, {0, 0}, {1}, -1}}}});
    QTest::newRow("a slot that nothing wrote") << with({{"slots", 3}, {"steps", {{0, {2}, {1}, -1}}}});
    QTest::newRow("a constant that is not there") << with({{"steps", {{0, {-5}, {1}, -1}}}});
    QTest::newRow("an output beyond the end") << with({{"output", 7}});
    QTest::newRow("two million slots") << with({{"slots", 2'000'000}});
    QTest::newRow("an empty constant") << with({{"constants", {nlohmann::json::object()}}});
    QTest::newRow("a layer that is not there") << with({{"steps", {{0, {0}, {1}, 3}}}});
    QTest::newRow("attention by no heads") << with(
        {{"ops", {{"ca::attention", ""}}}, {"constants", {0}}, {"steps", {{0, {0, -1}, {1}, -1}}}});
    QTest::newRow("an inner operator") << with({{"ops", {{"aten::_sparse_coo_tensor_unsafe", ""}}}});
}

/// A file of ours with another program in it.
void TestQuantize::survives_crafted_programs()
{
    QFETCH(QByteArray, program);
    const auto model = made("digits", "fp32");
    const auto file = folder_.filePath("crafted.safetensors").toStdString();
    QVERIFY(ca::write_export(model, file));
    const auto header = ca::read_safetensors_header(file);
    QVERIFY(header);
    const std::vector<std::byte> bytes(reinterpret_cast<const std::byte *>(program.constData()),
                                       reinterpret_cast<const std::byte *>(program.constData()) + program.size());
    const auto *described = header->find("compression_agent.recipe");
    QVERIFY(described);
    const auto recipe = ca::read_tensor(file, *header, *described);
    QVERIFY(ca::write_safetensors(file,
                                  {{"compression_agent.program", ca::SafeDtype::u8, {program.size()}, bytes},
                                   {described->name, described->dtype, described->shape, *recipe}},
                                  header->metadata));
    const auto back = ca::read_export(file, 1, {}, {});
    QVERIFY(!back);
    QVERIFY2(back.error().text().find("The program in this file") != std::string::npos, back.error().text().c_str());
}

void TestQuantize::stores_a_product_weight_once()
{
    const auto model = made("loop", "fp32"); // its products are stored the other way round in the model
    const auto file = folder_.filePath("product.safetensors").toStdString();
    QVERIFY(ca::write_export(model, file));
    const auto header = ca::read_safetensors_header(file);
    std::int64_t elements = 0;
    for (const auto &tensor : header->tensors)
        if (tensor.dtype == ca::SafeDtype::f32)
            elements += static_cast<std::int64_t>((tensor.end - tensor.begin) / 4);
    QCOMPARE(elements, 8 * 3 * 3 * 3 + 8 * 8 + 8 * 10 + 10);
}

QTEST_APPLESS_MAIN(TestQuantize)
#include "test_quantize.moc"
