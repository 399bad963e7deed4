// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/sha256.h"
#include "core/data/image_files.h"
#include "tests/support/png_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>

class TestImageFiles final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void resizes_and_crops_as_pillow();
    void leaves_the_original_as_it_is();
    void shares_a_picture_among_preprocessings_that_only_scale();
    void holds_one_limit_for_all_sizes();
    void gives_the_same_pixels_whether_they_are_kept_or_not();
    void gives_right_pictures_to_many_threads();
    void names_the_picture_that_is_damaged();
    void refuses_pictures_that_are_lines();
    void hashes_names_and_sizes_of_the_files();

private:
    /// Striped pictures `0.png` …, of 4 x 4 pixels and more.
    [[nodiscard]] std::vector<std::string> put(int count) const
    {
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i) {
            names.push_back(std::to_string(i) + ".png");
            if (!write_png(root_ / names.back(), striped_picture(4 + i, 4 + 2 * i)))
                return {};
        }
        return names;
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path root_;
};

namespace {

ca::Preprocess as_told(const std::string &text)
{
    return ca::parse_preprocess(text).value();
}

} // namespace

void TestImageFiles::init()
{
    folder_ = std::make_unique<QTemporaryDir>();
    root_ = folder_->path().toStdString();
}

void TestImageFiles::resizes_and_crops_as_pillow()
{
    QVERIFY(write_png(root_ / "high.png", striped_picture(20, 12)));
    const ca::ImageFiles files(root_, {"high.png"});
    const auto picture = files.picture(0, as_told("size=5,crop=4,filter=bicubic")).value();
    QVERIFY(picture->size == (ca::ImageSize{4, 4}));
    // Pillow 13.0.0: resize((5, 8), BICUBIC).crop((0, 2, 4, 6)), blue channel.
    const std::vector<std::uint8_t> blue{134, 118, 126, 111, 131, 141, 129, 130, 131, 97, 133, 164, 114, 116, 84, 106};
    QCOMPARE(std::vector<std::uint8_t>(picture->pixels.begin() + 32, picture->pixels.end()), blue);
}

void TestImageFiles::leaves_the_original_as_it_is()
{
    const ca::ImageFiles files(root_, put(3));
    QCOMPARE(files.size(), std::size_t{3});
    QCOMPARE(files.name(2), std::string("2.png"));
    QVERIFY(files.original(2).value() == striped_picture(6, 8));
    QVERIFY(*files.picture(2, {}).value() == striped_picture(6, 8)); // no size, no crop
    QCOMPARE(files.counts().loads, std::uint64_t{1});
}

void TestImageFiles::shares_a_picture_among_preprocessings_that_only_scale()
{
    const ca::ImageFiles files(root_, put(1));
    const auto one = files.picture(0, as_told("size=3,crop=3,mean=0.5:0.5:0.5")).value();
    QVERIFY(files.picture(0, as_told("size=3,crop=3,std=0.5:0.5:0.5")).value() == one);
    QVERIFY(files.picture(0, as_told("size=3,crop=3,filter=bicubic")).value() != one);
    QVERIFY(files.picture(0, as_told("size=4,crop=3")).value() != one);
    QCOMPARE(files.counts(), (ca::ImageCache::Counts{1, 3, 0, ca::bytes(3 * 27)}));
}

void TestImageFiles::holds_one_limit_for_all_sizes()
{
    const ca::ImageFiles files(root_, put(4), ca::bytes(2 * 12 + 27)); // room for two of 2 x 2 and one of 3 x 3
    QVERIFY(files.picture(0, as_told("size=2,crop=2")) && files.picture(1, as_told("size=2,crop=2")));
    QVERIFY(files.picture(0, as_told("size=3,crop=3")) && files.picture(1, as_told("size=3,crop=3")));
    QCOMPARE(files.counts(), (ca::ImageCache::Counts{0, 4, 0, ca::bytes(51)}));
    QVERIFY(files.picture(1, as_told("size=2,crop=2")) && files.picture(0, as_told("size=3,crop=3")));
    QCOMPARE(files.counts().hits, std::uint64_t{2});
}

