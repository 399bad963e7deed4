// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/memory.h"
#include "core/quantize/quantize.h"
#include "tests/support/calibration.h"
#include "tests/support/datasets.h"
#include "tests/support/resident_memory.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

class TestMemory final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void predicts_what_is_measured_data();
    void predicts_what_is_measured();
    void measures_what_the_system_counts_data() { predicts_what_is_measured_data(); }
    void measures_what_the_system_counts();
    void counts_weights_as_they_are_held();
    void does_not_tell_of_the_interpreter();
    void stops_when_asked();

private:
    [[nodiscard]] ca::Model load(const std::string &kind) const;
    /// The net as it is evaluated: fused, or with static int8.
    [[nodiscard]] ca::Program fused() const { return *ca::fuse(model_.program); }
    [[nodiscard]] ca::Program int8() const;
    [[nodiscard]] ca::Program form_of(const QString &form) const
    {
        return form == "plain" ? model_.program : form == "fused" ? fused() : int8();
    }

    QTemporaryDir folder_;
    ca::Model model_;
};

ca::Model TestMemory::load(const std::string &kind) const
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
    return model ? std::move(*model) : ca::Model();
}

ca::Program TestMemory::int8() const
{
    const auto ranges = minmax_ranges(model_, whole_split(coloured_images(4, 4, 1)), {});
    const auto recipe = ca::make_recipe(model_, "static-int8", {});
    return ca::quantize(model_, *recipe, *ranges, 1, {}, {})->program;
}

void TestMemory::initTestCase()
{
    mallopt(M_MMAP_THRESHOLD, 64 * 1024); // from the start, tables go back to the system as soon as they are freed
    model_ = load("cnn");
    QVERIFY(!model_.program.empty());
}

void TestMemory::predicts_what_is_measured_data()
{
    QTest::addColumn<QString>("form");
    QTest::addColumn<int>("images");
    QTest::newRow("plain") << "plain" << 400;
    QTest::newRow("fused") << "fused" << 400;
    QTest::newRow("int8") << "int8" << 1600;
}

void TestMemory::predicts_what_is_measured()
{
    QFETCH(QString, form);
    QFETCH(int, images);
    const ca::Program program = form_of(form);
    const auto use = ca::measure_memory(program, model_.input, {}, images);
    QVERIFY2(use, use ? "" : use.error().text().c_str());
    const auto predicted = static_cast<double>(use->predicted().value), measured = static_cast<double>(use->measured().value);
    QVERIFY2(predicted > 30e6, qPrintable(QString::number(predicted))); // large enough to be seen beside all else
    QVERIFY2(std::abs(predicted / measured - 1) < 0.25, qPrintable(QString("%1 of %2").arg(predicted).arg(measured)));
}

void TestMemory::measures_what_the_system_counts()
{
#ifdef CA_SANITIZED
    QSKIP("The sanitizer has an allocator of its own, which keeps what is freed.");
#endif
    QFETCH(QString, form);
    QFETCH(int, images);
    const ca::Program program = form_of(form);
    const auto use = ca::measure_memory(program, model_.input, {}, images);
    QVERIFY(use);
    const auto risen = resident_rise([&] {
        const ca::ImageBatch batch{images, 3, 32, 32, std::vector<float>(static_cast<std::size_t>(images) * 3 * 32 * 32, 0.5F)};
        (void)ca::run(program, batch);
    });
    if (!risen)
        QSKIP("This system does not let a process follow its memory.");
    const auto measured = static_cast<double>(use->measured_values.value), counted = static_cast<double>(*risen);
    QVERIFY2(std::abs(measured / counted - 1) < 0.1, qPrintable(QString("%1 of %2").arg(measured).arg(counted)));
}

void TestMemory::counts_weights_as_they_are_held()
{
    // By hand: six convolutions of 432, 2304, 2304, 4608, 9216 and 512 weights, five with a folded batch norm of 16, 16, 16, 32
    // and 32 biases, and a linear layer of 320 weights with 10: 19,696 weights, 122 biases, 154 rows.
    const auto floats = ca::measure_memory(fused(), model_.input, {});
    QVERIFY(floats);
    QCOMPARE(floats->weights.value, std::int64_t{4 * (19'696 + 122)});
    const auto integers = ca::measure_memory(int8(), model_.input, {});
    QVERIFY(integers);
    QCOMPARE(integers->weights.value, std::int64_t{19'696 + 4 * 122 + 8 * 154});
    const auto plain = ca::measure_memory(model_.program, model_.input, {});
    QVERIFY(plain);
    QCOMPARE(plain->weights.value, floats->weights.value);
}

void TestMemory::does_not_tell_of_the_interpreter()
{
    const ca::Model model = load("content");
    const auto use = ca::measure_memory(model.program, model.input, {});
    QVERIFY(!use && use.error().code == ca::ErrorCode::unsupported);
}

void TestMemory::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const auto use = ca::measure_memory(model_.program, model_.input, source.get_token());
    QVERIFY(!use && use.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestMemory)
#include "test_memory.moc"
