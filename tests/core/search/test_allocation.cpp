// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/allocation.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace {

using Axis = ca::AllocationAxis;
using Totals = std::array<double, 3>; // bytes, latency, damage
using Indices = std::vector<std::size_t>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t place_of(const ca::AllocationProblem &problem, const std::string &name)
{
    return static_cast<std::size_t>(
        std::find_if(problem.layers.begin(), problem.layers.end(), [&](const auto &layer) { return layer.name == name; })
        - problem.layers.begin());
}

/// Whether these choices keep all constraints but limits.
bool allowed(const ca::AllocationProblem &problem, const Indices &choices)
{
    const auto format = [&](std::size_t layer) { return problem.layers[layer].choices[choices[layer]].format; };
    for (std::size_t layer = 0; layer < choices.size(); ++layer) {
        const auto &choice = problem.layers[layer].choices[choices[layer]];
        const auto pin = problem.pins.find(problem.layers[layer].name);
        const auto least = problem.minimum_bits.find(problem.layers[layer].name);
        if (problem.forbidden.count(choice.format) > 0 || (pin != problem.pins.end() && pin->second != choice.format)
            || (least != problem.minimum_bits.end() && choice.bits < least->second))
            return false;
    }
    for (const auto &tie : problem.ties)
        for (const auto &name : tie)
            if (format(place_of(problem, name)) != format(place_of(problem, tie.front())))
                return false;
    return true;
}

Totals totals_of(const ca::AllocationProblem &problem, const Indices &choices)
{
    Totals totals{static_cast<double>(problem.other_bytes), problem.other_latency, 0};
    for (std::size_t layer = 0; layer < choices.size(); ++layer) {
        const auto &choice = problem.layers[layer].choices[choices[layer]];
        totals[0] += static_cast<double>(choice.bytes);
        totals[1] += *choice.latency;
        totals[2] += choice.damage;
    }
    return totals;
}

/// Tries everything.
std::vector<Totals> all_totals(const ca::AllocationProblem &problem)
{
    std::vector<Totals> result;
    Indices choices(problem.layers.size(), 0);
    for (;;) {
        if (allowed(problem, choices))
            result.push_back(totals_of(problem, choices));
        std::size_t layer = 0;
        while (layer < choices.size() && ++choices[layer] == problem.layers[layer].choices.size())
            choices[layer++] = 0;
        if (layer == choices.size())
            return result;
    }
}

double least(const std::vector<Totals> &all, std::size_t axis, const Totals &limits)
{
    double result = kInfinity;
    for (const Totals &totals : all)
        if (totals[0] <= limits[0] && totals[1] <= limits[1] && totals[2] <= limits[2])
            result = std::min(result, totals[axis]);
    return result;
}

class RandomProblems {
public:
    explicit RandomProblems(unsigned seed) : random_(seed) { }

