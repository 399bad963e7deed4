// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/ladder.h"

#include "core/search/mixed.h"

#include <array>
#include <set>

namespace ca {
namespace {

constexpr double kWide = 5; // bits on average

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

Status add_plain_methods(Collector &collector, bool has_images)
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
        Plain{"bf16", false, "bfloat16 throughout: half the size without calibration, and quick where the processor has it"},
        Plain{"int4-weight", false, "int4 weights everywhere: an eighth of the size, the plain way"},
        Plain{"nf4", false, "four bits by the quantiles of a normal distribution: what int4 gains over it shows"},
        Plain{"w4a8", false, "int4 weights with int8 activations: small and fast at once"},
    };
    for (const Plain &plain : kPlain) {
        MethodOptions options;
        options.first_and_last_float = plain.ends_float;
        options.has_images = has_images;
        if (const auto added = collector.add(plain.method, options, plain.reason); !added)
            return added;
    }
    return {};
}

Status add_mixed(Collector &collector, const Model &model, bool has_images, const std::stop_token &stop)
{
    const auto bits = BitsByNoise::of(model, stop);
    if (!bits)
        return forward(bits);
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
        MixedOptions options;
        options.method.has_images = has_images;
        options.static_activations = rung.static_activations;
        if (rung.average >= kWide) // compensating would cost more time than it brings accuracy
            options.method.rounding = Rounding::mse;
        if (const auto added = collector.add("mixed", bits->recipe(rung.average, options), reason); !added)
            return added;
    }
    return {};
}

} // namespace

Result<std::vector<Candidate>> fixed_ladder(const Model &model, bool has_images, std::stop_token stop)
{
    Collector collector(model);
    if (const auto added = collector.add("fp32", MethodOptions{},
                                         "the float model, by the same writer and kernels: what all others are compared with");
        !added)
        return forward(added);
    if (model.program.layers().empty())
        return collector.take();
    if (const auto added = add_plain_methods(collector, has_images); !added)
        return forward(added);
    if (const auto added = add_mixed(collector, model, has_images, stop); !added)
        return forward(added);
    return collector.take();
}

} // namespace ca
