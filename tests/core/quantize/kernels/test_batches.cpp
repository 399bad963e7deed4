// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/quantize.h"
#include "tests/support/models.h"
#include "tests/support/quantized.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

/// What a network gives for an image does not depend on the images beside it, also where layers add a table that all images
/// share, or have the images' tokens in turns.
class TestBatches final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_tables_that_are_the_same_for_all_images();
    void gives_each_image_what_it_gets_alone_data();
    void gives_each_image_what_it_gets_alone();

private:
    QTemporaryDir folder_;
};

namespace {

ca::ImageBatch part(const ca::ImageBatch &images, std::int64_t first, std::int64_t count)
{
    const std::int64_t size = images.channels * images.height * images.width;
    ca::ImageBatch some{count, images.channels, images.height, images.width, {}};
    some.values.assign(images.values.begin() + first * size, images.values.begin() + (first + count) * size);
    return some;
}

} // namespace

void TestBatches::has_tables_that_are_the_same_for_all_images()
{
    const auto model = quantized_net(folder_.path().toStdString(), "positions", "fp32");
    const auto steps = model.model.program.steps();
    QCOMPARE(std::count_if(steps.begin(), steps.end(), [](const ca::StepInfo &step) { return step.op == "aten::add"; }), 3);
    QVERIFY(std::any_of(steps.begin(), steps.end(), [](const ca::StepInfo &step) { return step.runs_once; }));
}

void TestBatches::gives_each_image_what_it_gets_alone_data()
{
    QTest::addColumn<QString>("net");
    QTest::addColumn<QString>("method");
    QTest::addColumn<bool>("per_token");
    QTest::addColumn<bool>("in_bf16");
    for (const char *net : {"positions", "turns", "gated", "cnn"}) {
        const auto row = [&](const char *name, const char *method, bool per_token, bool in_bf16) {
            QTest::addRow("%s, %s", net, name) << net << method << per_token << in_bf16;
        };
        row("dynamic int8", "dynamic-int8", false, false);
        row("dynamic int8 by token", "dynamic-int8", true, false);
        row("LLM.int8()", "llm-int8", false, false);
        row("static int8", "static-int8", false, false);
        row("W4A8", "w4a8", false, false);
        row("float", "fp32", false, false);
        row("weights in int8", "int8-weight", false, false);
        row("weights in int8, bf16", "int8-weight", false, true);
        row("bf16", "bf16", false, true);
    }
}

void TestBatches::gives_each_image_what_it_gets_alone()
{
    QFETCH(QString, net);
    QFETCH(QString, method);
    QFETCH(bool, per_token);
    QFETCH(bool, in_bf16);
    ca::MethodOptions options;
    options.per_token = per_token;
    options.compute = in_bf16 ? ca::Format::bf16 : ca::Format::fp32;
    options.threshold = 1e4; // LLM.int8() by its definition looks for outliers in a batch as a whole: here are none
    const auto model = quantized_net(folder_.path().toStdString(), net.toStdString(), method.toStdString(), options);
    const auto images = random_images(7, 3, 32, 32, 5);
    std::vector<std::vector<float>> alone;
    for (std::int64_t i = 0; i < 7; ++i) {
        const auto one = ca::run(model.program, part(images, i, 1));
        QVERIFY2(one, one ? "" : one.error().text().c_str());
        alone.push_back(one->values);
    }
    // A kernel may add up in another order for another number of rows; bf16 keeps 8 bits of what that gives.
    const double most = in_bf16 ? 0.01 : 1e-4;
    for (const std::int64_t count : {1, 2, 7}) {
        const auto all = ca::run(model.program, part(images, 0, count));
        QVERIFY2(all, all ? "" : all.error().text().c_str());
        QCOMPARE(all->rows, count);
        for (std::int64_t i = 0; i < count; ++i) {
            const auto among = all->row(i);
            const double off = relative_difference({among.begin(), among.end()}, alone[static_cast<std::size_t>(i)]);
            QVERIFY2(off <= most, qPrintable(QStringLiteral("image %1 of %2: %3").arg(i).arg(count).arg(off)));
        }
    }
}

QTEST_APPLESS_MAIN(TestBatches)
#include "test_batches.moc"
