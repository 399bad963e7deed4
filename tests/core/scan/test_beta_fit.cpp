// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/beta_fit.h"

#include "core/scan/beta_likelihood.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

namespace {

bool close(double actual, double expected, double relative)
{
    return std::abs(actual - expected) <= relative * std::abs(expected);
}

ca::BetaFits fits_of(const std::vector<float> &weights, std::uint64_t seed = 0)
{
    return ca::fit_betas(weights, ca::weight_statistics({weights}, 1, {}).value(), seed);
}

/// A quantile function at the middles of 2000 equal parts of 0..1.
template <typename Quantile>
std::vector<float> even_sample(const Quantile &quantile)
{
    std::vector<float> sample;
    for (int i = 0; i < 2000; ++i)
        sample.push_back(static_cast<float>(quantile((i + 0.5) / 2000)));
    return sample;
}

std::vector<float> bell(std::size_t count)
{
    std::mt19937 random(5);
    std::normal_distribution<float> density(0, 0.05F);
    std::vector<float> weights(count);
    for (float &w : weights)
        w = density(random);
    return weights;
}

} // namespace

class TestBetaFit final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fits_as_scipy_does_data();
    void fits_as_scipy_does();
    void finds_the_shapes_whose_mean_logs_are_given_data();
    void finds_the_shapes_whose_mean_logs_are_given();
    void stays_within_bounds_where_likelihood_has_no_top();
    void fits_a_sample_of_large_layers();
    void finds_nothing_wrong_with_bell_shaped_weights();
    void tells_heaped_weights_by_their_distance();
    void tells_outliers_by_the_levels_they_leave();
    void says_what_is_wrong_with_weights_that_have_no_density_data();
    void says_what_is_wrong_with_weights_that_have_no_density();
};

// Moments, distances and likelihoods by numpy 2.4.6 and scipy 1.17.1. With w the weights as float32 and u = (w - min) / (max -
// min) in float64: mean and variance of u; kstest(u, beta(a, b).cdf); and with n weights x = (u (n - 1) + 1/2) / n: beta.fit(x,
// floc=0, fscale=1), mean of beta.logpdf(x, ...), mean of laplace.logpdf(u, mean, mean absolute deviation).
void TestBetaFit::fits_as_scipy_does_data()
{
    QTest::addColumn<std::vector<float>>("weights");
    QTest::addColumn<std::vector<double>>("moments");    // alpha, beta, distance
    QTest::addColumn<std::vector<double>>("likelihood"); // alpha, beta, distance, log-likelihood, Laplace's
    using Weights = std::vector<float>;
    using Numbers = std::vector<double>;
    constexpr double pi = std::numbers::pi;

    QTest::newRow("eight") << Weights{-0.5F, -0.2F, -0.1F, 0.0F, 0.05F, 0.1F, 0.3F, 0.7F}
                           << Numbers{1.0215087234575828, 1.2328553346603546, 0.18274325706076844}
                           << Numbers{1.3432401663688491, 1.5156627824282995, 0.20299779542018426, 0.04284204898958267,
                                      -0.09921346803464731};
    QTest::newRow("triangle") << even_sample([](double p) { return p < 0.5 ? std::sqrt(p / 2) : 1 - std::sqrt((1 - p) / 2); })
                              << Numbers{2.367401442238141, 2.3674014350619577, 0.014959343785639567}
                              << Numbers{2.2350057053336103, 2.235005694168861, 0.020421758538935908, 0.16093469812459268,
                                         0.07600352844448488};
    QTest::newRow("fourth power") << even_sample([](double p) { return p * p * p * p; })
                                  << Numbers{0.24968760347237193, 0.9975026983113522, 0.0005294085472054566}
                                  << Numbers{0.3032127340253869, 1.1353349872043657, 0.0559164402274846, 1.2081757107272273,
                                             -0.15235308211141402};
    QTest::newRow("exponential") << even_sample([](double p) { return -std::log(1 - p); })
                                 << Numbers{0.7608974099371565, 5.552505461844274, 0.04005354432678071}
                                 << Numbers{0.8710697280292772, 6.104458690632297, 0.03071851594377062, 1.0876479355286284,
                                            0.7295115255171193};
    QTest::newRow("Cauchy") << even_sample([](double p) { return std::tan(pi * (p - 0.5)); })
                            << Numbers{404.9873101325432, 404.9873101325432, 0.3943630661564258}
                            << Numbers{70.19185378790615, 70.19185366355772, 0.4317339063473822, 1.7499854653453955,
                                       4.470330099981629};
    QTest::newRow("arc sine") << even_sample([](double p) { return std::sin(pi * (p - 0.5)); })
                              << Numbers{0.4999994018567946, 0.49999940185679437, 0.0005}
                              << Numbers{0.519738822289184, 0.519738822289184, 0.006488179507820324, 0.21105003422254645,
                                         -0.5484176965937773};
    Weights heaps(1000, 0.1F);
    heaps.insert(heaps.end(), 1000, 0.9F);
    heaps.push_back(0);
    heaps.push_back(1);
    QTest::newRow("two heaps") << heaps << Numbers{0.28081127555053054, 0.2808112880912324, 0.29160356795356424}
                               << Numbers{0.6447716004501974, 0.6447716387287312, 0.33522986547804096, 0.08496551125315378,
                                          -0.7771061361277022};
}