    int whole(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
    bool one_in(int count) { return whole(1, count) == 1; }
    /// Eighths, whose sums are exact, so that limits can be hit; or any number.
    double damage(bool eighths) { return eighths ? whole(0, 24) / 8.0 : std::uniform_real_distribution<double>(0, 3)(random_); }

    ca::AllocationProblem next()
    {
        ca::AllocationProblem problem;
        const bool eighths = one_in(2);
        const int layers = whole(1, 6);
        for (int layer = 0; layer < layers; ++layer) {
            ca::LayerChoices choices{name(layer), {}};
            for (int format = 0; format < 4; ++format)
                if (format == 0 || !one_in(5))
                    choices.choices.push_back({formats_[static_cast<std::size_t>(format)], 2 << format, whole(0, 30),
                                               whole(0, 30) / 8.0, damage(eighths)});
            std::shuffle(choices.choices.begin(), choices.choices.end(), random_);
            problem.layers.push_back(std::move(choices));
        }
        constrain(problem, layers);
        return problem;
    }

private:
    static std::string name(int layer) { return "layer" + std::to_string(layer); }
    std::string any(int layers) { return name(whole(0, layers - 1)); }

    void constrain(ca::AllocationProblem &problem, int layers)
    {
        for (int tie = whole(0, 2); tie > 0; --tie)
            problem.ties.push_back({any(layers), any(layers), any(layers)});
        if (one_in(4))
            problem.pins.emplace(any(layers), formats_[static_cast<std::size_t>(whole(0, 3))]);
        if (one_in(3))
            problem.minimum_bits.emplace(any(layers), whole(3, 9));
        if (one_in(4))
            problem.forbidden.insert(formats_[static_cast<std::size_t>(whole(1, 3))]);
        problem.other_bytes = whole(0, 5);
        problem.other_latency = whole(0, 4) / 8.0;
    }

    std::mt19937 random_;
    const std::array<std::string, 4> formats_{"int2", "int4", "int8", "fp16"};
};

ca::LayerChoices layer(const std::string &name, std::vector<ca::FormatChoice> choices)
{
    return {name, std::move(choices)};
}

/// int2, int4 and int8 at 1, 2 and 4 bytes a weight pair; damage falls with them.
ca::AllocationProblem three_layers()
{
    ca::AllocationProblem problem;
    for (const char *name : {"q", "k", "v"})
        problem.layers.push_back(layer(name, {{"int2", 2, 10, 1.0, 4}, {"int4", 4, 20, 2.0, 1}, {"int8", 8, 40, 4.0, 0}}));
    return problem;
}

std::string error_of(const ca::AllocationProblem &problem, const ca::AllocationLimits &limits = {})
{
    const auto found = ca::best_allocation(problem, Axis::damage, limits);
    return found ? "found" : found.error().sentence;
}

} // namespace

class TestAllocation final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void finds_what_trying_everything_finds();
    void proves_the_least_where_many_layers_have_two_budgets();
    void gives_tied_layers_one_format();
    void ties_that_share_a_layer_are_one();
    void keeps_pins_widths_and_forbidden_formats();
    void counts_what_lies_beside_the_layers();
    void takes_the_fewest_bytes_of_equal_damage();
    void forgives_a_limit_the_rounding_of_sums();

    void names_the_nearest_limit_that_can_be_kept();
    void the_nearest_limit_can_be_kept();
    void names_the_constraint_that_leaves_nothing();
    void names_what_is_not_there();
    void leaves_out_damage_that_is_no_number();
    void leaves_out_choices_without_latency_only_where_it_counts();
    void knows_no_layers_and_one_choice();
    void takes_any_budget();
    void refuses_sizes_that_cannot_be_added();
    void stops_when_asked();
};

void TestAllocation::finds_what_trying_everything_finds()
{
    RandomProblems random(7);
    int feasible = 0, impossible = 0, unreachable = 0;
    for (int round = 0; round < 1000; ++round) {
        const ca::AllocationProblem problem = random.next();
        const auto all = all_totals(problem);
        // Limits that some allocation just keeps, or just misses, or none.
        Totals limits{kInfinity, kInfinity, kInfinity};
        if (!all.empty())
            for (std::size_t axis = 0; axis < 3; ++axis)
                if (!random.one_in(3))
                    limits[axis] = all[static_cast<std::size_t>(random.whole(0, static_cast<int>(all.size()) - 1))][axis];
        ca::AllocationLimits asked;
        if (std::isfinite(limits[0]))
            asked.bytes = static_cast<std::int64_t>(limits[0]);
        if (std::isfinite(limits[1]))
            asked.latency = limits[1];
        if (std::isfinite(limits[2]))
            asked.damage = limits[2] = limits[2] * (1 + 1e-12);
        for (const Axis axis : {Axis::bytes, Axis::latency, Axis::damage}) {
            const double expected = least(all, static_cast<std::size_t>(axis), limits);
            const auto found = ca::best_allocation(problem, axis, asked);
            if (!found) {
                QVERIFY(found.error().code == ca::ErrorCode::constraint);
                QVERIFY2(expected == kInfinity, found.error().sentence.c_str());
                ++(all.empty() ? impossible : unreachable);
                continue;
            }
            ++feasible;
            QVERIFY(allowed(problem, found->choices));
            const Totals totals = totals_of(problem, found->choices);
            QVERIFY(totals[0] <= limits[0] && totals[1] <= limits[1] && totals[2] <= limits[2] * (1 + 1e-12));
            QVERIFY(std::abs(totals[static_cast<std::size_t>(axis)] - expected) < 1e-9);
            QCOMPARE(found->gap, 0.0);
            QCOMPARE(static_cast<double>(found->bytes), totals[0]);
            QVERIFY(std::abs(*found->latency - totals[1]) < 1e-9 && std::abs(found->damage - totals[2]) < 1e-9);
        }
    }
    QVERIFY2(feasible > 1000 && impossible > 50 && unreachable > 50,
             qPrintable(QStringLiteral("%1 %2 %3").arg(feasible).arg(impossible).arg(unreachable)));
}

