// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/read_batch.h"
#include "tests/support/png_files.h"

#include <QTemporaryDir>
#include <QtTest>

class TestReadBatch final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void gives_the_same_floats_from_pictures_as_from_records_data();
    void gives_the_same_floats_from_pictures_as_from_records();
    void makes_luma_for_networks_of_one_channel();
    void takes_a_part_of_the_split_in_its_order();
    void leaves_out_what_cannot_be_read();
    void streams_a_set_larger_than_its_memory();
    void ends_with_the_split();
    void wants_a_crop_for_pictures_of_different_sizes();
    void says_which_sizes_do_not_fit();
    void says_when_there_is_no_image();

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path root_;
};

namespace {

using Places = std::vector<std::size_t>;

ca::Split split_of(ca::ImageSet images)
{
    return whole_split(std::make_shared<const ca::ImageSet>(std::move(images)));
}

ca::InputSpec input_of(int side)
{
    return {3, side, side, 10};
}

std::string sentence(const ca::Split &split, const char *how, const ca::InputSpec &input)
{
    const auto checked = ca::check_sizes(split, ca::parse_preprocess(how).value(), input);
    return checked ? std::string() : checked.error().sentence;
}

} // namespace

void TestReadBatch::init()
{
    folder_ = std::make_unique<QTemporaryDir>();
    root_ = folder_->path().toStdString();
}

void TestReadBatch::gives_the_same_floats_from_pictures_as_from_records_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<int>("side");
    QTest::newRow("native") << "cifar10" << 32;
    QTest::newRow("larger") << "clip,size=48,crop=48" << 48;
    QTest::newRow("larger and cropped") << "imagenet,size=40,crop=36" << 36;
    QTest::newRow("smaller") << "size=16,crop=14,filter=bicubic" << 14;
    QTest::newRow("surrounded by black") << "imagenet,size=0,crop=37" << 37;
}

void TestReadBatch::gives_the_same_floats_from_pictures_as_from_records()
{
    QFETCH(QString, how);
    QFETCH(int, side);
    const auto records = coloured_images(3, 4, 1);
    const auto preprocess = ca::parse_preprocess(how.toStdString()).value();
    const auto expected = ca::read_batch(whole_split(records), 0, 12, preprocess, input_of(side));
    const auto read = ca::read_batch(split_of(as_files(root_, *records)), 0, 12, preprocess, input_of(side));
    QVERIFY(expected && read);
    QCOMPARE(read->images.count, 12);
    QCOMPARE(read->images.height, side);
    QCOMPARE(read->places, expected->places);
    QVERIFY(read->images.values == expected->images.values); // bit for bit
    QVERIFY(read->unread.empty() && expected->unread.empty());
}

/// 255 in red, green, blue alone: Pillow 13.0.0, Image.convert("L").
void TestReadBatch::makes_luma_for_networks_of_one_channel()
{
    ca::ImageSet records = one_image(3, 1, 1, {255, 0, 0, 0, 255, 0, 0, 0, 255});
    records.labels = {0, 0, 0};
    for (const ca::ImageSet &images : {records, as_files(root_, records)}) {
        const auto read = ca::read_batch(split_of(images), 0, 3, {}, {1, 1, 1, 10});
        QVERIFY2(read, read ? "" : read.error().text().c_str());
        QCOMPARE(read->images.channels, 1);
        QCOMPARE(read->images.values, (std::vector<float>{76 / 255.0F, 150 / 255.0F, 29 / 255.0F}));
    }
}

void TestReadBatch::takes_a_part_of_the_split_in_its_order()
{
    // One pixel each, red 0, 51, 102, 153: 0, 0.2, 0.4, 0.6 of 255.
    ca::ImageSet records = one_image(3, 1, 1, {0, 0, 0, 51, 0, 0, 102, 0, 0, 153, 0, 0});
    records.labels = {0, 0, 0, 0};
    for (const ca::ImageSet &images : {records, as_files(root_, records)}) {
        const ca::Split split{"all", std::make_shared<const ca::ImageSet>(images), {3, 0, 2}};
        const auto read = ca::read_batch(split, 1, 2, {}, input_of(1));
        QVERIFY2(read, read ? "" : read.error().text().c_str());
        QCOMPARE(read->places, (Places{1, 2}));
        QCOMPARE(read->images.values, (std::vector<float>{0, 0, 0, 102 / 255.0F, 0, 0}));
    }
}

