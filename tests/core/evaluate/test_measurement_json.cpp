// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/measurement_json.h"

#include <QtTest>

#include <bit>
#include <cmath>
#include <limits>

namespace {

ca::Latency some_latency()
{
    ca::Latency latency;
    latency.threads = 2;
    latency.isa = "avx512_vnni";
    latency.provider = "onednn";
    latency.compute = "int8";
    latency.pinned = true;
    latency.warning = "Something else used the cores meanwhile.";
    latency.batch1 = ca::MedianInterval{0.1 + 0.2, 5e-324, 1e308};
    latency.batch = 64;
    return latency;
}

/// Every field has a value that is not its default.
ca::Measurement full()
{
    ca::Measurement measurement;
    ca::Accuracy &accuracy = measurement.accuracy;
    accuracy.n = (std::int64_t{1} << 33) + 1; // more than 32 bits, and than a float holds
    accuracy.correct = accuracy.n - 1;
    accuracy.unread = 3;
    accuracy.top5 = 1.0 / 3;
    accuracy.interval = {0.1, std::nextafter(1.0, 0.0)};
    accuracy.per_class = {2.0 / 3, std::numeric_limits<double>::quiet_NaN(), -0.0};
    accuracy.calibration_error = 1e-17;
    measurement.versus_float = ca::PairedComparison{5, 7, 0.7744140625, "undetermined"};
    measurement.size = ca::bytes(9007199254740993); // 2^53 + 1
    measurement.towers = ca::TowerBytes{ca::bytes(7), ca::bytes(11)};
    measurement.latency = some_latency();
    ca::Latency simulated = some_latency();
    simulated.real = false;
    simulated.batch1.reset();
    measurement.float_latency = ca::FloatLatency{some_latency(), {}, simulated};
    measurement.peak_memory = ca::bytes(1);
    measurement.predicted_peak_memory = ca::bytes(2);
    measurement.seconds = 1e-3;
    return measurement;
}

ca::Json json_of(const ca::Measurement &measurement)
{
    return ca::Json(to_json(measurement));
}

bool same_bits(double a, double b)
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

} // namespace

class TestMeasurementJson final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comes_back_from_text_to_the_last_bit();
    void what_is_absent_stays_absent();
    void refuses_impossible_fields_data();
    void refuses_impossible_fields();
    void every_field_may_be_missing_or_of_another_kind();
};

void TestMeasurementJson::comes_back_from_text_to_the_last_bit()
{
    const ca::Measurement before = full();
    const auto parsed = ca::parse_json(ca::canonical(json_of(before)), "text");
    QVERIFY(parsed);
    const auto after = ca::measurement_from_json(*parsed);
    QVERIFY2(after, after ? "" : after.error().sentence.c_str());
    QCOMPARE(after->accuracy.n, before.accuracy.n);
    QCOMPARE(after->accuracy.correct, before.accuracy.correct);
    QCOMPARE(after->accuracy.unread, 3);
    QVERIFY(same_bits(*after->accuracy.top5, 1.0 / 3));
    QVERIFY(same_bits(after->accuracy.interval[1], before.accuracy.interval[1]));
    QVERIFY(same_bits(after->accuracy.per_class.at(0), 2.0 / 3));
    QVERIFY(std::isnan(after->accuracy.per_class.at(1)));
    QVERIFY(same_bits(after->accuracy.per_class.at(2), -0.0));
    QVERIFY(same_bits(*after->accuracy.calibration_error, 1e-17));
    QVERIFY(after->versus_float == before.versus_float);
    QCOMPARE(after->size.value, 9007199254740993);
    QVERIFY(after->towers == before.towers);
    QVERIFY(after->latency->batch1 == before.latency->batch1);
    QVERIFY(!after->latency->batch_n);
    QCOMPARE(after->latency->warning.value(), std::string("Something else used the cores meanwhile."));
    QVERIFY(!after->float_latency->fused_fp32);
    QVERIFY(!after->float_latency->bf16->real);
    QCOMPARE(after->peak_memory->value, 1);
    QCOMPARE(after->predicted_peak_memory->value, 2);
    QVERIFY(json_of(*after) == json_of(before)); // and the rest
}

