// SPDX-License-Identifier: GPL-3.0-or-later
// Exported files that were changed: none is taken for another, and those of earlier versions are still read.
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/quantize/export/export.h"
#include "tests/support/models.h"
#include "tests/support/quantized.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <span>

namespace {

/// An exported file taken apart.
struct Parts {
    std::map<std::string, std::string> metadata;
    std::map<std::string, std::pair<ca::SafeTensor, std::vector<std::byte>>> tensors; ///< but for the program and the recipe
    ca::Json program, recipe;

    /// Program and recipe as plain as they were before zlib; ranges in the program, the recipe in the metadata.
    void as_version_1()
    {
        const auto bytes = tensors.extract("compression_agent.ranges").mapped().second;
        std::vector<float> rows(bytes.size() / sizeof(float));
        std::memcpy(rows.data(), bytes.data(), bytes.size());
        for (std::size_t i = 0; i < rows.size(); i += 3)
            program["ranges"].push_back({static_cast<int>(rows[i]), rows[i + 1], rows[i + 2]});
        auto about = ca::Json::parse(metadata.at("compression_agent"));
        about["version"] = 1;
        about["recipe"] = recipe;
        recipe = nullptr;
        metadata["compression_agent"] = about.dump();
    }

    /// Puts them together again and reads the file.
    [[nodiscard]] bool readable(const std::filesystem::path &file) const
    {
        const auto plain = ca::Json::to_cbor(program);
        const std::string text = recipe.dump();
        std::vector<ca::SafeTensorView> views;
        for (const auto &[name, tensor] : tensors)
            views.push_back({name, tensor.first.dtype, tensor.first.shape, tensor.second});
        const auto add = [&](const char *name, auto bytes) {
            views.push_back({name, ca::SafeDtype::u8, {static_cast<std::int64_t>(bytes.size())}, bytes});
        };
        add("compression_agent.program", std::as_bytes(std::span(plain)));
        if (!recipe.is_null())
            add("compression_agent.recipe", std::as_bytes(std::span(text)));
        return ca::write_safetensors(file, views, metadata) && ca::read_export(file, 1, {}, {});
    }
};

/// What a zlib stream holds; Qt wants its length before it, or about.
std::string unpacked(const std::vector<std::byte> &stream)
{
    const QByteArray bytes(reinterpret_cast<const char *>(stream.data()), static_cast<qsizetype>(stream.size()));
    return qUncompress(QByteArray("\0\1\0\0", 4) + bytes).toStdString();
}

} // namespace

class TestHostileExport final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refuses_other_values_data();
    void refuses_other_values();
    void refuses_shapes_beyond_all_numbers_data();
    void refuses_shapes_beyond_all_numbers();
    void refuses_ranges_and_sizes_that_are_none_data();
    void refuses_ranges_and_sizes_that_are_none();
    void refuses_ranges_that_are_none_data();
    void refuses_ranges_that_are_none();
    void reads_files_of_version_1();
    void refuses_streams_that_unpack_to_more_than_a_network();

private:
    ca::QuantizedModel made(const std::string &kind, const std::string &method)
    {
        return quantized_net(folder_.path().toStdString(), kind, method);
    }
    std::filesystem::path file() const { return folder_.filePath("written.safetensors").toStdString(); }
    ca::SafeHeader header(const ca::QuantizedModel &model) const;
    Parts parts_of(const ca::QuantizedModel &model) const;

    QTemporaryDir folder_;
};

ca::SafeHeader TestHostileExport::header(const ca::QuantizedModel &model) const
{
    const auto written = ca::write_export(model, file());
    const auto read = ca::read_safetensors_header(file());
    if (!written || !read)
        qFatal("%s", (written ? read.error() : written.error()).text().c_str());
    return *read;
}

Parts TestHostileExport::parts_of(const ca::QuantizedModel &model) const
{
    const auto written = header(model);
    Parts parts{written.metadata, {}, {}, {}};
    for (const auto &tensor : written.tensors) {
        const auto bytes = ca::read_tensor(file(), written, tensor);
        if (tensor.name == "compression_agent.program")
            parts.program = ca::Json::from_cbor(unpacked(*bytes));
        else if (tensor.name == "compression_agent.recipe")
            parts.recipe = ca::Json::parse(unpacked(*bytes));
        else
            parts.tensors[tensor.name] = {tensor, *bytes};
    }
    return parts;
}

