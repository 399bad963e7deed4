// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_folder.h"
#include "core/data/label_table.h"
#include "core/data/natural_order.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <initializer_list>

using Names = std::vector<std::string>;
using Labels = std::vector<int>;

class TestImageFolder final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void lists_class_folders_in_natural_order();
    void lists_train_val_and_test_with_one_set_of_classes();
    void takes_a_class_called_train_for_a_class();
    void lists_images_without_labels();
    void reads_labels_from_a_table_beside_the_images();
    void reads_a_table_in_each_part();
    void prefers_the_table_called_labels();
    void skips_hidden_names_and_other_files();
    void follows_links_and_leaves_loops();
    void warns_of_what_is_odd();
    void says_why_a_folder_is_not_usable();
    void says_which_labelled_images_are_missing();
    void stops_when_asked();
    void counts_images_that_cannot_be_read();
    void reads_quoted_fields_and_other_column_names();
    void says_why_a_table_is_not_usable_data();
    void says_why_a_table_is_not_usable();
    void orders_numbers_by_their_value();

private:
    void put(std::initializer_list<std::string> files, const std::string &content = "x") const
    {
        for (const std::string &file : files) {
            std::filesystem::create_directories((root_ / file).parent_path());
            QVERIFY(write_bytes(root_ / file, content));
        }
    }
    [[nodiscard]] ca::ImageFolder listed() const
    {
        const auto images = ca::list_image_folder(root_, {});
        return images ? *images : ca::ImageFolder{{}, {}, {}, {images.error().sentence}};
    }
    [[nodiscard]] QString sentence() const
    {
        const auto images = ca::list_image_folder(root_, {});
        return images ? QString() : QString::fromStdString(images.error().sentence);
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::filesystem::path root_;
};

void TestImageFolder::init()
{
    folder_ = std::make_unique<QTemporaryDir>();
    root_ = folder_->filePath("pictures").toStdString();
    std::filesystem::create_directory(root_);
}

void TestImageFolder::lists_class_folders_in_natural_order()
{
    put({"class10/a.png", "class2/b10.jpg", "class2/b9.JPEG", "class2/more/c.webp", "class1/d.bmp"});
    const ca::ImageFolder images = listed();
    QCOMPARE(images.classes, (Names{"class1", "class2", "class10"}));
    QCOMPARE(images.lists.size(), std::size_t{1});
    QCOMPARE(images.lists[0].split, std::string());
    QCOMPARE(images.lists[0].files,
             (Names{"class1/d.bmp", "class2/b9.JPEG", "class2/b10.jpg", "class2/more/c.webp", "class10/a.png"}));
    QCOMPARE(images.lists[0].labels, (Labels{0, 1, 1, 1, 2}));
}

void TestImageFolder::lists_train_val_and_test_with_one_set_of_classes()
{
    put({"train/cat/a.png", "train/dog/b.png", "validation/dog/c.png", "validation/emu/d.png", "test/e.png", "notes/read.txt"});
    const ca::ImageFolder images = listed();
    QCOMPARE(images.classes, (Names{"cat", "dog", "emu"}));
    QCOMPARE(images.lists.size(), std::size_t{3});
    QCOMPARE(images.list("train")->labels, (Labels{0, 1}));
    QCOMPARE(images.list("val")->files, (Names{"validation/dog/c.png", "validation/emu/d.png"}));
    QCOMPARE(images.list("val")->labels, (Labels{1, 2}));
    QCOMPARE(images.list("test")->labels, Labels{-1}); // nothing says what they show
    QVERIFY(!images.list(""));
}

void TestImageFolder::takes_a_class_called_train_for_a_class()
{
    put({"car/a.png", "train/b.png"});
    QCOMPARE(listed().classes, (Names{"car", "train"}));
}

void TestImageFolder::lists_images_without_labels()
{
    put({"b.png", "a10.png", "a9.png"});
    const ca::ImageFolder images = listed();
    QVERIFY(images.classes.empty() && images.warnings.empty());
    QCOMPARE(images.lists.at(0).files, (Names{"a9.png", "a10.png", "b.png"}));
    QCOMPARE(images.lists[0].labels, (Labels{-1, -1, -1}));
}

