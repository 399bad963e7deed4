// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_choices.h"

#include "core/quantize/export/export.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ca {
namespace {

constexpr std::size_t kSpread = 128;             // points of a curve: two octaves of size in steps of about 1 %
constexpr int kFits = 8;                         // the header's bytes differ by less each time
constexpr std::array kSpeedSteps{0.0, 0.5, 1.0}; // of the way from float to the fastest

AllocationProblem weights_problem(const PlannerTable &table, std::span<const double> gains)
{
    AllocationProblem problem;
    problem.other_bytes = table.other_bytes;
    for (std::size_t l = 0; l < table.layers.size(); ++l) {
        LayerChoices choices{table.layers[l].name, {}};
        for (const PlannedFormat &format : table.layers[l].formats)
            choices.choices.push_back({to_text(format.scheme.format), bits_of(format.scheme.format).value, format.bytes,
                                       std::nullopt, table.layers[l].damage(format.scheme, gains[l])});
        problem.layers.push_back(std::move(choices));
    }
    return problem;
}

/// A layer whose weight stays no integer has none.
bool may_have_int8_inputs(const PlannedLayer &layer)
{
    return layer.takes_int8_inputs && std::all_of(layer.formats.begin(), layer.formats.end(), [](const PlannedFormat &format) {
               return is_integer(format.scheme.format);
           });
}

AllocationProblem inputs_problem(const PlannerTable &table, std::span<const double> gains)
{
    AllocationProblem problem;
    problem.other_latency = table.other_latency;
    for (std::size_t l = 0; l < table.layers.size(); ++l) {
        const PlannedLayer &layer = table.layers[l];
        LayerChoices choices{layer.name, {{"float", 32, 0, layer.float_latency, 0}}};
        if (may_have_int8_inputs(layer))
            choices.choices.push_back({"int8", 8, 0, layer.int8_latency, gains[l] * layer.input_damage});
        problem.layers.push_back(std::move(choices));
    }
    return problem;
}

/// What latency asks for of the inputs: none of them without clocks; the fewest that a limit needs; else steps to the fastest.
Result<std::vector<std::vector<bool>>> input_plans(const PlannerState &state, const Outlook &outlook, const std::stop_token &stop)
{
    const PlannerTable &table = state.table;
    if (!table.has_latency)
        return std::vector<std::vector<bool>>{std::vector<bool>(table.layers.size(), false)};
    const double least = least_latency(table);
    double most = table.other_latency;
    for (const PlannedLayer &layer : table.layers)
        most += layer.float_latency;
    const auto &limit = state.options.constraints.latency;
    std::vector<std::vector<bool>> result;
    for (const double step : kSpeedSteps) {
        double within = most + step * (least - most);
        if (limit) // clocks may say that not even the fastest holds it; then that is all there is
            within = std::max(least, std::min(within, *limit / outlook.latency_scale()));
        auto inputs = int8_inputs_within(table, within, outlook.gains(), stop);
        if (!inputs)
            return forward(inputs);
        if (std::find(result.begin(), result.end(), *inputs) == result.end())
            result.push_back(std::move(*inputs));
    }
    return result;
}

/// The last point of the curve whose file fits, by what its header takes beside what the table says.
std::optional<PlannedRecipe> last_that_fits(const PlannerState &state, const Outlook &outlook, const AllocationCurve &curve,
                                            const std::vector<bool> &inputs, std::int64_t limit)
{
    auto budget = static_cast<double>(limit);
    for (int i = 0; i < kFits; ++i) {
        const auto point = curve.within(budget);
        if (!point)
            return std::nullopt;
        PlannedRecipe recipe = planned_recipe(state, outlook, {curve.allocation(*point).choices, inputs});
        const std::int64_t over = predicted_bytes(state.model, recipe.recipe.recipe).value - limit;
        if (over <= 0)
            return recipe;
        budget = std::min(budget, curve.points()[*point].cost) - static_cast<double>(over);
    }
    return std::nullopt;
}

} // namespace

PlannedRecipe planned_recipe(const PlannerState &state, const Outlook &outlook, Plan plan)
{
    PlannedRecipe result;
    result.recipe = recipe_of(state.table, state.model, plan, state.options.has_images);
    const Recipe &recipe = result.recipe.recipe;
    result.hash = hash(recipe);
    result.bytes = static_cast<double>(state.table.bytes(plan));
    if (const auto latency = state.table.latency(recipe))
        result.latency = *latency * outlook.latency_scale();
    result.damage = outlook.damage(recipe);
    result.drop = outlook.drop(result.damage, has_static_activations(recipe));
    result.plan = std::move(plan);
    return result;
}

Result<std::vector<PlannedRecipe>> curve_recipes(const PlannerState &state, const Outlook &outlook, std::stop_token stop)
{
    const auto inputs = input_plans(state, outlook, stop);
    if (!inputs)
        return forward(inputs);
    const auto curve = AllocationCurve::of(weights_problem(state.table, outlook.gains()), AllocationAxis::bytes, stop);
    if (!curve)
        return forward(curve);
    std::vector<PlannedRecipe> result;
    for (const std::vector<bool> &layers : *inputs) {
        for (const std::size_t point : curve->well_spread(kSpread)) {
            if (stop.stop_requested())
                return cancelled();
            result.push_back(planned_recipe(state, outlook, {curve->allocation(point).choices, layers}));
        }
        if (const auto limit = state.options.constraints.bytes)
            if (auto last = last_that_fits(state, outlook, *curve, layers, *limit))
                result.push_back(std::move(*last));
    }
    return result;
}

Result<std::vector<bool>> int8_inputs_within(const PlannerTable &table, std::optional<double> latency,
                                             std::span<const double> gains, std::stop_token stop)
{
    AllocationLimits limits;
    limits.latency = latency;
    const auto found = best_allocation(inputs_problem(table, gains), AllocationAxis::damage, limits, std::move(stop));
    if (!found)
        return forward(found);
    std::vector<bool> result;
    for (const std::size_t choice : found->choices)
        result.push_back(choice == 1);
    return result;
}

double least_latency(const PlannerTable &table)
{
    double total = table.other_latency;
    for (const PlannedLayer &layer : table.layers)
        total += may_have_int8_inputs(layer) ? std::min(layer.float_latency, layer.int8_latency) : layer.float_latency;
    return total;
}

Plan smallest_plan(const PlannerTable &table)
{
    Plan plan;
    for (const PlannedLayer &layer : table.layers) {
        const auto least = std::min_element(layer.formats.begin(), layer.formats.end(),
                                            [](const auto &a, const auto &b) { return a.bytes < b.bytes; });
        plan.formats.push_back(static_cast<std::size_t>(least - layer.formats.begin()));
        plan.int8_inputs.push_back(false);
    }
    return plan;
}

} // namespace ca
