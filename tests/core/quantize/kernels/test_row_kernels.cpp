// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/row_kernels.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

std::vector<float> normal(std::size_t count, unsigned seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> draw;
    std::vector<float> values(count);
    for (float &value : values)
        value = draw(generator);
    return values;
}

constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();

} // namespace

/// Loops over rows against their definitions in double.
class TestRowKernels final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_the_range_at_any_place_and_length();
    void has_no_range_for_what_is_not_finite();
    void gives_each_row_its_own_grid();
    void rounds_to_half_precision_before_it_looks_for_outliers();
    void leaves_outliers_out_of_a_row_s_scale();
    void takes_a_row_of_zeros_and_of_nan();
    void finishes_rows();
    void normalises_to_a_grid();
};

void TestRowKernels::finds_the_range_at_any_place_and_length()
{
    for (const std::size_t count : {1, 2, 15, 16, 17, 64, 100})
        for (std::size_t at = 0; at < count; ++at) {
            std::vector<float> values(count, -1.0F);
            values[at] = 5;
            const auto range = ca::range_of(values);
            QCOMPARE(range.high, 5.0F);
            QCOMPARE(range.low, count == 1 ? 5.0F : -1.0F);
        }
    QCOMPARE(ca::range_of({}).high, 0.0F);
}

void TestRowKernels::has_no_range_for_what_is_not_finite()
{
    for (const float bad : {kInfinity, -kInfinity, kNan})
        for (const std::size_t at : {0, 7, 20}) {
            std::vector<float> values(21, 1.0F);
            values[at] = bad;
            QVERIFY(std::isnan(ca::range_of(values).low) && std::isnan(ca::range_of(values).high));
            QVERIFY(std::isnan(ca::run_time_grid(ca::range_of(values), 255).scale));
        }
    const auto constant = ca::run_time_grid({0, 0}, 255);
    QCOMPARE(constant.scale, 1.0F); // all zeros: any grid has them
    const auto tiny = ca::run_time_grid({-1e-44F, 1e-44F}, 255);
    QCOMPARE(tiny.scale, 1.0F); // no float is a 255th of that
}

void TestRowKernels::gives_each_row_its_own_grid()
{
    constexpr std::int64_t kRows = 5, kColumns = 37;
    auto x = normal(kRows * kColumns, 3);
    std::fill(x.begin() + 2 * kColumns, x.begin() + 3 * kColumns, 4.0F); // a constant row
    for (std::int64_t i = 0; i < kColumns; ++i)
        x[static_cast<std::size_t>(i)] *= 100;
    std::vector<std::uint8_t> q(x.size());
    std::vector<ca::U8Grid> grids(kRows);
    ca::quantize_each_row({x.data(), kRows, kColumns}, q.data(), grids.data());
    for (std::int64_t row = 0; row < kRows; ++row) {
        const auto first = x.begin() + row * kColumns;
        const double low = std::min(0.0F, *std::min_element(first, first + kColumns)),
                     high = std::max(0.0F, *std::max_element(first, first + kColumns));
        const ca::U8Grid grid = grids[static_cast<std::size_t>(row)];
        QVERIFY(std::abs(static_cast<double>(grid.scale) - (high - low) / 255) < 1e-6 * (high - low));
        for (std::int64_t i = 0; i < kColumns; ++i) {
            const auto at = static_cast<std::size_t>(row * kColumns + i);
            const double back = (q[at] - grid.zero) * static_cast<double>(grid.scale);
            QVERIFY(std::abs(back - static_cast<double>(x[at])) <= static_cast<double>(grid.scale) * 1.01);
        }
    }
}

void TestRowKernels::rounds_to_half_precision_before_it_looks_for_outliers()
{
    // IEEE 754 binary16: between 4 and 8 numbers are 1/256 apart, so 5.9985 becomes 6; below 2^-14 they are 2^-24 apart.
    const std::vector<float> x{5.9985F, 5.997F, 0x1.8p-25F, 0x0.9p-24F, 65519.0F};
    std::vector<std::uint8_t> q(5), outliers(5);
    float scale = 0;
    ca::quantize_llm_rows({x.data(), 1, 5}, 6, q.data(), &scale, outliers);
    QCOMPARE(outliers, (std::vector<std::uint8_t>{1, 0, 0, 0, 1}));
    QCOMPARE(scale, 5.99609375F / 127);
    ca::quantize_llm_rows({x.data() + 2, 1, 2}, 6, q.data(), &scale, std::span(outliers).first(2));
    QCOMPARE(scale, 0x1p-24F / 127);
    QCOMPARE(q[0], std::uint8_t{255}); // 1.5 of the smallest steps is as far from 1 as from 2: even wins, which is 2
}

