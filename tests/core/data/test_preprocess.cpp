// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/preprocess.h"
#include "tests/support/datasets.h"
#include "tests/support/png_files.h"

#include <QtTest>

#include <cmath>

class TestPreprocess final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void normalises_by_hand_computed_values();
    void repeats_one_channel_to_three();
    void resizes_as_pillow_does_data();
    void resizes_as_pillow_does();
    void resizes_the_shorter_side_and_crops_the_centre();
    void cuts_what_pillow_resizes_data();
    void cuts_what_pillow_resizes();
    void surrounds_a_smaller_image_with_black();
    void takes_images_in_the_order_of_the_indices();
    void knows_the_presets();
    void changes_a_preset_by_options();
    void reads_back_what_it_writes();
    void names_the_part_that_it_does_not_understand_data();
    void names_the_part_that_it_does_not_understand();
};

namespace {

ca::ImageSet picture(int height, int width)
{
    return one_image(3, height, width, striped_picture(height, width).pixels);
}

/// One channel of what `text` makes of the first image, back in 0..255.
QVector<int> channel_after(const ca::ImageSet &images, const std::string &text, int channel)
{
    const auto options = ca::parse_preprocess(text).value();
    const auto [height, width] = ca::output_size(options, images.height, images.width);
    std::vector<float> out(static_cast<std::size_t>(3 * height * width));
    const std::uint32_t first = 0;
    ca::preprocess(images, std::span(&first, 1), options, out);
    QVector<int> values;
    for (int i = 0; i < height * width; ++i)
        values.append(static_cast<int>(std::lround(out[static_cast<std::size_t>(channel * height * width + i)] * 255.0F)));
    return values;
}

} // namespace

void TestPreprocess::normalises_by_hand_computed_values()
{
    const auto images = one_image(3, 1, 1, {0, 255, 51}); // 0, 1 and 0.2
    std::vector<float> out(3);
    const std::uint32_t first = 0;
    ca::preprocess(images, std::span(&first, 1), ca::parse_preprocess("mean=0.5:0.5:0.1,std=0.25:0.5:0.2").value(), out);
    QCOMPARE(out[0], -2.0F);
    QCOMPARE(out[1], 1.0F);
    QVERIFY(std::abs(out[2] - 0.5F) < 1e-6F);
}

void TestPreprocess::repeats_one_channel_to_three()
{
    const auto images = one_image(1, 1, 2, {0, 255});
    for (int channel = 0; channel < 3; ++channel)
        QCOMPARE(channel_after(images, "size=0", channel), (QVector<int>{0, 255}));
}

// Expected rows: Pillow 13.0.0, Image.resize((side, side), BILINEAR or BICUBIC) of the 8 x 8 picture, green channel, row side
// / 2.
void TestPreprocess::resizes_as_pillow_does_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<int>("side");
    QTest::addColumn<QVector<int>>("row");
    QTest::newRow("larger, bilinear") << "bilinear" << 20 << QVector<int>{134, 140, 166, 191, 162, 115, 86, 112, 137, 139,
                                                                          134, 135, 161, 186, 157, 111, 82, 108, 133, 139};
    QTest::newRow("smaller, bilinear") << "bilinear" << 5 << QVector<int>{143, 137, 139, 138, 137};
    QTest::newRow("much smaller, bilinear") << "bilinear" << 3 << QVector<int>{139, 137, 134};
    QTest::newRow("larger, bicubic") << "bicubic" << 20 << QVector<int>{118, 132, 177, 215, 182, 106, 68, 92, 127, 137,
                                                                        136, 145, 181, 205, 170, 99,  64, 90, 124, 134};
    QTest::newRow("smaller, bicubic") << "bicubic" << 5 << QVector<int>{142, 136, 143, 136, 136};
    QTest::newRow("much smaller, bicubic") << "bicubic" << 3 << QVector<int>{142, 136, 138};
}

