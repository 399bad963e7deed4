// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_statistics.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <vector>

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

bool close(double actual, double expected, double relative)
{
    return std::abs(actual - expected) <= relative * std::abs(expected);
}

ca::WeightStatistics statistics_of(const std::vector<float> &weights, std::size_t rows = 1, int threads = 1)
{
    return ca::weight_statistics({weights, rows}, threads, {}).value();
}

} // namespace

class TestWeightStatistics final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_the_moments_of_two_values_as_bernoulli_has_them();
    void takes_the_moments_of_an_even_spread_over_many_blocks_and_threads();
    void keeps_a_small_spread_far_from_zero();
    void keeps_the_moments_of_the_largest_and_the_smallest_floats();
    void knows_the_range_of_each_channel();
    void compares_channels_with_the_median_one();
    void counts_what_is_far_from_the_mean();
    void leaves_out_what_is_not_finite();
    void has_defined_values_for_weights_that_do_not_spread();
    void stops_when_asked();
};

void TestWeightStatistics::takes_the_moments_of_two_values_as_bernoulli_has_them()
{
    // p = 1/5, q = 4/5: variance p q, skewness (1 - 2 p) / sqrt(p q), excess kurtosis (1 - 6 p q) / (p q).
    std::vector<float> weights(1000, 0.0F);
    for (std::size_t i = 0; i < weights.size(); i += 5)
        weights[i] = 1;
    const auto found = statistics_of(weights);
    QCOMPARE(found.count, std::size_t{1000});
    QVERIFY(close(found.mean, 0.2, 1e-14));
    QVERIFY(close(found.variance, 0.16, 1e-13));
    QVERIFY(close(found.skewness, 1.5, 1e-13));
    QVERIFY(close(found.kurtosis, 0.25, 1e-12));
    QCOMPARE(found.zeros, 0.8);
    QCOMPARE(found.low, 0.0);
    QCOMPARE(found.high, 1.0);
    QVERIFY(found.spreads());
}

