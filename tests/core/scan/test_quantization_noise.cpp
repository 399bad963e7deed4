// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/quantization_noise.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace {

bool close(double actual, double expected, double relative)
{
    return std::abs(actual - expected) <= relative * std::abs(expected);
}

ca::RoundingNoise noise_of(const std::vector<float> &weights, std::size_t rows = 1, int threads = 1)
{
    const ca::WeightRows weight{weights, rows};
    return ca::measure_noise(weight, ca::weight_statistics(weight, 1, {}).value(), threads, {}).value();
}

/// The definition, in the widest numbers there are.
long double noise_by_definition(const std::vector<float> &weights, int bits)
{
    long double low = weights[0], high = low, mean = 0, variance = 0, error = 0;
    for (const float w : weights) {
        low = std::min<long double>(low, w);
        high = std::max<long double>(high, w);
        mean += w;
    }
    mean /= static_cast<long double>(weights.size());
    const long double step = (high - low) / (std::exp2(static_cast<long double>(bits)) - 1);
    for (const float w : weights) {
        const long double q = low + std::round((w - low) / step) * step;
        error += (w - q) * (w - q);
        variance += (w - mean) * (w - mean);
    }
    return error / variance;
}

std::vector<float> bell(std::size_t count, float mean, float deviation)
{
    std::mt19937 random(11);
    std::normal_distribution<float> density(0, 1);
    std::vector<float> weights(count);
    for (float &w : weights)
        w = mean + deviation * density(random);
    return weights;
}

} // namespace

class TestQuantizationNoise final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rounds_to_four_levels_by_hand();
    void gives_each_channel_its_own_levels();
    void follows_the_definition_at_every_scale_data();
    void follows_the_definition_at_every_scale();
    void is_the_same_from_any_number_of_threads();
    void is_nothing_where_all_weights_are_levels();
    void is_infinite_where_weights_do_not_spread();
    void stops_when_asked();
};

void TestQuantizationNoise::rounds_to_four_levels_by_hand()
{
    // Levels 0, 1, 2, 3: errors 0, 0.25, 0.25, 0.5, 0; mean square 0.375 / 5. Sum 6.5, sum of squares 14.375.
    const double variance = 14.375 / 5 - 1.3 * 1.3;
    const auto noise = noise_of({0.0F, 0.25F, 1.75F, 1.5F, 3.0F});
    QVERIFY(close(noise.tensor[0], 0.075 / variance, 1e-6));
    QCOMPARE(noise.channel, noise.tensor); // there is one
}

void TestQuantizationNoise::gives_each_channel_its_own_levels()
{
    // Channel 0: levels 0, 1, 2, 3, error 1/4 for one weight. Channel 1: levels 0, 1/30, 2/30, 0.1: 0.04 is 0.2 steps from the
    // second. Channel 2 is constant: nothing is lost.
    const std::vector<float> weights{0, 1.25F, 2, 3, 0, 0.1F, 0.04F, 0.1F, 2, 2, 2, 2};
    double sum = 0, squares = 0;
    for (const float w : weights) {
        sum += static_cast<double>(w);
        squares += static_cast<double>(w) * static_cast<double>(w);
    }
    const double lost = 1.0 / 16 + 0.04 / 900;
    QVERIFY(close(noise_of(weights, 3).channel[0], lost / (squares - sum * sum / 12), 1e-5));
}

void TestQuantizationNoise::follows_the_definition_at_every_scale_data()
{
    QTest::addColumn<float>("mean");
    QTest::addColumn<float>("deviation");
    QTest::newRow("weights of a network") << 0.001F << 0.05F;
    QTest::newRow("far from zero") << 1000.0F << 0.5F;
    QTest::newRow("the smallest normal floats") << 0.0F << 1e-36F;
    QTest::newRow("below them") << 0.0F << 1e-42F;
    QTest::newRow("the largest floats") << 0.0F << 5e37F;
}

void TestQuantizationNoise::follows_the_definition_at_every_scale()
{
    QFETCH(float, mean);
    QFETCH(float, deviation);
    const auto weights = bell(10'007, mean, deviation);
    const auto noise = noise_of(weights);
    for (std::size_t b = 0; b < ca::kScanBits.size(); ++b) {
        const auto expected = static_cast<double>(noise_by_definition(weights, ca::kScanBits[b]));
        QVERIFY2(close(noise.tensor[b], expected, 1e-4),
                 qPrintable(QStringLiteral("%1 bits: %2 for %3").arg(ca::kScanBits[b]).arg(noise.tensor[b]).arg(expected)));
    }
}

void TestQuantizationNoise::is_the_same_from_any_number_of_threads()
{
    const auto weights = bell(300'000, 0, 0.05F);
    QCOMPARE(noise_of(weights, 100, 3), noise_of(weights, 100, 1));
}

void TestQuantizationNoise::is_nothing_where_all_weights_are_levels()
{
    const auto noise = noise_of({-1, 1, 1, -1, -1});
    for (std::size_t b = 0; b < ca::kScanBits.size(); ++b)
        QVERIFY(noise.tensor[b] < 1e-12);
}

void TestQuantizationNoise::is_infinite_where_weights_do_not_spread()
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const std::vector<float> &weights :
         {std::vector<float>{}, std::vector<float>{3}, std::vector<float>(100, 0.25F), std::vector<float>{1, nan, 2}}) {
        const auto noise = noise_of(weights);
        for (std::size_t b = 0; b < ca::kScanBits.size(); ++b)
            QVERIFY(std::isinf(noise.tensor[b]) && std::isinf(noise.channel[b]));
    }
}

void TestQuantizationNoise::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const std::vector<float> weights{1, 2};
    const auto statistics = ca::weight_statistics({weights}, 1, {}).value();
    QCOMPARE(ca::measure_noise({weights}, statistics, 1, source.get_token()).error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestQuantizationNoise)
#include "test_quantization_noise.moc"
