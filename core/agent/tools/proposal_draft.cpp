// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/tools/proposal_draft.h"

#include "core/agent/tools/layer_changes.h"
#include "core/quantize/export/export.h"
#include "core/quantize/methods/method_list.h"
#include "core/search/planner_choices.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca::tools {
namespace {

constexpr const char *kMixed = "mixed";

bool has_images(const ToolBox::State &state)
{
    return state.desk.data().calibration.size() > 0;
}

/// Methods that can be carried out with the images that there are.
Json possible_bases(const ToolBox::State &state)
{
    Json names = Json::array();
    MethodOptions options;
    options.has_images = has_images(state);
    for (const std::string &name : method_names()) {
        const auto recipe = make_recipe(state.desk.model(), name, options);
        if (recipe && (options.has_images || !needs_images(recipe->recipe)))
            names.push_back(name);
    }
    return names;
}

/// Static inputs bring options for the whole model with them, and go with them.
void set_options(const ToolBox::State &state, Recipe &recipe)
{
    MethodOptions method;
    method.has_images = has_images(state);
    RecipeOptions with_static;
    methods::set_static_options(with_static, state.desk.model(), method);
    const RecipeOptions plain;
    const RecipeOptions &from = has_static_activations(recipe) ? with_static : plain;
    recipe.options.ranges = from.ranges;
    recipe.options.equalize = from.equalize;
    recipe.options.smooth = from.smooth;
    recipe.options.correct_biases = from.correct_biases;
}

void set_left_float(const Model &model, MethodRecipe &recipe)
{
    std::vector<FloatLayer> left;
    for (const Layer &layer : model.program.layers()) {
        if (recipe.recipe.layers.contains(layer.name))
            continue;
        const auto known = std::find_if(recipe.left_float.begin(), recipe.left_float.end(),
                                        [&](const FloatLayer &each) { return each.name == layer.name; });
        left.push_back(known == recipe.left_float.end() ? FloatLayer{layer.name, "as proposed"} : *known);
    }
    recipe.left_float = std::move(left);
}

Draft from_base(const ToolBox::State &state, const std::string &base, const std::vector<LayerChange> &changes)
{
    Draft draft;
    MethodOptions options;
    options.has_images = has_images(state);
    auto recipe = make_recipe(state.desk.model(), base, options);
    if (!recipe || (!options.has_images && needs_images(recipe->recipe))) {
        draft.errors.push_back({"/base", recipe ? "needs calibration images, of which there are none" : "is not possible here",
                                possible_bases(state)});
        return draft;
    }
    const Recipe before = recipe->recipe;
    for (const LayerChange &change : changes)
        apply_change(change, options.has_images, recipe->recipe, draft.errors);
    if (!draft.errors.empty())
        return draft;
    const bool changed = recipe->recipe.layers != before.layers;
    if (changed) {
        if (has_static_activations(recipe->recipe) != has_static_activations(before))
            set_options(state, recipe->recipe);
        set_left_float(state.desk.model(), *recipe);
    }
    draft.candidate = Candidate{changed ? kMixed : base, {}, {}, std::move(*recipe)};
    return draft;
}

/// Changes of format are pins of the allocation, so that what the others get fits beside them.
PlannerState allocation_state(const ToolBox::State &state, std::int64_t target, const std::vector<LayerChange> &changes)
{
    PlannerState planner;
    planner.model = state.desk.model();
    planner.options.constraints = state.desk.study().constraints;
    planner.options.constraints.bytes = target;
    planner.options.constraints.latency.reset();
    planner.options.has_images = has_images(state);
    for (const LayerChange &change : changes)
        for (const Layer *layer : change.layers)
            if (change.format)
                planner.options.constraints.pins[layer->name] = *change.format;
    return planner;
}

std::int64_t smallest_of(const PlannerState &planner)
{
    const Plan plan = smallest_plan(planner.table);
    return predicted_bytes(planner.model, recipe_of(planner.table, planner.model, plan, planner.options.has_images).recipe).value;
}

/// An error of the search as one of the call; `failure` where it was stopped.
Draft draft_of(const ToolBox::State &state, const Error &error)
{
    Draft draft;
    if (error.code == ErrorCode::cancelled)
        draft.failure = error;
    else if (const Json text = state.untrusted(error.sentence); text.is_string())
        draft.errors.push_back({"/target_bytes", text.get<std::string>(), "other limits on the formats of layers"});
    else
        draft.errors.push_back({"/target_bytes", "leaves a layer no format", "other limits on the formats of layers"});
    return draft;
}

/// The recipe of least damage that fits.
Draft allocated(const ToolBox::State &state, std::int64_t target, const std::vector<LayerChange> &changes, std::stop_token stop)
{
    PlannerState planner = allocation_state(state, target, changes);
    auto table = planner_table(planner.model, *state.desk.table(), planner.options);
    if (!table)
        return draft_of(state, table.error());
    planner.table = std::move(*table);
    const auto finished = trial_results(state.desk.study());
    const Outlook outlook(planner, finished);
    const auto recipes = curve_recipes(planner, outlook, std::move(stop));
    if (!recipes)
        return draft_of(state, recipes.error());
    const PlannedRecipe *best = nullptr;
    for (const PlannedRecipe &recipe : *recipes)
        if (predicted_bytes(planner.model, recipe.recipe.recipe).value <= target && (!best || recipe.damage < best->damage))
            best = &recipe;
    Draft draft;
    if (best) {
        draft.candidate = Candidate{kMixed, {}, {}, best->recipe};
        return draft;
    }
    draft.errors.push_back({"/target_bytes", "is less than any recipe has that the limits on formats allow",
                            "at least " + std::to_string(smallest_of(planner))});
    return draft;
}

Draft for_target(const ToolBox::State &state, std::int64_t target, const std::vector<LayerChange> &changes, std::stop_token stop)
{
    Draft draft = allocated(state, target, changes, std::move(stop));
    if (!draft.candidate)
        return draft;
    MethodRecipe &recipe = draft.candidate->recipe;
    for (const LayerChange &change : changes)
        apply_change(change, has_images(state), recipe.recipe, draft.errors);
    set_options(state, recipe.recipe);
    set_left_float(state.desk.model(), recipe);
    if (draft.errors.empty() && predicted_bytes(state.desk.model(), recipe.recipe).value > target)
        draft.errors.push_back({"/target_bytes", "is passed by what the changes add", "more bytes, or larger groups"});
    if (!draft.errors.empty())
        draft.candidate.reset();
    return draft;
}

ArgumentErrors check_target(const Json &base, const Json &target)
{
    const bool mixed = base == kMixed;
    if (mixed && target.is_null())
        return {{"/target_bytes", "is needed with the base mixed", "integer"}};
    if (!target.is_null() && !base.is_null() && !mixed)
        return {{"/base", "makes its own size, so target_bytes does not go with it", {kMixed, nullptr}}};
    if (!target.is_null() && (target < 1 || target > INT64_MAX))
        return {{"/target_bytes", "is no size of a file", "more than 0"}};
    return {};
}

} // namespace

