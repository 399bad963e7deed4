// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_swaps.h"
#include "tests/support/planned_world.h"

namespace {

struct Around {
    PlannedWorld world = planned_world(16, 1);
    ca::PlannerState state;

    explicit Around(std::uint64_t seed = 0)
    {
        state.model = world.model;
        state.options.seed = seed;
        state.table = *ca::planner_table(world.model, world.table, state.options);
    }
    [[nodiscard]] std::vector<ca::PlannedRecipe> swaps(const std::vector<ca::TrialResult> &finished) const
    {
        const ca::Outlook outlook(state, finished);
        return swapped_recipes(state, outlook, finished);
    }
    [[nodiscard]] ca::TrialResult trial(const char *method) const
    {
        return world.trial(ca::make_recipe(world.model, method, {})->recipe);
    }
};

} // namespace

class TestPlannerSwaps final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void exchanges_bits_of_two_layers_at_about_equal_bytes();
    void keeps_within_the_formats_that_are_left();
    void goes_around_the_front_alone();
    void shuffles_by_the_seed();
};

void TestPlannerSwaps::exchanges_bits_of_two_layers_at_about_equal_bytes()
{
    const Around around;
    const ca::TrialResult centre = around.trial("int4-weight");
    const auto swaps = around.swaps({centre});
    QVERIFY(swaps.size() >= 10 && swaps.size() <= 48);
    for (const ca::PlannedRecipe &swap : swaps) {
        std::multiset<ca::Format> changed;
        for (const auto &[layer, scheme] : swap.recipe.recipe.layers)
            if (scheme != centre.recipe.layers.at(layer))
                changed.insert(scheme.format);
        QCOMPARE(changed, (std::multiset<ca::Format>{ca::Format::int5, ca::Format::int3}));
        const auto bytes = static_cast<double>(ca::predicted_bytes(around.world.model, swap.recipe.recipe).value);
        QVERIFY(std::abs(bytes / centre.point.bytes - 1) < 0.021); // 2 %, and what the header takes
        QVERIFY(swap.origin.find("int5 in l") == 0 && swap.origin.find("int3 in l") != std::string::npos);
    }
}

void TestPlannerSwaps::keeps_within_the_formats_that_are_left()
{
    Around around;
    around.state.options.constraints.pins = {{"l03", ca::Format::int4}};
    around.state.options.constraints.minimum_bits = {{"l06", 4}};
    around.state.table = *ca::planner_table(around.world.model, around.world.table, around.state.options);
    const auto swaps = around.swaps({around.trial("int4-weight")});
    QVERIFY(!swaps.empty());
    for (const ca::PlannedRecipe &swap : swaps) {
        QCOMPARE(swap.recipe.recipe.layers.at("l03").format, ca::Format::int4);
        QVERIFY(ca::bits_of(swap.recipe.recipe.layers.at("l06").format).value >= 4);
    }
}

void TestPlannerSwaps::goes_around_the_front_alone()
{
    const Around around;
    ca::TrialResult front = around.trial("int4-weight"), behind = around.trial("int8-weight"),
                    stopped = around.trial("int3-weight");
    behind.drop = front.drop + 1;
    stopped.stopped_early = true;
    QCOMPARE(around.swaps({behind, front, stopped}).size(), around.swaps({front}).size());
    QVERIFY(around.swaps({around.trial("nf4")}).empty()); // no formats of the table
    QVERIFY(around.swaps({}).empty());
}

void TestPlannerSwaps::shuffles_by_the_seed()
{
    const Around one(1), other(2);
    const auto hashes = [](const Around &around) {
        std::vector<std::string> result;
        for (const ca::PlannedRecipe &swap : around.swaps({around.trial("int4-weight")}))
            result.push_back(swap.hash);
        return result;
    };
    QCOMPARE(hashes(one), hashes(Around(1)));
    QVERIFY(hashes(one) != hashes(other));
}

QTEST_APPLESS_MAIN(TestPlannerSwaps)
#include "test_planner_swaps.moc"
