// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest> // first: the moc of Qt 6.4 stumbles over <compare> where it comes before all else

#include "core/base/units.h"

class TestUnits final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shows_sizes_with_three_digits_data();
    void shows_sizes_with_three_digits();
    void adds_and_compares_sizes();
    void numbers_layers_from_one();
    void writes_the_shortest_number_that_reads_back();
    void writes_as_many_digits_as_asked();
    void keeps_kinds_of_numbers_apart();
};

void TestUnits::shows_sizes_with_three_digits_data()
{
    QTest::addColumn<qint64>("bytes");
    QTest::addColumn<QString>("text");
    const std::initializer_list<std::pair<qint64, const char *>> rows{
        {0, "0 bytes"},
        {96, "96 bytes"},
        {999, "999 bytes"},
        {1000, "1.00 kB"},
        {9994, "9.99 kB"},
        {9996, "10.0 kB"},
        {99'960, "100 kB"},
        {812'000, "812 kB"},
        {999'400, "999 kB"},
        {999'600, "1.00 MB"},
        {4'700'000, "4.70 MB"},
        {46'800'000, "46.8 MB"},
        {1'710'000'000, "1.71 GB"},
        {2'000'000'000'000, "2.00 TB"},
        {5'000'000'000'000'000, "5000 TB"},
        {-4'700'000, "-4.70 MB"},
        {-96, "-96 bytes"},
        {1, "1 byte"},
    };
    for (const auto &[bytes, text] : rows)
        QTest::newRow(text) << bytes << QString::fromLatin1(text);
}

void TestUnits::shows_sizes_with_three_digits()
{
    QFETCH(qint64, bytes);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(ca::to_text(ca::bytes(bytes))), text);
}

void TestUnits::adds_and_compares_sizes()
{
    ca::Bytes sum = ca::bytes(3) + ca::bytes(4);
    sum += ca::bytes(5);
    QCOMPARE(sum.value, 12);
    QCOMPARE((ca::bytes(3) - ca::bytes(4)).value, -1);
    QVERIFY(ca::bytes(3) < ca::bytes(4));
    QVERIFY(ca::bytes(4) == ca::bytes(4));
}

void TestUnits::numbers_layers_from_one()
{
    QCOMPARE(ca::layer_index(0).id(), std::string("L001"));
    QCOMPARE(ca::layer_index(16).id(), std::string("L017"));
    QCOMPARE(ca::layer_index(998).id(), std::string("L999"));
    QCOMPARE(ca::layer_index(999).id(), std::string("L1000"));
}

void TestUnits::writes_the_shortest_number_that_reads_back()
{
    QCOMPARE(ca::to_text(0.1), std::string("0.1"));
    QCOMPARE(ca::to_text(0.1 + 0.2), std::string("0.30000000000000004"));
    QCOMPARE(ca::to_text(3.0), std::string("3"));
    QCOMPARE(ca::to_text(-2.5), std::string("-2.5"));
}

void TestUnits::writes_as_many_digits_as_asked()
{
    QCOMPARE(ca::to_text(91.96, 1), std::string("92.0"));
    QCOMPARE(ca::to_text(0.125, 3), std::string("0.125"));
    QCOMPARE(ca::to_text(-0.5, 2), std::string("-0.50"));
    QCOMPARE(ca::to_text(1e300, 0).size(), std::size_t(301));
}

template <typename A, typename B>
constexpr bool kAddable = requires(A a, B b)
{
    a + b;
};

void TestUnits::keeps_kinds_of_numbers_apart()
{
    QVERIFY((kAddable<ca::Bytes, ca::Bytes>));
    QVERIFY((!kAddable<ca::Bytes, ca::Bits>));
    QVERIFY((!std::is_convertible_v<int, ca::Bits>));
    QVERIFY((!std::equality_comparable_with<ca::Bits, ca::LayerIndex>));
}

QTEST_APPLESS_MAIN(TestUnits)
#include "test_units.moc"