void TestBetaFit::fits_as_scipy_does()
{
    QFETCH(std::vector<float>, weights);
    QFETCH(std::vector<double>, moments);
    QFETCH(std::vector<double>, likelihood);
    const double missed = weights.size() <= 512 ? 1e-9 : 2.6e-4; // of the distance, as ks_distance.h says
    const auto fits = fits_of(weights);
    QVERIFY(close(fits.moments.alpha, moments[0], 1e-6)); // floats by another library's functions may differ in their last bit
    QVERIFY(close(fits.moments.beta, moments[1], 1e-6));
    QVERIFY(std::abs(fits.moments.ks - moments[2]) < missed);
    QVERIFY(close(fits.likelihood.alpha, likelihood[0], 2e-6));
    QVERIFY(close(fits.likelihood.beta, likelihood[1], 2e-6));
    QVERIFY(std::abs(fits.likelihood.ks - likelihood[2]) < missed);
    QVERIFY(std::abs(fits.log_likelihood - likelihood[3]) < 1e-6);
    QVERIFY(std::abs(fits.laplace_log_likelihood - likelihood[4]) < 1e-6);
}

// E log x = digamma(a) - digamma(a + b). By hand: digamma(n) - digamma(m) is a sum of 1/k; digamma(1/2) = -gamma - 2 log 2.
void TestBetaFit::finds_the_shapes_whose_mean_logs_are_given_data()
{
    QTest::addColumn<double>("of_values");
    QTest::addColumn<double>("of_rests");
    QTest::addColumn<double>("alpha");
    QTest::addColumn<double>("beta");
    QTest::newRow("uniform") << -1.0 << -1.0 << 1.0 << 1.0;
    QTest::newRow("2 and 3") << -(1 / 2.0 + 1 / 3.0 + 1 / 4.0) << -(1 / 3.0 + 1 / 4.0) << 2.0 << 3.0;
    QTest::newRow("a half each") << -2 * std::log(2.0) << -2 * std::log(2.0) << 0.5 << 0.5;
    double wide = 0;
    for (int k = 1000; k < 2000; ++k)
        wide -= 1.0 / k;
    QTest::newRow("1000 each") << wide << wide << 1000.0 << 1000.0;
}

void TestBetaFit::finds_the_shapes_whose_mean_logs_are_given()
{
    QFETCH(double, of_values);
    QFETCH(double, of_rests);
    QFETCH(double, alpha);
    QFETCH(double, beta);
    for (const ca::BetaShapes start : {ca::BetaShapes{0, 0}, {1, 1}, {30, 0.1}, {1e6, 1e6}}) {
        const auto found = ca::most_likely_shapes({of_values, of_rests}, start);
        QVERIFY2(close(found.alpha, alpha, 1e-7) && close(found.beta, beta, 1e-7),
                 qPrintable(QStringLiteral("%1, %2 from %3").arg(found.alpha).arg(found.beta).arg(start.alpha)));
    }
}

void TestBetaFit::stays_within_bounds_where_likelihood_has_no_top()
{
    // All at one half: the narrower, the likelier.
    const auto found = ca::most_likely_shapes({std::log(0.5), std::log(0.5)}, {10, 10});
    QVERIFY(found.alpha > 1e5 && found.alpha <= 1e8);
    QVERIFY(close(found.alpha, found.beta, 1e-6));
}

void TestBetaFit::fits_a_sample_of_large_layers()
{
    const std::vector<float> few = bell(1'000'000);
    std::vector<float> many;
    for (int copy = 0; copy < 3; ++copy)
        many.insert(many.end(), few.begin(), few.end());
    const auto of_few = fits_of(few), of_many = fits_of(many);
    QVERIFY(close(of_many.moments.alpha, of_few.moments.alpha, 1e-9));       // moments are of all
    QVERIFY(close(of_many.likelihood.alpha, of_few.likelihood.alpha, 0.01)); // 1 / sqrt(2^20) = 0.001
    QVERIFY(std::abs(of_many.moments.ks - of_few.moments.ks) < 1.6 / 1024);  // 95 % of samples: 1.36 / sqrt(n)
    QCOMPARE(fits_of(many).likelihood.alpha, of_many.likelihood.alpha);      // by one seed
    QVERIFY(fits_of(many, 1).likelihood.alpha != of_many.likelihood.alpha);  // not by another
}

