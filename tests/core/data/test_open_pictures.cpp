// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/image_files.h"
#include "tests/support/png_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <set>

class TestOpenPictures final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void takes_a_tenth_for_calibration_where_there_is_no_train();
    void takes_val_and_test_together_and_calibrates_on_train();
    void takes_2000_of_train();
    void takes_all_there_are_where_there_is_only_train();
    void leaves_out_a_part_without_labels();
    void opens_pictures_without_labels();
    void opens_a_table_of_labels();
    void gives_the_same_splits_for_the_same_seed_only();
    void knows_whether_all_have_one_size();
    void counts_and_names_what_cannot_be_read();
    void goes_on_where_only_train_is_damaged_in_part();
    void prefers_cifar_records();
    void says_why_a_folder_does_not_do();
    void says_how_many_images_are_needed();
    void notes_what_is_odd();
    void stops_when_asked();

private:
    /// The same picture at each place.
    void put(const std::vector<std::string> &files, int height = 8, int width = 8) const
    {
        for (const std::string &file : files)
            QVERIFY(write_png(root_ / file, striped_picture(height, width)));
    }
    void put_many(const std::string &folder, int count) const
    {
        for (int i = 0; i < count; ++i)
            put({folder + "/" + std::to_string(i) + ".png"}, 2, 2);
    }
    [[nodiscard]] ca::DataSet opened(std::uint64_t seed = 0) const
    {
        auto data = ca::open_data_folder(root_, seed);
        if (!data)
            qWarning("%s", data.error().text().c_str());
        return data.value_or(ca::DataSet{});
    }
    [[nodiscard]] QString failure() const
    {
        const auto data = ca::open_data_folder(root_, 0);
        return data ? QString() : QString::fromStdString(data.error().text());
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path root_;
};

namespace {

using Names = std::vector<std::string>;

std::set<std::string> names_of(const ca::Split &split)
{
    std::set<std::string> names;
    for (const std::uint32_t index : split.indices)
        names.insert(split.images->files->name(index));
    return names;
}

bool has_note(const ca::DataSet &data, const std::string &part)
{
    return std::any_of(data.notes.begin(), data.notes.end(),
                       [&](const std::string &note) { return note.find(part) != std::string::npos; });
}

} // namespace

void TestOpenPictures::init()
{
    folder_ = std::make_unique<QTemporaryDir>();
    root_ = folder_->filePath("pets").toStdString();
    std::filesystem::create_directory(root_);
}

void TestOpenPictures::takes_a_tenth_for_calibration_where_there_is_no_train()
{
    put_many("cat", 12);
    put_many("dog", 8);
    const ca::DataSet data = opened();
    QCOMPARE(data.name, std::string("pets"));
    QCOMPARE(data.classes, (Names{"cat", "dog"}));
    QCOMPARE(data.all.size(), std::size_t{20});
    QCOMPARE(data.calibration.size(), std::size_t{2});
    QCOMPARE(data.selection.size(), std::size_t{9});
    QCOMPARE(data.holdout.size(), std::size_t{9});
    auto together = names_of(data.calibration);
    together.merge(names_of(data.selection));
    together.merge(names_of(data.holdout));
    QCOMPARE(together.size(), std::size_t{20});
    QVERIFY(data.all.images->has_labels() && data.notes.empty());
    for (std::size_t i = 0; i < data.holdout.size(); ++i) {
        const std::string &name = data.all.images->files->name(data.holdout.indices[i]);
        QCOMPARE(data.holdout.label(i), name.starts_with("cat") ? 0 : 1);
    }
}

