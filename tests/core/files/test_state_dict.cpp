// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "core/files/state_dict.h"
#include "tests/corpus/float_bytes.h"
#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace std::string_literals;

class TestStateDict final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_the_numbers_of_a_tensor();
    void reads_a_transposed_view_row_by_row();
    void reads_the_older_form();
    void reads_the_shared_mobilenet();
};

void TestStateDict::reads_the_numbers_of_a_tensor()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pth").toStdString();
    QVERIFY(write_bytes(file,
                        zip_bytes({{"m/data.pkl", pickle::whole(pickle::dict({{"w", pickle::tensor("0", {2, 2}, 6)}}))},
                                   {"m/data/0", counting(6)}})));
    const auto opened = ca::StateDictFile::open(file);
    QVERIFY2(opened, opened ? "" : opened.error().sentence.c_str());
    QCOMPARE(opened->tensors().at(0).name, "w"s);
    QCOMPARE(floats(opened->read(opened->tensors()[0]).value()), (std::vector<float>{0, 1, 2, 3}));
}

void TestStateDict::reads_a_transposed_view_row_by_row()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pth").toStdString();
    QVERIFY(write_bytes(
        file,
        zip_bytes({{"m/data.pkl", pickle::whole(pickle::dict({{"w", transposed_tensor("0")}}))}, {"m/data/0", counting(6)}})));
    const auto opened = ca::StateDictFile::open(file);
    QVERIFY(opened);
    QCOMPARE(floats(opened->read(opened->tensors().at(0)).value()), (std::vector<float>{1, 4, 2, 5}));
}

void TestStateDict::reads_the_older_form()
{
    const std::string pickled = pickle::dict({{"b", pickle::tensor("11", {2}, 2)}, {"a", pickle::tensor("10", {3}, 3)}});
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pth").toStdString();
    QVERIFY(write_bytes(file, legacy_torch_bytes(pickled, {{"10", counting(3)}, {"11", counting(2)}})));
    const auto opened = ca::StateDictFile::open(file);
    QVERIFY2(opened, opened ? "" : opened.error().sentence.c_str());
    QCOMPARE(floats(opened->read(opened->tensors().at(0)).value()), (std::vector<float>{0, 1}));
    QCOMPARE(floats(opened->read(opened->tensors().at(1)).value()), (std::vector<float>{0, 1, 2}));
}

void TestStateDict::reads_the_shared_mobilenet()
{
    const auto file = shared_file("models/mobilenet_v2_cifar10.pth");
    if (!file)
        QSKIP("The shared models are not beside this checkout.");
    const auto opened = ca::StateDictFile::open(*file);
    QVERIFY(opened);
    QVERIFY(opened->unknown_globals().empty());
    QCOMPARE(opened->tensors().size(), std::size_t{314});
    for (const auto &tensor : opened->tensors())
        if (tensor.name == "features.0.1.running_var")
            for (const float variance : floats(opened->read(tensor).value()))
                QVERIFY(variance > 0 && variance < 1e6F); // a variance, if the right bytes were read
}

QTEST_APPLESS_MAIN(TestStateDict)
#include "test_state_dict.moc"
