// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/calibration.h"
#include "core/quantize/ranges/calibration_batches.h"
#include "tests/support/datasets.h"
#include "tests/support/png_files.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <set>
#include <thread>

/// Statistics that are measured once for all recipes.
class TestCalibration final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void measures_once();
    void measures_once_for_several_threads();
    void keeps_an_error();
    void forgets_that_it_was_cancelled();
    void needs_images();
    void gives_known_ranges_back();
    void keeps_the_first_model_whatever_comes_later();
    void keeps_one_more_model_than_the_first();
    void runs_as_many_images_at_once_as_memory_has_room_for();
    void takes_the_first_images_alone();

private:
    [[nodiscard]] static ca::Progress counting(std::atomic<int> &reports)
    {
        return ca::Progress([&](const ca::ProgressReport &) { ++reports; });
    }
    [[nodiscard]] ca::Model load(const std::string &kind) const
    {
        const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), kind), {}, {}, {});
        if (!model)
            qFatal("%s", model.error().text().c_str());
        return *model;
    }

    QTemporaryDir folder_;
    ca::Model model_;
    std::shared_ptr<const ca::ImageSet> images_ = coloured_images(8, 4, 1);
};

void TestCalibration::initTestCase()
{
    model_ = load("cnn");
}

void TestCalibration::measures_once()
{
    std::atomic<int> reports = 0;
    const ca::Calibration calibration(whole_split(images_), {});
    const ca::Calibration copy = calibration;
    const auto first = calibration.statistics(model_, 1, {}, counting(reports));
    QVERIFY(first && reports > 0);
    reports = 0;
    const auto second = copy.statistics(model_, 1, {}, counting(reports));
    QVERIFY(second);
    QCOMPARE(&second->data(), &first->data());
    QVERIFY(calibration.ranges(model_, ca::RangeMethod::mse, 1, {}, counting(reports)));
    QCOMPARE(reports.load(), 0);
}

void TestCalibration::measures_once_for_several_threads()
{
    const ca::Calibration calibration(whole_split(images_), {});
    std::mutex mutex;
    std::set<const void *> found;
    {
        std::vector<std::jthread> askers;
        for (int i = 0; i < 4; ++i)
            askers.emplace_back([&] {
                const auto statistics = calibration.statistics(model_, 1, {}, {});
                const std::lock_guard lock(mutex);
                found.insert(statistics ? &statistics->data() : nullptr);
            });
    }
    QCOMPARE(found.size(), std::size_t(1));
    QVERIFY(!found.contains(nullptr));
}

void TestCalibration::keeps_an_error()
{
    const auto root = std::filesystem::path(folder_.path().toStdString());
    const auto files = std::make_shared<const ca::ImageSet>(as_files(root, *images_));
    const ca::Calibration calibration(whole_split(files), {});
    for (std::size_t i = 0; i < files->size(); ++i)
        QVERIFY(std::filesystem::remove(root / (std::to_string(i) + ".png")));
    const auto missing = calibration.statistics(model_, 1, {}, {});
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ca::ErrorCode::bad_data);
    (void)as_files(root, *images_); // now they are there
    const auto again = calibration.statistics(model_, 1, {}, {});
    QVERIFY(!again);
    QCOMPARE(again.error().sentence, missing.error().sentence);
}

void TestCalibration::forgets_that_it_was_cancelled()
{
    const ca::Calibration calibration(whole_split(images_), {});
    std::stop_source source;
    source.request_stop();
    const auto stopped = calibration.statistics(model_, 1, source.get_token(), {});
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ca::ErrorCode::cancelled);
    QVERIFY(calibration.statistics(model_, 1, {}, {}));
}

void TestCalibration::needs_images()
{
    for (const auto &calibration : {ca::Calibration(), ca::Calibration(ca::Split{}, {})}) {
        QVERIFY(!calibration.has_images());
        const auto ranges = calibration.ranges(model_, ca::RangeMethod::minmax, 1, {}, {});
        QVERIFY(!ranges);
        QCOMPARE(ranges.error().code, ca::ErrorCode::bad_data);
    }
}

void TestCalibration::gives_known_ranges_back()
{
    const auto measured = ca::Calibration(whole_split(images_), {}).ranges(model_, ca::RangeMethod::minmax, 1, {}, {});
    QVERIFY(measured);
    const ca::Calibration calibration(*measured);
    QVERIFY(!calibration.has_images());
    const auto ranges = calibration.ranges(model_, ca::RangeMethod::entropy, 1, {}, {});
    QVERIFY(ranges);
    QCOMPARE(&ranges->data(), &measured->data());
}

void TestCalibration::keeps_the_first_model_whatever_comes_later()
{
    const ca::Calibration calibration(whole_split(images_).first(4), {});
    const auto first = calibration.statistics(model_, 1, {}, {});
    QVERIFY(first);
    for (int i = 0; i < 8; ++i)
        QVERIFY(calibration.statistics(load("shared"), 1, {}, {}));
    const auto again = calibration.statistics(model_, 1, {}, {});
    QVERIFY(again);
    QCOMPARE(&again->data(), &first->data());
}

void TestCalibration::keeps_one_more_model_than_the_first()
{
    const ca::Calibration calibration(whole_split(images_).first(4), {});
    const ca::Model second = load("shared"), third = load("shared");
    const auto measured = [&](const ca::Model &model) {
        std::atomic<int> reports = 0;
        const bool good = calibration.statistics(model, 1, {}, counting(reports)).has_value();
        return good && reports > 0;
    };
    QVERIFY(measured(model_) && measured(second));
    QVERIFY(!measured(second) && measured(third));
    QVERIFY(!measured(third) && !measured(model_));
    QVERIFY(measured(second)); // the third took its place: its weights are not kept alive
}

void TestCalibration::runs_as_many_images_at_once_as_memory_has_room_for()
{
    constexpr std::int64_t kMiB = 1 << 20;
    const auto plan = [](std::int64_t of_one, int threads) {
        const auto batches = ca::calibration_batches(ca::bytes(of_one), threads);
        return std::pair(batches.images, batches.threads);
    };
    QCOMPARE(plan(0, 2), std::pair(std::size_t{32}, 2));
    QCOMPARE(plan(4 * kMiB, 8), std::pair(std::size_t{32}, 8));    // 128 MiB each
    QCOMPARE(plan(4 * kMiB, 200), std::pair(std::size_t{32}, 32)); // 4 GiB together
    QCOMPARE(plan(64 * kMiB, 8), std::pair(std::size_t{2}, 8));
    QCOMPARE(plan(1024 * kMiB, 8), std::pair(std::size_t{1}, 4));
    QCOMPARE(plan(8192 * kMiB, 8), std::pair(std::size_t{1}, 1)); // one has to run
}

void TestCalibration::takes_the_first_images_alone()
{
    const ca::Calibration calibration(whole_split(coloured_images(70, 8, 2)), {});
    QCOMPARE(calibration.images().size(), ca::kCalibrationImages);
    QCOMPARE(calibration.images().indices.front(), 0U);
}

QTEST_APPLESS_MAIN(TestCalibration)
#include "test_calibration.moc"
