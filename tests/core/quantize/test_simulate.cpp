// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/simulate.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

/// Quantized networks in float, against the integer kernels that they stand for.
class TestSimulate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void computes_what_the_kernels_compute_data();
    void computes_what_the_kernels_compute();
    void runs_half_formats_in_their_own_type();
    void calls_rounded_inputs_simulated();

private:
    ca::Model load(const QString &kind)
    {
        auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind.toStdString()), {}, {}, {});
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }
    ca::QuantizedModel made(const ca::Model &model, const std::string &method)
    {
        const ca::Calibration calibration(whole_split(coloured_images(4, 4, 1)), {});
        auto quantized =
            ca::quantize(model, *ca::make_recipe(model, method, {.rounding = ca::Rounding::mse}), calibration, 1, {}, {});
        if (!quantized)
            qFatal("%s", quantized.error().text().c_str());
        return *quantized;
    }

    QTemporaryDir folder_;
};

void TestSimulate::computes_what_the_kernels_compute_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("method");
    QTest::addColumn<double>("most");
    for (const char *kind : {"cnn", "depthwise", "attention"}) {
        for (const char *method : {"int8-weight", "int4-weight", "nf4"}) // the same numbers, added in another order
            QTest::addRow("%s, %s", kind, method) << QString(kind) << QString(method) << 1e-4;
        for (const char *method : {"static-int8", "dynamic-int8", "w4a8"}) // a value at a border falls to either side
            QTest::addRow("%s, %s", kind, method) << QString(kind) << QString(method) << 3e-2;
    }
    QTest::addRow("cnn, fp16") << QStringLiteral("cnn") << QStringLiteral("fp16") << 1e-2; // activations in fp16, too
    QTest::addRow("attention, llm-int8") << QStringLiteral("attention") << QStringLiteral("llm-int8") << 3e-2;
}

void TestSimulate::computes_what_the_kernels_compute()
{
    QFETCH(QString, kind);
    QFETCH(QString, method);
    QFETCH(double, most);
    const ca::Model model = load(kind);
    const auto quantized = made(model, method.toStdString());
    const auto simulated = ca::on_device(quantized, ca::Device::cpu);
    QVERIFY2(simulated, simulated ? "" : simulated.error().text().c_str());
    ca::ImageBatch images = random_images(8, model.input.channels, model.input.height, model.input.width);
    for (float &value : images.values)
        value = std::abs(value) / 4; // where the calibration images lie
    const auto kernels = ca::run(quantized.program, images), floats = ca::run(simulated->program, images);
    const auto reference = ca::run(model.program, images);
    QVERIFY(kernels && floats && reference);
    const double difference = relative_difference(floats->values, kernels->values);
    QVERIFY2(difference < most, qPrintable(QString::number(difference)));
    if (method != "fp16")
        QVERIFY(relative_difference(floats->values, reference->values) > 1e-4); // it is not the float network
}

void TestSimulate::runs_half_formats_in_their_own_type()
{
    const ca::Model model = load("cnn");
    for (const auto &[method, compute] : {std::pair("fp16", "fp16"), std::pair("bf16", "bf16"), std::pair("nf4", "fp32")}) {
        const auto there = ca::on_device(made(model, method), ca::Device::cpu);
        QVERIFY2(there, there ? "" : there.error().text().c_str());
        QCOMPARE(there->compute, std::string(compute));
        QVERIFY(there->real);
    }
}

void TestSimulate::calls_rounded_inputs_simulated()
{
    const ca::Model model = load("cnn");
    for (const char *method : {"static-int8", "dynamic-int8", "w4a8", "llm-int8"}) {
        const auto there = ca::on_device(made(model, method), ca::Device::cpu);
        QVERIFY(there);
        QVERIFY(!there->real);
    }
}

QTEST_APPLESS_MAIN(TestSimulate)
#include "test_simulate.moc"
