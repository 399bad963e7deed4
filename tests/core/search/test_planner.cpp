// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/planned_world.h"

#include <set>

namespace {

constexpr int kLayers = 12;

ca::Planner planner_of(const PlannedWorld &world, std::size_t trials, std::uint64_t seed = 0)
{
    ca::PlannerOptions options;
    options.trials = trials;
    options.seed = seed;
    auto planner = ca::Planner::of(world.model, world.table, options);
    if (!planner)
        qFatal("%s", planner.error().text().c_str());
    return *planner;
}

std::vector<std::string> methods_of(const std::vector<ca::Proposal> &proposals)
{
    std::vector<std::string> result;
    for (const ca::Proposal &proposal : proposals)
        result.push_back(proposal.candidate.method);
    return result;
}

std::vector<std::string> hashes_of(const std::vector<ca::TrialResult> &trials)
{
    std::vector<std::string> result;
    for (const ca::TrialResult &trial : trials)
        result.push_back(hash(trial.recipe));
    return result;
}

/// A width for the whole model, and each layer at most one width beside it: kinder to chance than a width for each layer alone,
/// which never comes near the ends of the front.
std::vector<ca::TrialResult> random_search(const PlannedWorld &world, std::size_t trials, unsigned seed)
{
    constexpr std::array kBits{2, 3, 4, 5, 6, 8};
    std::mt19937 random(seed);
    std::vector<ca::TrialResult> result{world.trial({world.model.sha256, {}})};
    while (result.size() < trials) {
        ca::Recipe recipe{world.model.sha256, {}};
        const int base = static_cast<int>(random() % kBits.size());
        for (const ca::Layer &layer : world.model.program.layers()) {
            const int place = std::clamp(base + static_cast<int>(random() % 3) - 1, 0, static_cast<int>(kBits.size()) - 1);
            ca::Scheme scheme;
            scheme.format = ca::int_format(ca::bits(kBits[static_cast<std::size_t>(place)]));
            scheme.symmetric = ca::bits_of(scheme.format).value > 4;
            recipe.layers[layer.name] = scheme;
        }
        result.push_back(world.trial(recipe));
    }
    return result;
}

std::vector<ca::TrialResult> first(const std::vector<ca::TrialResult> &trials, std::size_t count)
{
    return {trials.begin(), trials.begin() + static_cast<std::ptrdiff_t>(std::min(count, trials.size()))};
}

} // namespace

class TestPlanner final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void begins_with_float_and_whole_methods();
    void predicts_the_bytes_of_the_file();
    void learns_what_damage_costs();
    void comes_near_the_best_front_in_24_trials();
    void beats_random_recipes();
    void proposes_the_same_after_the_same_trials();
    void proposes_nothing_twice();
    void stops_when_noise_is_all_that_is_left();
    void stops_when_its_trials_are_spent();
    void does_not_repeat_a_trial_that_failed();
    void believes_a_trial_that_was_stopped_early();
    void works_without_divergences();
    void works_with_one_layer_and_with_none();
    void stops_when_asked();
};

void TestPlanner::begins_with_float_and_whole_methods()
{
    const PlannedWorld world = planned_world(kLayers, 1);
    const auto few = planner_of(world, 8).propose({}, 20);
    QCOMPARE(methods_of(*few), (std::vector<std::string>{"fp32", "static-int8", "int4-weight", "int2-weight"}));
    const auto more = planner_of(world, 24).propose({}, 20);
    QCOMPARE(methods_of(*more),
             (std::vector<std::string>{"fp32", "static-int8", "int4-weight", "int2-weight", "int3-weight", "w4a8", "bf16"}));
    // Those that are done are left out; only then come recipes of its own.
    std::vector<ca::TrialResult> finished;
    for (const ca::Proposal &proposal : *few)
        finished.push_back(world.trial(proposal.candidate.recipe.recipe));
    QCOMPARE(methods_of(*planner_of(world, 8).propose(first(finished, 3), 20)), std::vector<std::string>{"int2-weight"});
    const auto next = planner_of(world, 8).propose(finished, 2);
    QCOMPARE(methods_of(*next), (std::vector<std::string>{"mixed", "mixed"}));
    QVERIFY(QString::fromStdString(next->front().candidate.reason).contains("bits on average"));
    QVERIFY(next->front().expected_gain > 0);
    QCOMPARE(next->front().candidate.name, describe(next->front().candidate.recipe.recipe, world.model));
}

