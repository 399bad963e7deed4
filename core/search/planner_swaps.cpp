// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_swaps.h"

#include "core/base/random.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr double kAboutEqual = 0.02; // of the file
constexpr std::size_t kAround = 48;

/// The plan that a recipe is, where its layers have formats of the table.
std::optional<Plan> plan_of(const PlannerTable &table, const Recipe &recipe)
{
    Plan plan;
    for (const PlannedLayer &layer : table.layers) {
        const auto found = recipe.layers.find(layer.name);
        const Scheme scheme = found == recipe.layers.end() ? Scheme{} : found->second;
        const auto same = [&](const PlannedFormat &format) { return format.scheme.format == scheme.format; };
        const auto format = std::find_if(layer.formats.begin(), layer.formats.end(), same);
        if (format == layer.formats.end() || scheme.activation == Activation::dynamic_int8
            || (scheme.activation == Activation::static_int8 && !layer.takes_int8_inputs))
            return std::nullopt;
        plan.formats.push_back(static_cast<std::size_t>(format - layer.formats.begin()));
        plan.int8_inputs.push_back(scheme.activation == Activation::static_int8);
    }
    return plan;
}

struct Swap {
    std::size_t wider = 0, narrower = 0; // layers
};

/// All that change the bytes little.
std::vector<Swap> swaps_of(const PlannerTable &table, const Plan &plan)
{
    const double room = kAboutEqual * static_cast<double>(table.bytes(plan));
    const auto change = [&](std::size_t layer, std::size_t to) {
        const auto &formats = table.layers[layer].formats;
        return static_cast<double>(formats[to].bytes - formats[plan.formats[layer]].bytes);
    };
    std::vector<Swap> result;
    for (std::size_t wider = 0; wider < table.layers.size(); ++wider) {
        if (plan.formats[wider] == 0)
            continue;
        for (std::size_t narrower = 0; narrower < table.layers.size(); ++narrower)
            if (narrower != wider && plan.formats[narrower] + 1 < table.layers[narrower].formats.size()
                && std::abs(change(wider, plan.formats[wider] - 1) + change(narrower, plan.formats[narrower] + 1)) <= room)
                result.push_back({wider, narrower});
    }
    return result;
}

std::string words(const PlannerTable &table, const Plan &plan, const Swap &swap)
{
    const auto text = [&](std::size_t layer) {
        return to_text(table.layers[layer].formats[plan.formats[layer]].scheme.format) + " in " + table.layers[layer].name;
    };
    return text(swap.wider) + " and " + text(swap.narrower) + " around a recipe of the front";
}

} // namespace

std::vector<PlannedRecipe> swapped_recipes(const PlannerState &state, const Outlook &outlook,
                                           std::span<const TrialResult> finished)
{
    std::vector<OperatingPoint> points;
    std::vector<const TrialResult *> trials;
    for (const TrialResult &trial : finished)
        if (!trial.stopped_early) {
            points.push_back({trial.point.bytes, -trial.drop, {}});
            trials.push_back(&trial);
        }
    std::vector<PlannedRecipe> result;
    for (const std::size_t i : pareto_front(points, FrontAxes::bytes_accuracy)) {
        const auto plan = plan_of(state.table, trials[i]->recipe);
        if (!plan)
            continue;
        auto swaps = swaps_of(state.table, *plan);
        const auto order = [&](const Swap &swap) {
            return mix(state.options.seed + i, swap.wider * state.table.layers.size() + swap.narrower);
        };
        std::sort(swaps.begin(), swaps.end(), [&](const Swap &a, const Swap &b) { return order(a) < order(b); });
        swaps.resize(std::min(swaps.size(), kAround));
        for (const Swap &swap : swaps) {
            Plan changed = *plan;
            --changed.formats[swap.wider];
            ++changed.formats[swap.narrower];
            result.push_back(planned_recipe(state, outlook, changed));
            result.back().origin = words(state.table, changed, swap);
        }
    }
    return result;
}

} // namespace ca
