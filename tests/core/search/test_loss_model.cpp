// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/loss_model.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

using Outcomes = std::vector<ca::DamageOutcome>;

bool close(double a, double b)
{
    return std::abs(a - b) < 1e-12;
}

/// Drops of one standard error each, at the damages 1, 2, 3 …
Outcomes outcomes(const std::vector<double> &drops)
{
    Outcomes result;
    for (const double drop : drops)
        result.push_back({static_cast<double>(result.size()) + 1, drop, 1});
    return result;
}

double drop_at(const ca::LossModel &model, double damage)
{
    return model.predict(damage).drop;
}

} // namespace

class TestLossModel final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keeps_what_rises();
    void pools_what_falls();
    void pools_back_as_far_as_needed();
    void weighs_by_standard_errors();
    void is_the_monotone_curve_of_least_squares();
    void pools_equal_damages();
    void draws_lines_between_levels();
    void rises_in_proportion_beyond_the_last();
    void is_surer_where_more_was_measured();
    void knows_scatter_beyond_measurement();
    void is_unsure_between_levels_and_beyond_them();
    void takes_the_smallest_error_for_none();
    void leaves_out_what_is_no_number();
    void does_not_depend_on_order();
    void finds_the_damage_that_a_drop_allows();
};

void TestLossModel::keeps_what_rises()
{
    const auto model = ca::LossModel::fit(outcomes({0, 1, 4}));
    QCOMPARE(model->levels().size(), std::size_t{3});
    QVERIFY(close(drop_at(*model, 1), 0) && close(drop_at(*model, 2), 1) && close(drop_at(*model, 3), 4));
}

void TestLossModel::pools_what_falls()
{
    // 3 and 2 become their mean.
    const auto model = ca::LossModel::fit(outcomes({1, 3, 2, 4}));
    QCOMPARE(model->levels().size(), std::size_t{3});
    QVERIFY(close(drop_at(*model, 2), 2.5) && close(drop_at(*model, 3), 2.5) && close(drop_at(*model, 2.5), 2.5));
    QVERIFY(close(drop_at(*model, 1), 1) && close(drop_at(*model, 4), 4));
}

void TestLossModel::pools_back_as_far_as_needed()
{
    // 4, 5 | 1: mean of 5 and 1 is 3, below 4: mean of all three 10/3; then 2 is below: 12/4 = 3. 6 stays.
    const auto model = ca::LossModel::fit(outcomes({4, 5, 1, 2, 6}));
    QCOMPARE(model->levels().size(), std::size_t{2});
    QVERIFY(close(drop_at(*model, 1), 3) && close(drop_at(*model, 4), 3) && close(drop_at(*model, 5), 6));
}

void TestLossModel::weighs_by_standard_errors()
{
    // Weights 1/4 and 1: (4 * 0.25 + 1 * 1) / 1.25 = 1.6.
    const auto model = ca::LossModel::fit(Outcomes{{1, 4, 2}, {2, 1, 1}});
    QVERIFY(close(drop_at(*model, 1), 1.6) && close(drop_at(*model, 2), 1.6));
}

void TestLossModel::is_the_monotone_curve_of_least_squares()
{
    // Against the minimax formula of isotonic regression (Barlow et al. 1972): at each place the largest over earlier starts of
    // the least over later ends of the weighted mean between them.
    std::mt19937 random(2);
    std::uniform_real_distribution<double> drop(0, 5), error(0.2, 3);
    for (int round = 0; round < 200; ++round) {
        Outcomes all;
        for (int i = 0; i < 12; ++i)
            all.push_back({i + 1.0, i / 3.0 + drop(random), error(random)});
        const auto model = ca::LossModel::fit(all);
        for (std::size_t place = 0; place < all.size(); ++place) {
            double largest = -1e300;
            for (std::size_t start = 0; start <= place; ++start) {
                double least = 1e300;
                for (std::size_t end = place; end < all.size(); ++end) {
                    double sum = 0, weights = 0;
                    for (std::size_t i = start; i <= end; ++i) {
                        const double weight = 1 / (all[i].standard_error * all[i].standard_error);
                        sum += weight * all[i].drop;
                        weights += weight;
                    }
                    least = std::min(least, sum / weights);
                }
                largest = std::max(largest, least);
            }
            QVERIFY(std::abs(drop_at(*model, all[place].damage) - largest) < 1e-9);
        }
    }
}

void TestLossModel::pools_equal_damages()
{
    const auto model = ca::LossModel::fit(Outcomes{{1, 0, 1}, {2, 1, 1}, {2, 3, 1}, {3, 5, 1}});
    QCOMPARE(model->levels().size(), std::size_t{3});
    QVERIFY(close(drop_at(*model, 2), 2));
}

