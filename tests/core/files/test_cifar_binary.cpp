// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/cifar_binary.h"
#include "tests/support/datasets.h"

#include <QTemporaryDir>
#include <QtTest>

class TestCifarBinary final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_labels_and_planes();
    void says_why_a_file_of_records_is_not_usable();
    void reads_class_names_and_drops_empty_lines_at_the_end();
    void says_why_class_names_are_not_usable_data();
    void says_why_class_names_are_not_usable();
};

void TestCifarBinary::reads_labels_and_planes()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("two.bin").toStdString();
    std::string bytes(2 * 3073, '\0');
    bytes[0] = 4;
    bytes[1] = '\xFF';           // red of the first pixel
    bytes[1 + 1024] = 9;         // green
    bytes[3073] = '\xC8';        // label 200
    bytes[2 * 3073 - 1] = '\x7'; // blue of the last pixel
    QVERIFY(write_bytes(file, bytes));
    const auto records = ca::read_cifar_records(file);
    QVERIFY(records);
    QCOMPARE(records->labels, (std::vector<std::uint8_t>{4, 200}));
    QCOMPARE(records->pixels.size(), std::size_t{6144});
    QCOMPARE(records->pixels[0], std::uint8_t{255});
    QCOMPARE(records->pixels[1024], std::uint8_t{9});
    QCOMPARE(records->pixels[3072], std::uint8_t{0});
    QCOMPARE(records->pixels[6143], std::uint8_t{7});
}

void TestCifarBinary::says_why_a_file_of_records_is_not_usable()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("bad.bin").toStdString();
    const auto sentence = [&] { return QString::fromStdString(ca::read_cifar_records(file).error().sentence); };
    QVERIFY(sentence().startsWith("There is no file"));
    QVERIFY(write_bytes(file, ""));
    QVERIFY(sentence().contains("is empty"));
    QVERIFY(write_bytes(file, std::string(3072, 'x')));
    QVERIFY(sentence().contains("cut off"));
    QVERIFY(write_bytes(file, std::string(3074, 'x')));
    QVERIFY(sentence().contains("CIFAR-100"));
    const auto a_folder = ca::read_cifar_records(folder.path().toStdString());
    QVERIFY(a_folder.error().code == ca::ErrorCode::unreadable);
}

void TestCifarBinary::reads_class_names_and_drops_empty_lines_at_the_end()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("names.txt").toStdString();
    QVERIFY(write_bytes(file, "airplane\r\nbig cat\n\n\n"));
    QCOMPARE(ca::read_class_names(file).value(), (std::vector<std::string>{"airplane", "big cat"}));
    QVERIFY(write_bytes(file, "one"));
    QCOMPARE(ca::read_class_names(file).value(), std::vector<std::string>{"one"});
}

void TestCifarBinary::says_why_class_names_are_not_usable_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("part");
    QTest::newRow("empty") << QByteArray() << "names no class";
    QTest::newRow("only empty lines") << QByteArray("\n\n") << "names no class";
    QTest::newRow("gap") << QByteArray("a\n\nb\n") << "line 2";
    QTest::newRow("257 names") << QByteArray("a\n").repeated(257) << "more than 256";
    QTest::newRow("long name") << QByteArray(201, 'a') << "over 200 bytes";
    QTest::newRow("huge") << QByteArray(100000, 'a') << "larger than";
}

void TestCifarBinary::says_why_class_names_are_not_usable()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, part);
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("names.txt").toStdString();
    QVERIFY(write_bytes(file, text.toStdString()));
    const auto names = ca::read_class_names(file);
    QVERIFY(!names);
    QVERIFY2(QString::fromStdString(names.error().sentence).contains(part), names.error().sentence.c_str());
}

QTEST_APPLESS_MAIN(TestCifarBinary)
#include "test_cifar_binary.moc"
