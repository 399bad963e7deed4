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

namespace {

/// A file of the zip form with storage 0.
std::string zip_form(const std::string &pickled, const std::string &storage)
{
    return zip_bytes({{"m/data.pkl", pickle::whole(pickled)}, {"m/data/0", storage}});
}

std::vector<std::string> names_in(const std::string &bytes)
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pth").toStdString();
    std::vector<std::string> names;
    if (!write_bytes(file, bytes))
        return names;
    if (const auto opened = ca::StateDictFile::open(file); opened)
        for (const ca::StateDictTensor &tensor : opened->tensors())
            names.push_back(tensor.name);
    return names;
}

} // namespace

class TestStateDict final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_the_numbers_of_a_tensor();
    void reads_a_transposed_view_row_by_row();
    void reads_the_older_form();
    void refuses_a_second_view_of_a_storage_larger_than_the_file();
    void reads_a_storage_once_for_views_that_follow_each_other();
    void reads_another_storage_after_the_last();
    void takes_the_weights_beside_a_single_tensor_of_a_checkpoint();
    void finds_the_weights_under_each_known_key();
    void names_tensors_by_whole_numbers();
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

void TestStateDict::refuses_a_second_view_of_a_storage_larger_than_the_file()
{
    const auto sentence = [](std::int32_t claimed) {
        const std::string pickled = pickle::dict({{"a", pickle::tensor("7", {3}, 3)}, {"b", pickle::tensor("7", {3}, claimed)}});
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("m.pth").toStdString();
        if (!write_bytes(file, legacy_torch_bytes(pickled, {{"7", counting(3)}})))
            return "The test's file could not be written."s;
        const auto opened = ca::StateDictFile::open(file);
        return opened ? ""s : opened.error().sentence;
    };
    QCOMPARE(sentence(3), ""s);
    QVERIFY(sentence(4).find("ends early") != std::string::npos);
    QVERIFY(sentence(750'000'000).find("ends early") != std::string::npos); // 3 GB
}

void TestStateDict::reads_a_storage_once_for_views_that_follow_each_other()
{
    constexpr int count = 100'000; // 400 kB, more than a library reads ahead
    const std::string pickled = pickle::dict({{"a", pickle::tensor("0", {2}, count)}, {"b", pickle::tensor("0", {3}, count)}});
    for (const std::string &bytes : {zip_form(pickled, counting(count)), legacy_torch_bytes(pickled, {{"0", counting(count)}})}) {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("m.pth").toStdString();
        QVERIFY(write_bytes(file, bytes));
        const auto opened = ca::StateDictFile::open(file);
        QVERIFY2(opened, opened ? "" : opened.error().sentence.c_str());
        QCOMPARE(floats(opened->read(opened->tensors().at(0)).value()), (std::vector<float>{0, 1}));
        std::filesystem::resize_file(file, 0); // so that there is nothing to read any more
        const auto second = opened->read(opened->tensors().at(1));
        QVERIFY2(second, second ? "" : second.error().sentence.c_str());
        QCOMPARE(floats(*second), (std::vector<float>{0, 1, 2}));
    }
}

void TestStateDict::reads_another_storage_after_the_last()
{
    const std::string pickled = pickle::dict({{"a", pickle::tensor("0", {2}, 5)},
                                              {"b", pickle::tensor("1", {2}, 4)},
                                              {"c", pickle::tensor("0", {3}, 5)},
                                              {"d", pickle::tensor("1", {4}, 4)}});
    const std::vector<std::vector<float>> expected{{0, 1}, {10, 11}, {0, 1, 2}, {10, 11, 12, 13}};
    for (const std::string &bytes :
         {zip_bytes({{"m/data.pkl", pickle::whole(pickled)}, {"m/data/0", counting(5)}, {"m/data/1", counting(4, 10)}}),
          legacy_torch_bytes(pickled, {{"1", counting(4, 10)}, {"0", counting(5)}})}) {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("m.pth").toStdString();
        QVERIFY(write_bytes(file, bytes));
        const auto opened = ca::StateDictFile::open(file);
        QVERIFY2(opened, opened ? "" : opened.error().sentence.c_str());
        QCOMPARE(opened->tensors().size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(floats(opened->read(opened->tensors()[i]).value()), expected[i]);
    }
}

void TestStateDict::takes_the_weights_beside_a_single_tensor_of_a_checkpoint()
{
    // PyTorch's examples/imagenet/main.py saves these side by side; `best_acc1` is a tensor.
    const std::string weights =
        pickle::dict({{"fc.weight", pickle::tensor("0", {2, 2}, 6)}, {"fc.bias", pickle::tensor("0", {2}, 6)}});
    const std::string checkpoint =
        pickle::dict({{"epoch", pickle::integer(90)}, {"best_acc1", pickle::tensor("0", {}, 6)}, {"state_dict", weights}});
    QCOMPARE(names_in(zip_form(checkpoint, counting(6))), (std::vector{"fc.weight"s, "fc.bias"s}));
    QCOMPARE(names_in(zip_form(weights, counting(6))), (std::vector{"fc.weight"s, "fc.bias"s}));
}

void TestStateDict::finds_the_weights_under_each_known_key()
{
    const std::string weights = pickle::dict({{"w", pickle::tensor("0", {2}, 6)}});
    for (const char *key : {"state_dict", "model_state_dict", "state_dict_ema", "ema_state_dict", "teacher", "model", "ema"})
        QCOMPARE(names_in(zip_form(pickle::dict({{"loss", pickle::tensor("0", {}, 6)}, {key, weights}}), counting(6))),
                 std::vector{"w"s});
}

void TestStateDict::names_tensors_by_whole_numbers()
{
    const std::string tensor = pickle::tensor("0", {2}, 6);
    const std::string pickled = "}(" + pickle::integer(0) + tensor + pickle::integer(12) + tensor + "u"; // {0: …, 12: …}
    QCOMPARE(names_in(zip_form(pickled, counting(6))), (std::vector{"0"s, "12"s}));
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
