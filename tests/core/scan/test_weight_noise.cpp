// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_noise.h"

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

const std::vector<float> kEight{-0.5F, -0.2F, -0.1F, 0.0F, 0.05F, 0.1F, 0.3F, 0.7F};

/// The middles of `count` equal parts of 0..1, for a known quantile function.
template <typename Quantile>
std::vector<float> even_sample(std::size_t count, const Quantile &quantile)
{
    std::vector<float> sample;
    for (std::size_t i = 0; i < count; ++i)
        sample.push_back(static_cast<float>(quantile((static_cast<double>(i) + 0.5) / static_cast<double>(count))));
    return sample;
}

} // namespace

class TestWeightNoise final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fits_eight_weights_as_numpy_and_scipy_do();
    void finds_the_uniform_density();
    void keeps_the_distance_of_a_large_sample();
    void closed_form_is_the_textbook_noise_of_a_uniform_density();
    void measures_noise_on_four_levels_by_hand();
    void closed_form_and_measurement_agree_on_bell_shaped_weights();
    void calls_two_heaps_a_bad_fit();
    void has_infinite_noise_where_weights_do_not_spread();
};

void TestWeightNoise::fits_eight_weights_as_numpy_and_scipy_do()
{
    // numpy: mean and variance of (w - min) / (max - min); scipy.stats.kstest against scipy.stats.beta.
    const ca::BetaFit fit = ca::fit_beta(kEight);
    QVERIFY(close(fit.alpha, 1.0215087234575828, 1e-9));
    QVERIFY(close(fit.beta, 1.2328553346603546, 1e-9));
    QVERIFY(close(fit.ks, 0.18274325706076844, 1e-9));
    QCOMPARE(fit.low, -0.5);
    QCOMPARE(fit.high, static_cast<double>(0.7F));
    QVERIFY(fit.bad_fit);
}

void TestWeightNoise::finds_the_uniform_density()
{
    // Uniform on 0..1 is Beta(1, 1).
    const ca::BetaFit fit = ca::fit_beta(even_sample(20000, [](double p) { return 6 * p - 3; }));
    QVERIFY(close(fit.alpha, 1, 1e-3));
    QVERIFY(close(fit.beta, 1, 1e-3));
    QVERIFY(fit.ks < 1e-3);
    QVERIFY(!fit.bad_fit);
}

void TestWeightNoise::keeps_the_distance_of_a_large_sample()
{
    // The quantile function of a triangle on 0..1 (the mean of two uniforms): variance 1/24, so alpha = beta = 2.5. The largest
    // gap between its distribution 2 x^2 (x below a half) and Beta(2.5, 2.5): scipy.optimize on scipy.stats.beta.
    const auto sample = even_sample(200000, [](double p) { return p < 0.5 ? std::sqrt(p / 2) : 1 - std::sqrt((1 - p) / 2); });
    const ca::BetaFit fit = ca::fit_beta(sample);
    QVERIFY(close(fit.alpha, 2.5, 0.01));
    QVERIFY(std::abs(fit.ks - 0.013612) < 1.5 / 4096);
    QVERIFY(!fit.bad_fit);
}

void TestWeightNoise::closed_form_is_the_textbook_noise_of_a_uniform_density()
{
    // Step^2 / 12 over range^2 / 12 with 2^b - 1 steps.
    const ca::BetaFit uniform{.alpha = 1, .beta = 1, .low = 0, .high = 1};
    QVERIFY(close(ca::beta_noise(uniform, 8), 1.0 / (255.0 * 255.0), 1e-12));
    QVERIFY(close(ca::beta_noise(uniform, 2), 1.0 / 9.0, 1e-12));
    // Beta(2, 6): (8 + 1) / (12 * 1/4 * 3/4 * 15^2) = 9 / 506.25.
    QVERIFY(close(ca::beta_noise({.alpha = 2, .beta = 6}, 4), 9 / 506.25, 1e-12));
}

void TestWeightNoise::measures_noise_on_four_levels_by_hand()
{
    // Levels 0, 1, 2, 3: errors 0, 0.25, 0.25, 0.5 (1.5 lies halfway), 0; mean square (0.0625 + 0.0625 + 0.25) / 5 = 0.075.
    // Sum 6.5, sum of squares 0 + 0.0625 + 3.0625 + 2.25 + 9 = 14.375.
    const std::vector<float> weights{0.0F, 0.25F, 1.75F, 1.5F, 3.0F};
    const double mean = 6.5 / 5, variance = 14.375 / 5 - mean * mean;
    QVERIFY(close(ca::measured_noise(weights, 2), 0.075 / variance, 1e-12));
    // numpy, rounding half to even, on weights that never lie halfway.
    QVERIFY(close(ca::measured_noise(kEight, 4), 0.0028500171857251196, 1e-4));
}

void TestWeightNoise::closed_form_and_measurement_agree_on_bell_shaped_weights()
{
    std::mt19937 random(7);
    std::normal_distribution<float> bell(0, 0.05F);
    std::vector<float> weights(50000);
    for (float &w : weights)
        w = bell(random);
    const ca::BetaFit fit = ca::fit_beta(weights);
    QVERIFY(!fit.bad_fit);
    for (const int bits : {4, 5, 6, 8})
        QVERIFY2(close(ca::beta_noise(fit, bits), ca::measured_noise(weights, bits), 0.03), qPrintable(QString::number(bits)));
}

void TestWeightNoise::calls_two_heaps_a_bad_fit()
{
    std::vector<float> heaps(1000, 0.1F);
    heaps.insert(heaps.end(), 1000, 0.9F);
    heaps.push_back(0.0F);
    heaps.push_back(1.0F);
    const ca::BetaFit fit = ca::fit_beta(heaps);
    QVERIFY(fit.ks > 0.2);
    QVERIFY(fit.bad_fit);
}

void TestWeightNoise::has_infinite_noise_where_weights_do_not_spread()
{
    const std::vector<float> constant(10, 0.25F), none;
    const std::vector<float> broken{1.0F, std::numeric_limits<float>::quiet_NaN(), 2.0F};
    for (const auto &weights : {constant, none, broken}) {
        const ca::BetaFit fit = ca::fit_beta(weights);
        QVERIFY(fit.bad_fit);
        QVERIFY(std::isinf(ca::beta_noise(fit, 4)));
        QVERIFY(std::isinf(ca::measured_noise(weights, 4)));
    }
}

QTEST_APPLESS_MAIN(TestWeightNoise)
#include "test_weight_noise.moc"
