// SPDX-License-Identifier: GPL-3.0-or-later
// Weights as files hold them. LLM.int8() against what bitsandbytes makes of the same weights: tests/golden/rows/make.py.
#include "core/quantize/stored_weight.h"
#include "tests/support/golden_weights.h"
#include "tests/support/shared_files.h"

#include <QtEndian>
#include <QtTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace {

using ca::Format;

std::vector<float> scaled(std::vector<float> values, float factor)
{
    for (float &value : values)
        value *= factor;
    return values;
}

std::vector<float> halves()
{
    std::vector<float> result;
    for (int i = -127; i < 128; ++i)
        result.push_back(static_cast<float>(i) * 0.5F);
    return result;
}

std::vector<float> middles()
{
    std::vector<float> result;
    for (int i = 1; i < 400; ++i)
        for (const float unit : {0x1p-11F, 0x1p-12F})
            result.push_back(static_cast<float>(i) * unit);
    return result;
}

std::vector<float> floats(const QJsonValue &hex)
{
    const QByteArray bytes = QByteArray::fromHex(hex.toString().toLatin1());
    std::vector<float> result;
    for (qsizetype at = 0; at + 4 <= bytes.size(); at += 4)
        result.push_back(std::bit_cast<float>(qFromBigEndian<quint32>(bytes.constData() + at)));
    return result;
}

std::vector<std::int8_t> codes(const QJsonValue &hex)
{
    const QByteArray all = QByteArray::fromHex(hex.toString().toLatin1());
    return {all.begin(), all.end()};
}

/// To the bit but for zeros, where QCOMPARE would leave some room.
bool equal(const std::vector<float> &a, const std::vector<float> &b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

ca::Scheme scheme(Format format, int group = 0, bool symmetric = true)
{
    return {format, ca::Activation::none, ca::Rounding::mse, group, symmetric};
}

const std::vector<Format> kAll{Format::fp16, Format::bf16, Format::int8, Format::int4,    Format::int3,
                               Format::int2, Format::nf4,  Format::fp4,  Format::llm_int8};

} // namespace

class TestStoredWeight final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rows_equal_bitsandbytes_data();
    void rows_equal_bitsandbytes();
    void zeros_stay_zeros_data() { formats(); }
    void zeros_stay_zeros();
    void one_value_everywhere_is_kept_data();
    void one_value_everywhere_is_kept();
    void takes_one_channel_of_one_weight_data() { formats(); }
    void takes_one_channel_of_one_weight();
    void refuses_what_is_no_number_data() { formats(); }
    void refuses_what_is_no_number();
    void refuses_nothing_data() { formats(); }
    void refuses_nothing();
    void refuses_numbers_beyond_fp16();
    void refuses_groups_that_do_not_divide();
    void rounds_to_sixteen_bits();
    void doubles_scales_where_that_saves_bytes();

private:
    static void formats();
};

void TestStoredWeight::formats()
{
    QTest::addColumn<Format>("format");
    for (const Format format : kAll)
        QTest::addRow("%s", ca::to_text(format).c_str()) << format;
}

void TestStoredWeight::rows_equal_bitsandbytes_data()
{
    QTest::addColumn<std::vector<float>>("weight");
    QTest::newRow("many") << golden_weights(37 * 53);
    QTest::newRow("one_column") << golden_weights(9);
    QTest::newRow("halves") << halves();
    QTest::newRow("small") << scaled(golden_weights(64), 0x1p-9F);
    QTest::newRow("middles") << middles();
    QTest::newRow("large") << std::vector<float>{65504, -32000, 1, 0};
}

void TestStoredWeight::rows_equal_bitsandbytes()
{
    QFETCH(const std::vector<float>, weight);
    QFile file(QString::fromStdString((source_folder() / "tests/golden/rows/bitsandbytes.json").string()));
    QVERIFY2(file.open(QIODevice::ReadOnly), "set CA_SOURCE_DIR to the sources");
    const QJsonObject expected = QJsonDocument::fromJson(file.readAll()).object()[QTest::currentDataTag()].toObject();
    const auto stored = ca::quantize_rows(weight, expected["rows"].toInt());
    QVERIFY(stored.values == codes(expected["codes"]));
    QVERIFY(equal(stored.scales, floats(expected["scales"])));
    QVERIFY(equal(ca::dequantize(stored), floats(expected["values"])));
}

void TestStoredWeight::zeros_stay_zeros()
{
    QFETCH(Format, format);
    const auto stored = ca::store_weight(std::vector<float>(128, 0.0F), {2, 64}, scheme(format), {});
    QVERIFY(stored);
    QCOMPARE(ca::count(*stored), std::size_t{128});
    QVERIFY(equal(ca::dequantize(*stored), std::vector<float>(128, 0.0F)));
}

void TestStoredWeight::one_value_everywhere_is_kept_data()
{
    QTest::addColumn<Format>("format");
    QTest::addColumn<float>("value");
    for (const Format format : kAll) // a power of two, which scales hold as well
        for (const float value : {0.25F, -0.25F})
            QTest::addRow("%s, %g", ca::to_text(format).c_str(), static_cast<double>(value)) << format << value;
}