void TestPlanner::predicts_the_bytes_of_the_file()
{
    const PlannedWorld world = planned_world(kLayers, 2);
    std::vector<ca::Proposal> proposals;
    search(world, planner_of(world, 12), 12, {}, &proposals);
    QCOMPARE(proposals.size(), std::size_t{12});
    for (const ca::Proposal &proposal : proposals) {
        QCOMPARE(proposal.predicted_bytes, ca::predicted_bytes(world.model, proposal.candidate.recipe.recipe).value);
        QVERIFY(check(proposal.candidate.recipe.recipe, world.model));
    }
}

void TestPlanner::learns_what_damage_costs()
{
    const PlannedWorld world = planned_world(kLayers, 3);
    const ca::Planner planner = planner_of(world, 24);
    const auto finished = search(world, planner, 24);
    // Recipes that it did not carry out: what it expects is within three errors of the truth for nearly all.
    int right = 0, all = 0;
    for (const ca::TrialResult &other : trials_of_the_truth(world, 20)) {
        const ca::Proposal predicted = planner.predict({other.recipe, {}}, finished);
        QVERIFY(predicted.predicted_drop && predicted.drop_error >= 0);
        const double error = std::abs(*predicted.predicted_drop - world.true_drop(other.recipe));
        right += error <= 3 * std::hypot(predicted.drop_error, world.noise) ? 1 : 0;
        ++all;
    }
    QVERIFY2(right * 10 >= all * 9, qPrintable(QString("%1 of %2").arg(right).arg(all)));
}

void TestPlanner::comes_near_the_best_front_in_24_trials()
{
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const PlannedWorld world = planned_world(kLayers, seed);
        const double found = world.true_hypervolume(search(world, planner_of(world, 24, seed), 24));
        const double with_80 = world.true_hypervolume(search(world, planner_of(world, 80, seed), 80));
        const double best = world.true_hypervolume(trials_of_the_truth(world, 400));
        QVERIFY2(found >= 0.97 * with_80, qPrintable(QString("seed %1: %2 of %3").arg(seed).arg(found).arg(with_80)));
        QVERIFY2(found >= 0.97 * best, qPrintable(QString("seed %1: %2 of %3").arg(seed).arg(found).arg(best)));
    }
}

void TestPlanner::beats_random_recipes()
{
    for (unsigned seed = 1; seed <= 10; ++seed) {
        const PlannedWorld world = planned_world(kLayers, seed);
        const auto by_chance = random_search(world, 24, seed);
        for (const std::size_t trials : {std::size_t{8}, std::size_t{16}, std::size_t{24}}) {
            const double planned = world.true_hypervolume(search(world, planner_of(world, trials, seed), trials));
            QVERIFY(planned > 1.02 * world.true_hypervolume(first(by_chance, trials)));
        }
    }
}

void TestPlanner::proposes_the_same_after_the_same_trials()
{
    const PlannedWorld world = planned_world(kLayers, 4);
    const auto once = search(world, planner_of(world, 40, 5), 40);
    QCOMPARE(hashes_of(search(world, planner_of(world, 40, 5), 40)), hashes_of(once));
    for (const std::size_t prefix : {std::size_t{1}, std::size_t{5}, std::size_t{13}, once.size() - 1}) {
        const ca::Planner resumed = planner_of(world, 40, 5);
        QCOMPARE(hashes_of(search(world, resumed, prefix + 3, first(once, prefix))), hashes_of(first(once, prefix + 3)));
    }
}

void TestPlanner::proposes_nothing_twice()
{
    const PlannedWorld world = planned_world(kLayers, 5);
    const ca::Planner planner = planner_of(world, 48);
    std::vector<ca::TrialResult> finished;
    std::set<std::string> seen;
    while (finished.size() < 48) {
        const auto batch = planner.propose(finished, 4);
        if (batch->empty())
            break;
        QVERIFY(batch->size() <= 4);
        for (const ca::Proposal &proposal : *batch) {
            QVERIFY(seen.insert(hash(proposal.candidate.recipe.recipe)).second);
            finished.push_back(world.trial(proposal.candidate.recipe.recipe));
        }
    }
    QVERIFY(finished.size() > 16);
}

