// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/ladder.h"

#include "core/scan/weight_noise.h"
#include "core/search/allocate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace ca {
namespace {

constexpr std::array<int, 6> kBits{2, 3, 4, 5, 6, 8};
constexpr int kLeastAtTheEnds = 4; // the first and the last layer suffer most and are usually small

/// What the allocation has to know of a layer.
struct LayerNoise {
    std::string name;
    std::int64_t weights = 0;
    double energy = 0;
    std::array<double, kBits.size()> noise{};
};

LayerNoise noise_of(const Layer &layer, const Program &program)
{
    LayerNoise result{layer.name, layer.weights()};
    const std::vector<float> weights = program.weight(layer.index);
    for (const float w : weights)
        result.energy += static_cast<double>(w) * w;
    const BetaFit fit = fit_beta(weights);
    for (std::size_t i = 0; i < kBits.size(); ++i) {
        double noise = beta_noise(fit, kBits[i]);
        if (!std::isfinite(noise)) // no density, for instance two values only
            noise = measured_noise(weights, kBits[i]);
        result.noise[i] = std::isfinite(noise) ? noise : 0; // all weights equal: any grid holds them
    }
    return result;
}

/// The layers that weight-only recipes quantize, in program order.
Result<std::vector<LayerNoise>> noises_of(const Model &model, const std::stop_token &stop)
{
    const auto all = make_recipe(model, "int8-weight", {});
    if (!all)
        return forward(all);
    std::vector<LayerNoise> noises;
    for (const Layer &layer : model.program.layers()) {
        if (stop.stop_requested())
            return cancelled();
        if (all->recipe.layers.contains(layer.name))
            noises.push_back(noise_of(layer, model.program));
    }
    if (noises.empty())
        return fail(ErrorCode::unsupported, "The model " + model.name + " has no layer that can be quantized.");
    return noises;
}

std::optional<std::vector<std::size_t>> pick_bits(const std::vector<LayerNoise> &noises, std::int64_t budget,
                                                  int least_at_the_ends)
{
    double energy = 0;
    for (const LayerNoise &layer : noises)
        energy += layer.energy;
    std::vector<std::vector<Choice>> layers;
    for (std::size_t l = 0; l < noises.size(); ++l) {
        std::vector<Choice> choices;
        for (std::size_t i = 0; i < kBits.size(); ++i) {
            const bool end = l == 0 || l + 1 == noises.size();
            // Too few bits stay in the list, so that an index means the same for every layer, at a cost that never fits.
            const bool allowed = !end || kBits[i] >= least_at_the_ends;
            choices.push_back({allowed ? noises[l].weights * kBits[i] : budget + 1,
                               energy > 0 ? noises[l].energy / energy * noises[l].noise[i] : 0});
        }
        layers.push_back(std::move(choices));
    }
    return allocate(layers, budget);
}

/// The schemes that the plain methods give a layer, with other bits.
Result<MethodRecipe> with_bits(const Model &model, const std::vector<LayerNoise> &noises, const std::vector<std::size_t> &picks,
                               bool static_activations)
{
    auto wide = make_recipe(model, static_activations ? "static-int8" : "int8-weight", {});
    const auto narrow = make_recipe(model, static_activations ? "static-int8" : "int4-weight", {});
    if (!wide || !narrow)
        return forward(wide ? narrow : wide);
    for (std::size_t l = 0; l < noises.size(); ++l) {
        const auto scheme = wide->recipe.layers.find(noises[l].name);
        if (scheme == wide->recipe.layers.end()) // static activations leave it in float
            continue;
        const int wanted = kBits[picks[l]];
        if (const auto few = narrow->recipe.layers.find(noises[l].name); wanted <= 4 && few != narrow->recipe.layers.end())
            scheme->second = few->second;
        scheme->second.format = int_format(bits(wanted));
    }
    return wide;
}

Result<MethodRecipe> mixed(const Model &model, const std::vector<LayerNoise> &noises, double average, bool static_activations)
{
    if (!(average >= 2))
        return fail(ErrorCode::constraint,
                    "An average of " + to_text(average) + " bits cannot be reached: no format has fewer than 2 bits a weight.");
    std::int64_t weights = 0;
    for (const LayerNoise &layer : noises)
        weights += layer.weights;
    const auto budget = static_cast<std::int64_t>(average * static_cast<double>(weights));
    auto picks = pick_bits(noises, budget, kLeastAtTheEnds);
    if (!picks) // the ends alone are most of the model
        picks = pick_bits(noises, budget, kBits.front());
    if (!picks)
        return fail(ErrorCode::constraint,
                    "An average of " + to_text(average) + " bits cannot be reached for " + model.name + ".");
    return with_bits(model, noises, *picks, static_activations);
}

/// Collects candidates and leaves out recipes that are there already.
class Collector {
public:
    explicit Collector(const Model &model) : model_(model) { }

