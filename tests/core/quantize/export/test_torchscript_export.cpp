// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export.h"
#include "tests/support/models.h"
#include "tests/support/quantized.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <bit>

/// The portable file, run by LibTorch alone.
class TestTorchscriptExport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void computes_what_the_program_computes_data();
    void computes_what_the_program_computes();
    void is_about_as_small_as_the_other_export_data();
    void is_about_as_small_as_the_other_export();
    void takes_groups_and_widths_of_every_kind_data();
    void takes_groups_and_widths_of_every_kind();
    void computes_in_bfloat16_where_the_recipe_does_data();
    void computes_in_bfloat16_where_the_recipe_does();
    void layers_alone_compute_in_bfloat16();
    void layers_may_have_any_name_data();
    void layers_may_have_any_name();
    void a_stop_leaves_no_file();
    void a_stop_is_heard_between_steps_data();
    void a_stop_is_heard_between_steps();
    void says_where_there_is_no_program();

private:
    /// Largest difference over the largest value, of `count` images.
    double difference(const ca::QuantizedModel &model, std::int64_t count) const;
    std::filesystem::path folder() const { return folder_.path().toStdString(); }
    std::filesystem::path file() const { return folder() / "portable.pt"; }

    QTemporaryDir folder_;
};

double TestTorchscriptExport::difference(const ca::QuantizedModel &model, std::int64_t count) const
{
    const auto &input = model.model.input;
    const auto images = random_images(count, input.channels, input.height, input.width, static_cast<unsigned>(count));
    const auto expected = ca::run(model.program, images);
    return expected ? relative_difference(
               interpret_net(file(), images.values, {count, input.channels, input.height, input.width}), expected->values)
                    : 1;
}

void TestTorchscriptExport::computes_what_the_program_computes_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("method");
    QTest::addColumn<double>("most");
    for (const auto &kind : recordable_nets())
        for (const char *method : {"fp32", "fp16", "nf4", "int3-weight", "static-int8"})
            QTest::addRow("%s, %s", kind.c_str(), method)
                << QString::fromStdString(kind) << method << (QString(method) == "static-int8" ? 2e-2 : 1e-3);
    for (const char *kind : {"cnn", "depthwise", "attention"}) {
        for (const char *method : {"int8-weight", "int4-weight", "int2-weight", "fp4"})
            QTest::addRow("%s, %s", kind, method) << kind << method << 1e-3;
        for (const char *method : {"dynamic-int8", "llm-int8", "w4a8"})
            QTest::addRow("%s, %s", kind, method) << kind << method << 2e-2;
        QTest::addRow("%s, bf16", kind) << kind << "bf16" << 2e-2;
    }
}

void TestTorchscriptExport::computes_what_the_program_computes()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    QFETCH(double, most);
    const auto model = quantized_net(folder(), kind.toStdString(), method.toStdString());
    const auto written = ca::write_torchscript(model, file());
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    QCOMPARE(written->value, QFile(file()).size());
    for (const std::int64_t count : {1, 5}) {
        const double found = difference(model, count);
        QVERIFY2(found < most, qPrintable(QString::number(found)));
    }
}

void TestTorchscriptExport::is_about_as_small_as_the_other_export_data()
{
    QTest::addColumn<QString>("method");
    for (const char *method : {"fp16", "int8-weight", "int4-weight", "int3-weight", "int2-weight", "nf4", "llm-int8"})
        QTest::addRow("%s", method) << method;
}

void TestTorchscriptExport::is_about_as_small_as_the_other_export()
{
    QFETCH(QString, method);
    const auto model = quantized_net(folder(), "blocks", method.toStdString());
    const auto written = ca::write_torchscript(model, file());
    QVERIFY(written);
    const std::int64_t other = ca::predicted_bytes(model.model, model.recipe).value, archive = 30'000; // code, names, padding
    QVERIFY2(written->value < other + archive, qPrintable(QString::number(written->value) + " and " + QString::number(other)));
}

void TestTorchscriptExport::takes_groups_and_widths_of_every_kind_data()
{
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("group");
    QTest::addColumn<bool>("symmetric");
    for (const int bits : {8, 7, 6, 5, 4, 3, 2})
        for (const int group : {0, 32})
            for (const bool symmetric : {true, false})
                QTest::addRow("int%d, %s, %s", bits, group ? "groups" : "rows", symmetric ? "symmetric" : "with zero points")
                    << bits << group << symmetric;
}

void TestTorchscriptExport::takes_groups_and_widths_of_every_kind()
{
    QFETCH(int, bits);
    QFETCH(int, group);
    QFETCH(bool, symmetric);
    const auto loaded = ca::load_model(write_scripted_net(folder(), "attention"), {}, {}, {});
    QVERIFY(loaded);
    ca::MethodRecipe recipe{{loaded->sha256, {}}, {}};
    for (const ca::Layer &layer : loaded->program.layers()) {
        const bool divides = group != 0 && layer.weights() / layer.channels() % group == 0;
        recipe.recipe.layers[layer.name] = {ca::int_format(ca::bits(bits)), ca::Activation::none, ca::Rounding::nearest,
                                            divides ? group : 0, symmetric};
    }
    const auto model = ca::quantize(*loaded, recipe, {}, 1, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    QVERIFY(ca::write_torchscript(*model, file()));
    const double found = difference(*model, 3);
    QVERIFY2(found < 1e-4, qPrintable(QString::number(found)));
}

void TestTorchscriptExport::computes_in_bfloat16_where_the_recipe_does_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("method");
    for (const char *kind : {"cnn", "attention"})
        for (const char *method : {"bf16", "int8-weight", "int4-weight", "nf4"})
            QTest::addRow("%s, %s", kind, method) << kind << method;
}

