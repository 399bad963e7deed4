// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <QtTest>

#include <array>
#include <cmath>
#include <limits>

class TestDivergence : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void is_nothing_between_equal_outputs();
    void is_kullback_leiblers_from_float_to_quantized();
    void counts_answers_that_change();
    void takes_the_part_of_the_images_that_it_is_told();
    void knows_embeddings_by_their_length();
    void is_infinite_where_outputs_are_no_numbers();
    void adds_up_and_divides();
    void does_not_count_a_change_of_confidence_data();
    void does_not_count_a_change_of_confidence();
    void finds_the_least_divergence_over_all_factors();
    void knows_how_sure_a_model_is();
};

namespace {

at::Tensor table(std::vector<float> values, std::int64_t columns)
{
    return at::tensor(values).view({-1, columns});
}

bool near(double a, double b)
{
    return std::abs(a - b) < 1e-9;
}

} // namespace

void TestDivergence::is_nothing_between_equal_outputs()
{
    const at::Tensor outputs = table({1, 2, 3, -1, 0, 5}, 3);
    const auto sums = ca::FloatOutputs(outputs).compare(0, outputs);
    QVERIFY(near(sums.mean().kl, 0));
    QVERIFY(near(sums.mean().matched_kl, 0));
    QVERIFY(near(sums.cosine, 0));
    QCOMPARE(sums.changed, std::size_t{0});
    QCOMPARE(sums.images, std::size_t{2});
}

void TestDivergence::is_kullback_leiblers_from_float_to_quantized()
{
    // Logits (log 3, 0) and (0, 0): probabilities (3/4, 1/4) and (1/2, 1/2).
    const auto sums = ca::FloatOutputs(table({std::log(3.0F), 0}, 2)).compare(0, table({0, 0}, 2));
    QVERIFY(std::abs(sums.mean().kl - (0.75 * std::log(1.5) + 0.25 * std::log(0.5))) < 1e-7);
    // Rows (3, 4) and (4, 3): cosine 24 / 25.
    QVERIFY(near(ca::FloatOutputs(table({3, 4}, 2)).compare(0, table({4, 3}, 2)).cosine, 0.04));
}

void TestDivergence::counts_answers_that_change()
{
    const ca::FloatOutputs expected(table({1, 0, 0, 1, 1, 0}, 2));
    QCOMPARE(expected.compare(0, table({0, 1, 0, 1, 0, 2}, 2)).changed, std::size_t{2});
}

void TestDivergence::takes_the_part_of_the_images_that_it_is_told()
{
    const ca::FloatOutputs expected(table({9, 0, 0, 9, 3, 4}, 2));
    const auto sums = expected.compare(2, table({3, 4}, 2));
    QCOMPARE(sums.images, std::size_t{1});
    QVERIFY(near(sums.mean().kl, 0));
}

void TestDivergence::knows_embeddings_by_their_length()
{
    QVERIFY(ca::FloatOutputs(table({0.6F, 0.8F, 1, 0}, 2)).is_embedding());
    QVERIFY(!ca::FloatOutputs(table({0.6F, 0.8F, 1, 1}, 2)).is_embedding());
}

void TestDivergence::is_infinite_where_outputs_are_no_numbers()
{
    const ca::FloatOutputs expected(table({1, 2}, 2));
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        const auto sums = expected.compare(0, table({1, bad}, 2));
        QVERIFY(std::isinf(sums.mean().kl));
        QVERIFY(std::isinf(sums.mean().matched_kl));
        QVERIFY(std::isinf(sums.cosine));
    }
}

void TestDivergence::adds_up_and_divides()
{
    const ca::FloatOutputs expected(table({1, 0, 3, 1, 0, 0, -1, 2}, 2));
    const at::Tensor outputs = table({0.5F, 0.3F, 1, 2, 0, 0.1F, -3, 1}, 2);
    const auto whole = expected.compare(0, outputs);
    auto parts = expected.compare(0, outputs.narrow(0, 0, 1));
    parts.add(expected.compare(1, outputs.narrow(0, 1, 3)));
    QVERIFY(near(parts.mean().kl, whole.mean().kl));
    QVERIFY(near(parts.mean().matched_kl, whole.mean().matched_kl));
    QCOMPARE(parts.images, std::size_t{4});
    QCOMPARE(parts.mean().changed, 0.25 * static_cast<double>(parts.changed));
    QCOMPARE(ca::DivergenceSums().mean(), ca::Divergence());
}

void TestDivergence::does_not_count_a_change_of_confidence_data()
{
    QTest::addColumn<double>("factor");
    for (const double factor : {0.2, 0.5, 0.83, 1.07, 3.0})
        QTest::addRow("%g", factor) << factor;
}

void TestDivergence::does_not_count_a_change_of_confidence()
{
    QFETCH(double, factor);
    at::manual_seed(1);
    const at::Tensor outputs = at::randn({50, 10}) * 2;
    const auto mean = ca::FloatOutputs(outputs).compare(0, outputs * factor).mean();
    QVERIFY(mean.kl > 1e-4);
    QVERIFY2(mean.matched_kl < 1e-3 * mean.kl, qPrintable(QString::number(mean.matched_kl)));
}

void TestDivergence::finds_the_least_divergence_over_all_factors()
{
    const std::vector<std::array<double, 2>> expected{{2, 0}, {0, 1}}, outputs{{1, 0}, {0, 3}};
    double least = std::numeric_limits<double>::infinity(); // of two classes, on a fine grid of factors
    for (double factor = 0.05; factor < 5; factor += 1e-4) {
        double sum = 0;
        for (std::size_t i = 0; i < 2; ++i) {
            const double p = 1 / (1 + std::exp(expected[i][1] - expected[i][0]));
            const double q = 1 / (1 + std::exp(factor * (outputs[i][1] - outputs[i][0])));
            sum += p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q));
        }
        least = std::min(least, sum / 2);
    }
    const auto mean = ca::FloatOutputs(table({2, 0, 0, 1}, 2)).compare(0, table({1, 0, 0, 3}, 2)).mean();
    QVERIFY2(std::abs(mean.matched_kl - least) < 1e-4 * least, qPrintable(QString::number(mean.matched_kl / least)));
    QVERIFY(mean.matched_kl < mean.kl);
}

void TestDivergence::knows_how_sure_a_model_is()
{
    QCOMPARE(ca::FloatOutputs(table({1, 5, 2, 0, 0, 0}, 3)).margins(), (std::vector<double>{3, 0}));
}

QTEST_APPLESS_MAIN(TestDivergence)
#include "test_divergence_torch.moc"
