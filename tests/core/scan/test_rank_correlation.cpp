// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks, correlations and intervals are those of scipy 1.17.1: rankdata, spearmanr, and bootstrap (percentile, 20,000 resamples).
#include "core/scan/rank_correlation.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <random>
#include <utility>

namespace {

using Values = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const Values kWeakA{0.3, 0.1, 0.4, 0.15, 0.9, 0.26, 0.53, 0.58, 0.97, 0.93};
const Values kWeakB{0.2, 0.7, 0.1, 0.8, 0.28, 0.18, 0.28, 0.45, 0.9, 0.45};

/// `count` pairs: i % 17, and that plus 7i % 23.
std::pair<Values, Values> related(std::size_t count)
{
    std::pair<Values, Values> pairs;
    for (std::size_t i = 0; i < count; ++i) {
        pairs.first.push_back(static_cast<double>(i % 17));
        pairs.second.push_back(static_cast<double>(i % 17 + 7 * i % 23));
    }
    return pairs;
}

} // namespace

class TestRankCorrelation final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equal_values_share_a_rank();
    void agrees_with_scipy_data();
    void agrees_with_scipy();
    void has_no_answer_for_few_or_equal_values();
    void leaves_out_pairs_with_nan();
    void interval_agrees_with_scipy();
    void interval_depends_on_the_seed_alone();
    void interval_narrows_with_more_pairs();
    void interval_holds_the_truth_about_as_often_as_it_says();
    void perfect_order_leaves_no_doubt();
};

void TestRankCorrelation::equal_values_share_a_rank()
{
    QCOMPARE(ca::average_ranks(Values{1, 2, 2, 3, 3, 3, 4, 5}), (Values{1, 2.5, 2.5, 5, 5, 5, 7, 8}));
    QCOMPARE(ca::average_ranks(Values{-kInfinity, 0.5, kInfinity, 0.2, kInfinity, 0.9}), (Values{1, 3, 5.5, 2, 5.5, 4}));
    QCOMPARE(ca::average_ranks(Values{0.0, -0.0}), (Values{1.5, 1.5}));
    QVERIFY(ca::average_ranks({}).empty());
}

void TestRankCorrelation::agrees_with_scipy_data()
{
    QTest::addColumn<Values>("a");
    QTest::addColumn<Values>("b");
    QTest::addColumn<double>("rho");
    QTest::newRow("plain") << Values{3.1, 1.2, 5.5, 0.4, 2.2, 9.0, 7.7} << Values{2, 1, 6, 3, 4, 9, 5} << 0.7857142857142859;
    QTest::newRow("ties") << Values{1, 2, 2, 3, 3, 3, 4, 5} << Values{2, 2, 1, 4, 4, 3, 5, 5} << 0.918821785756253;
    QTest::newRow("reversed") << Values{1, 2, 3, 4} << Values{9, 7, 5, 1} << -1.0;
    QTest::newRow("infinities of one side") << Values{0.1, 0.5, kInfinity, 0.2, kInfinity, 0.9} << Values{1, 4, 6, 2, 5, 5}
                                            << 0.9558823529411764;
    QTest::newRow("infinities of both") << Values{-kInfinity, 0.5, kInfinity, 0.2, kInfinity, 0.9}
                                        << Values{1, kInfinity, kInfinity, 2, 5, 5} << 0.6866436491305119;
    QTest::newRow("weak") << kWeakA << kWeakB << 0.16463720699615814;
    QTest::newRow("three") << Values{1, 2, 2} << Values{3, 1, 2} << -0.8660254037844387;
}

void TestRankCorrelation::agrees_with_scipy()
{
    QFETCH(const Values, a);
    QFETCH(const Values, b);
    QFETCH(const double, rho);
    QVERIFY(std::abs(ca::spearman(a, b) - rho) < 1e-12);
    QVERIFY(std::abs(ca::spearman(b, a) - rho) < 1e-12);
    const auto whole = ca::rank_correlation(a, b, 0, 100);
    QCOMPARE(whole.rho, ca::spearman(a, b));
    QCOMPARE(whole.pairs, a.size());
}