std::optional<std::int64_t> smallest_bytes(const ToolBox::State &state, const Constraints &limits)
{
    PlannerState planner = allocation_state(state, 0, {});
    planner.options.constraints = limits;
    auto table = planner_table(planner.model, *state.desk.table(), planner.options);
    if (!table)
        return std::nullopt;
    planner.table = std::move(*table);
    return smallest_of(planner);
}

Draft draft_recipe(const ToolBox::State &state, const Json &arguments, std::stop_token stop)
{
    Draft draft;
    const Json &base = arguments["base"], &target = arguments["target_bytes"];
    draft.errors = check_target(base, target);
    const auto changes = layer_changes(state, arguments["layers"], draft.errors);
    if (!draft.errors.empty())
        return draft;
    draft = target.is_null() ? from_base(state, base.is_null() ? "fp32" : base.get<std::string>(), changes)
                             : for_target(state, target.get<std::int64_t>(), changes, std::move(stop));
    if (draft.candidate) {
        const Model &model = state.desk.model();
        draft.candidate->name = describe(draft.candidate->recipe.recipe, model);
        if (const auto possible = check(draft.candidate->recipe.recipe, model); !possible) {
            const Json text = state.untrusted(possible.error().sentence);
            draft.errors.push_back({"", text.is_string() ? text.get<std::string>() : "is not possible for this model"});
            draft.candidate.reset();
        }
    }
    return draft;
}

} // namespace ca::tools
