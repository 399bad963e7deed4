// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/quantize.h"

#include "core/base/parallel.h"
#include "core/quantize/ranges_torch.h"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace ca {
namespace {

/// Why a layer that the recipe names cannot run with static activations, if so.
std::optional<std::string> missing_range(const Model &model, const Recipe &recipe, const ActivationRanges &ranges)
{
    const auto &steps = model.program.data().steps;
    for (const Step &step : steps) {
        if (step.layer < 0 || is_constant(step.in[0])) // a table that a linear layer shares
            continue;
        const Layer &layer = model.program.layers()[static_cast<std::size_t>(step.layer)];
        const auto found = recipe.layers.find(layer.name);
        if (found == recipe.layers.end() || found->second.activation != Activation::static_int8)
            continue;
        if (ranges.empty() || !ranges.data().slots.contains(step.in[0]))
            return layer.name;
    }
    return std::nullopt;
}

std::vector<FloatLayer> left_float(const Model &model, const MethodRecipe &recipe)
{
    std::vector<FloatLayer> left = recipe.left_float;
    for (const Layer &layer : model.program.layers()) {
        const auto found = recipe.recipe.layers.find(layer.name);
        const bool named =
            std::any_of(left.begin(), left.end(), [&](const FloatLayer &other) { return other.name == layer.name; });
        if (!named && found == recipe.recipe.layers.end())
            left.push_back({layer.name, "The recipe does not list it."});
        else if (!named && found->second.format == Format::fp32)
            left.push_back({layer.name, "The recipe keeps it in fp32."});
    }
    return left;
}

/// With the program that its weights, recipe and ranges ask for.
Result<QuantizedModel> packed(QuantizedModel model)
{
    const auto lowered = guarded("Packing the quantized network", 1, [&] {
        model.program =
            lower_quantized(model.model.program.data(), model.recipe, model.weights, model.ranges, model.compute, model.real);
    });
    if (!lowered)
        return forward(lowered);
    return model;
}

} // namespace

Result<QuantizedModel> quantize(const Model &model, const MethodRecipe &recipe, const ActivationRanges &ranges, int threads,
                                std::stop_token stop, const Progress &progress)
{
    if (const auto good = check(recipe.recipe, model); !good)
        return forward(good);
    if (const auto layer = missing_range(model, recipe.recipe, ranges))
        return fail(ErrorCode::bad_data,
                    "Static int8 activations of the layer " + *layer + " need calibration images. Give a data set.");

    QuantizedModel result{model, recipe.recipe, left_float(model, recipe), {}, ranges, {}, "fp32", true};
    std::vector<std::pair<const Layer *, Scheme>> work;
    for (const Layer &layer : model.program.layers())
        if (const auto found = recipe.recipe.layers.find(layer.name);
            found != recipe.recipe.layers.end() && found->second.format != Format::fp32)
            work.emplace_back(&layer, found->second);

    std::mutex mutex;
    std::size_t finished = 0;
    const auto rounded = parallel_for(work.size(), threads, stop, [&](std::size_t i) -> Status {
        const auto &[layer, scheme] = work[i];
        auto stored = quantize_weight(model.program.weight(layer->index), layer->shape, scheme);
        if (!stored)
            return fail(stored.error().code, "The layer " + layer->name + " cannot be quantized.", stored.error());
        const std::lock_guard lock(mutex);
        result.weights.emplace(layer->name, std::move(*stored));
        progress.report("Rounding weights", ++finished, work.size());
        return {};
    });
    if (!rounded)
        return forward(rounded);
    return packed(std::move(result));
}

Result<QuantizedModel> restore_to_float(QuantizedModel quantized, const std::vector<std::string> &layers)
{
    for (const std::string &name : layers) {
        if (quantized.weights.erase(name) > 0)
            quantized.left_float.push_back({name, "It was put back to float."});
        quantized.recipe.layers.erase(name);
    }
    return packed(std::move(quantized));
}

} // namespace ca
