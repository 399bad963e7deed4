// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_torch.h"

#include <ATen/Functions.h>

#include <QtTest>

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
    QVERIFY(near(sums.kl, 0));
    QVERIFY(near(sums.cosine, 0));
    QCOMPARE(sums.changed, std::size_t{0});
    QCOMPARE(sums.images, std::size_t{2});
}

void TestDivergence::is_kullback_leiblers_from_float_to_quantized()
{
    // Logits (log 3, 0) and (0, 0): probabilities (3/4, 1/4) and (1/2, 1/2).
    const auto sums = ca::FloatOutputs(table({std::log(3.0F), 0}, 2)).compare(0, table({0, 0}, 2));
    QVERIFY(std::abs(sums.kl - (0.75 * std::log(1.5) + 0.25 * std::log(0.5))) < 1e-7);
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
    QVERIFY(near(sums.kl, 0));
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
        QVERIFY(std::isinf(sums.kl));
        QVERIFY(std::isinf(sums.cosine));
    }
}

void TestDivergence::adds_up_and_divides()
{
    ca::DivergenceSums sums{1, 0.5, 1, 4};
    sums.add({3, 0.5, 0, 4});
    QCOMPARE(sums.mean(), (ca::Divergence{0.5, 0.125, 0.125, 8}));
    QCOMPARE(ca::DivergenceSums().mean(), ca::Divergence());
}

QTEST_APPLESS_MAIN(TestDivergence)
#include "test_divergence_torch.moc"