void TestHostileExport::refuses_other_values_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to"); // of equal length: no other byte moves
    QTest::newRow("another size of blocks") << "nf4" << QByteArray("\"blocksize\":64") << QByteArray("\"blocksize\":65");
    QTest::newRow("no size of blocks") << "nf4" << QByteArray("\"blocksize\":64") << QByteArray("\"blocksite\":64");
    QTest::newRow("text as the shape") << "nf4" << QByteArray("\"shape\":[") << QByteArray("\"shape\":{");
    QTest::newRow("negative sides") << "fp4" << QByteArray("\"shape\":[1") << QByteArray("\"shape\":[-");
    QTest::newRow("another map") << "nf4" << QByteArray("\x00\x00\x80\xbf\xb1\x39\x32\xbf", 8)
                                 << QByteArray("\x00\x00\x80\xbf\xb1\x39\x33\xbf", 8);
    QTest::newRow("scales without a name") << "llm-int8" << QByteArray(".SCB\"") << QByteArray(".SCA\"");
}

void TestHostileExport::refuses_other_values()
{
    QFETCH(QString, method);
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QVERIFY(ca::write_export(made("lenet", method.toStdString()), file()));
    QFile on_disk(QString::fromStdString(file().string()));
    QVERIFY(on_disk.open(QIODevice::ReadOnly));
    QByteArray bytes = on_disk.readAll();
    on_disk.close();
    QVERIFY(bytes.contains(from));
    bytes.replace(from, to);
    QVERIFY(on_disk.open(QIODevice::WriteOnly));
    on_disk.write(bytes);
    on_disk.close();
    const auto back = ca::read_export(file(), 1, {}, {});
    QVERIFY(!back);
    QCOMPARE(back.error().code, ca::ErrorCode::bad_format);
}

void TestHostileExport::refuses_shapes_beyond_all_numbers_data()
{
    QTest::addColumn<qint64>("rows");
    QTest::addColumn<qint64>("columns");
    QTest::newRow("their product is 2^64, which wraps to 0") << (qint64{1} << 32) << (qint64{1} << 32);
    QTest::newRow("their product wraps to the real one") << (qint64{1} << 62) + 16 << qint64{27 * 4};
    QTest::newRow("rows whose bits wrap") << qint64{16} << (qint64{1} << 62);
    QTest::newRow("more weights than there are anywhere") << std::numeric_limits<qint64>::max() << qint64{1};
    QTest::newRow("none") << qint64{0} << qint64{27};
    QTest::newRow("less than none") << qint64{-16} << qint64{-27};
}

/// `weight_shape` is what a file says; `weight_packed` is what it holds.
void TestHostileExport::refuses_shapes_beyond_all_numbers()
{
    QFETCH(qint64, rows);
    QFETCH(qint64, columns);
    const auto written = header(made("cnn", "int4-weight"));
    const auto *shape = written.find("conv1.weight_shape");
    QVERIFY(shape);
    std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(written.data_begin + shape->begin));
    for (const qint64 side : {rows, columns})
        stream.write(reinterpret_cast<const char *>(&side), sizeof(side));
    stream.close();
    const auto back = ca::read_export(file(), 1, {}, {});
    QVERIFY(!back);
    QCOMPARE(back.error().code, ca::ErrorCode::bad_format);
}