void TestStoredWeight::one_value_everywhere_is_kept()
{
    QFETCH(Format, format);
    QFETCH(float, value);
    const auto stored = ca::store_weight(std::vector<float>(64, value), {1, 64}, scheme(format), {});
    QVERIFY(stored);
    for (const float restored : ca::dequantize(*stored))
        QVERIFY2(std::abs(restored - value) <= 1e-6F, qPrintable(QString::number(static_cast<double>(restored))));
}

void TestStoredWeight::takes_one_channel_of_one_weight()
{
    QFETCH(Format, format);
    const auto stored = ca::store_weight(std::vector<float>{0.5F}, {1, 1}, scheme(format), {});
    QVERIFY(stored);
    const auto restored = ca::dequantize(*stored);
    QCOMPARE(restored.size(), std::size_t{1});
    QVERIFY(std::abs(restored[0] - 0.5F) < 1e-6F);
}

void TestStoredWeight::refuses_what_is_no_number()
{
    QFETCH(Format, format);
    for (const float bad : {NAN, INFINITY, -INFINITY}) {
        std::vector<float> weight(64, 0.5F);
        weight[40] = bad;
        const auto stored = ca::store_weight(weight, {1, 64}, scheme(format), {});
        QVERIFY(!stored);
        QCOMPARE(stored.error().code, ca::ErrorCode::unsupported);
        QVERIFY(stored.error().sentence.find("not finite") != std::string::npos);
    }
}

void TestStoredWeight::refuses_nothing()
{
    QFETCH(Format, format);
    for (const std::vector<std::int64_t> &shape : {std::vector<std::int64_t>{0, 4}, {}}) {
        const auto stored = ca::store_weight({}, shape, scheme(format), {});
        QVERIFY(!stored);
        QCOMPARE(stored.error().code, ca::ErrorCode::unsupported);
    }
}

void TestStoredWeight::refuses_numbers_beyond_fp16()
{
    const std::vector<float> weight{65536.0F, 1.0F};
    for (const Format format : {Format::fp16, Format::llm_int8}) {
        const auto stored = ca::store_weight(weight, {1, 2}, scheme(format), {});
        QVERIFY(!stored);
        QVERIFY(stored.error().sentence.find("65,504") != std::string::npos);
    }
    const auto wide = ca::store_weight(weight, {1, 2}, scheme(Format::bf16), {});
    QVERIFY(wide);
    QVERIFY(equal(ca::dequantize(*wide), weight));
}

void TestStoredWeight::refuses_groups_that_do_not_divide()
{
    const auto stored = ca::store_weight(golden_weights(2 * 48), {2, 48}, scheme(Format::int4, 32), {});
    QVERIFY(!stored);
    QCOMPARE(stored.error().code, ca::ErrorCode::unsupported);
    QVERIFY(stored.error().sentence.find("32") != std::string::npos && stored.error().sentence.find("48") != std::string::npos);
}

void TestStoredWeight::rounds_to_sixteen_bits()
{
    // Between 1 and 1 + 2^-10 (fp16) and 1 + 2^-7 (bf16) there is nothing; the middle goes to the even one.
    const std::vector<float> weight{1.0F, 1.0F + 0x1p-11F, 1.0F + 0x1p-8F, 1.0F + 0x1p-9F, 65504.0F};
    const auto half = ca::store_weight(weight, {1, 5}, scheme(Format::fp16), {});
    QVERIFY(half);
    QVERIFY(equal(ca::dequantize(*half), {1.0F, 1.0F, 1.0F + 0x1p-8F, 1.0F + 0x1p-9F, 65504.0F}));
    QCOMPARE(std::get<ca::HalfWeight>(*half).values[0], std::uint16_t{0x3C00});
    const auto brain = ca::store_weight(weight, {1, 5}, scheme(Format::bf16), {});
    QVERIFY(brain);
    QVERIFY(equal(ca::dequantize(*brain), {1.0F, 1.0F, 1.0F, 1.0F, 65536.0F}));
    QCOMPARE(std::get<ca::HalfWeight>(*brain).values[0], std::uint16_t{0x3F80});
}

void TestStoredWeight::doubles_scales_where_that_saves_bytes()
{
    for (const std::int64_t count : {64 * 511, 64 * 512}) {
        const auto stored =
            ca::store_weight(golden_weights(static_cast<std::uint64_t>(count)), {64, count / 64}, scheme(Format::nf4), {});
        QVERIFY(stored);
        QCOMPARE(std::get<ca::FourBitWeight>(*stored).doubled.has_value(), count == 64 * 512);
    }
    ca::RecipeOptions plain;
    plain.double_quantization = false;
    const auto stored = ca::store_weight(golden_weights(64 * 512), {64, 512}, scheme(Format::nf4), plain);
    QVERIFY(stored && !std::get<ca::FourBitWeight>(*stored).doubled);
}

QTEST_APPLESS_MAIN(TestStoredWeight)
#include "test_stored_weight.moc"
