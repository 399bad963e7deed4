// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/statistics.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

namespace {

bool close(double actual, double expected, double tolerance)
{
    return std::abs(actual - expected) <= tolerance;
}

/// Draws numbers of successes among n, by the sum of their chances; the same on every machine.
class Binomial {
public:
    Binomial(int n, double p) : sums_(static_cast<std::size_t>(n) + 1)
    {
        double sum = 0;
        for (int k = 0; k <= n; ++k) {
            const double chance = std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0)
                                           + k * std::log(p) + (n - k) * std::log1p(-p));
            sums_[static_cast<std::size_t>(k)] = sum += chance;
        }
    }

    std::int64_t operator()(std::mt19937_64 &random) const
    {
        const double u = static_cast<double>(random() >> 11U) * 0x1p-53;
        return std::min(std::upper_bound(sums_.begin(), sums_.end(), u), sums_.end() - 1) - sums_.begin();
    }

private:
    std::vector<double> sums_;
};

/// Flags for `both` images that both nets get right, then `fixed`, then `broken`, then `neither`.
std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> flags(std::size_t both, std::size_t fixed, std::size_t broken,
                                                                      std::size_t neither)
{
    std::vector<std::uint8_t> float_right, quantized_right;
    const auto add = [&](std::size_t count, std::uint8_t of_float, std::uint8_t of_quantized) {
        float_right.insert(float_right.end(), count, of_float);
        quantized_right.insert(quantized_right.end(), count, of_quantized);
    };
    add(both, 1, 1);
    add(fixed, 0, 1);
    add(broken, 1, 0);
    add(neither, 0, 0);
    return {float_right, quantized_right};
}

} // namespace

class TestStatistics final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wilson_agrees_with_published_intervals();
    void wilson_holds_its_ends();
    void wilson_widens_with_confidence();
    void wilson_covers_the_truth_in_95_of_100_experiments_data();
    void wilson_covers_the_truth_in_95_of_100_experiments();
    void mcnemar_agrees_with_the_binomial_sum();
    void mcnemar_is_one_where_nothing_tells_the_nets_apart();
    void counts_fixed_and_broken_images();
    void says_worse_and_better_only_where_the_test_does();
    void says_same_only_within_half_a_point();
    void leaves_unread_images_out_of_the_paired_interval();
    void median_interval_takes_the_tabled_order_statistics();
    void median_interval_of_few_runs_is_their_extremes();
};

void TestStatistics::wilson_agrees_with_published_intervals()
{
    // 8 of 10: centre (0.8 + 3.8415/20) / 1.38415, worked by hand.
    const auto [low, high] = ca::wilson_interval(8, 10);
    QVERIFY(close(low, 0.4901625, 1e-6));
    QVERIFY(close(high, 0.9433178, 1e-6));
    // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3: 81 of 263, 15 of 148, 1 of 29.
    const auto [low_a, high_a] = ca::wilson_interval(81, 263);
    QVERIFY(close(low_a, 0.2553, 5e-5) && close(high_a, 0.3662, 5e-5));
    const auto [low_b, high_b] = ca::wilson_interval(15, 148);
    QVERIFY(close(low_b, 0.0624, 5e-5) && close(high_b, 0.1605, 5e-5));
    const auto [low_c, high_c] = ca::wilson_interval(1, 29);
    QVERIFY(close(low_c, 0.0061, 5e-5) && close(high_c, 0.1718, 5e-5));
}

void TestStatistics::wilson_holds_its_ends()
{
    // Newcombe 1998, the same table: 0 of 20 gives 0 to 0.1611. All of 29: 1 - z^2 / (29 + z^2), by hand.
    const auto [low, high] = ca::wilson_interval(0, 20);
    QCOMPARE(low, 0.0);
    QVERIFY(close(high, 0.1611, 5e-5));
    const auto [low_all, high_all] = ca::wilson_interval(29, 29);
    QVERIFY(close(low_all, 1 - 0.1170, 5e-5));
    QCOMPARE(high_all, 1.0);
    QCOMPARE(ca::wilson_interval(0, 0), (std::pair{0.0, 1.0}));
}

void TestStatistics::wilson_widens_with_confidence()
{
    // By hand with z = 2.5758293: 8 of 10 at 99 %.
    const double z = 2.5758293035489, scale = 1 / (1 + z * z / 10);
    const double half = scale * z * std::sqrt(0.8 * 0.2 / 10 + z * z / 400);
    const auto [low, high] = ca::wilson_interval(8, 10, 0.99);
    QVERIFY(close(low, scale * (0.8 + z * z / 20) - half, 1e-9));
    QVERIFY(close(high, scale * (0.8 + z * z / 20) + half, 1e-9));
}

