// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

class TestSafetensors final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_a_file_written_by_hand();
    void writes_the_bytes_that_the_format_prescribes();
    void reads_back_what_it_writes();
    void predicts_the_size_it_writes();
    void refuses_to_write_a_name_twice();
    void says_what_is_wrong_data();
    void says_what_is_wrong();
    void says_where_a_download_broke_off();
    void reads_the_shared_vit();
};

namespace {

/// A file of this header and so many bytes of zeros.
std::string with_header(const std::string &header, std::size_t data)
{
    std::string bytes;
    for (std::size_t i = 0; i < 8; ++i)
        bytes += static_cast<char>((header.size() >> (8 * i)) & 0xFFU);
    return bytes + header + std::string(data, '\0');
}

std::span<const std::byte> bytes_of_text(const std::string &text)
{
    return std::as_bytes(std::span(text));
}

} // namespace

void TestSafetensors::reads_a_file_written_by_hand()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("hand.safetensors").toStdString();
    const std::string header = R"({"b":{"dtype":"I8","shape":[3],"data_offsets":[8,11]},)"
                               R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"__metadata__":{"k":"v"}} )";
    std::string content = with_header(header, 11);
    content.back() = '\x7F';
    QVERIFY(write_bytes(file, content));
    const auto read = ca::read_safetensors_header(file);
    QVERIFY2(read, read ? "" : read.error().sentence.c_str());
    QCOMPARE(read->data_begin, std::uint64_t{8 + header.size()});
    QCOMPARE(read->metadata.at("k"), std::string("v"));
    QCOMPARE(read->tensors.size(), std::size_t{2});
    QVERIFY(read->tensors[0] == (ca::SafeTensor{"a", ca::SafeDtype::f32, {2, 1}, 0, 8}));
    QVERIFY(read->tensors[1] == (ca::SafeTensor{"b", ca::SafeDtype::i8, {3}, 8, 11}));
    QVERIFY(read->find("c") == nullptr);
    const auto content_of_b = ca::read_tensor(file, *read, *read->find("b"));
    QVERIFY(content_of_b.value() == (std::vector{std::byte{0}, std::byte{0}, std::byte{0x7F}}));
}

void TestSafetensors::writes_the_bytes_that_the_format_prescribes()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("out.safetensors").toStdString();
    const std::string small = "xyz", large = "12345678";
    const auto size = ca::write_safetensors(
        file, {{"s", ca::SafeDtype::u8, {3}, bytes_of_text(small)}, {"l", ca::SafeDtype::f32, {2}, bytes_of_text(large)}},
        {{"a", "b"}});
    std::string header = R"({"__metadata__":{"a":"b"},"l":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                         R"("s":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}})";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::ifstream stream(file, std::ios::binary);
    const std::string written{std::istreambuf_iterator<char>(stream), {}};
    QCOMPARE(written, with_header(header, 0) + large + small);
    QCOMPARE(size.value().value, static_cast<std::int64_t>(written.size()));
}

void TestSafetensors::reads_back_what_it_writes()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("out.safetensors").toStdString();
    const std::string two = "ab";
    QVERIFY(ca::write_safetensors(file,
                                  {{"empty", ca::SafeDtype::f64, {0, 3}, {}},
                                   {"scalar", ca::SafeDtype::bf16, {}, bytes_of_text(two)},
                                   {"quote\"d \xC3\xA4", ca::SafeDtype::boolean, {2, 1}, bytes_of_text(two)}},
                                  {}));
    const auto read = ca::read_safetensors_header(file);
    QVERIFY2(read, read ? "" : read.error().sentence.c_str());
    QCOMPARE(read->data_begin % 8, std::uint64_t{0});
    QVERIFY(read->metadata.empty());
    QVERIFY(read->find("empty") && read->find("empty")->shape == (std::vector<std::int64_t>{0, 3}));
    QVERIFY(read->find("quote\"d \xC3\xA4") != nullptr);
    QVERIFY(ca::read_tensor(file, *read, *read->find("scalar")).value() == (std::vector{std::byte{'a'}, std::byte{'b'}}));
}

