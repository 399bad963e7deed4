// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/random.h"

#include <QtTest>

#include <bit>

class TestRandom final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_splitmix64_along_the_seed();
    void changes_half_the_bits_with_each_bit_of_the_index();
};

/// The first outputs of the generator's published C code (Vigna, prng.di.unimi.it/splitmix64.c) from state 0.
void TestRandom::is_splitmix64_along_the_seed()
{
    QCOMPARE(ca::mix(0, 0), 0xE220A8397B1DCDAFULL);
    QCOMPARE(ca::mix(1, 0), 0x6E789E6AA1B965F4ULL);
    QCOMPARE(ca::mix(2, 0), 0x06C45D188009454FULL);
}

void TestRandom::changes_half_the_bits_with_each_bit_of_the_index()
{
    // 64 000 coins: mean 32 of 64, and four standard deviations of the mean of 1000 are 4 * 4 / sqrt(1000) = 0.51.
    for (unsigned int bit = 0; bit < 16; ++bit) {
        int changed = 0;
        for (std::uint64_t i = 0; i < 1000; ++i)
            changed += std::popcount(ca::mix(7, i) ^ ca::mix(7, i ^ (1ULL << bit)));
        QVERIFY2(qAbs(changed / 1000.0 - 32.0) < 0.75, qPrintable(QString::number(changed / 1000.0)));
    }
}

QTEST_APPLESS_MAIN(TestRandom)
#include "test_random.moc"
