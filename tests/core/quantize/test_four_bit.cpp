// SPDX-License-Identifier: GPL-3.0-or-later
// Against what bitsandbytes makes of the same weights: tests/golden/four_bit/make.py.
#include "core/quantize/four_bit.h"
#include "tests/support/golden_weights.h"
#include "tests/support/shared_files.h"

#include <QtEndian>
#include <QtTest>

#include <algorithm>
#include <bit>
#include <cmath>

namespace {

using ca::FourBit;

std::vector<float> joined(std::initializer_list<std::vector<float>> parts)
{
    std::vector<float> result;
    for (const auto &part : parts)
        result.insert(result.end(), part.begin(), part.end());
    return result;
}

std::vector<float> tiny(std::uint64_t count)
{
    auto result = golden_weights(count);
    for (float &w : result)
        w *= 1e-38F;
    return result;
}

QJsonObject golden()
{
    QFile file(QString::fromStdString((source_folder() / "tests/golden/four_bit/bitsandbytes.json").string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

std::vector<float> floats(const QJsonValue &hex)
{
    const QByteArray bytes = QByteArray::fromHex(hex.toString().toLatin1());
    std::vector<float> result;
    for (qsizetype at = 0; at + 4 <= bytes.size(); at += 4)
        result.push_back(std::bit_cast<float>(qFromBigEndian<quint32>(bytes.constData() + at)));
    return result;
}

std::vector<std::uint8_t> bytes(const QJsonValue &hex)
{
    const QByteArray all = QByteArray::fromHex(hex.toString().toLatin1());
    return {all.begin(), all.end()};
}

/// To the bit but for zeros, where QCOMPARE would leave some room.
bool equal(std::span<const float> a, const std::vector<float> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

QString sha256(const std::vector<float> &values)
{
    QByteArray all;
    for (const float v : values) {
        const auto bits = qToLittleEndian(std::bit_cast<quint32>(v + 0.0F)); // without -0
        all.append(std::bit_cast<std::array<char, 4>>(bits).data(), 4);
    }
    return QString::fromLatin1(QCryptographicHash::hash(all, QCryptographicHash::Sha256).toHex());
}

} // namespace

class TestFourBit final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void has_the_values_of_bitsandbytes();
    void equals_bitsandbytes_data();
    void equals_bitsandbytes();
    void takes_the_nearest_value();
    void double_quantization_costs_an_eighth_of_a_bit();
    void takes_nothing();
};

void TestFourBit::has_the_values_of_bitsandbytes()
{
    const QJsonObject data = golden();
    QVERIFY2(!data.isEmpty(), "set CA_SOURCE_DIR to the sources");
    QVERIFY(equal(ca::four_bit_values(FourBit::nf4), floats(data["nf4_values"])));
    QVERIFY(equal(ca::four_bit_values(FourBit::fp4), floats(data["fp4_values"])));
    QVERIFY(equal(ca::dynamic_map(), floats(data["dynamic_map"])));
}

void TestFourBit::equals_bitsandbytes_data()
{
    const QJsonObject midpoints = golden()["midpoints"].toObject();
    QTest::addColumn<std::vector<float>>("weight");
    QTest::addColumn<bool>("nf4");
    const std::pair<const char *, std::vector<float>> cases[]{
        {"many", golden_weights(64 * 300 + 17)},
        {"one_block", golden_weights(64)},
        {"short", golden_weights(5)},
        {"zeros", joined({std::vector<float>(64, 0.0F), golden_weights(64), {0, 0, 0}})},
        {"tiny", joined({tiny(64), golden_weights(64), tiny(7)})},
        {"nf4_midpoints", floats(midpoints["nf4"])},
        {"fp4_midpoints", floats(midpoints["fp4"])},
    };
    for (const auto &[name, weight] : cases)
        for (const bool nf4 : {true, false})
            QTest::addRow("%s %s", name, nf4 ? "nf4" : "fp4") << weight << nf4;
}

void TestFourBit::equals_bitsandbytes()
{
    QFETCH(const std::vector<float>, weight);
    QFETCH(const bool, nf4);
    const QJsonObject expected = golden()["cases"].toObject()[QTest::currentDataTag()].toObject();
    QVERIFY(!expected.isEmpty());
    const FourBit code = nf4 ? FourBit::nf4 : FourBit::fp4;

    const auto plain = ca::quantize_four_bit(weight, code, false);
    QVERIFY(!plain.doubled);
    QVERIFY(equal(plain.scales, floats(expected["scales"])));
    QCOMPARE(sha256(ca::dequantize(plain)), expected["values_sha256"].toString());
    if (nf4)
        QCOMPARE(plain.packed, bytes(expected["packed"]));
    QCOMPARE(plain.packed.size(), bytes(expected["packed"]).size());

    const auto doubled = ca::quantize_four_bit(weight, code, true);
    QVERIFY(doubled.doubled && doubled.scales.empty());
    QCOMPARE(doubled.packed, plain.packed);
    QVERIFY(equal({&doubled.doubled->offset, 1}, floats(expected["offset"])));
    QCOMPARE(doubled.doubled->codes, bytes(expected["scale_codes"]));
    QVERIFY(equal(doubled.doubled->scales, floats(expected["scale_scales"])));
    QCOMPARE(sha256(ca::dequantize(doubled)), expected["doubled_values_sha256"].toString());
}

void TestFourBit::takes_the_nearest_value()
{
    for (const FourBit code : {FourBit::nf4, FourBit::fp4}) {
        const auto weight = golden_weights(64 * 20);
        const auto restored = ca::dequantize(ca::quantize_four_bit(weight, code, false));
        for (std::size_t i = 0; i < weight.size(); ++i) {
            const auto block = std::span(weight).subspan(i / 64 * 64, 64);
            float largest = 0, nearest = 1;
            for (const float w : block)
                largest = std::max(largest, std::abs(w));
            for (const float value : ca::four_bit_values(code))
                nearest = std::min(nearest, std::abs(value * largest - weight[i]));
            QVERIFY(std::abs(restored[i] - weight[i]) <= nearest + 1e-7F * largest);
        }
    }
}

void TestFourBit::double_quantization_costs_an_eighth_of_a_bit()
{
    constexpr std::size_t kCount = 64 * 256 * 2;
    const auto doubled = ca::quantize_four_bit(golden_weights(kCount), FourBit::nf4, true);
    QCOMPARE(doubled.packed.size(), kCount / 2);
    QCOMPARE(doubled.doubled->codes.size(), kCount / 64); // 8 bits for 64 weights
    QCOMPARE(doubled.doubled->scales.size(), std::size_t{2});
}

void TestFourBit::takes_nothing()
{
    for (const bool doubled : {false, true}) {
        const auto nothing = ca::quantize_four_bit({}, FourBit::nf4, doubled);
        QVERIFY(nothing.packed.empty() && nothing.scales.empty());
        QVERIFY(ca::dequantize(nothing).empty());
    }
}

QTEST_APPLESS_MAIN(TestFourBit)
#include "test_four_bit.moc"