void TestPreprocess::resizes_as_pillow_does()
{
    QFETCH(QString, filter);
    QFETCH(int, side);
    QFETCH(QVector<int>, row);
    const auto all = channel_after(picture(8, 8), "filter=" + filter.toStdString() + ",size=" + std::to_string(side), 1);
    QCOMPARE(all.mid(side * (side / 2), side), row);
}

void TestPreprocess::resizes_the_shorter_side_and_crops_the_centre()
{
    const auto images = picture(6, 10);
    QCOMPARE(ca::output_size(ca::parse_preprocess("size=4").value(), 6, 10), std::pair(4, 6));
    QCOMPARE(ca::output_size(ca::parse_preprocess("size=4").value(), 10, 6), std::pair(6, 4));
    // Pillow 13.0.0: resize((6, 4), BICUBIC), blue channel.
    const QVector<int> rows{161, 144, 178, 108, 142, 125, 116, 120, 153, 117, 150, 154,
                            135, 148, 125, 128, 105, 118, 99,  114, 100, 137, 124, 138};
    QCOMPARE(channel_after(images, "size=4,filter=bicubic", 2), rows);
    const QVector<int> centre{120, 153, 117, 150, 148, 125, 128, 105};
    QCOMPARE(ca::output_size(ca::parse_preprocess("size=4,crop=2").value(), 6, 10), std::pair(2, 2));
    // The middle 2 x 2 of 4 x 6: rows 1 and 2, columns 2 and 3.
    QCOMPARE(channel_after(images, "size=4,crop=2,filter=bicubic", 2),
             (QVector<int>{centre[1], centre[2], centre[5], centre[6]}));
}

// Pillow 13.0.0, Image.resize and Image.crop, where torchvision's center_crop begins: row 1, column 4 of 8 x 13 (half of 7 is
// rounded to the even 4); row 2, column 0 of 8 x 5.
void TestPreprocess::cuts_what_pillow_resizes_data()
{
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<QString>("how");
    QTest::addColumn<int>("channel");
    QTest::addColumn<QVector<int>>("pixels");
    QTest::newRow("wide, bicubic") << 12 << 20 << "size=8,crop=6,filter=bicubic" << 1
                                   << QVector<int>{110, 149, 146, 94, 135, 199, 135, 109, 126, 167, 166, 102,
                                                   152, 142, 153, 76, 158, 152, 105, 131, 85,  125, 62,  170,
                                                   104, 162, 120, 73, 130, 94,  115, 119, 175, 129, 99,  140};
    QTest::newRow("wide, bilinear") << 12 << 20 << "size=8,crop=6" << 1
                                    << QVector<int>{111, 143, 143, 105, 140, 178, 135, 113, 129, 155, 160, 119,
                                                    147, 137, 145, 91,  149, 149, 108, 131, 92,  116, 80,  154,
                                                    107, 154, 122, 84,  124, 103, 119, 122, 163, 125, 104, 135};
    QTest::newRow("high, bicubic") << 20 << 12 << "size=5,crop=4,filter=bicubic" << 2
                                   << QVector<int>{134, 118, 126, 111, 131, 141, 129, 130, 131, 97, 133, 164, 114, 116, 84, 106};
}

void TestPreprocess::cuts_what_pillow_resizes()
{
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(QString, how);
    QFETCH(int, channel);
    QFETCH(QVector<int>, pixels);
    QCOMPARE(channel_after(picture(height, width), how.toStdString(), channel), pixels);
}

void TestPreprocess::surrounds_a_smaller_image_with_black()
{
    const auto images = one_image(3, 1, 1, {200, 200, 200});
    QCOMPARE(channel_after(images, "crop=3", 0), (QVector<int>{0, 0, 0, 0, 200, 0, 0, 0, 0}));
    // Narrower and higher than the crop: black on both sides, and the middle row of three.
    const auto high = one_image(1, 3, 1, {10, 20, 30});
    QCOMPARE(channel_after(high, "crop=1", 0), QVector<int>{20});
    QCOMPARE(channel_after(high, "crop=2", 0), (QVector<int>{10, 0, 20, 0}));
}

