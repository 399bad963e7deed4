// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/sha256.h"
#include "core/data/dataset.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <set>

class TestDataset final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void halves_the_test_set_without_overlap();
    void keeps_the_files_order_in_all();
    void gives_the_same_order_for_the_same_seed_only();
    void makes_a_splits_beginning_a_fair_sample();
    void takes_calibration_out_of_the_test_set_where_there_is_none();
    void takes_2000_of_the_training_images_for_calibration();
    void hashes_the_images_and_their_order();
    void cuts_a_split_to_its_first_images();
    void finds_splits_by_name_only();
    void names_itself_after_the_folder();
    void says_what_is_missing();
    void refuses_a_label_without_a_name();
    void refuses_a_set_too_small_to_divide();
    void opens_the_real_cifar10();
};

namespace {

std::filesystem::path path_of(const QTemporaryDir &folder)
{
    return folder.path().toStdString();
}

std::set<std::uint32_t> as_set(const ca::Split &split)
{
    return {split.indices.begin(), split.indices.end()};
}

bool contains(const ca::Error &error, const char *part)
{
    return error.sentence.find(part) != std::string::npos;
}

} // namespace

void TestDataset::halves_the_test_set_without_overlap()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 5, 3, 1)); // 15 images
    const auto data = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(data);
    QCOMPARE(data->selection.size(), std::size_t{7});
    QCOMPARE(data->holdout.size(), std::size_t{8});
    QCOMPARE(data->calibration.size(), std::size_t{15});
    auto both = as_set(data->selection);
    both.merge(as_set(data->holdout));
    QCOMPARE(both.size(), std::size_t{15});
    QVERIFY(data->calibration.images != data->all.images);
}

void TestDataset::keeps_the_files_order_in_all()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 2, 3, 1));
    const auto data = ca::open_data_folder(path_of(folder), 9);
    QVERIFY(data);
    for (std::size_t i = 0; i < 6; ++i) {
        QCOMPARE(data->all.indices[i], static_cast<std::uint32_t>(i));
        QCOMPARE(data->all.label(i), static_cast<int>(i % 3));
    }
    QCOMPARE(data->classes, (std::vector<std::string>{"class 0", "class 1", "class 2"}));
    const auto made = coloured_images(2, 3, 1);
    QVERIFY(data->all.images->pixels == made->pixels);
}

void TestDataset::gives_the_same_order_for_the_same_seed_only()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 10, 3, 1));
    const auto one = ca::open_data_folder(path_of(folder), 4);
    const auto same = ca::open_data_folder(path_of(folder), 4);
    const auto other = ca::open_data_folder(path_of(folder), 5);
    QVERIFY(one && same && other);
    QCOMPARE(one->selection.indices, same->selection.indices);
    QCOMPARE(one->holdout.indices, same->holdout.indices);
    QCOMPARE(one->calibration.indices, same->calibration.indices);
    QVERIFY(one->selection.indices != other->selection.indices);
    QVERIFY(one->calibration.indices != other->calibration.indices);
}

void TestDataset::makes_a_splits_beginning_a_fair_sample()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 100, 4, 1));
    const auto data = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(data);
    double sum = 0; // of positions in the file, among the first 100 of 400: 199.5 +- 10 (one standard error) if the order is fair
    for (const std::uint32_t index : data->holdout.first(100).indices)
        sum += index;
    QVERIFY(std::abs(sum / 100 - 199.5) < 50);
    QVERIFY(!std::is_sorted(data->holdout.indices.begin(), data->holdout.indices.end()));
}

void TestDataset::takes_calibration_out_of_the_test_set_where_there_is_none()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 10, 3, 1)); // 30 images: a tenth is 3
    QVERIFY(std::filesystem::remove(path_of(folder) / "calibration.bin"));
    const auto data = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(data);
    QCOMPARE(data->calibration.size(), std::size_t{3});
    QCOMPARE(data->selection.size(), std::size_t{13});
    QCOMPARE(data->holdout.size(), std::size_t{14});
    QCOMPARE(data->all.size(), std::size_t{30});
    auto all = as_set(data->calibration);
    all.merge(as_set(data->selection));
    all.merge(as_set(data->holdout));
    QCOMPARE(all.size(), std::size_t{30});
}

void TestDataset::takes_2000_of_the_training_images_for_calibration()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 2, 3, 1));
    QVERIFY(std::filesystem::remove(path_of(folder) / "calibration.bin"));
    QVERIFY(write_cifar_file(path_of(folder) / "data_batch_1.bin", *coloured_images(400, 3, 2)));
    QVERIFY(write_cifar_file(path_of(folder) / "data_batch_2.bin", *coloured_images(400, 3, 3)));
    const auto data = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(data);
    QCOMPARE(data->calibration.size(), std::size_t{2000});
    QCOMPARE(data->calibration.images->size(), std::size_t{2000});
    QCOMPARE(data->all.size(), std::size_t{6});
    std::array<int, 3> count{};
    for (std::size_t i = 0; i < 2000; ++i)
        ++count.at(static_cast<std::size_t>(data->calibration.label(i)));
    for (const int n : count) // of 2,400 images with 800 a class, 400 stay out
        QVERIFY(n > 600 && n < 733);
}