void TestReadBatch::leaves_out_what_cannot_be_read()
{
    const auto records = coloured_images(1, 5, 1);
    const ca::ImageSet images = as_files(root_, *records);
    QVERIFY(write_cut_png(root_ / "1.png", picture_of(*records, 1)));
    QVERIFY(std::filesystem::remove(root_ / "3.png"));
    const auto read = ca::read_batch(split_of(images), 0, 5, {}, input_of(32));
    QVERIFY2(read, read ? "" : read.error().text().c_str());
    QCOMPARE(read->places, (Places{0, 2, 4}));
    QCOMPARE(read->images.count, 3);
    QCOMPARE(read->unread.size(), std::size_t{2});
    QVERIFY(read->unread[0].sentence.find("1.png") != std::string::npos);
    QVERIFY(read->unread[1].sentence.find("3.png") != std::string::npos);
    const ca::Split good{"all", records, {0, 2, 4}};
    QVERIFY(read->images.values == ca::read_batch(good, 0, 3, {}, input_of(32))->images.values);

    const auto none = ca::read_batch(split_of(images), 3, 1, {}, input_of(32));
    QVERIFY(none);
    QVERIFY(none->places.empty() && none->images.values.empty());
    QCOMPARE(none->images.count, 0);
}

void TestReadBatch::streams_a_set_larger_than_its_memory()
{
    const auto records = coloured_images(10, 4, 1);
    const ca::ImageSet images = as_files(root_, *records, ca::bytes(10 * 3072)); // a quarter of them
    const auto expected = ca::read_batch(whole_split(records), 0, 40, {}, input_of(32));
    for (int pass = 0; pass < 3; ++pass) {
        std::vector<float> values;
        for (std::size_t first = 0; first < 40; first += 8) {
            const auto read = ca::read_batch(split_of(images), first, 8, {}, input_of(32));
            QVERIFY(read);
            values.insert(values.end(), read->images.values.begin(), read->images.values.end());
        }
        QVERIFY(values == expected->images.values);
    }
    QCOMPARE(images.files->counts(), (ca::ImageCache::Counts{20, 100, 0, ca::bytes(30720)}));
}

void TestReadBatch::ends_with_the_split()
{
    const ca::Split split = whole_split(coloured_images(1, 5, 1));
    QCOMPARE(ca::read_batch(split, 3, 32, {}, input_of(32))->places, (Places{3, 4}));
    QVERIFY(ca::read_batch(split, 5, 1, {}, input_of(32)).error().code == ca::ErrorCode::bad_data);
}

void TestReadBatch::wants_a_crop_for_pictures_of_different_sizes()
{
    QVERIFY(write_png(root_ / "a.png", striped_picture(20, 30)) && write_png(root_ / "b.png", striped_picture(9, 9)));
    ca::ImageSet images;
    images.labels = {0, 0};
    images.classes = {"only"};
    images.files = std::make_shared<const ca::ImageFiles>(root_, std::vector<std::string>{"a.png", "b.png"});
    const ca::Split split = split_of(images);
    for (const char *how : {"cifar10", "size=8"})
        QVERIFY2(sentence(split, how, input_of(8)).find("leaves pictures of different sizes different") != std::string::npos,
                 sentence(split, how, input_of(8)).c_str());
    QCOMPARE(sentence(split, "size=10,crop=8", input_of(8)), std::string());
    const auto read = ca::read_batch(split, 0, 2, {.size = 10, .crop = 8}, input_of(8));
    QVERIFY(read);
    QCOMPARE(read->images.values.size(), std::size_t{2 * 3 * 8 * 8});
}

void TestReadBatch::says_which_sizes_do_not_fit()
{
    const ca::Split split = whole_split(coloured_images(1, 2, 1));
    QCOMPARE(sentence(split, "cifar10", input_of(32)), std::string());
    const std::string other = sentence(split, "cifar10", input_of(224));
    QVERIFY2(other.find("224 x 224 with 3 channels, and this preprocessing makes 32 x 32") != std::string::npos, other.c_str());
    QVERIFY(other.find("size=224,crop=224") != std::string::npos);
    QVERIFY(sentence(split, "cifar10", {4, 32, 32, 10}).find("with 4 channels, and this preprocessing makes 32 x 32 with 1 or 3")
            != std::string::npos);
    QVERIFY(!ca::read_batch(split, 0, 1, {}, input_of(224)));
}

void TestReadBatch::says_when_there_is_no_image()
{
    for (const ca::Split &split : {ca::Split{"holdout", nullptr, {}}, ca::Split{"holdout", coloured_images(1, 2, 1), {}}})
        QVERIFY(sentence(split, "cifar10", input_of(32)).find("The split holdout has no images") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestReadBatch)
#include "test_read_batch.moc"