void TestMeasurementJson::what_is_absent_stays_absent()
{
    const auto after = ca::measurement_from_json(json_of(ca::Measurement()));
    QVERIFY(after);
    QVERIFY(!after->accuracy.top5 && !after->accuracy.calibration_error && !after->versus_float && !after->towers);
    QVERIFY(!after->latency && !after->float_latency && !after->peak_memory && !after->predicted_peak_memory);
    QCOMPARE(after->size.value, 0);
}

void TestMeasurementJson::refuses_impossible_fields_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("more right than there are") << "/correct" << QByteArray("8589934594");
    QTest::newRow("less than none") << "/unread" << QByteArray("-1");
    QTest::newRow("half an image") << "/n" << QByteArray("1.5");
    QTest::newRow("a share above one") << "/top5" << QByteArray("1.0000001");
    QTest::newRow("an interval of three") << "/interval" << QByteArray("[0,1,1]");
    QTest::newRow("an interval of words") << "/interval" << QByteArray("[\"0\",\"1\"]");
    QTest::newRow("classes as an object") << "/per_class" << QByteArray("{}");
    QTest::newRow("a class of text") << "/per_class/0" << QByteArray("\"high\"");
    QTest::newRow("a chance above one") << "/versus_float/p_value" << QByteArray("2");
    QTest::newRow("a kernel of a third kind") << "/latency/kernel" << QByteArray("\"guessed\"");
    QTest::newRow("threads beyond int") << "/latency/threads" << QByteArray("4294967296");
    QTest::newRow("bytes beyond 2^63") << "/bytes" << QByteArray("18446744073709551615");
    QTest::newRow("time that runs back") << "/latency/batch1/median" << QByteArray("-1");
}

void TestMeasurementJson::refuses_impossible_fields()
{
    QFETCH(QString, place);
    QFETCH(QByteArray, value);
    ca::Json json = json_of(full());
    json[ca::Json::json_pointer(place.toStdString())] = ca::Json::parse(value.toStdString());
    const auto read = ca::measurement_from_json(json);
    QVERIFY(!read);
    QCOMPARE(read.error().code, ca::ErrorCode::bad_format);
    const QString field = place.section(QLatin1Char('/'), -1);
    const QString named = field == QLatin1String("0") ? QStringLiteral("per_class") : field;
    QVERIFY2(read.error().sentence.find(named.toStdString()) != std::string::npos, read.error().sentence.c_str());
}

void TestMeasurementJson::every_field_may_be_missing_or_of_another_kind()
{
    const ca::Json sound = json_of(full());
    const ca::Json fields = sound.flatten();
    for (const auto &[place, old] : fields.items()) {
        for (const ca::Json &other : {ca::Json(), ca::Json("x"), ca::Json(-1), ca::Json::array(), ca::Json::object()}) {
            ca::Json json = sound;
            json[ca::Json::json_pointer(place)] = other;
            static_cast<void>(ca::measurement_from_json(json)); // whichever it is, it returns
        }
        const ca::Json::json_pointer pointer(place);
        if (pointer.parent_pointer().empty()) {
            ca::Json json = sound;
            json.erase(pointer.back());
            const bool may_be_absent = old.is_null() || place == "/top5" || place == "/calibration_error" || place == "/bytes"
                || place == "/peak_memory" || place == "/predicted_peak_memory";
            if (place != "/top1") // is computed
                QCOMPARE(ca::measurement_from_json(json).has_value(), may_be_absent);
        }
    }
    for (const ca::Json &other : {ca::Json(), ca::Json(3), ca::Json::array(), ca::Json::object()})
        QVERIFY(!ca::measurement_from_json(other));
}

QTEST_APPLESS_MAIN(TestMeasurementJson)
#include "test_measurement_json.moc"
