// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/constraints_json.h"

#include <QtTest>

class TestConstraintsJson final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_back_what_it_wrote();
    void writes_null_for_what_is_not_limited();
    void refuses_what_it_did_not_write_data();
    void refuses_what_it_did_not_write();
};

void TestConstraintsJson::reads_back_what_it_wrote()
{
    ca::Constraints all;
    all.max_drop = 0.5;
    all.bytes = 6'000'000;
    all.latency = 2.25;
    all.pins = {{"conv1", ca::Format::fp32}, {"fc", ca::Format::int8}};
    all.minimum_bits = {{"layer1.0.conv1", 4}};
    all.forbidden = {ca::Format::int2, ca::Format::nf4};
    const auto read = ca::constraints_from_json(ca::Json(ca::to_json(all)));
    QVERIFY(read);
    QVERIFY(*read == all);
}

void TestConstraintsJson::writes_null_for_what_is_not_limited()
{
    QCOMPARE(
        ca::to_json(ca::Constraints()).dump(),
        std::string(R"({"max_drop":null,"target_bytes":null,"max_latency":null,"pins":{},"minimum_bits":{},"forbidden":[]})"));
    const auto read = ca::constraints_from_json(ca::Json::object());
    QVERIFY(read);
    QVERIFY(*read == ca::Constraints());
}

void TestConstraintsJson::refuses_what_it_did_not_write_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("no object") << QByteArray("[]");
    QTest::newRow("a drop in words") << QByteArray(R"({"max_drop":"half"})");
    QTest::newRow("half a byte") << QByteArray(R"({"target_bytes":0.5})");
    QTest::newRow("a format that is none") << QByteArray(R"({"pins":{"fc":"int9"}})");
    QTest::newRow("pins as a list") << QByteArray(R"({"pins":["fc"]})");
    QTest::newRow("one bit") << QByteArray(R"({"minimum_bits":{"fc":1}})");
    QTest::newRow("forbidden as a word") << QByteArray(R"({"forbidden":"int2"})");
}

void TestConstraintsJson::refuses_what_it_did_not_write()
{
    QFETCH(QByteArray, text);
    const auto json = ca::parse_json(text.toStdString(), "the constraints");
    QVERIFY(json);
    const auto read = ca::constraints_from_json(*json);
    QVERIFY(!read);
    QVERIFY(read.error().code == ca::ErrorCode::bad_format);
}

QTEST_APPLESS_MAIN(TestConstraintsJson)
#include "test_constraints_json.moc"