void TestLossModel::draws_lines_between_levels()
{
    const auto model = ca::LossModel::fit(Outcomes{{0, 0, 1}, {2, 1, 1}, {6, 3, 1}});
    QVERIFY(close(drop_at(*model, 1), 0.5) && close(drop_at(*model, 3), 1.5) && close(drop_at(*model, 5), 2.5));
    // Below the first level there is nothing to draw a line to.
    QVERIFY(close(drop_at(*ca::LossModel::fit(Outcomes{{2, 1, 1}}), 1), 1));
}

void TestLossModel::rises_in_proportion_beyond_the_last()
{
    const auto model = ca::LossModel::fit(Outcomes{{0, 0, 1}, {2, 3, 1}});
    QVERIFY(close(drop_at(*model, 4), 6));
    // What was gained is not expected to grow, and no damage at all says nothing of more.
    QVERIFY(close(drop_at(*ca::LossModel::fit(Outcomes{{2, -1, 1}}), 4), -1));
    QVERIFY(close(drop_at(*ca::LossModel::fit(Outcomes{{0, 1, 1}}), 4), 1));
}

void TestLossModel::is_surer_where_more_was_measured()
{
    // Four equal drops: no scatter, a quarter of one's variance.
    const auto model = ca::LossModel::fit(outcomes({2, 2, 2, 2}));
    QVERIFY(close(model->predict(3).standard_error, 0.5));
    QVERIFY(close(ca::LossModel::fit(Outcomes{{1, 2, 0.3}})->predict(1).standard_error, 0.3));
}

void TestLossModel::knows_scatter_beyond_measurement()
{
    // Drops 4 and 0, each with error 1: mean 2, misfit 4 + 4 = 8 with one degree of freedom, spread 2 - 2 / 2 = 1; so recipes
    // vary by (8 - 1) / 1 = 7, and the mean by 1 / 2.
    const auto model = ca::LossModel::fit(outcomes({4, 0}));
    QVERIFY(close(model->predict(1).standard_error, std::sqrt(7.5)));
}

void TestLossModel::is_unsure_between_levels_and_beyond_them()
{
    // Halfway between 0 and 6: 1 of measurement at both sides, 36 / 12 of the room between.
    const auto model = ca::LossModel::fit(Outcomes{{0, 0, 1}, {2, 6, 1}});
    QVERIFY(close(model->predict(1).standard_error, 2));
    // Twice the damage: 6 more that nothing has shown.
    QVERIFY(close(model->predict(4).standard_error, std::sqrt(37.0)));
}

void TestLossModel::takes_the_smallest_error_for_none()
{
    const auto model = ca::LossModel::fit(Outcomes{{0, 0, 0}, {1, 5, 0.5}, {2, 9, 1}});
    QVERIFY(close(model->predict(0).standard_error, 0.5));
    QVERIFY(close(drop_at(*ca::LossModel::fit(Outcomes{{1, 4, 0}, {2, 2, 0}}), 1), 3));
}

void TestLossModel::leaves_out_what_is_no_number()
{
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();
    const Outcomes bad{{kNan, 1, 1}, {1, kInfinity, 1}, {1, 1, kNan}, {-1, 1, 1}, {1, 1, -1}, {kInfinity, 1, 1}};
    const auto none = ca::LossModel::fit(bad);
    QVERIFY(!none && none.error().code == ca::ErrorCode::bad_data);
    Outcomes one = bad;
    one.push_back({1, 7, 1});
    QVERIFY(close(drop_at(*ca::LossModel::fit(one), 1), 7));
}

void TestLossModel::does_not_depend_on_order()
{
    Outcomes all{{1, 0.3, 0.7}, {1, 0.1, 0.9}, {1, 0.7, 0.2}, {2, 0.6, 0.3}, {4, 0.2, 0.5}, {5, 0.9, 0.1}};
    const auto expected = ca::LossModel::fit(all);
    std::mt19937 random(1);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(all.begin(), all.end(), random);
        const auto model = ca::LossModel::fit(all);
        for (const double damage : {0.5, 1.0, 1.5, 3.0, 4.5, 9.0}) {
            QCOMPARE(drop_at(*model, damage), drop_at(*expected, damage));
            QCOMPARE(model->predict(damage).standard_error, expected->predict(damage).standard_error);
        }
    }
}

void TestLossModel::finds_the_damage_that_a_drop_allows()
{
    const auto model = ca::LossModel::fit(Outcomes{{0, 0, 1}, {2, 1, 1}, {4, 1, 1}, {6, 3, 1}});
    QVERIFY(close(*model->largest_damage(0.5), 1));
    QVERIFY(close(*model->largest_damage(1), 4));
    QVERIFY(close(*model->largest_damage(2), 5));
    QVERIFY(close(*model->largest_damage(6), 12));
    QVERIFY(!model->largest_damage(-0.1));
    QCOMPARE(*ca::LossModel::fit(Outcomes{{2, -1, 1}})->largest_damage(0), std::numeric_limits<double>::infinity());
}

QTEST_APPLESS_MAIN(TestLossModel)
#include "test_loss_model.moc"
