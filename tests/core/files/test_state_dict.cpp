// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "core/files/state_dict.h"
#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>

using namespace std::string_literals;

class TestStateDict final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_the_numbers_of_a_tensor();
    void reads_a_transposed_view_row_by_row();
    void reads_the_older_form();
    void reads_the_shared_mobilenet();
};

namespace {

std::vector<float> floats(const std::vector<std::byte> &bytes)
{
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

/// 0, 1, … as the bytes of little-endian floats.
std::string counting(int count)
{
    std::string bytes(static_cast<std::size_t>(count) * sizeof(float), '\0');
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<float>(i);
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(float), &value, sizeof(float));
    }
    return bytes;
}

} // namespace

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
    // torch.arange(6.).reshape(2, 3).t()[1:]: offset 1, sides 2 x 2, strides 1 and 3.
    const std::string storage = "(" + pickle::text("storage") + pickle::global("torch", "FloatStorage") + pickle::text("0")
        + pickle::text("cpu") + pickle::integer(6) + "tQ";
    const std::string tensor = pickle::global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + pickle::integer(1)
        + pickle::integers({2, 2}) + pickle::integers({1, 3}) + "\x89" + pickle::global("collections", "OrderedDict") + ")RtR";
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pth").toStdString();
    QVERIFY(
        write_bytes(file, zip_bytes({{"m/data.pkl", pickle::whole(pickle::dict({{"w", tensor}}))}, {"m/data/0", counting(6)}})));
    const auto opened = ca::StateDictFile::open(file);
    QVERIFY(opened);
    QCOMPARE(floats(opened->read(opened->tensors().at(0)).value()), (std::vector<float>{1, 4, 2, 5}));
}

void TestStateDict::reads_the_older_form()
{
    const std::string pickled = pickle::dict({{"b", pickle::tensor("11", {2}, 2)}, {"a", pickle::tensor("10", {3}, 3)}});
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pth").toStdString();
    QVERIFY(write_bytes(file,
                        "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s + pickle::whole("M\xE9\x03")
                            + pickle::whole("}") + pickle::whole(pickled)
                            + pickle::whole("](" + pickle::text("10") + pickle::text("11") + "e") + "\x03\0\0\0\0\0\0\0"s
                            + counting(3) + "\x02\0\0\0\0\0\0\0"s + counting(2)));
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