void TestImageFiles::gives_the_same_pixels_whether_they_are_kept_or_not()
{
    const auto names = put(6);
    const ca::ImageFiles all(root_, names), few(root_, names, ca::bytes(100)), none(root_, names, ca::bytes(0));
    for (int pass = 0; pass < 2; ++pass) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto picture = all.picture(i, as_told("size=4,crop=4")).value();
            QVERIFY(*few.picture(i, as_told("size=4,crop=4")).value() == *picture);
            QVERIFY(*none.picture(i, as_told("size=4,crop=4")).value() == *picture);
        }
    }
    QCOMPARE(all.counts().loads, std::uint64_t{6});
    QCOMPARE(few.counts(), (ca::ImageCache::Counts{2, 10, 0, ca::bytes(2 * 48)}));
    QCOMPARE(none.counts(), (ca::ImageCache::Counts{0, 12, 0, ca::bytes(0)}));
}

void TestImageFiles::gives_right_pictures_to_many_threads()
{
    const auto names = put(5);
    const ca::ImageFiles files(root_, names, ca::bytes(500));
    std::atomic<int> wrong{0};
    const auto done = ca::parallel_for(400, 8, {}, [&](std::size_t call) -> ca::Status {
        const std::size_t index = call % names.size();
        const int crop = 2 + static_cast<int>(call % 3);
        const auto picture = files.picture(index, {.crop = crop});
        const auto original = striped_picture(4 + static_cast<int>(index), 4 + 2 * static_cast<int>(index));
        const auto expected = one_image(3, original.size.height, original.size.width, original.pixels);
        std::vector<float> floats(static_cast<std::size_t>(3 * crop * crop));
        const std::uint32_t first = 0;
        ca::preprocess(expected, std::span(&first, 1), {.crop = crop}, floats);
        for (std::size_t i = 0; i < floats.size(); ++i)
            wrong += !picture || static_cast<float>((*picture)->pixels[i]) / 255.0F != floats[i] ? 1 : 0;
        return {};
    });
    QVERIFY(done);
    QCOMPARE(wrong.load(), 0);
}

void TestImageFiles::names_the_picture_that_is_damaged()
{
    QVERIFY(write_cut_png(root_ / "half.png", striped_picture(20, 20)));
    const ca::ImageFiles files(root_, {"half.png", "nowhere.png"});
    const auto half = files.picture(0, {});
    QVERIFY(half.error().code == ca::ErrorCode::bad_format);
    QVERIFY2(half.error().sentence.find("half.png") != std::string::npos, half.error().sentence.c_str());
    QVERIFY(files.picture(1, {}).error().code == ca::ErrorCode::not_found);
    QCOMPARE(files.counts(), (ca::ImageCache::Counts{0, 0, 2, ca::bytes(0)}));
}

void TestImageFiles::refuses_pictures_that_are_lines()
{
    QVERIFY(write_png(root_ / "thousand.png", striped_picture(1, 1000))
            && write_png(root_ / "line.png", striped_picture(1001, 1)));
    const ca::ImageFiles files(root_, {"thousand.png", "line.png"});
    QVERIFY(files.picture(0, as_told("size=8,crop=8")).value()->size == (ca::ImageSize{8, 8}));
    const auto line = files.picture(1, as_told("size=8,crop=8"));
    QVERIFY(line.error().code == ca::ErrorCode::unsupported);
    QVERIFY2(line.error().sentence.find("line.png is 1 pixels wide and 1001 high") != std::string::npos,
             line.error().sentence.c_str());
}

void TestImageFiles::hashes_names_and_sizes_of_the_files()
{
    using namespace std::string_literals;
    QVERIFY(write_bytes(root_ / "a.png", "12345") && write_bytes(root_ / "b.png", ""));
    QCOMPARE(ca::ImageFiles(root_, {"a.png", "b.png"}).hash(), ca::sha256("a.png\0005\0b.png\0000\0"s));
    QCOMPARE(ca::ImageFiles(root_, {"nowhere.png"}).hash(), ca::sha256("nowhere.png\0-\0"s));
}

QTEST_APPLESS_MAIN(TestImageFiles)
#include "test_image_files.moc"