void TestDataset::hashes_the_images_and_their_order()
{
    const auto images = std::make_shared<const ca::ImageSet>(one_image(3, 1, 1, {7, 8, 9}));
    const ca::Split split{"all", images, {0}};
    // By the contract, by hand: channels, height, width, pixels, label for the set; then its digits and the index.
    using namespace std::string_literals;
    const std::string set = ca::sha256("\3\0\0\0\1\0\0\0\1\0\0\0\7\10\11\0\0\0\0"s);
    QCOMPARE(split.hash(), ca::sha256(set + "\0\0\0\0"s));

    const auto many = whole_split(coloured_images(2, 2, 1));
    ca::Split turned = many;
    std::reverse(turned.indices.begin(), turned.indices.end());
    QVERIFY(many.hash() != turned.hash());
    QVERIFY(many.hash() != whole_split(coloured_images(2, 2, 2)).hash());
    QCOMPARE(many.hash(), whole_split(coloured_images(2, 2, 1)).hash());
}

void TestDataset::cuts_a_split_to_its_first_images()
{
    const ca::Split split{"all", coloured_images(2, 2, 1), {3, 1, 0, 2}};
    QCOMPARE(split.first(2).indices, (std::vector<std::uint32_t>{3, 1}));
    QCOMPARE(split.first(0).size(), std::size_t{4});
    QCOMPARE(split.first(9).size(), std::size_t{4});
    QCOMPARE(split.first(1).label(0), 1);
}

void TestDataset::finds_splits_by_name_only()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 2, 2, 1));
    const auto data = ca::open_data_folder(path_of(folder), 0).value();
    for (const char *name : {"calibration", "selection", "holdout", "all"})
        QCOMPARE(data.split(name).value().name, std::string(name));
    const auto wrong = data.split("test");
    QVERIFY(!wrong);
    QVERIFY(wrong.error().code == ca::ErrorCode::usage);
    QVERIFY(contains(wrong.error(), "\"test\""));
}

void TestDataset::names_itself_after_the_folder()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder) / "flowers", 2, 2, 1));
    QCOMPARE(ca::open_data_folder(path_of(folder) / "flowers", 0).value().name, std::string("flowers"));
    QCOMPARE(ca::open_data_folder(path_of(folder) / "flowers/", 0).value().name, std::string("flowers"));
}

void TestDataset::says_what_is_missing()
{
    QTemporaryDir folder;
    const auto nowhere = ca::open_data_folder(path_of(folder) / "no", 0);
    QVERIFY(!nowhere);
    QVERIFY(nowhere.error().code == ca::ErrorCode::not_found);

    const auto empty = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(!empty);
    QVERIFY(contains(empty.error(), "test_batch.bin"));

    QVERIFY(write_cifar_folder(path_of(folder), 2, 2, 1));
    const auto file = ca::open_data_folder(path_of(folder) / "test_batch.bin", 0);
    QVERIFY(!file);
    QVERIFY(contains(file.error(), "is a file"));

    QVERIFY(std::filesystem::remove(path_of(folder) / "batches.meta.txt"));
    const auto nameless = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(!nameless);
    QVERIFY(nameless.error().code == ca::ErrorCode::bad_data);
    QVERIFY(contains(nameless.error(), "batches.meta.txt"));
}

void TestDataset::refuses_a_label_without_a_name()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 2, 3, 1));
    QVERIFY(write_bytes(path_of(folder) / "batches.meta.txt", "cat\ndog\n"));
    const auto data = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(!data);
    QVERIFY(data.error().code == ca::ErrorCode::bad_data);
    QVERIFY(contains(data.error(), "label 2"));
}

void TestDataset::refuses_a_set_too_small_to_divide()
{
    QTemporaryDir folder;
    QVERIFY(write_cifar_folder(path_of(folder), 1, 1, 1));
    const auto data = ca::open_data_folder(path_of(folder), 0);
    QVERIFY(!data);
    QVERIFY(data.error().code == ca::ErrorCode::bad_data);
    QVERIFY(contains(data.error(), "too few"));
}

void TestDataset::opens_the_real_cifar10()
{
    const auto folder = shared_file("data/cifar10");
    if (!folder)
        QSKIP("The shared data are not beside this checkout.");
    const auto data = ca::open_data_folder(*folder, 0);
    QVERIFY(data);
    QCOMPARE(data->name, std::string("cifar10"));
    QCOMPARE(data->selection.size(), std::size_t{5000});
    QCOMPARE(data->holdout.size(), std::size_t{5000});
    QCOMPARE(data->calibration.size(), std::size_t{2000});
    QCOMPARE(data->classes.at(9), std::string("truck"));
    std::array<int, 10> count{}; // the published test set has 1,000 images a class
    for (const int label : data->all.images->labels)
        ++count.at(static_cast<std::size_t>(label));
    for (const int n : count)
        QCOMPARE(n, 1000);
    QCOMPARE(data->all.images->labels[0], 5); // the class that all four models of expected.json see in the first image
}

QTEST_APPLESS_MAIN(TestDataset)
#include "test_dataset.moc"
