// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges_torch.h"
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

QTEST_APPLESS_MAIN(TestCalibrate)
#include "test_calibrate_torch.moc"
