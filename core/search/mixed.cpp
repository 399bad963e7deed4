// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixed.h"

#include "core/quantize/export/export.h"
#include "core/quantize/methods/method_list.h"
#include "core/scan/weight_noise.h"
#include "core/search/allocate.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr int kLeastAtTheEnds = 4; // the first and the last layer suffer most and are usually small
constexpr int kStepsOfABit = 64;   // finer than what one layer's change of width does to most models

tl::unexpected<Error> unreachable(double average, const std::string &why)
{
    return fail(ErrorCode::constraint, "An average of " + to_text(average) + " bits cannot be reached" + why + ".");
}

} // namespace

BitsByNoise::LayerNoise BitsByNoise::noise_of(const Layer &layer, const Program &program)
{
    LayerNoise result{layer.name, layer.weights()};
    const std::vector<float> weights = program.weight(layer.index);
    for (const float w : weights)
        result.energy += static_cast<double>(w) * w;
    const BetaFit fit = fit_beta(weights);
    for (std::size_t i = 0; i < kMixedBits.size(); ++i) {
        double noise = beta_noise(fit, kMixedBits[i]);
        if (!std::isfinite(noise)) // no density, for instance two values only
            noise = measured_noise(weights, kMixedBits[i]);
        result.noise[i] = std::isfinite(noise) ? noise : 0; // all weights equal: any grid holds them
    }
    return result;
}

Result<BitsByNoise> BitsByNoise::of(const Model &model, std::stop_token stop)
{
    BitsByNoise result(model);
    for (const Layer &layer : model.program.layers()) {
        if (stop.stop_requested())
            return cancelled();
        result.layers_.push_back(noise_of(layer, model.program));
    }
    if (result.layers_.empty())
        return fail(ErrorCode::unsupported, "The model " + model.name + " has no layer that can be quantized.");
    return result;
}

std::optional<std::vector<std::size_t>> BitsByNoise::pick(std::int64_t budget, int least_at_the_ends) const
{
    double energy = 0; // of the layers whose weights are numbers; the others stay float whatever they are given
    for (const LayerNoise &layer : layers_)
        energy += std::isfinite(layer.energy) ? layer.energy : 0;
    std::vector<std::vector<Choice>> layers;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
        std::vector<Choice> choices;
        for (std::size_t i = 0; i < kMixedBits.size(); ++i) {
            const bool end = l == 0 || l + 1 == layers_.size();
            // Too few bits stay in the list, so that an index means the same for every layer, at a cost that never fits.
            const bool allowed = !end || kMixedBits[i] >= least_at_the_ends;
            choices.push_back(
                {allowed ? layers_[l].weights * kMixedBits[i] : budget + 1,
                 energy > 0 && std::isfinite(layers_[l].energy) ? layers_[l].energy / energy * layers_[l].noise[i] : 0});
        }
        layers.push_back(std::move(choices));
    }
    return allocate(layers, budget);
}

/// The schemes that the plain methods give a layer, with these bits.
MethodRecipe BitsByNoise::with_bits(const std::vector<std::size_t> &picks, const MixedOptions &options) const
{
    MethodRecipe result{{model_.sha256, {}}, {}};
    if (options.static_activations)
        methods::set_static_options(result.recipe.options, model_, options.method);
    else
        result.recipe.options.compute = options.method.compute.value_or(Format::fp32);
    const auto &layers = model_.program.layers();
    for (std::size_t l = 0; l < layers.size(); ++l) {
        Scheme scheme = methods::integer_scheme(layers[l], int_format(bits(kMixedBits[picks[l]])), options.method);
        if (options.static_activations && has_integer_kernel(layers[l]))
            scheme.activation = Activation::static_int8;
        result.recipe.layers.emplace(layers[l].name, scheme);
    }
    return result;
}

Result<MethodRecipe> BitsByNoise::recipe(double average, const MixedOptions &options) const
{
    if (!(average >= kMixedBits.front()))
        return unreachable(average, ": no format has fewer than 2 bits a weight");
    std::int64_t weights = 0;
    for (const LayerNoise &layer : layers_)
        weights += layer.weights;
    const auto budget = static_cast<std::int64_t>(average * static_cast<double>(weights));
    auto picks = pick(budget, kLeastAtTheEnds);
    if (!picks) // the ends alone are most of the model
        picks = pick(budget, kMixedBits.front());
    if (!picks)
        return unreachable(average, " for " + model_.name);
    return with_bits(*picks, options);
}

Result<MethodRecipe> mixed_by_noise(const Model &model, double average, const MixedOptions &options)
{
    const auto bits = BitsByNoise::of(model);
    return bits ? bits->recipe(average, options) : forward(bits);
}

Result<MethodRecipe> mixed_for_bytes(const Model &model, Bytes target, const MixedOptions &options)
{
    const auto bits = BitsByNoise::of(model);
    if (!bits)
        return forward(bits);
    const auto average_of = [](int step) { return kMixedBits.front() + static_cast<double>(step) / kStepsOfABit; };
    auto best = bits->recipe(average_of(0), options);
    if (!best)
        return best;
    if (const Bytes least = predicted_bytes(model, best->recipe); least > target)
        return fail(ErrorCode::constraint,
                    "No mixed recipe of " + model.name + " has at most " + std::to_string(target.value)
                        + " bytes: the smallest, 2 bits a weight, has " + std::to_string(least.value)
                        + ". Ask for that, or for larger groups.");
    int fits = 0, beyond = (kMixedBits.back() - kMixedBits.front()) * kStepsOfABit + 1;
    while (beyond - fits > 1) {
        const int middle = (fits + beyond) / 2;
        auto candidate = bits->recipe(average_of(middle), options);
        if (!candidate)
            return candidate;
        if (predicted_bytes(model, candidate->recipe) > target) {
            beyond = middle;
            continue;
        }
        fits = middle;
        best = std::move(candidate);
    }
    best->notes.push_back("The most that fits into " + to_text(target) + " is " + to_text(average_of(fits), 2)
                          + " bits a weight on average; layers whose weights' Beta noise is large have more.");
    return best;
}

} // namespace ca