void TestAllocation::proves_the_least_where_many_layers_have_two_budgets()
{
    // 40 layers whose int4 is 1 byte and 1 ms smaller than int8, and damage 2^-layer larger: with 10 bytes to be saved, those of
    // least damage are the last 10, and both budgets say the same.
    ca::AllocationProblem problem;
    for (int i = 0; i < 40; ++i)
        problem.layers.push_back(
            layer("layer" + std::to_string(i), {{"int8", 8, 2, 2.0, 0}, {"int4", 4, 1, 1.0, std::exp2(-i)}}));
    const auto found = ca::best_allocation(problem, Axis::damage, {70, 75.0, {}});
    QVERIFY(found);
    QCOMPARE(found->bytes, 70);
    QCOMPARE(found->gap, 0.0);
    for (std::size_t i = 0; i < 40; ++i)
        QCOMPARE(found->choices[i], std::size_t{i < 30 ? 0U : 1U});
}

void TestAllocation::gives_tied_layers_one_format()
{
    // 80 bytes: alone, one layer gets int8 and two int4 (damage 2); all alike, int4 (damage 3).
    ca::AllocationProblem problem = three_layers();
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {80, {}, {}})->damage, 2.0);
    problem.ties = {{"q", "k", "v"}};
    const auto found = ca::best_allocation(problem, Axis::damage, {80, {}, {}});
    QCOMPARE(found->choices, (Indices{1, 1, 1}));
    QCOMPARE(found->damage, 3.0);
}

void TestAllocation::ties_that_share_a_layer_are_one()
{
    ca::AllocationProblem problem = three_layers();
    problem.ties = {{"v", "k"}, {"q", "k"}};
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {80, {}, {}})->choices, (Indices{1, 1, 1}));
    // A format is found by its name, wherever it stands in a layer's list.
    std::reverse(problem.layers[1].choices.begin(), problem.layers[1].choices.end());
    QCOMPARE(ca::best_allocation(problem, Axis::bytes, {})->choices, (Indices{0, 2, 0}));
}

void TestAllocation::keeps_pins_widths_and_forbidden_formats()
{
    ca::AllocationProblem problem = three_layers();
    problem.pins.emplace("k", "int8");
    problem.minimum_bits.emplace("q", 3);
    QCOMPARE(ca::best_allocation(problem, Axis::bytes, {})->choices, (Indices{1, 2, 0}));
    problem.forbidden.insert("int4");
    QCOMPARE(ca::best_allocation(problem, Axis::bytes, {})->choices, (Indices{2, 2, 0}));
}

void TestAllocation::counts_what_lies_beside_the_layers()
{
    ca::AllocationProblem problem = three_layers();
    problem.other_bytes = 100;
    problem.other_latency = 0.5;
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {160, {}, {}})->choices, (Indices{1, 1, 1}));
    QVERIFY(!ca::best_allocation(problem, Axis::damage, {129, {}, {}}));
    const auto smallest = ca::best_allocation(problem, Axis::bytes, {});
    QCOMPARE(smallest->bytes, 130);
    QCOMPARE(*smallest->latency, 3.5);
}

void TestAllocation::takes_the_fewest_bytes_of_equal_damage()
{
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{"fp32", 32, 40, {}, 0}, {"int8", 8, 10, {}, 0}, {"int2", 2, 3, {}, 1}})};
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {})->choices, Indices{1});
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {1000, {}, {}})->choices, Indices{1});
}

void TestAllocation::forgives_a_limit_the_rounding_of_sums()
{
    // 0.1 + 0.2 is 0.30000000000000004 in binary.
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{"int8", 8, 1, 0.1, 0}}), layer("b", {{"int8", 8, 1, 0.2, 0}})};
    QVERIFY(ca::best_allocation(problem, Axis::damage, {{}, 0.3, {}}));
    QVERIFY(!ca::best_allocation(problem, Axis::damage, {{}, 0.2999999, {}}));
}

