// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"
#include "core/program/device.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

/// Programs moved to a device. Every machine has the processor; the others are tried where they are.
class TestDevice final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knows_the_words_of_the_contract();
    void says_what_is_missing_where_there_is_no_such_device();
    void gives_the_same_outputs_data();
    void gives_the_same_outputs();
    void takes_batches_of_any_size();

private:
    ca::Model load(const QString &kind)
    {
        auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind.toStdString()), {}, {}, {});
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }
    static ca::ImageBatch images(const ca::Model &model, std::int64_t count)
    {
        return random_images(count, model.input.channels, model.input.height, model.input.width);
    }

    QTemporaryDir folder_;
};

void TestDevice::knows_the_words_of_the_contract()
{
    for (const char *word : {"cpu", "cuda", "mps"}) {
        const auto device = ca::device_from(word);
        QVERIFY(device);
        QCOMPARE(ca::to_text(*device), std::string(word));
    }
    QVERIFY(!ca::device_from("gpu"));
    QVERIFY(!ca::device_from(""));
}

void TestDevice::says_what_is_missing_where_there_is_no_such_device()
{
    QVERIFY(ca::check_device(ca::Device::cpu));
    const ca::Model model = load("cnn");
    for (const auto &[device, name] : {std::pair(ca::Device::cuda, "CUDA"), std::pair(ca::Device::mps, "MPS")}) {
        const auto there = ca::check_device(device);
        if (there)
            continue;
        QVERIFY(there.error().code == ca::ErrorCode::unsupported);
        QVERIFY(there.error().sentence.find(name) != std::string::npos);
        QVERIFY(there.error().sentence.find("--device cpu") != std::string::npos);
        const auto moved = ca::on_device(model.program, device, ca::FloatType::fp32);
        QVERIFY(!moved);
        QCOMPARE(moved.error().sentence, there.error().sentence);
    }
}

void TestDevice::gives_the_same_outputs_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("device");
    QTest::addColumn<int>("type");
    QTest::addColumn<double>("most"); // 11 bits of fraction make 5e-4 a step, 8 make 4e-3; a few steps in a row
    for (const char *kind : {"cnn", "depthwise", "attention", "blocks"})
        for (const ca::Device device : {ca::Device::cpu, ca::Device::cuda, ca::Device::mps}) {
            if (!ca::check_device(device))
                continue;
            const QString name = QString::fromStdString(ca::to_text(device));
            const auto row = [&](const char *words, ca::FloatType type, double most) {
                QTest::addRow("%s, %s, %s", kind, qPrintable(name), words)
                    << QString(kind) << name << static_cast<int>(type) << most;
            };
            row("fp32", ca::FloatType::fp32, 1e-4);
            row("fp16", ca::FloatType::fp16, 1e-2);
            row("bf16", ca::FloatType::bf16, 5e-2);
        }
}

void TestDevice::gives_the_same_outputs()
{
    QFETCH(QString, kind);
    QFETCH(QString, device);
    QFETCH(int, type);
    QFETCH(double, most);
    const ca::Model model = load(kind);
    const auto moved = ca::on_device(model.program, *ca::device_from(device.toStdString()), static_cast<ca::FloatType>(type));
    QVERIFY2(moved, moved ? "" : moved.error().text().c_str());
    const auto reference = ca::run(model.program, images(model, 4)), there = ca::run(*moved, images(model, 4));
    QVERIFY(reference && there);
    const double difference = relative_difference(there->values, reference->values);
    QVERIFY2(difference < most, qPrintable(QString::number(difference)));
    if (type != static_cast<int>(ca::FloatType::fp32))
        QVERIFY(difference > 0); // it did compute with fewer bits
}

void TestDevice::takes_batches_of_any_size()
{
    const ca::Model model = load("attention");
    const auto moved = ca::on_device(model.program, ca::Device::cpu, ca::FloatType::bf16);
    QVERIFY(moved);
    for (const std::int64_t count : {1, 2, 7}) {
        const auto outputs = ca::run(*moved, images(model, count));
        QVERIFY(outputs);
        QCOMPARE(outputs->rows, count);
    }
}

QTEST_APPLESS_MAIN(TestDevice)
#include "test_device.moc"
