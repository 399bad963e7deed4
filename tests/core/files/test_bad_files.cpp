// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/inspect_file.h"
#include "tests/corpus/bad_files.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

class TestBadFiles final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gets_its_sentence_data();
    void gets_its_sentence();
    void says_that_nothing_is_there();
    void asks_for_a_file_in_a_folder();
    void does_not_wait_for_a_pipe();
    void says_of_each_cut_model_that_it_is_cut();
    void survives_flipped_bytes();
};

namespace {

QString sentence_about(const std::filesystem::path &file)
{
    const auto result = ca::inspect_file(file);
    return result ? QString("(it was accepted)") : QString::fromStdString(result.error().text());
}

} // namespace

void TestBadFiles::gets_its_sentence_data()
{
    QTest::addColumn<int>("row");
    const auto all = bad_files();
    for (int i = 0; i < static_cast<int>(all.size()); ++i)
        QTest::newRow(all[static_cast<std::size_t>(i)].what) << i;
}

void TestBadFiles::gets_its_sentence()
{
    QFETCH(int, row);
    static const auto all = bad_files(); // some are megabytes: made once
    const BadFile &bad = all.at(static_cast<std::size_t>(row));
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(QString::fromStdString(bad.name)).toStdString();
    QVERIFY(write_bytes(file, bad.bytes));
    QElapsedTimer timer;
    timer.start();
    const auto result = ca::inspect_file(file);
    QVERIFY(timer.elapsed() < 5000);
    QVERIFY(!result);
    const QString sentence = QString::fromStdString(result.error().text());
    QVERIFY2(sentence.contains(bad.part), qPrintable(sentence));
    QVERIFY2(sentence.contains(QString::fromStdString(file.string())), qPrintable(sentence));
    QVERIFY2(sentence.endsWith('.'), qPrintable(sentence));
    QCOMPARE(static_cast<int>(result.error().code), static_cast<int>(bad.code));
}

void TestBadFiles::says_that_nothing_is_there()
{
    QTemporaryDir folder;
    const auto result = ca::inspect_file(folder.filePath("none.pt").toStdString());
    QVERIFY(!result);
    QVERIFY(result.error().code == ca::ErrorCode::not_found);
    QVERIFY(QString::fromStdString(result.error().sentence).startsWith("There is no file"));
}

void TestBadFiles::asks_for_a_file_in_a_folder()
{
    QTemporaryDir folder;
    QVERIFY(sentence_about(folder.path().toStdString()).contains("is a folder. Choose a model file in it."));
}

void TestBadFiles::does_not_wait_for_a_pipe()
{
    if (!std::filesystem::exists("/dev/zero"))
        QSKIP("This machine has no device files.");
    QVERIFY(sentence_about("/dev/zero").contains("is not a file"));
}

void TestBadFiles::says_of_each_cut_model_that_it_is_cut()
{
    QTemporaryDir folder;
    for (const char *name :
         {"models/resnet18_cifar10.traced.pt", "models/mobilenet_v2_cifar10.pth", "models/vit_cifar10.safetensors"}) {
        const auto whole = shared_file(name);
        if (!whole)
            QSKIP("The shared models are not beside this checkout.");
        const std::filesystem::path cut =
            folder.filePath("cut" + QString::fromStdString(whole->extension().string())).toStdString();
        std::ifstream stream(*whole, std::ios::binary);
        std::string bytes(4'000'000, '\0');
        QVERIFY(stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size())));
        QVERIFY(write_bytes(cut, bytes));
        QVERIFY2(sentence_about(cut).contains("ends early"), qPrintable(sentence_about(cut)));
        QVERIFY(sentence_about(cut).contains("incomplete download"));
    }
}

/// 3,000 variants of a small archive with one to four bytes changed: each is answered, and none takes long. What they show is the
/// absence of crashes and of hangs; the sanitizers' build makes this test sharper.
void TestBadFiles::survives_flipped_bytes()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("mutant.pt").toStdString();
    const std::string code = "class N(Module):\n  __parameters__ = [\"weight\", ]\n  __buffers__ = []\n  weight : Tensor\n";
    const std::string good =
        zip_bytes({{"m/data.pkl", pickle::whole(pickle::object("__torch__", "N", {{"weight", pickle::tensor("0", {2, 2}, 4)}}))},
                   {"m/code/__torch__.py", code},
                   {"m/constants.pkl", pickle::whole(")")},
                   {"m/data/0", std::string(16, 'x')}});
    QVERIFY(write_bytes(file, good));
    QVERIFY(ca::inspect_file(file));
    QElapsedTimer timer;
    timer.start();
    quint32 state = 1; // a linear congruential generator: the same variants each time
    const auto random = [&](std::size_t below) {
        state = state * 1664525U + 1013904223U;
        return static_cast<std::size_t>(state >> 8U) % below;
    };
    for (int i = 0; i < 3000; ++i) {
        std::string bytes = good;
        for (std::size_t changes = 1 + random(4); changes > 0; --changes)
            bytes[random(bytes.size())] = static_cast<char>(random(256));
        QVERIFY(std::filesystem::remove(file)); // a new file is written without waiting for the disk
        QVERIFY(write_bytes(file, bytes));
        const auto result = ca::inspect_file(file);
        QVERIFY(result || !result.error().sentence.empty());
    }
    QVERIFY(timer.elapsed() < 60000);
}

QTEST_APPLESS_MAIN(TestBadFiles)
#include "test_bad_files.moc"
