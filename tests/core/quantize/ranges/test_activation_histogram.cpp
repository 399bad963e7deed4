// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/ranges/activation_histogram.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace {

using ca::ActivationHistogram;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

ActivationHistogram of(std::span<const float> values)
{
    ActivationHistogram histogram;
    histogram.add(values);
    return histogram;
}

std::vector<float> normal(std::size_t count, float deviation, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> bell(0, deviation);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return bell(random); });
    return values;
}

/// Each finite value by itself, as the header defines its bin.
std::vector<std::uint64_t> counted_one_by_one(std::span<const float> values, double reach)
{
    std::vector<std::uint64_t> counts(ActivationHistogram::kBins, 0);
    for (const float v : values)
        if (std::isfinite(v))
            ++counts[static_cast<std::size_t>(2048 + std::floor(static_cast<double>(v) * 2048 / reach))];
    return counts;
}

std::vector<std::uint64_t> bins_of(const ActivationHistogram &histogram)
{
    return {histogram.bins().begin(), histogram.bins().end()};
}

} // namespace

class TestActivationHistogram final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_empty_at_first();
    void puts_values_where_the_definition_says();
    void counts_spans_of_any_length();
    void reaches_beyond_the_largest_magnitude();
    void grows_by_many_powers_of_two();
    void parts_in_any_order_make_the_whole();
    void percentiles_are_those_of_sorted_values();
    void zeros_wait_for_a_reach();
    void tiny_values_lie_beside_zero();
    void sets_aside_what_is_not_finite();
};

void TestActivationHistogram::is_empty_at_first()
{
    ActivationHistogram histogram;
    histogram.add({});
    histogram.merge({});
    QCOMPARE(histogram, ActivationHistogram());
    QCOMPARE(histogram.count(), std::uint64_t{0});
    QCOMPARE(histogram.low(), 0.0F);
    QCOMPARE(histogram.high(), 0.0F);
    QCOMPARE(histogram.percentile(0.5), 0.0);
    QVERIFY(histogram.bins().empty());
}

void TestActivationHistogram::puts_values_where_the_definition_says()
{
    const std::vector<float> values{-1.5F, -0.001F, 0, 0.001F, 0.001F, 0.5F, 3};
    const auto histogram = of(values);
    QCOMPARE(histogram.reach(), 4.0); // so that a bin is 1/512 wide, and that of 0 is the 2048th
    std::vector<std::uint64_t> expected(ActivationHistogram::kBins, 0);
    expected[2048 - 768] = 1;
    expected[2047] = 1;
    expected[2048] = 3;
    expected[2048 + 256] = 1;
    expected[2048 + 1536] = 1;
    QVERIFY(bins_of(histogram) == expected);
    QCOMPARE(histogram.count(), std::uint64_t{7});
    QCOMPARE(histogram.low(), -1.5F);
    QCOMPARE(histogram.high(), 3.0F);
}

void TestActivationHistogram::counts_spans_of_any_length()
{
    auto values = normal(70000, 1, 1);
    values[17] = kNaN;
    for (const std::size_t size : {1U, 3U, 4U, 7U, 8U, 9U, 511U, 512U, 513U, 519U, 32767U, 32768U, 32769U, 70000U}) {
        const auto part = std::span(values).first(size);
        const auto histogram = of(part);
        float largest = part[0];
        for (const float v : part)
            largest = v > largest ? v : largest; // false for NaN
        QVERIFY(bins_of(histogram) == counted_one_by_one(part, histogram.reach()));
        QCOMPARE(histogram.count(), std::uint64_t{size - (size > 17 ? 1 : 0)});
        QCOMPARE(histogram.high(), largest);
    }
}

void TestActivationHistogram::reaches_beyond_the_largest_magnitude()
{
    const auto reach = [](float value) { return of(std::vector<float>{value}).reach(); };
    QCOMPARE(reach(1), 2.0); // [-r, r) has to hold it
    QCOMPARE(reach(-1), 2.0);
    QCOMPARE(reach(std::nextafter(1.0F, 0.0F)), 1.0);
    QCOMPARE(reach(std::numeric_limits<float>::max()), 0x1p128);
    QCOMPARE(reach(std::numeric_limits<float>::lowest()), 0x1p128);
}

void TestActivationHistogram::grows_by_many_powers_of_two()
{
    auto values = normal(2000, 1e-12F, 2);
    const auto wider = normal(2000, 1, 3), widest = normal(2000, 1e20F, 4);
    auto histogram = of(values);
    for (const auto &more : {wider, widest}) {
        histogram.add(more);
        values.insert(values.end(), more.begin(), more.end());
        QVERIFY(bins_of(histogram) == counted_one_by_one(values, histogram.reach()));
    }
    QCOMPARE(histogram, of(values));
}

