// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/weight_sample.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

class TestWeightSample final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takes_all_of_few();
    void takes_one_of_each_equal_part();
    void sorts_as_the_standard_library_does();
};

void TestWeightSample::takes_all_of_few()
{
    const std::vector<float> weights{3, 1, 2};
    QCOMPARE(ca::seeded_sample(weights, 3, 0), weights);
    QCOMPARE(ca::seeded_sample(weights, 100, 0), weights);
    QVERIFY(ca::seeded_sample({}, 100, 0).empty());
}

void TestWeightSample::takes_one_of_each_equal_part()
{
    std::vector<float> weights(1003);
    std::iota(weights.begin(), weights.end(), 0.0F);
    const auto sample = ca::seeded_sample(weights, 100, 5); // three parts of 11, then 97 of 10
    QCOMPARE(sample.size(), std::size_t{100});
    double offsets = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const float start = static_cast<float>(10 * i + std::min<std::size_t>(i, 3));
        QVERIFY(sample[i] >= start && sample[i] < start + (i < 3 ? 11 : 10));
        offsets += static_cast<double>(sample[i] - start);
    }
    QVERIFY(std::abs(offsets / 100 - 4.5) < 4 * 0.29); // an even choice of 0..9: deviation of the mean sqrt(8.25 / 100)
    QCOMPARE(ca::seeded_sample(weights, 100, 5), sample);
    QVERIFY(ca::seeded_sample(weights, 100, 6) != sample);
}

void TestWeightSample::sorts_as_the_standard_library_does()
{
    std::mt19937 random(3);
    std::normal_distribution<float> bell(0, 0.05F);
    std::vector<float> weights(5000);
    for (float &w : weights)
        w = bell(random);
    for (const float w : {std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest(), 1.0F, 1.0F, 0.0F,
                          std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::denorm_min()})
        weights.push_back(w);
    auto expected = weights;
    std::sort(expected.begin(), expected.end());
    ca::sort_weights(weights);
    QCOMPARE(weights, expected);

    std::vector<float> zeros{0.0F, -0.0F, 0.0F, -0.0F}, none;
    ca::sort_weights(zeros);
    QVERIFY(std::signbit(zeros[1]) && !std::signbit(zeros[2]));
    ca::sort_weights(none);
    QVERIFY(none.empty());
}

QTEST_APPLESS_MAIN(TestWeightSample)
#include "test_weight_sample.moc"
