// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_outlook.h"

#include <QtTest>

#include <cmath>

namespace {

/// One layer, whose damage at 8, 4 and 2 bits is 0.01, 0.1 and 1, and 0.1 more with an int8 input; 10 ms in float and 4 with
/// that.
ca::PlannerState one_layer()
{
    ca::PlannedLayer layer;
    layer.name = "a";
    layer.damages = {{ca::Format::int8, 0.01}, {ca::Format::int4, 0.1}, {ca::Format::int2, 1}};
    layer.input_damage = 0.1;
    layer.float_latency = 10;
    layer.int8_latency = 4;
    for (const ca::Format format : {ca::Format::int8, ca::Format::int4, ca::Format::int2}) {
        layer.formats.emplace_back();
        layer.formats.back().scheme.format = format;
    }
    ca::PlannerState state;
    state.table.layers = {layer};
    state.table.has_latency = true;
    state.table.other_latency = 1;
    return state;
}

ca::TrialResult trial(ca::Format format, double drop, double error, bool int8_input = false)
{
    ca::TrialResult result;
    result.recipe.layers["a"].format = format;
    if (int8_input)
        result.recipe.layers["a"].activation = ca::Activation::static_int8;
    result.drop = drop;
    result.standard_error = error;
    return result;
}

bool close(double a, double b, double within = 1e-9)
{
    return std::abs(a - b) < within;
}

} // namespace

class TestPlannerOutlook final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void guesses_before_any_trial();
    void follows_the_trials();
    void adds_up_damages();
    void tells_families_apart_once_each_has_trials();
    void never_expects_more_than_all_to_be_lost();
    void knows_the_usual_noise();
    void scales_latency_where_it_is_limited();
};

void TestPlannerOutlook::guesses_before_any_trial()
{
    const ca::PlannerState state = one_layer();
    const ca::Outlook outlook(state, {});
    // 1 nat: sqrt(1 / 2) of the answers change at most, half of them for the worse, and nobody knows.
    QVERIFY(close(outlook.drop(1, false).drop, 35.355339, 1e-5) && close(outlook.drop(1, false).standard_error, 35.355339, 1e-5));
    QVERIFY(outlook.drop(0.1, false).drop < outlook.drop(1, false).drop && outlook.drop(0.1, false).drop > 0);
    QVERIFY(close(outlook.drop(0, false).drop, 0));
}

void TestPlannerOutlook::follows_the_trials()
{
    const ca::PlannerState state = one_layer();
    const std::vector<ca::TrialResult> finished{trial(ca::Format::int4, 2, 0.1), trial(ca::Format::int2, 20, 0.1)};
    const ca::Outlook outlook(state, finished);
    QVERIFY(close(outlook.drop(finished[0].recipe).drop, 2) && close(outlook.drop(finished[1].recipe).drop, 20));
    QVERIFY(close(outlook.drop(0.55, false).drop, 11)); // halfway
    QVERIFY(close(outlook.drop(0.05, false).drop, 1));  // halfway to float
}

void TestPlannerOutlook::adds_up_damages()
{
    const ca::PlannerState state = one_layer();
    const ca::Outlook outlook(state, {});
    QVERIFY(close(outlook.damage(trial(ca::Format::int4, 0, 0).recipe), 0.1));
    QVERIFY(close(outlook.damage(trial(ca::Format::int4, 0, 0, true).recipe), 0.2));
    QCOMPARE(outlook.damage({}), 0.0);
}

void TestPlannerOutlook::tells_families_apart_once_each_has_trials()
{
    const ca::PlannerState state = one_layer();
    std::vector<ca::TrialResult> finished;
    for (int i = 0; i < 6; ++i) {
        finished.push_back(trial(ca::Format::int2, 10, 0.1));
        if (i < 5)
            finished.push_back(trial(ca::Format::int2, 30, 0.1, true));
    }
    QVERIFY(close(ca::Outlook(state, finished).drop(1, true).drop, ca::Outlook(state, finished).drop(1, false).drop));
    finished.push_back(trial(ca::Format::int2, 30, 0.1, true));
    QVERIFY(close(ca::Outlook(state, finished).drop(1, false).drop, 10));
    QVERIFY(close(ca::Outlook(state, finished).drop(1.1, true).drop, 30));
}

void TestPlannerOutlook::never_expects_more_than_all_to_be_lost()
{
    const ca::PlannerState state = one_layer();
    const std::vector<ca::TrialResult> finished{trial(ca::Format::int2, 50, 0.1)};
    QVERIFY(ca::Outlook(state, finished).drop(100, false).drop <= 100);
}

void TestPlannerOutlook::knows_the_usual_noise()
{
    const ca::PlannerState state = one_layer();
    std::vector<ca::TrialResult> finished{trial(ca::Format::int8, 0, 0.1), trial(ca::Format::int4, 0, 0.3),
                                          trial(ca::Format::int2, 0, 0.9)};
    QCOMPARE(ca::Outlook(state, finished).noise(), 0.3);
    finished.push_back(trial(ca::Format::int2, 40, 7)); // a race that ended after few images
    finished.back().stopped_early = true;
    QCOMPARE(ca::Outlook(state, finished).noise(), 0.3);
    QCOMPARE(ca::Outlook(state, {}).noise(), 0.0);
}

void TestPlannerOutlook::scales_latency_where_it_is_limited()
{
    ca::PlannerState state = one_layer();
    std::vector<ca::TrialResult> finished{trial(ca::Format::int8, 0, 0.1), trial(ca::Format::int4, 0, 0.1, true),
                                          trial(ca::Format::int2, 0, 0.1)};
    finished[0].point.latency = 22;  // predicted 11: twice
    finished[1].point.latency = 7.5; // predicted 5: one and a half
    finished[2].point.latency = 33;  // thrice
    QCOMPARE(ca::Outlook(state, finished).latency_scale(), 1.0);
    state.options.constraints.latency = 20;
    QVERIFY(close(ca::Outlook(state, finished).latency_scale(), 2));
}

QTEST_APPLESS_MAIN(TestPlannerOutlook)
#include "test_planner_outlook.moc"
