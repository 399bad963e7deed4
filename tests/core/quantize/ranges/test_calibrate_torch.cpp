// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/ranges_torch.h"
#include "tests/support/calibration.h"
#include "tests/support/png_files.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

class TestCalibrate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void finds_the_same_ranges_in_pictures_as_in_records();
    void passes_over_pictures_that_cannot_be_read();
    void says_when_no_picture_can_be_read();
    void wants_images_of_the_models_size();
    void notes_the_channels_of_what_layers_read();
    void refuses_values_that_are_not_finite();
    void gives_the_same_with_any_threads();

private:
    [[nodiscard]] ca::Result<ca::ActivationRanges> calibrated(const ca::Split &split, const ca::Preprocess &how = {}) const
    {
        return minmax_ranges(model_, split, how);
    }
    [[nodiscard]] ca::Split files() const
    {
        return whole_split(std::make_shared<const ca::ImageSet>(as_files(root(), *records_)), "calibration");
    }
    [[nodiscard]] std::filesystem::path root() const { return folder_.path().toStdString(); }

    QTemporaryDir folder_;
    ca::Model model_;
    std::shared_ptr<const ca::ImageSet> records_ = coloured_images(14, 5, 1); // three batches
};

void TestCalibrate::initTestCase()
{
    auto model = ca::load_model(write_scripted_net(root(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    model_ = std::move(*model);
}

void TestCalibrate::finds_the_same_ranges_in_pictures_as_in_records()
{
    const auto of_records = calibrated(whole_split(records_)), of_files = calibrated(files());
    QVERIFY(of_records && of_files);
    QVERIFY(!of_records->data().slots.empty());
    QVERIFY(of_files->data().slots == of_records->data().slots);
}

void TestCalibrate::passes_over_pictures_that_cannot_be_read()
{
    const ca::Split pictures = files();
    ca::Split good = whole_split(records_);
    for (std::uint32_t i = 0; i < 33; ++i) // the whole first batch, and one more
        QVERIFY(write_cut_png(root() / (std::to_string(i) + ".png"), picture_of(*records_, i)));
    good.indices.erase(good.indices.begin(), good.indices.begin() + 33);
    const auto of_good = calibrated(good), of_files = calibrated(pictures);
    QVERIFY2(of_good && of_files, of_files ? "" : of_files.error().text().c_str());
    QCOMPARE(of_files->data().slots.size(), of_good->data().slots.size());
    for (const auto &[slot, range] : of_good->data().slots) { // batches of other sizes add up in another order
        QVERIFY(std::abs(of_files->data().slots.at(slot).first - range.first) < 1e-5F * (1 + std::abs(range.first)));
        QVERIFY(std::abs(of_files->data().slots.at(slot).second - range.second) < 1e-5F * (1 + std::abs(range.second)));
    }
}

void TestCalibrate::says_when_no_picture_can_be_read()
{
    const ca::Split pictures = files();
    for (std::size_t i = 0; i < pictures.size(); ++i)
        QVERIFY(std::filesystem::remove(root() / (std::to_string(i) + ".png")));
    const auto ranges = calibrated(pictures);
    QVERIFY(ranges.error().code == ca::ErrorCode::bad_data);
    QVERIFY2(ranges.error().sentence.find("None of the 70 calibration images") != std::string::npos,
             ranges.error().text().c_str());
    QVERIFY(ranges.error().cause && ranges.error().cause->code == ca::ErrorCode::not_found);
}

void TestCalibrate::wants_images_of_the_models_size()
{
    const auto ranges = calibrated(whole_split(records_), {.size = 64, .crop = 64});
    QVERIFY(ranges.error().code == ca::ErrorCode::bad_data);
    QVERIFY(ranges.error().sentence.find("makes 64 x 64") != std::string::npos);
}

void TestCalibrate::notes_the_channels_of_what_layers_read()
{
    const ca::Preprocess how{.mean = {0.5F, 0.25F, 0}, .deviation = {0.25F, 0.25F, 0.25F}};
    const auto measured = ca::measure_activations(model_, whole_split(records_), how, 2, {}, {});
    QVERIFY(measured);
    const auto &largest = measured->data().channels.at(0),
               &lowest = measured->data().lowest.at(0); // the first layer reads images
    QCOMPARE(largest.size(), std::size_t(3));
    for (std::size_t channel = 0; channel < 3; ++channel) {
        float high = -INFINITY, low = INFINITY;
        for (std::size_t image = 0; image < records_->size(); ++image)
            for (std::size_t pixel = 0; pixel < 1024; ++pixel) {
                const auto value = static_cast<float>(records_->image(image)[channel * 1024 + pixel]);
                high = std::max(high, (value / 255 - how.mean[channel]) / how.deviation[channel]);
                low = std::min(low, (value / 255 - how.mean[channel]) / how.deviation[channel]);
            }
        QVERIFY(std::abs(largest[channel] - std::max(high, -low)) < 1e-5F);
        QVERIFY(std::abs(lowest[channel] - low) < 1e-5F);
    }
}

void TestCalibrate::refuses_values_that_are_not_finite()
{
    const auto ranges = calibrated(whole_split(records_), {.deviation = {0, 1, 1}});
    QVERIFY(!ranges);
    QVERIFY(ranges.error().code == ca::ErrorCode::failed);
    QVERIFY(ranges.error().sentence.find("not finite") != std::string::npos);
}

void TestCalibrate::gives_the_same_with_any_threads()
{
    const auto one = ca::measure_activations(model_, whole_split(records_), {}, 1, {}, {});
    const auto two = ca::measure_activations(model_, whole_split(records_), {}, 2, {}, {});
    QVERIFY(one && two);
    QVERIFY(one->data().slots == two->data().slots);
    QVERIFY(one->data().channels == two->data().channels && one->data().lowest == two->data().lowest);
}

QTEST_APPLESS_MAIN(TestCalibrate)
#include "test_calibrate_torch.moc"
