// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/deflate.h"

#include <QByteArray>
#include <QtTest>

namespace {

std::span<const std::byte> bytes_of(const QByteArray &array)
{
    return std::as_bytes(std::span(array.constData(), static_cast<std::size_t>(array.size())));
}

QByteArray array_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// Qt puts the length before a zlib stream.
constexpr int kLength = 4;

QByteArray some_text()
{
    QByteArray text;
    for (int i = 0; i < 40'000; ++i)
        text += QByteArray::number(i * i % 977);
    return text;
}

} // namespace

class TestDeflate final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void others_read_what_it_writes();
    void it_reads_what_others_write();
    void knows_its_streams();
    void refuses_what_is_damaged();
    void keeps_to_the_limit();
};

void TestDeflate::others_read_what_it_writes()
{
    for (const QByteArray &text : {QByteArray(), QByteArray("a"), some_text()}) {
        QByteArray stream = array_of(ca::deflated(bytes_of(text)));
        for (int i = kLength - 1; i >= 0; --i)
            stream.prepend(static_cast<char>((text.size() >> (8 * (kLength - 1 - i))) & 0xFF));
        QCOMPARE(qUncompress(stream), text);
    }
}

void TestDeflate::it_reads_what_others_write()
{
    for (const QByteArray &text : {QByteArray("a"), some_text()})
        for (const int level : {0, 1, 9}) {
            const auto back = ca::inflated(bytes_of(qCompress(text, level).mid(kLength)), 1'000'000);
            QVERIFY(back);
            QCOMPARE(array_of(*back), text);
        }
}

void TestDeflate::knows_its_streams()
{
    QVERIFY(ca::is_deflated(bytes_of(QByteArray("\x78\xda\x03", 3)))); // RFC 1950: 0x78da is 31 * 998
    QVERIFY(!ca::is_deflated(bytes_of(QByteArray("\x78\xdb\x03", 3))));
    QVERIFY(!ca::is_deflated(bytes_of(QByteArray("\xa9\x67version")))); // CBOR
    QVERIFY(!ca::is_deflated(bytes_of(QByteArray("x"))));
}

void TestDeflate::refuses_what_is_damaged()
{
    const QByteArray whole = qCompress(some_text()).mid(kLength);
    QByteArray changed = whole;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    for (const QByteArray &stream :
         {QByteArray(), QByteArray("plain text"), whole.left(whole.size() - 1), whole + 'x', changed}) {
        const auto back = ca::inflated(bytes_of(stream), 1'000'000);
        QVERIFY(!back);
        QCOMPARE(back.error().code, ca::ErrorCode::bad_format);
    }
}

/// 10 kB that stand for 10 MB.
void TestDeflate::keeps_to_the_limit()
{
    const QByteArray bomb = qCompress(QByteArray(10'000'000, 'a')).mid(kLength);
    QVERIFY(bomb.size() < 20'000);
    const auto back = ca::inflated(bytes_of(bomb), 1'000'000);
    QVERIFY(!back);
    QCOMPARE(back.error().code, ca::ErrorCode::bad_format);
    QVERIFY(!ca::inflated(bytes_of(bomb), 9'999'999));
    QVERIFY(ca::inflated(bytes_of(bomb), 10'000'000));
}

QTEST_APPLESS_MAIN(TestDeflate)
#include "test_deflate.moc"