void TestRankCorrelation::has_no_answer_for_few_or_equal_values()
{
    QVERIFY(std::isnan(ca::spearman({}, {})));
    QVERIFY(std::isnan(ca::spearman(Values{1, 2}, Values{1, 2})));
    QVERIFY(std::isnan(ca::spearman(Values{1, 1, 1}, Values{1, 2, 3})));
    QVERIFY(std::isnan(ca::spearman(Values{1, 2, 3}, Values{kInfinity, kInfinity, kInfinity})));
    const auto none = ca::rank_correlation(Values{1, 2, 3}, Values{4, 4, 4}, 0);
    QVERIFY(std::isnan(none.rho));
    QCOMPARE(none.low, -1.0);
    QCOMPARE(none.high, 1.0);
    QCOMPARE(none.pairs, std::size_t{3});
}

void TestRankCorrelation::leaves_out_pairs_with_nan()
{
    const Values a{3.1, kNaN, 1.2, 5.5, 0.4, 2.2, 9.0, 7.7, 1}, b{2, 5, 1, 6, 3, 4, 9, 5, kNaN};
    QVERIFY(std::abs(ca::spearman(a, b) - 0.7857142857142859) < 1e-12); // `plain` above
    QCOMPARE(ca::rank_correlation(a, b, 0).pairs, std::size_t{7});
    QVERIFY(std::isnan(ca::spearman(Values{1, 2, kNaN}, Values{1, 2, 3})));
}

void TestRankCorrelation::interval_agrees_with_scipy()
{
    const auto weak = ca::rank_correlation(kWeakA, kWeakB, 1, 20000);
    QVERIFY(std::abs(weak.low - -0.600) < 0.02);
    QVERIFY(std::abs(weak.high - 0.924) < 0.02);
    const auto [a, b] = related(40);
    const auto strong = ca::rank_correlation(a, b, 1, 20000);
    QVERIFY(std::abs(strong.rho - 0.6243831538317378) < 1e-12);
    QVERIFY(std::abs(strong.low - 0.386) < 0.02);
    QVERIFY(std::abs(strong.high - 0.799) < 0.02);
}

void TestRankCorrelation::interval_depends_on_the_seed_alone()
{
    const auto first = ca::rank_correlation(kWeakA, kWeakB, 7);
    QCOMPARE(ca::rank_correlation(kWeakA, kWeakB, 7), first);
    QVERIFY(ca::rank_correlation(kWeakA, kWeakB, 8) != first);
}

void TestRankCorrelation::interval_narrows_with_more_pairs()
{
    double width = 2;
    for (const std::size_t count : {10U, 40U, 160U, 640U}) {
        const auto [a, b] = related(count);
        const auto found = ca::rank_correlation(a, b, 0);
        QVERIFY(found.low <= found.rho && found.rho <= found.high);
        QVERIFY(found.high - found.low < width * 0.75); // about a half for four times as many
        width = found.high - found.low;
    }
}

void TestRankCorrelation::interval_holds_the_truth_about_as_often_as_it_says()
{
    // For a normal pair with correlation r, rho = 6 / pi * asin(r / 2): 0.5 for r = 2 sin(pi / 12).
    const double r = 2 * std::sin(std::acos(-1.0) / 12);
    std::mt19937 random(11);
    std::normal_distribution<double> bell;
    int held = 0;
    for (int experiment = 0; experiment < 400; ++experiment) {
        Values a(60), b(60);
        for (std::size_t i = 0; i < a.size(); ++i) {
            a[i] = bell(random);
            b[i] = r * a[i] + std::sqrt(1 - r * r) * bell(random);
        }
        const auto found = ca::rank_correlation(a, b, static_cast<std::uint64_t>(experiment), 500);
        held += found.low <= 0.5 && 0.5 <= found.high ? 1 : 0;
    }
    QVERIFY2(held >= 360 && held <= 396, qPrintable(QString::number(held))); // 90 to 99 %
}

void TestRankCorrelation::perfect_order_leaves_no_doubt()
{
    const Values a{1, 2, 3, 4, 5, 6, 7, 8}, b{2, 3, 5, 7, 11, 13, 17, 19};
    QCOMPARE(ca::rank_correlation(a, b, 0), (ca::RankCorrelation{1, 1, 1, 8}));
}

QTEST_APPLESS_MAIN(TestRankCorrelation)
#include "test_rank_correlation.moc"