void TestPlanner::stops_when_noise_is_all_that_is_left()
{
    PlannedWorld exact = planned_world(kLayers, 6), noisy = exact;
    exact.noise = 0.02;
    noisy.noise = 2;
    const ca::Planner planner = planner_of(noisy, 200);
    const auto finished = search(noisy, planner, 200);
    QVERIFY(finished.size() < 60);
    QVERIFY(finished.size() < search(exact, planner, 60).size());
    const QString why = QString::fromStdString(planner.why_over(finished));
    QVERIFY2(why.contains("2.00 points") && why.contains("bit-points") && why.endsWith('.'), qPrintable(why));
    QVERIFY(QString::fromStdString(planner.why_over(first(finished, 8))).contains("not over"));
}

void TestPlanner::stops_when_its_trials_are_spent()
{
    const PlannedWorld world = planned_world(kLayers, 7);
    const ca::Planner planner = planner_of(world, 9);
    const auto finished = search(world, planner, 8);
    QCOMPARE(planner.propose(finished, 5)->size(), std::size_t{1});
    const auto all = search(world, planner, 20);
    QCOMPARE(all.size(), std::size_t{9});
    QCOMPARE(planner.why_over(all), std::string("All 9 trials of the study were carried out."));
}

void TestPlanner::does_not_repeat_a_trial_that_failed()
{
    const PlannedWorld world = planned_world(kLayers, 8);
    const ca::Planner planner = planner_of(world, 24);
    auto finished = search(world, planner, 9);
    const auto before = planner.propose(finished, 1);
    ca::TrialResult failed{
        before->front().candidate.recipe.recipe, {1, 0, {}}, std::numeric_limits<double>::quiet_NaN(), 0, true};
    finished.push_back(failed);
    const auto after = planner.propose(finished, 1);
    QVERIFY(hash(after->front().candidate.recipe.recipe) != hash(failed.recipe));
    QVERIFY(std::isfinite(*after->front().predicted_drop) && std::isfinite(after->front().expected_gain));
}

void TestPlanner::believes_a_trial_that_was_stopped_early()
{
    const PlannedWorld world = planned_world(kLayers, 9);
    const ca::Planner planner = planner_of(world, 24);
    auto finished = search(world, planner, 9);
    ca::TrialResult poor = world.trial(planner.propose(finished, 1)->front().candidate.recipe.recipe);
    const double expected = *planner.predict({poor.recipe, {}}, finished).predicted_drop;
    poor.stopped_early = true;
    poor.drop = expected + 20;
    finished.push_back(poor);
    QVERIFY(*planner.predict({poor.recipe, {}}, finished).predicted_drop > expected + 5);
}

void TestPlanner::works_without_divergences()
{
    PlannedWorld world = planned_world(kLayers, 10);
    for (ca::LayerSensitivity &layer : world.table.layers)
        layer.divergence.clear();
    const auto finished = search(world, planner_of(world, 24), 24);
    QVERIFY(world.true_hypervolume(finished) > world.true_hypervolume(random_search(world, 24, 10)));
    // A scan that was cut short has some layers' divergences.
    PlannedWorld half = planned_world(kLayers, 10);
    half.table.layers[3].divergence.clear();
    half.table.layers[9].divergence.erase("int6");
    QVERIFY(search(half, planner_of(half, 16), 16).size() > 8);
}

void TestPlanner::works_with_one_layer_and_with_none()
{
    const PlannedWorld one = planned_world(1, 11);
    const ca::Planner planner = planner_of(one, 40);
    const auto finished = search(one, planner, 40);
    // fp32, ten baselines at most, and the widths that they left out: 5 and 6 bits.
    QVERIFY(finished.size() >= 5 && finished.size() <= 13);
    QVERIFY(!planner.why_over(finished).empty());

    const PlannedWorld none = planned_world(0, 12);
    const ca::Planner idle = planner_of(none, 24);
    QCOMPARE(methods_of(*idle.propose({}, 5)), std::vector<std::string>{"fp32"});
    const std::vector<ca::TrialResult> done{none.trial({none.model.sha256, {}})};
    QVERIFY(idle.propose(done, 5)->empty());
    QVERIFY(QString::fromStdString(idle.why_over(done)).contains("no layer"));
}

void TestPlanner::stops_when_asked()
{
    const PlannedWorld world = planned_world(kLayers, 13);
    std::stop_source source;
    const ca::Planner planner = planner_of(world, 24);
    const auto finished = search(world, planner, 8);
    source.request_stop();
    QCOMPARE(planner.propose(finished, 1, source.get_token()).error().code, ca::ErrorCode::cancelled);
    QCOMPARE(ca::Planner::of(world.model, world.table, {}, source.get_token()).error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestPlanner)
#include "test_planner.moc"