void TestOpenPictures::takes_val_and_test_together_and_calibrates_on_train()
{
    put({"train/cat/a.png", "train/dog/b.png", "train/dog/c.png", "valid/cat/d.png", "valid/dog/e.png", "test/dog/f.png"});
    const ca::DataSet data = opened();
    QCOMPARE(names_of(data.all), (std::set<std::string>{"valid/cat/d.png", "valid/dog/e.png", "test/dog/f.png"}));
    QCOMPARE(names_of(data.calibration), (std::set<std::string>{"train/cat/a.png", "train/dog/b.png", "train/dog/c.png"}));
    QCOMPARE(data.all.images->labels, (std::vector<int>{0, 1, 1}));
    QCOMPARE(data.selection.size() + data.holdout.size(), std::size_t{3});
    QVERIFY(data.calibration.images->has_labels());
}

void TestOpenPictures::takes_2000_of_train()
{
    put_many("val/cat", 3);
    for (int i = 0; i < 2100; ++i) // 1,050 a class
        put({"train/" + std::string(i % 2 == 0 ? "cat" : "dog") + "/" + std::to_string(i) + ".png"}, 1, 1);
    const ca::DataSet data = opened();
    QCOMPARE(data.all.size(), std::size_t{3});
    QCOMPARE(names_of(data.calibration).size(), std::size_t{2000});
    const auto cats = std::count(data.calibration.images->labels.begin(), data.calibration.images->labels.end(), 0);
    QVERIFY(cats >= 950 && cats <= 1050); // 100 of both classes stay out
}

void TestOpenPictures::takes_all_there_are_where_there_is_only_train()
{
    put({"train/cat/a.png", "train/cat/b.png", "train/dog/c.png"});
    const ca::DataSet data = opened();
    QCOMPARE(data.all.size(), std::size_t{3});
    QCOMPARE(data.calibration.size(), std::size_t{1});
    QVERIFY(data.calibration.images == data.all.images);
}

void TestOpenPictures::leaves_out_a_part_without_labels()
{
    put({"val/cat/a.png", "val/dog/b.png", "val/dog/c.png", "test/1.png", "test/2.png"});
    const ca::DataSet data = opened();
    QCOMPARE(data.all.size(), std::size_t{3});
    QVERIFY(data.all.images->has_labels());
    QVERIFY(has_note(data, "The 2 images of test have no labels and are left out."));
}

void TestOpenPictures::opens_pictures_without_labels()
{
    put({"1.png", "2.png", "10.png"});
    const ca::DataSet data = opened();
    QVERIFY(data.classes.empty() && data.all.images->classes.empty());
    QCOMPARE(data.all.images->labels, (std::vector<int>{-1, -1, -1}));
    QVERIFY(!data.all.images->has_labels());
    QCOMPARE(data.all.images->files->name(2), std::string("10.png"));
}

void TestOpenPictures::opens_a_table_of_labels()
{
    put({"1.png", "2.png", "3.png", "4.png"});
    QVERIFY(write_bytes(root_ / "labels.csv", "file,label\n1.png,dog\n2.png,cat\n3.png,dog\n"));
    const ca::DataSet data = opened();
    QCOMPARE(data.classes, (Names{"cat", "dog"}));
    QCOMPARE(data.all.images->labels, (std::vector<int>{0, 1, 1}));
    QVERIFY(has_note(data, "1 images have no line in"));
}

void TestOpenPictures::gives_the_same_splits_for_the_same_seed_only()
{
    put_many("train/cat", 30);
    put_many("val/cat", 30);
    const ca::DataSet one = opened(4), same = opened(4), other = opened(5);
    QCOMPARE(one.holdout.hash(), same.holdout.hash());
    QCOMPARE(one.calibration.hash(), same.calibration.hash());
    QVERIFY(one.holdout.hash() != other.holdout.hash());
    QVERIFY(one.calibration.hash() != other.calibration.hash());
    QCOMPARE(one.all.hash(), other.all.hash());
    put({"val/cat/7.png"}, 9, 9); // another picture, and another size of its file
    QVERIFY(opened(4).holdout.hash() != one.holdout.hash());
    QCOMPARE(opened(4).calibration.hash(), one.calibration.hash());
}