void TestImageFolder::reads_labels_from_a_table_beside_the_images()
{
    put({"a.png", "b.png", "more/c.png", "extra.png"});
    put({"truth.csv"}, "file,label\nmore/c.png,cat\na.png,dog\n./b.png,cat\n");
    const ca::ImageFolder images = listed();
    QCOMPARE(images.classes, (Names{"cat", "dog"}));
    QCOMPARE(images.lists.at(0).files, (Names{"b.png", "more/c.png", "a.png"}));
    QCOMPARE(images.lists[0].labels, (Labels{0, 0, 1}));
    QCOMPARE(images.warnings.size(), std::size_t{1});
    QVERIFY(images.warnings[0].starts_with("1 images have no line in "));
}

void TestImageFolder::reads_a_table_in_each_part()
{
    put({"train/a.png", "val/b.png"});
    put({"train/labels.csv"}, "file,label\na.png,x\n");
    put({"val/labels.csv"}, "file,label\nb.png,y\n");
    const ca::ImageFolder images = listed();
    QCOMPARE(images.classes, (Names{"x", "y"}));
    QCOMPARE(images.list("train")->files, Names{"train/a.png"});
    QCOMPARE(images.list("val")->files, Names{"val/b.png"});
    QCOMPARE(images.list("val")->labels, Labels{1});
}

void TestImageFolder::prefers_the_table_called_labels()
{
    put({"img/a.png"});
    put({"sizes.csv"}, "file,bytes\nimg/a.png,1\n");
    put({"labels.csv"}, "file,label\nimg/a.png,cat\n");
    QCOMPARE(listed().classes, Names{"cat"});
    std::filesystem::remove(root_ / "labels.csv"); // a table of something else beside class folders is none of labels
    QCOMPARE(listed().classes, Names{"img"});
}

void TestImageFolder::skips_hidden_names_and_other_files()
{
    put({"cat/a.png", "cat/._a.png", "cat/notes.txt", "dog/b.png", ".git/c.png"});
    const ca::ImageFolder images = listed();
    QCOMPARE(images.classes, (Names{"cat", "dog"}));
    QCOMPARE(images.lists.at(0).files, (Names{"cat/a.png", "dog/b.png"}));
}

void TestImageFolder::follows_links_and_leaves_loops()
{
    put({"cat/a.png", "dog/b.png"});
    std::filesystem::create_directory_symlink(root_ / "cat", root_ / "cat" / "again");
    std::filesystem::create_directory_symlink(root_, root_ / "dog" / "up");
    std::filesystem::create_directory_symlink("/", root_ / "dog" / "top");
    std::filesystem::create_directory_symlink(root_ / "dog", root_ / "hound"); // a class like others
    std::filesystem::create_symlink(root_ / "cat" / "a.png", root_ / "cat" / "same.png");
    const ca::ImageFolder images = listed();
    QCOMPARE(images.classes, (Names{"cat", "dog", "hound"}));
    QCOMPARE(images.lists.at(0).files, (Names{"cat/a.png", "cat/same.png", "dog/b.png", "hound/b.png"}));
}

void TestImageFolder::warns_of_what_is_odd()
{
    put({"cat10/a.png", "cat9/b.png", "empty/notes.txt", "loose.png"});
    const auto has_warning = [&](const char *part) {
        const auto warnings = listed().warnings;
        return std::any_of(warnings.begin(), warnings.end(),
                           [&](const std::string &warning) { return warning.find(part) != std::string::npos; });
    };
    QVERIFY(has_warning("The folder empty holds no image and is no class."));
    QVERIFY(has_warning("1 images lie beside the class folders"));
    QVERIFY(has_warning("natural order"));
    QVERIFY(!has_warning("all have the label"));
    std::filesystem::remove_all(root_ / "cat10");
    QVERIFY(has_warning("all have the label cat9"));
    QVERIFY(!has_warning("natural order"));
}

void TestImageFolder::says_why_a_folder_is_not_usable()
{
    QVERIFY(sentence().contains("holds no image. Choose one with .png"));
    put({"train/notes.txt", "a.txt"});
    QVERIFY(sentence().contains("holds no image"));
    QVERIFY(ca::list_image_folder(root_ / "none", {}).error().code == ca::ErrorCode::not_found);
    QVERIFY(ca::list_image_folder(root_ / "a.txt", {}).error().sentence.find("is a file") != std::string::npos);
}

void TestImageFolder::says_which_labelled_images_are_missing()
{
    put({"a.png"});
    put({"labels.csv"}, "file,label\nb.png,x\na.png,y\nc.png,x\n");
    QVERIFY2(sentence().contains("names 2 images that are not there, the first of them b.png"), qPrintable(sentence()));
}

void TestImageFolder::stops_when_asked()
{
    put({"cat/a.png"});
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(ca::list_image_folder(root_, stop.get_token()).error().code == ca::ErrorCode::cancelled);
}

