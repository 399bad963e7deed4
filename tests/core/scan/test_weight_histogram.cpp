// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_histogram.h"

#include <QtTest>

#include <limits>
#include <numeric>
#include <vector>

namespace {

ca::WeightHistogram histogram_of(const std::vector<float> &weights, std::size_t rows = 1, int threads = 1)
{
    const ca::WeightRows weight{weights, rows};
    return ca::weight_histogram(weight, ca::weight_statistics(weight, 1, {}).value(), threads, {}).value();
}

} // namespace

class TestWeightHistogram final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void puts_an_even_spread_into_all_bins_alike();
    void counts_the_largest_weight_in_the_last_bin();
    void counts_the_same_from_any_number_of_threads();
    void takes_the_widest_and_the_narrowest_range();
    void is_empty_where_weights_do_not_spread();
    void stops_when_asked();
};

void TestWeightHistogram::puts_an_even_spread_into_all_bins_alike()
{
    std::vector<float> weights(6401); // -3200 to 3200: 100 in each bin, and the largest one more in the last
    std::iota(weights.begin(), weights.end(), -3200.0F);
    const auto bins = histogram_of(weights);
    for (std::size_t bin = 0; bin + 1 < bins.size(); ++bin)
        QCOMPARE(bins[bin], static_cast<float>(100.0 / 6401));
    QCOMPARE(bins.back(), static_cast<float>(101.0 / 6401));
}

void TestWeightHistogram::counts_the_largest_weight_in_the_last_bin()
{
    const auto bins = histogram_of({0, 0, 0, 1, 0.5F});
    QCOMPARE(bins.front(), 0.6F);
    QCOMPARE(bins[32], 0.2F); // half of 64 bins lie below 0.5
    QCOMPARE(bins.back(), 0.2F);
    QCOMPARE(std::accumulate(bins.begin(), bins.end(), 0.0F), 1.0F);
}

void TestWeightHistogram::counts_the_same_from_any_number_of_threads()
{
    std::vector<float> weights(300'000);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<float>(i * i % 1009);
    QVERIFY(histogram_of(weights, 3, 1) == histogram_of(weights, 3, 4));
}

void TestWeightHistogram::takes_the_widest_and_the_narrowest_range()
{
    constexpr float most = std::numeric_limits<float>::max(), least = std::numeric_limits<float>::denorm_min();
    for (const float scale : {most, least}) {
        const auto bins = histogram_of({-scale, -scale, -scale, scale});
        QCOMPARE(bins.front(), 0.75F);
        QCOMPARE(bins.back(), 0.25F);
    }
}

void TestWeightHistogram::is_empty_where_weights_do_not_spread()
{
    const ca::WeightHistogram none{};
    QVERIFY(histogram_of({}) == none);
    QVERIFY(histogram_of({2, 2, 2}) == none);
    QVERIFY(histogram_of({1, 2, std::numeric_limits<float>::quiet_NaN()}) == none);
}

void TestWeightHistogram::stops_when_asked()
{
    std::stop_source stop;
    stop.request_stop();
    const std::vector<float> weights{0, 1};
    const auto stopped =
        ca::weight_histogram({weights, 1}, ca::weight_statistics({weights, 1}, 1, {}).value(), 1, stop.get_token());
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestWeightHistogram)
#include "test_weight_histogram.moc"