void TestBetaFit::finds_nothing_wrong_with_bell_shaped_weights()
{
    const auto fits = fits_of(bell(50'000));
    QCOMPARE(fits.trouble, ca::FitTrouble::none);
    QVERIFY(!fits.moments.bad_fit);
    QVERIFY(ca::to_text(fits.trouble).empty());
    QVERIFY(fits.log_likelihood > fits.laplace_log_likelihood);
}

void TestBetaFit::tells_heaped_weights_by_their_distance()
{
    std::vector<float> sparse(2000, 0.0F); // 9 of 10 are 0
    const auto some = bell(200);
    std::copy(some.begin(), some.end(), sparse.begin());
    const auto fits = fits_of(sparse);
    QCOMPARE(fits.trouble, ca::FitTrouble::far);
    QVERIFY(fits.moments.bad_fit);
    QVERIFY(fits.moments.ks > 0.35); // at 0 the weights rise by 0.9, the density by next to nothing: half of that at least
    QVERIFY(fits.laplace_log_likelihood > fits.log_likelihood);
}

void TestBetaFit::tells_outliers_by_the_levels_they_leave()
{
    // One weight at 100 deviations of a million: 15 levels over 105 of them are 7 apart.
    auto weights = bell(1'000'000);
    weights[77] = 5;
    const auto fits = fits_of(weights);
    QCOMPARE(fits.trouble, ca::FitTrouble::wide_range);
    QVERIFY(fits.moments.bad_fit);

    weights[77] = 1e30F; // all others are one point beside it
    const auto far_out = fits_of(weights);
    QVERIFY(far_out.moments.bad_fit);
    QVERIFY(std::isfinite(far_out.log_likelihood) && std::isfinite(far_out.laplace_log_likelihood));
    QVERIFY(far_out.moments.ks >= 0 && far_out.moments.ks <= 1 && far_out.likelihood.ks >= 0 && far_out.likelihood.ks <= 1);
}

void TestBetaFit::says_what_is_wrong_with_weights_that_have_no_density_data()
{
    QTest::addColumn<std::vector<float>>("weights");
    QTest::addColumn<int>("trouble");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const std::vector<float> &weights, ca::FitTrouble trouble, const char *text) {
        QTest::newRow(name) << weights << static_cast<int>(trouble) << QString::fromLatin1(text);
    };
    constexpr float infinity = std::numeric_limits<float>::infinity();
    row("none", {}, ca::FitTrouble::constant, "constant");
    row("one", {0.5F}, ca::FitTrouble::constant, "constant");
    row("equal", std::vector<float>(1000, -0.1F), ca::FitTrouble::constant, "constant");
    row("zeros", {0.0F, -0.0F, 0.0F}, ca::FitTrouble::constant, "constant");
    row("NaN", {1, std::numeric_limits<float>::quiet_NaN(), 2}, ca::FitTrouble::not_finite, "not finite");
    row("infinite", {1, 2, -infinity}, ca::FitTrouble::not_finite, "not finite");
    row("two", {0.1F, 0.7F}, ca::FitTrouble::at_the_ends, "two values");
    std::vector<float> lonely(3'000'000, 0.5F); // most samples miss the one
    lonely[1'234'567] = 1;
    row("one of three million", lonely, ca::FitTrouble::at_the_ends, "two values");
    row("signs", {-0.3F, 0.3F, 0.3F, -0.3F, -0.3F, -0.3F, 0.3F}, ca::FitTrouble::at_the_ends, "two values");
}

void TestBetaFit::says_what_is_wrong_with_weights_that_have_no_density()
{
    QFETCH(std::vector<float>, weights);
    QFETCH(int, trouble);
    QFETCH(QString, text);
    const auto fits = fits_of(weights);
    QCOMPARE(static_cast<int>(fits.trouble), trouble);
    const std::string_view said = ca::to_text(fits.trouble);
    QCOMPARE(QString::fromUtf8(said.data(), static_cast<qsizetype>(said.size())), text);
    QVERIFY(fits.moments.bad_fit);
    QCOMPARE(fits.moments.alpha, 0.0);
    QCOMPARE(fits.moments.ks, 1.0);
    QVERIFY(std::isfinite(fits.log_likelihood) && std::isfinite(fits.likelihood.ks));
    QVERIFY(std::isinf(ca::beta_noise(fits.moments, 4)));
}

QTEST_APPLESS_MAIN(TestBetaFit)
#include "test_beta_fit.moc"