void TestAllocation::names_the_nearest_limit_that_can_be_kept()
{
    const auto problem = three_layers();
    QCOMPARE(
        error_of(problem, {29, {}, {}}),
        std::string("No choice of formats has at most 29 bytes: the least that these layers allow is 30 bytes. Ask for that, "
                    "or lift another constraint."));
    QCOMPARE(error_of(problem, {{}, 2.5, {}}),
             std::string("No choice of formats has at most 2.5 ms: the least that these layers allow is 3 ms. Ask for that, or "
                         "lift another constraint."));
    // 60 bytes: int4 for all.
    QCOMPARE(error_of(problem, {60, {}, 2.0}),
             std::string("No choice of formats has at most a predicted loss of 2 within 60 bytes: the least that these layers "
                         "allow there is a predicted loss of 3. Ask for that, or lift another constraint."));
}

void TestAllocation::the_nearest_limit_can_be_kept()
{
    // Small is slow: int4 saves bytes and costs time. Within 5 bytes at least one layer has int4: 2 + 5 ms.
    ca::AllocationProblem problem;
    for (const char *name : {"a", "b"})
        problem.layers.push_back(layer(name, {{"int8", 8, 3, 2.0, 0}, {"int4", 4, 2, 5.0, 1}}));
    const std::string sentence = error_of(problem, {5, 6.0, {}});
    QVERIFY2(sentence.find("least that these layers allow there is 6 bytes") != std::string::npos, sentence.c_str());
    QVERIFY(ca::best_allocation(problem, Axis::damage, {6, 6.0, {}}));
    QVERIFY(ca::best_allocation(problem, Axis::damage, {5, 7.0, {}}));
}

void TestAllocation::names_the_constraint_that_leaves_nothing()
{
    const auto with = [](const auto &change) {
        ca::AllocationProblem problem = three_layers();
        change(problem);
        return error_of(problem);
    };
    QCOMPARE(with([](auto &problem) { problem.minimum_bits.emplace("k", 9); }),
             std::string("No format of the layer k has at least 9 bits: the widest that it may have is int8 with 8."));
    QCOMPARE(with([](auto &problem) { problem.pins.emplace("k", "int5"); }),
             std::string("The layer k is pinned to int5, which it does not have. It has int2, int4, int8."));
    QCOMPARE(with([](auto &problem) {
                 problem.pins.emplace("k", "int4");
                 problem.forbidden.insert("int4");
             }),
             std::string("The layer k is pinned to int4, which is forbidden. Lift one of the two."));
    QCOMPARE(with([](auto &problem) {
                 problem.pins.emplace("k", "int4");
                 problem.minimum_bits.emplace("k", 6);
             }),
             std::string("The layer k is pinned to int4 with 4 bits and must have at least 6. Lift one of the two."));
    QCOMPARE(with([](auto &problem) {
                 problem.forbidden = {"int2", "int4", "int8"};
             }),
             std::string("No format is left for the layer q: of int2, int4, int8 each is forbidden, or its damage or latency is "
                         "not known."));
    QCOMPARE(with([](auto &problem) {
                 problem.ties = {{"q", "k"}};
                 problem.pins.emplace("q", "int2");
                 problem.minimum_bits.emplace("k", 4);
             }),
             std::string("Layers that must have the same format may have none in common (q: int2; k: int4, int8). Untie them or "
                         "allow a format to all."));
    QCOMPARE(with([](auto &problem) { problem.layers[2].choices.clear(); }),
             std::string("The layer v has no format to choose from."));
}