void TestRowKernels::leaves_outliers_out_of_a_row_s_scale()
{
    const std::vector<float> x{1, -2, 7, 0.5F, /**/ 4, 3, 0.5F, -1};
    std::vector<std::uint8_t> q(8), outliers(4);
    std::vector<float> scales(2);
    ca::quantize_llm_rows({x.data(), 2, 4}, 6, q.data(), scales.data(), outliers);
    QCOMPARE(outliers, (std::vector<std::uint8_t>{0, 0, 1, 0}));
    QCOMPARE(scales, (std::vector<float>{2.0F / 127, 4.0F / 127}));
    QCOMPARE(q[0], std::uint8_t{128 + 64}); // 63.5, to even
    QCOMPARE(q[1], std::uint8_t{128 - 127});
    QCOMPARE(q[4], std::uint8_t{255});
    std::fill(outliers.begin(), outliers.end(), 0);
    ca::quantize_llm_rows({x.data(), 2, 4}, 0, q.data(), scales.data(), outliers);
    QCOMPARE(scales[0], 7.0F / 127); // 0 is no threshold
    QCOMPARE(std::count(outliers.begin(), outliers.end(), 1), 0);
}

void TestRowKernels::takes_a_row_of_zeros_and_of_nan()
{
    std::vector<float> x(40, 0.0F);
    x[30] = kNan;
    std::vector<std::uint8_t> q(40), outliers(20);
    std::vector<float> scales(2);
    ca::quantize_llm_rows({x.data(), 2, 20}, 6, q.data(), scales.data(), outliers);
    QCOMPARE(scales[0], 0.0F);
    QVERIFY(std::isnan(scales[1]));
    QVERIFY(std::all_of(q.begin(), q.begin() + 20, [](std::uint8_t value) { return value == 128; }));
}

void TestRowKernels::finishes_rows()
{
    constexpr std::int64_t kRows = 3, kColumns = 19;
    const auto sums = normal(kRows * kColumns, 1), column_sums = normal(kColumns, 2), bias = normal(kColumns, 3),
               addend = normal(kRows * kColumns, 4), scales = normal(kRows, 5), shifts = normal(kRows, 6);
    for (const bool shifted : {false, true})
        for (const bool with_bias : {false, true})
            for (const bool added : {false, true}) {
                auto out = sums;
                ca::finish_rows(out.data(), kRows, kColumns,
                                {scales.data(), shifted ? shifts.data() : nullptr, shifted ? column_sums.data() : nullptr,
                                 with_bias ? bias.data() : nullptr, added ? addend.data() : nullptr});
                for (std::size_t i = 0; i < out.size(); ++i) {
                    const std::size_t row = i / kColumns, column = i % kColumns;
                    double expected = static_cast<double>(sums[i]);
                    if (shifted)
                        expected -= static_cast<double>(shifts[row]) * static_cast<double>(column_sums[column]);
                    expected *= static_cast<double>(scales[row]);
                    expected +=
                        (with_bias ? static_cast<double>(bias[column]) : 0) + (added ? static_cast<double>(addend[i]) : 0);
                    QVERIFY(std::abs(static_cast<double>(out[i]) - expected) < 1e-5);
                }
            }
}

void TestRowKernels::normalises_to_a_grid()
{
    constexpr std::int64_t kRows = 4, kColumns = 50;
    auto x = normal(kRows * kColumns, 8);
    std::fill(x.begin(), x.begin() + kColumns, 3.0F); // no variance: the bias alone
    const auto weight = normal(kColumns, 9), bias = normal(kColumns, 10);
    const ca::U8Grid grid{0.05F, 120};
    std::vector<std::uint8_t> q(x.size());
    for (const bool with : {false, true}) {
        ca::layer_norm_u8({x.data(), kRows, kColumns}, with ? weight.data() : nullptr, with ? bias.data() : nullptr, 1e-5F, grid,
                          q.data());
        for (std::int64_t row = 0; row < kRows; ++row) {
            double mean = 0, variance = 0;
            const auto value = [&](std::int64_t i) {
                return static_cast<double>(x[static_cast<std::size_t>(row * kColumns + i)]);
            };
            for (std::int64_t i = 0; i < kColumns; ++i)
                mean += value(i) / kColumns;
            for (std::int64_t i = 0; i < kColumns; ++i)
                variance += (value(i) - mean) * (value(i) - mean) / kColumns;
            for (std::int64_t i = 0; i < kColumns; ++i) {
                const auto column = static_cast<std::size_t>(i);
                double y = (value(i) - mean) / std::sqrt(variance + 1e-5);
                if (with)
                    y = y * static_cast<double>(weight[column]) + static_cast<double>(bias[column]);
                const double expected = std::clamp(y / 0.05 + 120, 0.0, 255.0);
                QVERIFY(std::abs(q[static_cast<std::size_t>(row * kColumns) + column] - expected) < 0.502);
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestRowKernels)
#include "test_row_kernels.moc"