void TestActivationHistogram::parts_in_any_order_make_the_whole()
{
    std::vector<std::vector<float>> parts;
    for (unsigned i = 0; i < 6; ++i)
        parts.push_back(normal(1000 + i, std::pow(37.0F, static_cast<float>(i) - 3), i));
    parts.push_back({0, 0, -0.0F});
    parts.push_back({kNaN, kInfinity});
    parts.push_back({0, kNaN, 3e38F});
    parts.emplace_back();
    std::vector<float> all;
    for (const auto &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    const auto whole = of(all);

    std::mt19937 random(5);
    for (int round = 0; round < 10; ++round) {
        std::shuffle(parts.begin(), parts.end(), random);
        ActivationHistogram merged, added, nested;
        for (const auto &part : parts) {
            merged.merge(of(part));
            added.add(part);
            auto next = of(part);
            next.merge(nested);
            nested = next;
        }
        QCOMPARE(merged, whole);
        QCOMPARE(added, whole);
        QCOMPARE(nested, whole);
    }
}

void TestActivationHistogram::percentiles_are_those_of_sorted_values()
{
    for (const bool rectified : {false, true}) {
        auto values = normal(100'003, 2.5F, 6);
        if (rectified)
            for (float &v : values)
                v = std::max(v, 0.0F);
        const auto histogram = of(values);
        std::sort(values.begin(), values.end());
        for (const double share : {1e-6, 0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999, 1 - 1e-6}) {
            const double place = std::ceil(share * static_cast<double>(values.size())) - 1;
            const auto expected = static_cast<double>(values[static_cast<std::size_t>(place)]);
            QVERIFY(std::abs(histogram.percentile(share) - expected) <= 2 * histogram.reach() / 4096);
        }
        QCOMPARE(histogram.percentile(0), static_cast<double>(values.front()));
        QCOMPARE(histogram.percentile(1), static_cast<double>(values.back()));
    }
    QCOMPARE(of(std::vector<float>{5}).percentile(0.5), 5.0);
}

void TestActivationHistogram::zeros_wait_for_a_reach()
{
    const std::vector<float> zeros{0, -0.0F, 0};
    auto histogram = of(zeros);
    QCOMPARE(histogram.reach(), 0.0);
    QCOMPARE(histogram.count(), std::uint64_t{3});
    QCOMPARE(histogram.percentile(0.5), 0.0);
    histogram.add(zeros);
    histogram.add(std::vector<float>{0.75F});
    QCOMPARE(histogram.reach(), 1.0);
    QCOMPARE(histogram.bins()[2048], std::uint64_t{6});
    QCOMPARE(histogram.bins()[2048 + 1536], std::uint64_t{1});
    QCOMPARE(histogram.count(), std::uint64_t{7});
    QCOMPARE(histogram.low(), 0.0F);
}

void TestActivationHistogram::tiny_values_lie_beside_zero()
{
    const float denormal = std::numeric_limits<float>::denorm_min();
    auto histogram = of(std::vector<float>{denormal, -denormal, -denormal, 0});
    QCOMPARE(histogram.reach(), 0x1p-64);
    QCOMPARE(histogram.low(), -denormal);
    QCOMPARE(histogram.high(), denormal);
    QCOMPARE(histogram.bins()[2047], std::uint64_t{2});
    QCOMPARE(histogram.bins()[2048], std::uint64_t{2});
    histogram.add(std::vector<float>{-1});
    QCOMPARE(histogram.bins()[2047], std::uint64_t{2});
    QCOMPARE(histogram.bins()[2048], std::uint64_t{2});
    QCOMPARE(histogram.bins()[1024], std::uint64_t{1});
}

void TestActivationHistogram::sets_aside_what_is_not_finite()
{
    auto histogram = of(std::vector<float>{kNaN, -kNaN, kInfinity, -kInfinity});
    QCOMPARE(histogram.not_finite(), std::uint64_t{4});
    QCOMPARE(histogram.count(), std::uint64_t{0});
    QCOMPARE(histogram.reach(), 0.0);
    histogram.add(std::vector<float>{kNaN, 0.5F, -kInfinity, -0.25F, 0.5F});
    QCOMPARE(histogram.not_finite(), std::uint64_t{6});
    QCOMPARE(histogram.count(), std::uint64_t{3});
    QCOMPARE(histogram.low(), -0.25F);
    QCOMPARE(histogram.high(), 0.5F);
    const auto bins = histogram.bins();
    QCOMPARE(std::accumulate(bins.begin(), bins.end(), std::uint64_t{0}), std::uint64_t{3});
}

QTEST_APPLESS_MAIN(TestActivationHistogram)
#include "test_activation_histogram.moc"