void TestOpenPictures::knows_whether_all_have_one_size()
{
    put({"cat/a.png", "cat/b.png", "dog/c.png"}, 6, 4);
    QCOMPARE(opened().all.images->height, 6);
    QCOMPARE(opened().all.images->width, 4);
    put({"cat/b.png"}, 4, 6);
    QCOMPARE(opened().all.images->height, 0);
    QCOMPARE(opened().all.images->width, 0);
}

void TestOpenPictures::counts_and_names_what_cannot_be_read()
{
    put_many("cat", 6);
    for (const char *name : {"dog/1.png", "dog/2.png", "dog/3.png", "dog/4.png"})
        put({name}, 2, 2);
    for (const char *name : {"cat/0.png", "dog/2.png", "dog/3.png"})
        QVERIFY(write_bytes(root_ / name, "no picture"));
    const ca::DataSet data = opened();
    QCOMPARE(data.notes, Names{"3 of 10 images cannot be read and are left out, among them cat/0.png and dog/2.png."});
    QCOMPARE(data.all.size(), std::size_t{7});
    QCOMPARE(data.all.images->labels, (std::vector<int>{0, 0, 0, 0, 0, 1, 1}));
    QCOMPARE(data.all.images->files->name(6), std::string("dog/4.png"));
    QCOMPARE(data.all.images->height, 2);
    QVERIFY(write_png(root_ / "dog/2.png", striped_picture(2, 2)) && write_png(root_ / "dog/3.png", striped_picture(2, 2)));
    QCOMPARE(opened().notes, Names{"1 of 10 images cannot be read and is left out: cat/0.png."});
}

void TestOpenPictures::goes_on_where_only_train_is_damaged_in_part()
{
    put({"val/cat/a.png", "val/dog/b.png", "train/cat/c.png", "train/dog/d.png"});
    QVERIFY(write_bytes(root_ / "train/dog/d.png", ""));
    const ca::DataSet data = opened();
    QVERIFY(has_note(data, "1 of 2 images of train cannot be read"));
    QCOMPARE(names_of(data.calibration), std::set<std::string>{"train/cat/c.png"});
}

void TestOpenPictures::prefers_cifar_records()
{
    put({"cat/a.png", "dog/b.png", "dog/c.png"});
    QVERIFY(write_cifar_folder(root_, 2, 3, 1));
    QCOMPARE(opened().classes.size(), std::size_t{3});
    QVERIFY(!opened().all.images->files);
}

void TestOpenPictures::says_why_a_folder_does_not_do()
{
    QVERIFY2(failure().contains("holds no image. Choose one with .png"), qPrintable(failure()));
    QVERIFY(write_bytes(root_ / "a.png", "no picture") && write_bytes(root_ / "b.png", ""));
    QVERIFY2(failure().contains("None of the 2 images in "), qPrintable(failure()));
    QVERIFY2(failure().contains("a.png"), qPrintable(failure())); // the reason, from the first of them
}

void TestOpenPictures::says_how_many_images_are_needed()
{
    put({"cat/a.png"});
    QVERIFY2(failure().contains("has too few test images to divide: 1 of at least 3"), qPrintable(failure()));
    put({"val/cat/a.png", "train/cat/b.png"});
    QVERIFY(std::filesystem::remove_all(root_ / "cat"));
    QVERIFY2(failure().contains("1 of at least 2"), qPrintable(failure()));
    put({"val/cat/c.png"});
    QCOMPARE(failure(), QString());
}

void TestOpenPictures::notes_what_is_odd()
{
    put({"cat/a.png", "cat/b.png", "cat/c.png"});
    QVERIFY(has_note(opened(), "all have the label cat"));
}

void TestOpenPictures::stops_when_asked()
{
    put({"cat/a.png", "cat/b.png", "dog/c.png"});
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(ca::open_data_folder(root_, 0, stop.get_token()).error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestOpenPictures)
#include "test_open_pictures.moc"
