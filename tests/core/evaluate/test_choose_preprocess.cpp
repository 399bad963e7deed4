// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/evaluate.h"
#include "tests/support/datasets.h"

#include <QtTest>

/// Where no network runs: the sizes of presets. What labels decide is in test_predict.cpp.
class TestChoosePreprocess final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_the_published_part_of_imagenet_at_any_side_data();
    void keeps_the_published_part_of_imagenet_at_any_side();
    void crops_pictures_of_different_sizes();
    void leaves_images_of_the_models_size_as_they_are();
    void resizes_where_only_the_test_images_have_the_models_size();
    void wants_a_crop_of_pictures_of_different_sizes();
    void says_that_labels_are_missing();
    void says_when_nothing_fits();
};

namespace {

/// 0 x 0: of different sizes.
ca::Split images_of(int height, int width)
{
    ca::ImageSet images = one_image(3, height, width, {});
    return whole_split(std::make_shared<const ca::ImageSet>(std::move(images)));
}

ca::DataSet data_of(const ca::Split &test, const ca::Split &calibration)
{
    return {"pictures", "", {"only"}, calibration, test, test, test, {}};
}

/// Its 1,000 outputs are not the data's classes, so a preset is assumed.
ca::Model model_of(int height, int width)
{
    ca::Model model;
    model.input = {3, height, width, 1000};
    return model;
}

ca::Result<ca::PreprocessChoice> choose(const std::string &wanted, const ca::Model &model, const ca::DataSet &data)
{
    return ca::choose_preprocess(wanted, model, data, 1, {});
}

} // namespace

// timm's default crop_pct of 0.875, and floor(side / crop_pct) as it resizes (timm/data/transforms_factory.py).
void TestChoosePreprocess::keeps_the_published_part_of_imagenet_at_any_side_data()
{
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("resized");
    QTest::newRow("224") << 224 << 256;
    QTest::newRow("128") << 128 << 146;
    QTest::newRow("288") << 288 << 329;
    QTest::newRow("384") << 384 << 438;
}

void TestChoosePreprocess::keeps_the_published_part_of_imagenet_at_any_side()
{
    QFETCH(int, side);
    QFETCH(int, resized);
    const auto chosen = choose("auto", model_of(side, side), data_of(images_of(0, 0), images_of(0, 0)));
    QVERIFY2(chosen, chosen ? "" : chosen.error().text().c_str());
    QCOMPARE(chosen->preprocess.mean, (std::array<float, 3>{0.485F, 0.456F, 0.406F}));
    QCOMPARE(chosen->preprocess.size, resized);
    QCOMPARE(chosen->preprocess.crop, side);
}

void TestChoosePreprocess::crops_pictures_of_different_sizes()
{
    const auto data = data_of(images_of(0, 0), images_of(0, 0));
    const auto small = choose("auto", model_of(32, 32), data); // CIFAR's, of which nothing is cut away
    QVERIFY(small);
    QCOMPARE(small->preprocess.mean, (std::array<float, 3>{0.4914F, 0.4822F, 0.4465F}));
    QCOMPARE(small->preprocess.size, 32);
    QCOMPARE(small->preprocess.crop, 32);
    ca::Model clip = model_of(336, 336);
    clip.zero_shot.emplace();
    const auto large = choose("auto", clip, data);
    QVERIFY(large);
    QVERIFY(large->preprocess.filter == ca::ResizeFilter::bicubic);
    QCOMPARE(large->preprocess.size, 336);
    QCOMPARE(large->preprocess.crop, 336);
}

void TestChoosePreprocess::leaves_images_of_the_models_size_as_they_are()
{
    const auto chosen = choose("auto", model_of(96, 128), data_of(images_of(96, 128), images_of(96, 128)));
    QVERIFY(chosen);
    QCOMPARE(chosen->preprocess.size, 0);
    QCOMPARE(chosen->preprocess.crop, 0);
}

void TestChoosePreprocess::resizes_where_only_the_test_images_have_the_models_size()
{
    for (const ca::Split &others : {images_of(0, 0), images_of(64, 64)}) {
        const auto chosen = choose("auto", model_of(32, 32), data_of(images_of(32, 32), others));
        QVERIFY(chosen);
        QCOMPARE(chosen->preprocess.size, 32);
        QCOMPARE(chosen->preprocess.crop, 32);
    }
}

void TestChoosePreprocess::wants_a_crop_of_pictures_of_different_sizes()
{
    const auto data = data_of(images_of(0, 0), images_of(0, 0));
    for (const char *told : {"cifar10", "size=224"}) {
        const auto refused = choose(told, model_of(224, 224), data);
        QVERIFY(refused.error().code == ca::ErrorCode::bad_data);
        QVERIFY2(refused.error().sentence.find("makes images of different sizes, and the model takes 224 x 224")
                     != std::string::npos,
                 refused.error().sentence.c_str());
    }
    QVERIFY(choose("imagenet", model_of(224, 224), data));
    ca::Model stating = model_of(224, 224);
    stating.preprocess = "clip";
    QVERIFY(choose("auto", stating, data)->preprocess == ca::parse_preprocess("clip").value());
    stating.preprocess = "mean=0.5:0.5:0.5"; // without a size
    QVERIFY(choose("auto", stating, data)->sentence.find("does not give its size") != std::string::npos);
}

void TestChoosePreprocess::says_that_labels_are_missing()
{
    ca::ImageSet images = one_image(3, 32, 32, {});
    images.labels = {-1};
    const ca::Split split = whole_split(std::make_shared<const ca::ImageSet>(std::move(images)));
    const auto chosen = choose("auto", model_of(32, 32), data_of(split, split));
    QVERIFY(chosen);
    QCOMPARE(chosen->sentence, std::string("preprocessing cifar10 is assumed, because the calibration images have no labels"));
}

void TestChoosePreprocess::says_when_nothing_fits()
{
    const auto wide = choose("auto", model_of(96, 128), data_of(images_of(0, 0), images_of(0, 0))); // crops are squares
    QVERIFY2(wide.error().sentence.find("takes images of 96 x 128") != std::string::npos, wide.error().sentence.c_str());
    QVERIFY(wide.error().sentence.find("of images of different sizes") != std::string::npos);
    const auto none = choose("auto", model_of(32, 32), {"nothing", "", {}, {}, {}, {}, {}, {}});
    QVERIFY(none.error().sentence.find("The data set nothing has no images") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestChoosePreprocess)
#include "test_choose_preprocess.moc"