    Status add(const std::string &method, Result<MethodRecipe> recipe, const std::string &reason)
    {
        if (!recipe)
            return forward(recipe);
        if (seen_.insert(hash(recipe->recipe)).second)
            candidates_.push_back({method, describe(recipe->recipe, model_), reason, std::move(*recipe)});
        return {};
    }
    Status add(const std::string &method, const MethodOptions &options, const std::string &reason)
    {
        return add(method, make_recipe(model_, method, options), reason);
    }
    std::vector<Candidate> take() { return std::move(candidates_); }

private:
    const Model &model_;
    std::set<std::string> seen_;
    std::vector<Candidate> candidates_;
};

Status add_plain_methods(Collector &collector)
{
    struct Plain {
        const char *method;
        bool ends_float;
        const char *reason;
    };
    static constexpr std::array kPlain{
        Plain{"static-int8", false, "int8 weights and activations: the usual choice for speed, a quarter of the size"},
        Plain{"int8-weight", false, "int8 weights with float arithmetic: what int8 activations cost shows against it"},
        Plain{"static-int8", true, "int8 with the first and the last layer in float, the two that usually suffer most"},
        Plain{"int4-weight", false, "int4 weights everywhere: an eighth of the size, the plain way"},
    };
    for (const Plain &plain : kPlain) {
        MethodOptions options;
        options.first_and_last_float = plain.ends_float;
        if (const auto added = collector.add(plain.method, options, plain.reason); !added)
            return added;
    }
    return {};
}

Status add_mixed(Collector &collector, const Model &model, const std::stop_token &stop)
{
    const auto noises = noises_of(model, stop);
    if (!noises)
        return forward(noises);
    struct Rung {
        double average;
        bool static_activations;
    };
    static constexpr std::array kRungs{Rung{6, false}, Rung{5, false}, Rung{4, false}, Rung{3.5, false},
                                       Rung{3, false}, Rung{6, true},  Rung{5, true},  Rung{4, true}};
    for (const Rung &rung : kRungs) {
        const std::string reason = "at most " + to_text(rung.average)
            + " bits a weight on average, more where the weights' Beta noise says that rounding hurts"
            + (rung.static_activations ? "; int8 activations" : "");
        if (const auto added = collector.add("mixed", mixed(model, *noises, rung.average, rung.static_activations), reason);
            !added)
            return added;
    }
    return {};
}

} // namespace

Result<MethodRecipe> mixed_by_noise(const Model &model, double average, bool static_activations)
{
    const auto noises = noises_of(model, {});
    if (!noises)
        return forward(noises);
    return mixed(model, *noises, average, static_activations);
}

Result<std::vector<Candidate>> fixed_ladder(const Model &model, std::stop_token stop)
{
    Collector collector(model);
    if (const auto added = collector.add("fp32", MethodOptions{},
                                         "the float model, by the same writer and kernels: what all others are compared with");
        !added)
        return forward(added);
    if (model.program.layers().empty())
        return collector.take();
    if (const auto added = add_plain_methods(collector); !added)
        return forward(added);
    if (const auto added = add_mixed(collector, model, stop); !added)
        return forward(added);
    return collector.take();
}

} // namespace ca