/// Numbers of bfloat16 have zeros for the lower half of float32.
void TestTorchscriptExport::computes_in_bfloat16_where_the_recipe_does()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    ca::MethodOptions options;
    if (method != QStringLiteral("bf16"))
        options.compute = ca::Format::bf16;
    const auto model = quantized_net(folder(), kind.toStdString(), method.toStdString(), options);
    QVERIFY(ca::write_torchscript(model, file()));
    const auto &input = model.model.input;
    const auto images = random_images(3, input.channels, input.height, input.width);
    const auto outputs = interpret_net(file(), images.values, {3, input.channels, input.height, input.width});
    for (const float value : outputs)
        QCOMPARE(std::bit_cast<std::uint32_t>(value) & 0xFFFFU, 0U);
    const double found = relative_difference(outputs, ca::run(model.program, images)->values);
    QVERIFY2(found < 2e-2, qPrintable(QString::number(found)));
}

/// The layer that stays float keeps the network from being bfloat16 as a whole.
void TestTorchscriptExport::layers_alone_compute_in_bfloat16()
{
    const auto loaded = ca::load_model(write_scripted_net(folder(), "cnn"), {}, {}, {});
    QVERIFY(loaded);
    ca::MethodRecipe recipe{{loaded->sha256, {}}, {}};
    for (const ca::Layer &layer : loaded->program.layers())
        if (layer.name != "fc")
            recipe.recipe.layers[layer.name] = {ca::Format::int8, ca::Activation::none, ca::Rounding::nearest, 0, true};
    const auto outputs = [&](ca::Format compute) {
        recipe.recipe.options.compute = compute;
        const auto model = ca::quantize(*loaded, recipe, {}, 1, {}, {});
        const auto images = random_images(3, 3, 32, 32);
        if (!model || !ca::write_torchscript(*model, file()))
            return std::pair(std::vector<float>(), std::vector<float>());
        return std::pair(interpret_net(file(), images.values, {3, 3, 32, 32}), ca::run(model->program, images)->values);
    };
    const auto [portable, ours] = outputs(ca::Format::bf16);
    const auto [in_float, ours_in_float] = outputs(ca::Format::fp32);
    QVERIFY(relative_difference(portable, ours) < 1e-2);
    QVERIFY(relative_difference(in_float, ours_in_float) < 1e-4);
    QVERIFY(relative_difference(portable, in_float) > 1e-4); // eight bits of each factor were rounded away
}

void TestTorchscriptExport::layers_may_have_any_name_data()
{
    QTest::addColumn<QString>("method");
    for (const char *method : {"int8-weight", "dynamic-int8", "static-int8", "llm-int8"})
        QTest::addRow("%s", method) << method;
}

/// Modules in the file are named after layers, beside the methods that round.
void TestTorchscriptExport::layers_may_have_any_name()
{
    QFETCH(QString, method);
    const auto model = quantized_net(folder(), "namesakes", method.toStdString());
    const auto written = ca::write_torchscript(model, file());
    QVERIFY2(written, written ? "" : written.error().text().c_str());
    const double found = difference(model, 2);
    QVERIFY2(found < 2e-2, qPrintable(QString::number(found)));
}

void TestTorchscriptExport::a_stop_leaves_no_file()
{
    const auto model = quantized_net(folder(), "cnn", "int8-weight");
    std::stop_source stop;
    stop.request_stop();
    const auto place = folder() / "stopped.pt";
    const auto written = ca::write_torchscript(model, place, stop.get_token());
    QVERIFY(!written);
    QCOMPARE(written.error().code, ca::ErrorCode::cancelled);
    QVERIFY(!std::filesystem::exists(place));
}

void TestTorchscriptExport::a_stop_is_heard_between_steps_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<qulonglong>("at");
    for (const char *method : {"static-int8", "dynamic-int8", "bf16"})
        for (const int at : {0, 1, 5})
            QTest::newRow(qPrintable(QString("%1, before step %2").arg(method).arg(at))) << method << static_cast<qulonglong>(at);
}

/// The first steps of `positions` read constants alone; they are carried out.
void TestTorchscriptExport::a_stop_is_heard_between_steps()
{
    QFETCH(QString, method);
    QFETCH(qulonglong, at);
    const auto model = quantized_net(folder(), "positions", method.toStdString());
    std::stop_source stop;
    std::uint64_t last = 0, total = 0;
    const ca::Progress progress(
        [&](const ca::ProgressReport &report) {
            last = report.done;
            total = report.total;
            if (report.done == at)
                stop.request_stop();
        },
        std::chrono::milliseconds(0));
    const auto place = folder() / "stopped.pt";
    const auto written = ca::write_torchscript(model, place, stop.get_token(), progress);
    QVERIFY(!written);
    QCOMPARE(written.error().code, ca::ErrorCode::cancelled);
    QVERIFY(!std::filesystem::exists(place));
    QCOMPARE(last, static_cast<std::uint64_t>(at));
    QVERIFY(at < total);
}

void TestTorchscriptExport::says_where_there_is_no_program()
{
    const auto model = ca::load_model(write_scripted_net(folder(), "content"), {}, {}, {});
    QVERIFY(model);
    ca::QuantizedModel quantized;
    quantized.model = *model;
    const auto written = ca::write_torchscript(quantized, file());
    QVERIFY(!written);
    QCOMPARE(written.error().code, ca::ErrorCode::unsupported);
}

QTEST_APPLESS_MAIN(TestTorchscriptExport)
#include "test_torchscript_export.moc"
