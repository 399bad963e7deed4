// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/per_channel.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

/// Weights of any format as integer kernels take them.
class TestPerChannel final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_zero_points_off();
    void restates_codes_that_do_not_fit();
    void errs_far_less_than_the_format_data();
    void errs_far_less_than_the_format();
    void keeps_rows_of_zeros_and_single_values();
};

void TestPerChannel::takes_zero_points_off()
{
    const ca::IntegerWeight stored{{2, 3}, 2, 3, ca::Bits{4}, 3, false, {-8, 0, 7, 1, 2, 3}, {0.5F, 0.25F}, {-8, 3}};
    const auto made = ca::per_channel_int8(stored, 2);
    QCOMPARE(made.values, (std::vector<std::int8_t>{0, 8, 15, -2, -1, 0}));
    QCOMPARE(made.scales, (std::vector<float>{0.5F, 0.25F}));
}

void TestPerChannel::restates_codes_that_do_not_fit()
{
    // 8 bits from 0 to 255: codes less their zero point reach 255, beyond s8.
    const ca::IntegerWeight stored{{1, 4}, 1, 4, ca::Bits{8}, 4, false, {-128, -1, 0, 127}, {2.0F}, {-128}};
    const auto made = ca::per_channel_int8(stored, 1); // 0, 254, 256, 510
    QCOMPARE(made.scales, (std::vector<float>{510.0F / 127}));
    QCOMPARE(made.values, (std::vector<std::int8_t>{0, 63, 64, 127}));
    // Two scales in a row.
    const ca::IntegerWeight grouped{{1, 4}, 1, 4, ca::Bits{4}, 2, true, {7, 1, 7, -7}, {1.0F, 0.1F}, {}};
    const auto whole = ca::per_channel_int8(grouped, 1); // 7, 1, 0.7, -0.7
    QCOMPARE(whole.scales, (std::vector<float>{7.0F / 127}));
    QCOMPARE(whole.values, (std::vector<std::int8_t>{127, 18, 13, -13}));
}

void TestPerChannel::errs_far_less_than_the_format_data()
{
    QTest::addColumn<ca::Scheme>("scheme");
    for (const auto format : {ca::Format::int4, ca::Format::int3, ca::Format::int2, ca::Format::nf4, ca::Format::fp4})
        QTest::addRow("%s", ca::to_text(format).c_str())
            << (ca::is_integer(format) ? ca::Scheme{format, ca::Activation::none, ca::Rounding::nearest, 32, false}
                                       : ca::Scheme{format, ca::Activation::none, ca::Rounding::nearest, 0, true});
}

/// Mean squares: an 8-bit step is a tenth to a sixteenth of a 4-bit one, and its square so much less.
void TestPerChannel::errs_far_less_than_the_format()
{
    QFETCH(ca::Scheme, scheme);
    std::mt19937 generator(4);
    std::normal_distribution<float> draw;
    std::vector<float> weight(16 * 128);
    for (float &w : weight)
        w = draw(generator);
    const auto stored = ca::store_weight(weight, {16, 128}, scheme, {});
    QVERIFY(stored);
    const auto values = ca::dequantize(*stored);
    const auto made = ca::per_channel_int8(*stored, 16);
    double added = 0, cost = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const double back = made.values[i] * static_cast<double>(made.scales[i / 128]), value = static_cast<double>(values[i]);
        added += (back - value) * (back - value);
        cost += (value - static_cast<double>(weight[i])) * (value - static_cast<double>(weight[i]));
    }
    QVERIFY2(added < cost / 50, qPrintable(QString("%1 of %2").arg(added).arg(cost)));
}

void TestPerChannel::keeps_rows_of_zeros_and_single_values()
{
    const ca::HalfWeight stored{ca::Format::bf16, {0, 0, 0x3F80, 0x3F80}}; // 0, 0; 1, 1
    const auto made = ca::per_channel_int8(stored, 2);
    QCOMPARE(made.values, (std::vector<std::int8_t>{0, 0, 127, 127}));
    QCOMPARE(made.scales, (std::vector<float>{1.0F, 1.0F / 127}));
    QVERIFY(ca::per_channel_int8(ca::HalfWeight{ca::Format::bf16, {}}, 0).values.empty());
}

QTEST_APPLESS_MAIN(TestPerChannel)
#include "test_per_channel.moc"