void TestSafetensors::predicts_the_size_it_writes()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("out.safetensors").toStdString();
    const std::string data(24, 'x');
    const std::vector<ca::SafeTensorView> tensors{{"i", ca::SafeDtype::i64, {3}, bytes_of_text(data)},
                                                  {"h", ca::SafeDtype::f16, {4, 3}, bytes_of_text(data)}};
    std::vector<ca::SafeTensorView> without = tensors;
    for (auto &tensor : without)
        tensor.bytes = {};
    const std::map<std::string, std::string> metadata{{"note", "x"}};
    const auto written = ca::write_safetensors(file, tensors, metadata);
    QVERIFY(written);
    QCOMPARE(ca::safetensors_size(without, metadata), *written);
    QCOMPARE(written->value, static_cast<std::int64_t>(std::filesystem::file_size(file)));
}

void TestSafetensors::refuses_to_write_a_name_twice()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("out.safetensors").toStdString();
    const auto written = ca::write_safetensors(file, {{"a", ca::SafeDtype::u8, {0}, {}}, {"a", ca::SafeDtype::i8, {0}, {}}}, {});
    QVERIFY(!written);
    QVERIFY(written.error().code == ca::ErrorCode::unwritable);
    QVERIFY(!ca::write_safetensors(file, {{"a", ca::SafeDtype::u8, {1}, {}}}, {})); // bytes are missing
    QVERIFY(!std::filesystem::exists(file));
}

void TestSafetensors::says_what_is_wrong_data()
{
    QTest::addColumn<QString>("header");
    QTest::addColumn<int>("data");
    QTest::addColumn<QString>("part");
    const auto row = [](const char *name, const char *header, int data, const char *part) {
        QTest::newRow(name) << QString(header) << data << QString(part);
    };
    row("no header", "[]", 0, "does not begin with a header");
    row("broken JSON", "{\"a\":", 0, "not valid JSON");
    row("a key twice",
        R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0,
        "stands twice");
    row("deep nesting", R"({"a":{"dtype":[[[[[]]]]],"shape":[],"data_offsets":[0,1]}})", 1, "nested too deeply");
    row("unknown type", R"({"a":{"dtype":"F7","shape":[1],"data_offsets":[0,1]}})", 1, "\"F7\"");
    row("no shape", R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1, "lacks");
    row("negative side", R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1, "whole numbers");
    row("fractional side", R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", 1, "whole numbers");
    row("shape against bytes", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "does not fit");
    row("product that overflows", R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
        "does not fit");
    row("end before begin", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1, "does not fit");
    row("hole", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, "hole");
    row("overlap", R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
        3, "overlaps");
    row("bytes after the last", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 5, "goes on");
    row("metadata that are no texts", R"({"__metadata__":{"a":1}})", 0, "something else than texts");
}

void TestSafetensors::says_what_is_wrong()
{
    QFETCH(QString, header);
    QFETCH(int, data);
    QFETCH(QString, part);
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("bad.safetensors").toStdString();
    QVERIFY(write_bytes(file, with_header(header.toStdString(), static_cast<std::size_t>(data))));
    const auto read = ca::read_safetensors_header(file);
    QVERIFY(!read);
    QVERIFY(read.error().code == ca::ErrorCode::bad_format);
    QVERIFY2(QString::fromStdString(read.error().sentence).contains(part), read.error().sentence.c_str());
}

void TestSafetensors::says_where_a_download_broke_off()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("cut.safetensors").toStdString();
    const std::string whole = with_header(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", 9);
    for (const std::size_t keep : {whole.size() - 1, std::size_t{20}}) {
        QVERIFY(write_bytes(file, whole.substr(0, keep)));
        const auto read = ca::read_safetensors_header(file);
        QVERIFY(!read);
        QVERIFY(QString::fromStdString(read.error().sentence).contains("ends early"));
    }
    const auto missing = ca::read_safetensors_header(folder.filePath("none").toStdString());
    QVERIFY(missing.error().code == ca::ErrorCode::not_found);
}

void TestSafetensors::reads_the_shared_vit()
{
    const auto file = shared_file("models/vit_cifar10.safetensors");
    if (!file)
        QSKIP("The shared models are not beside this checkout.");
    const auto header = ca::read_safetensors_header(*file);
    QVERIFY(header);
    std::int64_t numbers = 0;
    for (const auto &tensor : header->tensors)
        numbers += static_cast<std::int64_t>((tensor.end - tensor.begin) / ca::bytes_of(tensor.dtype));
    QCOMPARE(numbers, std::int64_t{4641546}); // expected.json beside the file
}

QTEST_APPLESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