void TestImageFolder::counts_images_that_cannot_be_read()
{
    put({"cat/damaged.png", "cat/link.png"});
    std::filesystem::remove(root_ / "cat" / "link.png");
    std::filesystem::create_symlink(root_ / "nowhere.png", root_ / "cat" / "link.png");
    std::filesystem::copy_file(source_folder() / "tests" / "golden" / "images" / "rgb.png", root_ / "cat" / "good.png");
    const ca::ImageFolder images = listed();
    QCOMPARE(images.lists.at(0).files, (Names{"cat/damaged.png", "cat/good.png", "cat/link.png"}));
    const auto headers = ca::read_headers(root_, images.lists[0], 2, {}, {});
    QVERIFY(headers);
    const auto &unreadable = headers->unreadable;
    QCOMPARE(unreadable.size(), std::size_t{2});
    QCOMPARE(unreadable[0].index, std::size_t{0});
    QVERIFY(unreadable[0].error.code == ca::ErrorCode::bad_format);
    QCOMPARE(unreadable[1].index, std::size_t{2});
    QVERIFY(unreadable[1].error.code == ca::ErrorCode::not_found);
    const ca::ImageSize size = ca::read_image_size(root_ / "cat" / "good.png").value();
    QVERIFY(headers->sizes == (std::vector<ca::ImageSize>{{}, size, {}}));
}

void TestImageFolder::reads_quoted_fields_and_other_column_names()
{
    put({"t.csv"}, "\xEF\xBB\xBFid,Class,Filename\r\n1,\"big, \"\"red\"\"\",\"a,b.png\"\r\n\r\n2,\"two\nlines\",./x/../c.png");
    const auto table = ca::read_label_table(root_ / "t.csv");
    QVERIFY2(table, table ? "" : table.error().sentence.c_str());
    QCOMPARE(*table, (std::vector<ca::LabelledFile>{{"a,b.png", "big, \"red\""}, {"c.png", "two\nlines"}}));
}

void TestImageFolder::says_why_a_table_is_not_usable_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("part");
    QTest::newRow("empty") << QByteArray() << "is empty";
    QTest::newRow("only a head") << QByteArray("file,label\n") << "labels no image";
    QTest::newRow("no head") << QByteArray("a.png,cat\n") << "has the columns \"a.png, cat\"";
    QTest::newRow("semicolons") << QByteArray("file;label\na.png;cat\n") << "has the columns \"file;label\"";
    QTest::newRow("no label") << QByteArray("file,size\na.png,1\n") << "has the columns \"file, size\"";
    QTest::newRow("fields too many") << QByteArray("file,label\na.png,x\nb.png,x,y\n") << "in line 3 has 3 fields";
    QTest::newRow("line after a quoted break") << QByteArray("file,label\n\"a\n.png\",x\nb.png\n") << "in line 4 has 1 fields";
    QTest::newRow("empty label") << QByteArray("file,label\na.png,\n") << "in line 2 has no label";
    QTest::newRow("empty file") << QByteArray("file,label\n,x\n") << "in line 2 has no file";
    QTest::newRow("absolute") << QByteArray("file,label\n/a.png,x\n") << "outside of its folder";
    QTest::newRow("upwards") << QByteArray("file,label\nb/../../a.png,x\n") << "outside of its folder";
    QTest::newRow("twice") << QByteArray("file,label\na.png,x\n./a.png,y\n") << "names a.png a second time in line 3";
}

void TestImageFolder::says_why_a_table_is_not_usable()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, part);
    put({"t.csv"}, text.toStdString());
    const auto table = ca::read_label_table(root_ / "t.csv");
    QVERIFY(!table);
    QVERIFY(table.error().code == ca::ErrorCode::bad_data);
    QVERIFY2(QString::fromStdString(table.error().sentence).contains(part), table.error().sentence.c_str());
}

void TestImageFolder::orders_numbers_by_their_value()
{
    const Names ordered{"", "0", "00", "01", "1", "2", "10", "a", "a1b2", "a1b10", "a2", "a10", "b", "\xC3\xA4"};
    for (std::size_t i = 0; i < ordered.size(); ++i)
        for (std::size_t j = 0; j < ordered.size(); ++j)
            QVERIFY2(ca::natural_less(ordered[i], ordered[j]) == (i < j), (ordered[i] + " and " + ordered[j]).c_str());
}

QTEST_APPLESS_MAIN(TestImageFolder)
#include "test_image_folder.moc"