void TestPreprocess::takes_images_in_the_order_of_the_indices()
{
    ca::ImageSet images = one_image(1, 1, 1, {51, 102, 153});
    images.labels = {0, 0, 0};
    const std::array<std::uint32_t, 2> order{2, 0};
    std::vector<float> out(6);
    ca::preprocess(images, order, ca::Preprocess{}, out);
    QVERIFY(std::abs(out[0] - 0.6F) < 1e-6F);
    QVERIFY(std::abs(out[3] - 0.2F) < 1e-6F);
}

void TestPreprocess::knows_the_presets()
{
    const auto imagenet = ca::parse_preprocess("imagenet").value();
    QCOMPARE(imagenet.size, 256);
    QCOMPARE(imagenet.crop, 224);
    QCOMPARE(imagenet.mean[2], 0.406F);
    QCOMPARE(imagenet.deviation[0], 0.229F);
    const auto clip = ca::parse_preprocess("clip").value();
    QVERIFY(clip.filter == ca::ResizeFilter::bicubic);
    QCOMPARE(clip.mean[0], 0.48145466F); // openai/CLIP, clip.py, _transform
    QCOMPARE(clip.deviation[2], 0.27577711F);
    QCOMPARE(ca::output_size(ca::parse_preprocess("cifar10").value(), 32, 32), std::pair(32, 32));
}

void TestPreprocess::changes_a_preset_by_options()
{
    const auto small = ca::parse_preprocess("clip,size=32,crop=32").value();
    QCOMPARE(small.size, 32);
    QCOMPARE(small.crop, 32);
    QVERIFY(small.filter == ca::ResizeFilter::bicubic);
    QCOMPARE(small.mean[1], 0.4578275F);
}

void TestPreprocess::reads_back_what_it_writes()
{
    for (const char *text : {"cifar10", "imagenet", "clip", "clip,size=32,crop=0,mean=-1:0:1e-7"}) {
        const auto parsed = ca::parse_preprocess(text).value();
        QVERIFY(ca::parse_preprocess(ca::to_text(parsed)).value() == parsed);
    }
    QCOMPARE(ca::to_text(ca::parse_preprocess("imagenet").value()),
             std::string("size=256,crop=224,filter=bilinear,mean=0.485:0.456:0.406,std=0.229:0.224:0.225"));
}

void TestPreprocess::names_the_part_that_it_does_not_understand_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("named");
    QTest::newRow("nothing") << ""
                             << "not understood";
    QTest::newRow("unknown preset") << "cifar11"
                                    << "\"cifar11\"";
    QTest::newRow("preset later") << "size=3,clip"
                                  << "\"clip\"";
    QTest::newRow("word for number") << "size=big"
                                     << "\"size=big\"";
    QTest::newRow("negative") << "crop=-1"
                              << "\"crop=-1\"";
    QTest::newRow("too large") << "size=999999999"
                               << "size=999999999";
    QTest::newRow("unknown filter") << "filter=lanczos"
                                    << "\"filter=lanczos\"";
    QTest::newRow("two means") << "mean=1:2"
                               << "\"mean=1:2\"";
    QTest::newRow("division by zero") << "std=0:1:1"
                                      << "\"std=0:1:1\"";
    QTest::newRow("not a number") << "mean=nan:0:0"
                                  << "\"mean=nan:0:0\"";
    QTest::newRow("crop beyond size") << "size=10,crop=11"
                                      << "at least as large as crop";
}

void TestPreprocess::names_the_part_that_it_does_not_understand()
{
    QFETCH(QString, text);
    QFETCH(QString, named);
    const auto result = ca::parse_preprocess(text.toStdString());
    QVERIFY(!result);
    QVERIFY(result.error().code == ca::ErrorCode::usage);
    QVERIFY2(QString::fromStdString(result.error().sentence).contains(named), result.error().sentence.c_str());
}

QTEST_APPLESS_MAIN(TestPreprocess)
#include "test_preprocess.moc"