void TestStatistics::wilson_covers_the_truth_in_95_of_100_experiments_data()
{
    QTest::addColumn<int>("n");
    QTest::addColumn<double>("p");
    for (const int n : {1000, 5000, 10'000})
        for (const double p : {0.55, 0.6976, 0.8107, 0.9185, 0.956}) // of published networks
            QTest::addRow("%g of %d", p, n) << n << p;
}

void TestStatistics::wilson_covers_the_truth_in_95_of_100_experiments()
{
    QFETCH(const int, n);
    QFETCH(const double, p);
    constexpr int kExperiments = 10'000;
    const Binomial successes(n, p);
    std::mt19937_64 random(19270622);
    int covered = 0;
    for (int i = 0; i < kExperiments; ++i) {
        const auto [low, high] = ca::wilson_interval(successes(random), n);
        covered += low <= p && p <= high ? 1 : 0;
    }
    const double coverage = static_cast<double>(covered) / kExperiments;
    QVERIFY2(close(coverage, 0.95, 0.01), QByteArray::number(coverage));
}

void TestStatistics::mcnemar_agrees_with_the_binomial_sum()
{
    // 2 (C(20,0) + ... + C(20,5)) / 2^20 = 2 * 21700 / 1048576.
    QVERIFY(close(ca::mcnemar_p_value(5, 15), 43400.0 / 1048576.0, 1e-12));
    QVERIFY(close(ca::mcnemar_p_value(15, 5), 43400.0 / 1048576.0, 1e-12));
    QVERIFY(close(ca::mcnemar_p_value(0, 6), 2.0 / 64.0, 1e-12));
    QVERIFY(close(ca::mcnemar_p_value(1, 4), 2 * 6.0 / 32.0, 1e-12));
    // scipy.stats.binomtest(400, 900).pvalue
    QVERIFY(close(ca::mcnemar_p_value(400, 500), 0.0009564441369189373, 1e-9));
}

void TestStatistics::mcnemar_is_one_where_nothing_tells_the_nets_apart()
{
    QCOMPARE(ca::mcnemar_p_value(0, 0), 1.0);
    QCOMPARE(ca::mcnemar_p_value(7, 7), 1.0);
    QCOMPARE(ca::mcnemar_p_value(0, 1), 1.0);
}

void TestStatistics::counts_fixed_and_broken_images()
{
    const auto [float_right, quantized_right] = flags(80, 3, 7, 10);
    const ca::PairedComparison comparison = ca::compare_paired(float_right, quantized_right);
    QCOMPARE(comparison.fixed, std::int64_t{3});
    QCOMPARE(comparison.broken, std::int64_t{7});
    // 2 (1 + 10 + 45 + 120) / 1024
    QVERIFY(close(comparison.p_value, 352.0 / 1024.0, 1e-12));
}

void TestStatistics::says_worse_and_better_only_where_the_test_does()
{
    const auto verdict = [](std::size_t fixed, std::size_t broken) {
        const auto [float_right, quantized_right] = flags(1000, fixed, broken, 100);
        return ca::compare_paired(float_right, quantized_right).verdict;
    };
    QCOMPARE(verdict(5, 15), std::string("worse"));        // p = 0.0414
    QCOMPARE(verdict(15, 5), std::string("better"));       // the same
    QCOMPARE(verdict(6, 15), std::string("undetermined")); // p = 0.078
}

void TestStatistics::says_same_only_within_half_a_point()
{
    const auto verdict = [](std::size_t both, std::size_t fixed, std::size_t broken) {
        const auto [float_right, quantized_right] = flags(both, fixed, broken, 0);
        return ca::compare_paired(float_right, quantized_right).verdict;
    };
    // Half width by hand for 9,990 + 5 + 5 images: 1.96 sqrt(12 / 10002 / 10002) = 0.068 points.
    QCOMPARE(verdict(9990, 5, 5), std::string("same"));
    // 100 images, none changed: 1.96 sqrt(2 / 102 / 102) = 2.7 points, too few to say so.
    QCOMPARE(verdict(100, 0, 0), std::string("undetermined"));
    // 1,000 images, none changed: 1.96 sqrt(2 / 1002 / 1002) = 0.28 points.
    QCOMPARE(verdict(1000, 0, 0), std::string("same"));
    // 10,000 images, 400 each way: 1.96 sqrt(802 / 10002 / 10002) = 0.555 points.
    QCOMPARE(verdict(9200, 400, 400), std::string("undetermined"));
}

void TestStatistics::leaves_unread_images_out_of_the_paired_interval()
{
    // None changed among 1,000: 1.96 sqrt(2) / (n + 2) is 0.28 points for n = 1,000, and 0.55 for n = 500.
    const auto [float_right, quantized_right] = flags(500, 0, 0, 500);
    QCOMPARE(ca::compare_paired(float_right, quantized_right).verdict, std::string("same"));
    QCOMPARE(ca::compare_paired(float_right, quantized_right, 500).verdict, std::string("undetermined"));
}

void TestStatistics::median_interval_takes_the_tabled_order_statistics()
{
    const auto interval = [](int n) {
        std::vector<double> sample;
        for (int i = n; i >= 1; --i)
            sample.push_back(i);
        return ca::median_interval(sample);
    };
    // The k-th from each end, k the largest with P(fewer than k heads of n) <= 0.025. n = 10: 11/1024 = 0.011 for k = 2, 56/1024
    // = 0.055 for 3. scipy.stats.binom.cdf: n = 20: 0.0207 for k = 6, 0.0577 for 7; n = 25: 0.0216 for 8, 0.0539 for 9.
    QCOMPARE(interval(10), (ca::MedianInterval{5.5, 2, 9}));
    QCOMPARE(interval(20), (ca::MedianInterval{10.5, 6, 15}));
    QCOMPARE(interval(25), (ca::MedianInterval{13, 8, 18}));
}

void TestStatistics::median_interval_of_few_runs_is_their_extremes()
{
    QCOMPARE(ca::median_interval({}), (ca::MedianInterval{0, 0, 0}));
    QCOMPARE(ca::median_interval({4}), (ca::MedianInterval{4, 4, 4}));
    QCOMPARE(ca::median_interval({3, 1, 2, 9, 4}), (ca::MedianInterval{3, 1, 9}));
}

QTEST_APPLESS_MAIN(TestStatistics)
#include "test_statistics.moc"
