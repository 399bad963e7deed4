// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/ridge.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

/// Largest difference; infinite where sizes differ.
double difference(const std::vector<float> &values, const std::vector<double> &reference)
{
    double largest = values.size() == reference.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(values.size(), reference.size()); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(values[i]) - reference[i]));
    return largest;
}

} // namespace

// Expected values are NumPy's: numpy.linalg.solve(Xc.T @ Xc + a I, Xc.T @ Yc), with a = penalty x mean variance x rows; the
// penalty by leaving each row out in turn and solving again.
class TestRidge final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void solves_more_rows_than_features();
    void solves_more_features_than_rows();
    void says_when_features_tell_nothing();
};

void TestRidge::solves_more_rows_than_features()
{
    const ca::Matrix features{8, 3, {2.0F,  1.3F, 0.8F, -0.8F, 2.6F, 0.9F, 0.0F, 1.1F, 2.1F, 2.0F, 0.5F, 1.0F,
                                     -0.2F, 1.5F, 0.0F, 1.1F,  0.5F, 1.4F, 0.9F, 0.2F, 0.5F, 0.2F, 3.0F, 1.5F}};
    const auto ridge = ca::fit_ridge(features, {0, 1, 2, 0, 1, 2, 0, 1}, 3, 1);
    QVERIFY2(ridge, ridge ? "" : ridge.error().text().c_str());
    QCOMPARE(ridge->penalty, 0.1);
    QCOMPARE(ridge->left_out, 0.75);
    QCOMPARE(ridge->weights.rows, std::int64_t{3});
    QCOMPARE(ridge->weights.columns, std::int64_t{3});
    QVERIFY(difference(
                ridge->weights.values,
                {0.67404359, -0.10996647, -0.39614134, -0.3515104, 0.6329976, -0.49692565, -0.32253319, -0.52303113, 0.89306699})
            < 1e-6);
    QVERIFY(difference(ridge->bias, {-0.13500331, -0.35880374, -0.50619296}) < 1e-6);
}

void TestRidge::solves_more_features_than_rows()
{
    const ca::Matrix features{6, 9, {1.0F,  0.3F,  2.2F, 1.2F,  -1.1F, 0.5F,  -0.1F, 0.6F,  -1.1F, 0.7F,  1.9F,
                                     2.1F,  0.8F,  1.0F, -1.0F, 2.8F,  -1.4F, 1.6F,  1.4F,  -0.4F, -0.2F, -0.2F,
                                     0.9F,  0.4F,  2.0F, -1.3F, 0.5F,  -0.4F, 2.5F,  -1.6F, 0.2F,  0.7F,  -1.0F,
                                     1.5F,  0.7F,  1.5F, 2.7F,  -0.5F, -0.3F, 0.3F,  1.2F,  1.4F,  -0.2F, -0.1F,
                                     -0.3F, -0.1F, 1.5F, 0.4F,  2.6F,  0.0F,  0.2F,  1.0F,  -0.5F, 0.1F}};
    const auto ridge = ca::fit_ridge(features, {0, 1, 0, 1, 0, 1}, 2, 1);
    QVERIFY2(ridge, ridge ? "" : ridge.error().text().c_str());
    QCOMPARE(ridge->penalty, 1.0);
    QCOMPARE(ridge->left_out, 4.0 / 6.0);
    const std::vector<double> first{0.15262646, -0.26567039, 0.0286525,  -0.17845224, -0.06018687,
                                    0.11208712, -0.07614697, 0.01828606, -0.14005808};
    std::vector<double> both = first;
    for (const double weight : first) // two classes: what speaks for one speaks against the other
        both.push_back(-weight);
    QVERIFY(difference(ridge->weights.values, both) < 1e-6);
    QVERIFY(difference(ridge->bias, {0.39954129, -0.39954129}) < 1e-6);
}

void TestRidge::says_when_features_tell_nothing()
{
    const auto same = ca::fit_ridge({4, 2, {1, 2, 1, 2, 1, 2, 1, 2}}, {0, 1, 0, 1}, 2, 1);
    QVERIFY(!same && same.error().code == ca::ErrorCode::failed);
    QVERIFY(same.error().sentence.find("are the same") != std::string::npos);
    const float infinite = std::numeric_limits<float>::infinity();
    const auto odd = ca::fit_ridge({2, 1, {1, infinite}}, {0, 1}, 2, 1);
    QVERIFY(!odd && odd.error().code == ca::ErrorCode::failed);
    QVERIFY(odd.error().sentence.find("not finite") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestRidge)
#include "test_ridge.moc"