void TestWeightStatistics::takes_the_moments_of_an_even_spread_over_many_blocks_and_threads()
{
    // 0 .. n-1: mean (n-1) / 2, variance (n^2-1) / 12, excess kurtosis -6/5 (n^2+1) / (n^2-1).
    const std::size_t count = 700'000;
    std::vector<float> weights;
    for (std::size_t i = 0; i < count; ++i)
        weights.push_back(static_cast<float>(i * 300'007 % count)); // each once: 300,007 has no factor in common with n
    const double n = 700'000;
    const auto alone = statistics_of(weights, 700, 1);
    QVERIFY(close(alone.mean, (n - 1) / 2, 1e-14));
    QVERIFY(close(alone.variance, (n * n - 1) / 12, 1e-12));
    QVERIFY(std::abs(alone.skewness) < 1e-12);
    QVERIFY(close(alone.kurtosis, -1.2 * (n * n + 1) / (n * n - 1), 1e-11));
    const auto together = statistics_of(weights, 700, 3);
    QCOMPARE(together.mean, alone.mean);
    QCOMPARE(together.variance, alone.variance);
    QCOMPARE(together.kurtosis, alone.kurtosis);
    QVERIFY(together.channels == alone.channels);
}

void TestWeightStatistics::keeps_a_small_spread_far_from_zero()
{
    // 65536 and the next float, 2^-7 above, by turns: variance (2^-8)^2, kurtosis of a coin.
    std::vector<float> weights;
    for (int i = 0; i < 100'000; ++i)
        weights.push_back(i % 2 == 0 ? 65536.0F : 65536.0078125F);
    const auto found = statistics_of(weights);
    QCOMPARE(found.mean, 65536.00390625);
    QVERIFY(close(found.variance, 1.0 / 65536, 1e-12));
    QVERIFY(close(found.kurtosis, -2, 1e-12));
}

void TestWeightStatistics::keeps_the_moments_of_the_largest_and_the_smallest_floats()
{
    for (const float size : {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()}) {
        const auto found = statistics_of({size, -size, size, -size});
        const double square = static_cast<double>(size) * static_cast<double>(size);
        QCOMPARE(found.mean, 0.0);
        QVERIFY(close(found.variance, square, 1e-12));
        QVERIFY(close(found.kurtosis, -2, 1e-12));
        QCOMPARE(found.outliers, 0.0);
    }
}

void TestWeightStatistics::knows_the_range_of_each_channel()
{
    const auto found = statistics_of({1, -2, 3, 0, 0, 0, -5, -4, -6}, 3);
    const std::vector<ca::ChannelRange> expected{{-2, 3}, {0, 0}, {-6, -4}};
    QVERIFY(found.channels == expected);
    QCOMPARE(found.low, -6.0);
    QCOMPARE(found.high, 3.0);
    QCOMPARE(statistics_of({1, -2, 3}, 2).channels.size(), std::size_t{1}); // two rows cannot hold three weights

    std::vector<float> wide(20, 0.5F); // longer than what is looked at side by side
    wide[18] = 7;
    wide[3] = -7;
    QVERIFY(statistics_of(wide).channels == std::vector<ca::ChannelRange>({{-7, 7}}));
}

void TestWeightStatistics::compares_channels_with_the_median_one()
{
    QCOMPARE(statistics_of({1, -1, -2, 2, 8, 0}, 3).channel_ratio, 4.0); // 1, 2 and 8
    QCOMPARE(statistics_of({1, -1, 1, 0}, 2).channel_ratio, 1.0);
    QVERIFY(std::isinf(statistics_of({0, 0, 0, 0, 1, 1}, 3).channel_ratio));
    QCOMPARE(statistics_of({0, 0}, 2).channel_ratio, 1.0);
}

void TestWeightStatistics::counts_what_is_far_from_the_mean()
{
    // One of n at 1, the others at 0: it is sqrt(n - 1) deviations from the mean, so beyond four of them where n > 17.
    std::vector<float> weights(17, 0.0F);
    weights[5] = 1;
    QCOMPARE(statistics_of(weights).outliers, 0.0);
    weights.resize(20, 0.0F);
    QCOMPARE(statistics_of(weights).outliers, 0.05);
    weights[5] = -1;
    QCOMPARE(statistics_of(weights).outliers, 0.05);
}

void TestWeightStatistics::leaves_out_what_is_not_finite()
{
    const auto found = statistics_of({1, kNaN, 3, kInfinity, -kInfinity, kNaN}, 3);
    QCOMPARE(found.count, std::size_t{2});
    QCOMPARE(found.not_finite, std::size_t{4});
    QCOMPARE(found.mean, 2.0);
    QCOMPARE(found.variance, 1.0);
    QCOMPARE(found.low, 1.0);
    QCOMPARE(found.high, 3.0);
    QCOMPARE(found.outliers, 0.0);
    QVERIFY(found.channels == std::vector<ca::ChannelRange>({{1, 1}, {3, 3}, {0, 0}}));
    QVERIFY(!found.spreads());
}

void TestWeightStatistics::has_defined_values_for_weights_that_do_not_spread()
{
    for (const std::vector<float> &weights :
         {std::vector<float>{}, std::vector<float>{0.25F}, std::vector<float>(10'000, 0.1F), std::vector<float>{kNaN}}) {
        const auto found = statistics_of(weights);
        QCOMPARE(found.variance, 0.0);
        QCOMPARE(found.skewness, 0.0);
        QCOMPARE(found.kurtosis, 0.0);
        QCOMPARE(found.low, found.high);
        QCOMPARE(found.mean, found.low);
        QCOMPARE(found.channel_ratio, 1.0);
        QVERIFY(!found.spreads());
    }
}

void TestWeightStatistics::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const std::vector<float> weights{1, 2};
    const auto found = ca::weight_statistics({weights}, 1, source.get_token());
    QVERIFY(!found);
    QCOMPARE(found.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestWeightStatistics)
#include "test_weight_statistics.moc"
