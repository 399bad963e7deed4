// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/base64.h"

#include <QtTest>

class TestBase64 final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agrees_with_the_standard_data();
    void agrees_with_the_standard();
    void agrees_with_another_implementation();
    void refuses_what_it_would_not_write_data();
    void refuses_what_it_would_not_write();
};

void TestBase64::agrees_with_the_standard_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    // RFC 4648, section 10.
    QTest::newRow("0") << QByteArray("") << QByteArray("");
    QTest::newRow("1") << QByteArray("f") << QByteArray("Zg==");
    QTest::newRow("2") << QByteArray("fo") << QByteArray("Zm8=");
    QTest::newRow("3") << QByteArray("foo") << QByteArray("Zm9v");
    QTest::newRow("4") << QByteArray("foob") << QByteArray("Zm9vYg==");
    QTest::newRow("5") << QByteArray("fooba") << QByteArray("Zm9vYmE=");
    QTest::newRow("6") << QByteArray("foobar") << QByteArray("Zm9vYmFy");
}

void TestBase64::agrees_with_the_standard()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    QCOMPARE(QByteArray::fromStdString(ca::to_base64(input)), text);
    const auto back = ca::from_base64(text.toStdString());
    QVERIFY(back);
    QVERIFY(*back == input);
}

void TestBase64::agrees_with_another_implementation()
{
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 1000; ++i)
        bytes.push_back(static_cast<std::uint8_t>(i * 37 + i / 256));
    const QByteArray text = QByteArray(reinterpret_cast<const char *>(bytes.data()), std::ssize(bytes)).toBase64();
    QCOMPARE(QByteArray::fromStdString(ca::to_base64(bytes)), text);
    QVERIFY(ca::from_base64(text.toStdString()) == bytes);
}

void TestBase64::refuses_what_it_would_not_write_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("too short") << QByteArray("Zg=");
    QTest::newRow("padding alone") << QByteArray("====");
    QTest::newRow("three of padding") << QByteArray("Z===");
    QTest::newRow("padding within") << QByteArray("Zg==Zm9v");
    QTest::newRow("a line break") << QByteArray("Zm9v\nZm8");
    QTest::newRow("no digit") << QByteArray("Zm9*");
    QTest::newRow("the other alphabet") << QByteArray("Zm9-");
    QTest::newRow("beyond ASCII") << QByteArray("Zm\xC3\xA9");
    QTest::newRow("bits of no byte") << QByteArray("Zh==");
    QTest::newRow("bits of no second byte") << QByteArray("Zm9=");
}

void TestBase64::refuses_what_it_would_not_write()
{
    QFETCH(QByteArray, text);
    QVERIFY(!ca::from_base64(text.toStdString()));
}

QTEST_APPLESS_MAIN(TestBase64)
#include "test_base64.moc"
