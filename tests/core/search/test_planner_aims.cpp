// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_aims.h"
#include "tests/support/trial_results.h"

#include <QtTest>

#include <cmath>

namespace {

/// Float has 1,024 bytes; there are no layers, whose damages would say anything.
ca::PlannerState state_of(std::optional<double> max_drop = {})
{
    ca::PlannerState state;
    state.float_bytes = 1024;
    state.options.constraints.max_drop = max_drop;
    return state;
}

ca::PlannedRecipe recipe(double bytes, double drop, double error, double damage = 1)
{
    ca::PlannedRecipe result;
    result.bytes = bytes;
    result.drop = {drop, error};
    result.damage = damage;
    return result;
}

double gain(const std::vector<ca::TrialResult> &finished, const ca::PlannedRecipe &candidate)
{
    const ca::PlannerState state = state_of();
    const ca::Outlook outlook(state, finished);
    return ca::FrontSoFar(state, outlook, finished).expected_gain(candidate, ca::Aim::area);
}

bool close(double a, double b, double within = 1e-9)
{
    return std::abs(a - b) < within;
}

} // namespace

class TestPlannerAims final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gains_the_area_that_is_new();
    void gains_by_chance_too();
    void counts_drops_below_zero();
    void leaves_trials_out_that_were_stopped();
    void knows_what_noise_makes_of_the_front();
    void knows_how_likely_a_limit_is_held();
    void wants_the_smallest_that_holds();
    void expects_of_the_next_what_the_last_will_do();
};

void TestPlannerAims::gains_the_area_that_is_new()
{
    QVERIFY(close(gain({}, recipe(512, 0, 0)), 10));                                           // one halving times ten points
    QVERIFY(close(gain({trial(512, 0, 0.1)}, recipe(256, 2, 0)), 8));                          // one more, times eight
    QVERIFY(close(gain({trial(256, 0, 0.1)}, recipe(512, 1, 0)), 0));                          // dominated
    QVERIFY(close(gain({}, recipe(512, 10, 0)), 0) && close(gain({}, recipe(2048, 0, 0)), 0)); // beyond the reference
}

void TestPlannerAims::gains_by_chance_too()
{
    // E max(0, 1 - z) of a standard normal z is Phi(1) + phi(1) = 0.8413 + 0.2420; five points of quadrature come near it.
    QVERIFY(close(gain({trial(512, 0, 0.1)}, recipe(256, 9, 1)), 1.0833, 0.03));
    QVERIFY(gain({trial(512, 0, 0.1)}, recipe(256, 11, 2)) > 0);
}

void TestPlannerAims::counts_drops_below_zero()
{
    QVERIFY(close(gain({}, recipe(512, -0.5, 0)), 10.5));
}

void TestPlannerAims::leaves_trials_out_that_were_stopped()
{
    ca::TrialResult stopped = trial(256, 0, 0.1);
    stopped.stopped_early = true;
    QVERIFY(close(gain({stopped}, recipe(256, 0, 0)), 20));
}

void TestPlannerAims::knows_what_noise_makes_of_the_front()
{
    const ca::PlannerState state = state_of();
    const std::vector<ca::TrialResult> finished{trial(512, 0, 0.3), trial(128, 3, 0.3)};
    const ca::Outlook outlook(state, finished);
    const ca::FrontSoFar front(state, outlook, finished);
    QVERIFY(close(front.worth(recipe(256, 2, 0), ca::Aim::area).noise, 0.6));  // 512 to 128 are two halvings, times 0.3 points
    QVERIFY(close(front.worth(recipe(64, 4, 0), ca::Aim::area).noise, 0.3));   // none smaller: 128 to 64
    QVERIFY(close(front.worth(recipe(256, 2, 0), ca::Aim::area).expected, 1)); // one halving, three points less two
    QVERIFY(front.worth(recipe(256, 2, 0), ca::Aim::area).tells());
    QVERIFY(!front.worth(recipe(256, 2.5, 0), ca::Aim::area).tells());
}

void TestPlannerAims::knows_how_likely_a_limit_is_held()
{
    const ca::PlannerState state = state_of(0.5);
    const ca::Outlook sure(state, {});
    const ca::FrontSoFar front(state, sure, {});
    QVERIFY(close(front.holding(recipe(256, 0.3, 0.2)), 0.8413, 1e-4)); // Phi(1)
    QVERIFY(close(front.holding(recipe(256, 0.5, 0.2)), 0.5, 1e-9));
    QCOMPARE(front.holding(recipe(256, 0.4, 0)), 1.0);
    QCOMPARE(front.holding(recipe(256, 0.6, 0)), 0.0);
    // A measurement with an error of 0.1 has to show 0.5 - 0.1645 or less, and scatters by itself: Phi(0.1355 / sqrt(0.05)).
    const std::vector<ca::TrialResult> finished{trial(900, 0, 0.1)};
    const ca::Outlook unsure(state, finished);
    QVERIFY(close(ca::FrontSoFar(state, unsure, finished).holding(recipe(256, 0.2, 0.2)), 0.7278, 1e-3));
}

void TestPlannerAims::wants_the_smallest_that_holds()
{
    const ca::PlannerState state = state_of(0.5);
    // The second holds as measured, not with confidence: 0.45 + 1.645 * 0.1.
    const std::vector<ca::TrialResult> finished{trial(512, 0.1, 0.1), trial(300, 0.45, 0.1)};
    const ca::Outlook outlook(state, finished);
    const ca::FrontSoFar front(state, outlook, finished);
    QCOMPARE(front.smallest_holding(), 512.0);
    const ca::PlannedRecipe half = recipe(256, 0.1, 0);
    QVERIFY(close(front.worth(half, ca::Aim::limit).expected, front.holding(half)));
    QCOMPARE(front.worth(recipe(600, 0, 0), ca::Aim::limit).expected, 0.0);
}

void TestPlannerAims::expects_of_the_next_what_the_last_will_do()
{
    const ca::PlannerState state = state_of(0.5);
    const ca::Outlook outlook(state, {});
    ca::FrontSoFar front(state, outlook, {});
    front.assume(recipe(512, 0, 0.1, 1));
    QCOMPARE(front.smallest_holding(), 512.0);
    QVERIFY(close(front.expected_gain(recipe(512, 0, 0), ca::Aim::area), 0));
    QVERIFY(front.worth(recipe(200, 0.6, 0.2, 4), ca::Aim::limit).expected > 0);
    front.assume(recipe(256, 0.7, 0.1, 3)); // fails, and so does what is damaged more
    QCOMPARE(front.smallest_holding(), 512.0);
    QCOMPARE(front.worth(recipe(200, 0.6, 0.2, 4), ca::Aim::limit).expected, 0.0);
    QVERIFY(front.worth(recipe(300, 0.4, 0.2, 2), ca::Aim::limit).expected > 0);
}

QTEST_APPLESS_MAIN(TestPlannerAims)
#include "test_planner_aims.moc"
