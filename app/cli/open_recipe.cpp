// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/open_recipe.h"

#include "app/cli/method_options.h"
#include "core/base/atomic_file.h"
#include "core/evaluate/evaluate.h"
#include "core/quantize/export/export.h"
#include "core/search/mixed.h"

#include <cmath>

namespace ca {
namespace {

Result<MethodRecipe> read_recipe(const std::string &file, const Model &model)
{
    constexpr std::size_t kMost = 8U << 20U; // the contract's limit on a recipe
    const auto text = read_file(file, kMost);
    if (!text)
        return forward(text);
    const auto json = parse_json(*text, "The recipe " + file);
    if (!json)
        return forward(json);
    auto recipe = recipe_from_json(*json);
    if (!recipe)
        return forward(recipe);
    if (const auto fits = check(*recipe, model); !fits)
        return forward(fits);
    return MethodRecipe{std::move(*recipe), {}};
}

/// All calibration images as the network takes them. Errors: `usage` without data; those of `choose_preprocess`.
Result<Calibration> open_calibration(const Arguments &arguments, const Inputs &inputs, std::optional<Preprocess> preprocess,
                                     std::stop_token stop)
{
    if (const auto network = check_network(inputs.model); !network)
        return forward(network);
    if (!inputs.data)
        return fail(ErrorCode::usage, "This recipe looks at calibration images: give --data as well.");
    if (!preprocess) {
        const auto chosen =
            choose_preprocess(arguments.preprocess, inputs.model, *inputs.data, arguments.threads, std::move(stop));
        if (!chosen)
            return forward(chosen);
        preprocess = chosen->preprocess;
    }
    return Calibration(inputs.data->calibration, *preprocess);
}

Result<MethodRecipe> mixed_recipe(const Arguments &arguments, const Inputs &inputs, const MethodOptions &method,
                                  const std::optional<Preprocess> &preprocess, const std::stop_token &stop,
                                  const Progress &progress)
{
    const Model &model = inputs.model;
    const MixedOptions options{method, false};
    if (arguments.target_bytes)
        return mixed_for_bytes(model, bytes(*arguments.target_bytes), options);
    if (arguments.target_ratio) {
        const auto of_float = static_cast<double>(predicted_bytes(model, Recipe{model.sha256, {}}).value);
        return mixed_for_bytes(model, bytes(static_cast<std::int64_t>(std::floor(of_float / *arguments.target_ratio))), options);
    }
    const auto calibration = open_calibration(arguments, inputs, preprocess, stop);
    if (!calibration)
        return forward(calibration);
    const auto head = choose_head("auto", model, *inputs.data);
    if (!head)
        return forward(head);
    return mixed_for_drop(model, {*arguments.max_drop, head->scoring, arguments.threads}, options, *calibration,
                          inputs.data->calibration, stop, progress);
}

} // namespace

Result<std::optional<MethodRecipe>> open_recipe(const Arguments &arguments, const Inputs &inputs,
                                                const std::optional<Preprocess> &preprocess, std::stop_token stop,
                                                const Progress &progress)
{
    if (arguments.method.empty() && arguments.recipe_file.empty())
        return std::optional<MethodRecipe>();
    MethodOptions options = arguments.method_options;
    options.has_images = inputs.data && inputs.data->calibration.size() > 0 && inputs.model.has_network();
    auto recipe = arguments.method.empty() ? read_recipe(arguments.recipe_file, inputs.model)
        : arguments.method == kMixed       ? mixed_recipe(arguments, inputs, options, preprocess, stop, progress)
                                           : make_recipe(inputs.model, arguments.method, options);
    return recipe ? Result<std::optional<MethodRecipe>>(std::move(*recipe)) : forward(recipe);
}

Result<Calibration> calibration_for(const Arguments &arguments, const Inputs &inputs, const Recipe &recipe,
                                    const std::optional<Preprocess> &preprocess, std::stop_token stop)
{
    return needs_images(recipe) ? open_calibration(arguments, inputs, preprocess, std::move(stop)) : Calibration();
}

Result<QuantizedModel> carry_out(const Arguments &arguments, const Inputs &inputs, const MethodRecipe &recipe,
                                 const std::optional<Preprocess> &preprocess, std::stop_token stop, const Progress &progress)
{
    if (const auto recorded = check_recorded(inputs.model); !recorded)
        return forward(recorded);
    const auto calibration = calibration_for(arguments, inputs, recipe.recipe, preprocess, stop);
    if (!calibration)
        return forward(calibration);
    return quantize(inputs.model, recipe, *calibration, arguments.threads, std::move(stop), progress);
}

} // namespace ca