void TestHostileExport::refuses_ranges_and_sizes_that_are_none_data()
{
    QTest::addColumn<bool>("early");
    QTest::addColumn<QByteArray>("change");
    const auto row = [](const char *name, bool early, const QByteArray &change) { QTest::newRow(name) << early << change; };
    for (const char *number : {"1e39", "-1e39"}) // beyond float32
        row(qPrintable(QStringLiteral("a range to %1").arg(QLatin1String(number))), true,
            QByteArrayLiteral(R"([{"op":"replace","path":"/ranges/0/2","value":)") + number + "}]");
    row("a range that ends before it begins", true, R"([{"op":"replace","path":"/ranges/0","value":[0,1.0,-1.0]}])");
    row("a range of text", true, R"([{"op":"replace","path":"/ranges/0","value":[0,"a","b"]}])");
    row("no channels", false, R"([{"op":"replace","path":"/input/0","value":0}])");
    row("a negative width", false, R"([{"op":"replace","path":"/input/2","value":-32}])");
    row("more pixels than memory", false, R"([{"op":"replace","path":"/input","value":[32768,32768,32768]}])");
    row("a side beyond all numbers", false, R"([{"op":"replace","path":"/input/1","value":9223372036854775807}])");
    row("another size than the description", false, R"([{"op":"replace","path":"/input/1","value":33}])");
}

/// A file of ours with a changed program; early ones have the ranges in it.
void TestHostileExport::refuses_ranges_and_sizes_that_are_none()
{
    QFETCH(bool, early);
    QFETCH(QByteArray, change);
    auto parts = parts_of(made("cnn", "static-int8"));
    if (early)
        parts.as_version_1();
    QVERIFY2(parts.readable(file()), "the file is read before it is changed");
    parts.program = parts.program.patch(ca::Json::parse(change.toStdString()));
    QVERIFY(!parts.readable(file()));
}

void TestHostileExport::reads_files_of_version_1()
{
    const auto model = made("cnn", "static-int8");
    auto parts = parts_of(model);
    parts.as_version_1();
    QVERIFY(parts.readable(file()));
    const auto back = ca::read_export(file(), 1, {}, {});
    QVERIFY(back->recipe == model.recipe);
    const auto images = random_images(4, 3, 32, 32);
    QCOMPARE(ca::run(back->program, images)->values, ca::run(model.program, images)->values);
}

/// Small files that stand for much memory: a recipe, and a program, of millions of empty lists.
void TestHostileExport::refuses_streams_that_unpack_to_more_than_a_network()
{
    const Parts parts = parts_of(made("cnn", "static-int8"));
    Parts recipe = parts, program = parts;
    recipe.recipe["layers"] = ca::Json(std::vector<ca::Json>(ca::kMostJsonValues, ca::Json::array()));
    QVERIFY(!recipe.readable(file()));
    program.program["more"] = ca::Json(std::vector<ca::Json>(ca::kMostJsonValues, ca::Json::array()));
    QVERIFY(!program.readable(file()));
    program.program["more"] = ca::Json::array(); // what is not known is no fault
    QVERIFY(program.readable(file()));
}

void TestHostileExport::refuses_ranges_that_are_none_data()
{
    QTest::addColumn<float>("slot");
    QTest::addColumn<float>("least");
    QTest::addColumn<float>("greatest");
    QTest::newRow("to infinity") << 0.0F << 0.0F << INFINITY;
    QTest::newRow("of no number") << 0.0F << NAN << 1.0F;
    QTest::newRow("wider than a float") << 0.0F << -3e38F << 3e38F;
    QTest::newRow("backwards") << 0.0F << 1.0F << 0.0F;
    QTest::newRow("of a slot before the first") << -1.0F << 0.0F << 1.0F;
    QTest::newRow("of a slot behind the last") << 1e6F << 0.0F << 1.0F;
}

void TestHostileExport::refuses_ranges_that_are_none()
{
    QFETCH(float, slot);
    QFETCH(float, least);
    QFETCH(float, greatest);
    auto parts = parts_of(made("cnn", "static-int8"));
    QVERIFY(parts.readable(file()));
    const std::array<float, 3> row{slot, least, greatest};
    const auto bytes = std::as_bytes(std::span(row));
    auto &ranges = parts.tensors.at("compression_agent.ranges").second;
    std::copy(bytes.begin(), bytes.end(), ranges.end() - static_cast<std::ptrdiff_t>(bytes.size()));
    QVERIFY(!parts.readable(file()));
}

QTEST_APPLESS_MAIN(TestHostileExport)
#include "test_hostile_export.moc"