void TestAllocation::names_what_is_not_there()
{
    ca::AllocationProblem pinned = three_layers(), widened = three_layers(), tied = three_layers(), twice = three_layers();
    pinned.pins.emplace("o", "int4");
    widened.minimum_bits.emplace("o", 4);
    tied.ties = {{"q", "o"}};
    for (const auto *problem : {&pinned, &widened, &tied}) {
        const auto found = ca::best_allocation(*problem, Axis::damage, {});
        QVERIFY(!found && found.error().code == ca::ErrorCode::usage);
        QVERIFY(found.error().sentence.find("no layer o") != std::string::npos);
    }
    twice.layers[1].name = "q";
    QVERIFY(ca::best_allocation(twice, Axis::damage, {}).error().code == ca::ErrorCode::bad_data);
    twice = three_layers();
    twice.layers[1].choices[0].format = "int8";
    QVERIFY(ca::best_allocation(twice, Axis::damage, {}).error().code == ca::ErrorCode::bad_data);
    QVERIFY(ca::best_allocation(three_layers(), Axis::damage, {{}, std::nan(""), {}}).error().code == ca::ErrorCode::usage);
}

void TestAllocation::leaves_out_damage_that_is_no_number()
{
    ca::AllocationProblem problem = three_layers();
    problem.layers[0].choices[0].damage = std::nan("");
    problem.layers[1].choices[0].damage = kInfinity;
    QCOMPARE(ca::best_allocation(problem, Axis::bytes, {})->choices, (Indices{1, 1, 0}));
    QCOMPARE(ca::unusable_choices(problem),
             (std::vector<std::string>{"The layer q is never given int2: its damage there is no finite number.",
                                       "The layer k is never given int2: its damage there is no finite number."}));
    problem.pins.emplace("q", "int2");
    QVERIFY(!ca::best_allocation(problem, Axis::bytes, {}));
}

void TestAllocation::leaves_out_choices_without_latency_only_where_it_counts()
{
    ca::AllocationProblem problem = three_layers();
    for (auto &choices : problem.layers)
        choices.choices[0].latency.reset();
    const auto smallest = ca::best_allocation(problem, Axis::bytes, {});
    QCOMPARE(smallest->choices, (Indices{0, 0, 0}));
    QVERIFY(!smallest->latency);
    const auto timed = ca::best_allocation(problem, Axis::bytes, {{}, 100.0, {}});
    QCOMPARE(timed->choices, (Indices{1, 1, 1}));
    QCOMPARE(*timed->latency, 6.0);
}

void TestAllocation::knows_no_layers_and_one_choice()
{
    const auto none = ca::best_allocation({}, Axis::damage, {0, 0.0, 0.0});
    QVERIFY(none && none->choices.empty());
    QCOMPARE(none->bytes, 0);
    ca::AllocationProblem one;
    one.layers = {layer("a", {{"int8", 8, 7, {}, 0.5}})};
    QCOMPARE(ca::best_allocation(one, Axis::damage, {7, {}, 0.5})->choices, Indices{0});
    QVERIFY(!ca::best_allocation(one, Axis::damage, {6, {}, {}}));
}

void TestAllocation::takes_any_budget()
{
    const auto problem = three_layers();
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max(), kLeast = std::numeric_limits<std::int64_t>::min();
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {kMost, {}, {}})->choices, (Indices{2, 2, 2}));
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {kMost, kInfinity, kInfinity})->choices, (Indices{2, 2, 2}));
    QVERIFY(!ca::best_allocation(problem, Axis::damage, {kLeast, {}, {}}));
}

void TestAllocation::refuses_sizes_that_cannot_be_added()
{
    constexpr std::int64_t kHalf = std::int64_t{1} << 52; // two of them are 2^53, the most that adds up exactly
    ca::AllocationProblem problem;
    problem.layers = {layer("a", {{"int8", 8, kHalf, {}, 0}}), layer("b", {{"int8", 8, kHalf, {}, 0}})};
    QCOMPARE(ca::best_allocation(problem, Axis::damage, {})->bytes, 2 * kHalf);
    problem.other_bytes = 1;
    QVERIFY(ca::best_allocation(problem, Axis::damage, {}).error().code == ca::ErrorCode::bad_data);
    problem = three_layers();
    problem.layers[0].choices[0].bytes = -1;
    QVERIFY(ca::best_allocation(problem, Axis::damage, {}).error().code == ca::ErrorCode::bad_data);
}

void TestAllocation::stops_when_asked()
{
    std::stop_source source;
    source.request_stop();
    const auto found = ca::best_allocation(three_layers(), Axis::damage, {75, {}, {}}, source.get_token());
    QVERIFY(!found && found.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestAllocation)
#include "test_allocation.moc"
