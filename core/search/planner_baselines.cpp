// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_baselines.h"

#include "core/quantize/export/export.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

struct Baseline {
    const char *method;
    const char *reason;
};

constexpr std::array kBaselines{
    Baseline{"static-int8", "int8 weights and activations: the usual choice for speed, a quarter of the size"},
    Baseline{"int4-weight", "int4 weights everywhere: an eighth of the size, the plain way"},
    Baseline{"int2-weight", "int2 weights everywhere: the smallest there is, which shows what the scan's predictions are worth"},
    Baseline{"int3-weight", "int3 weights everywhere: where most models begin to lose accuracy"},
    Baseline{"w4a8", "int4 weights with int8 activations: small and fast at once"},
    Baseline{"bf16", "bfloat16 throughout: half the size without calibration, and quick where the processor has it"},
    Baseline{"nf4", "four bits by the quantiles of a normal distribution: what int4 gains over it shows"},
    Baseline{"int8-weight", "int8 weights with float arithmetic: what int8 activations cost shows against it"},
};

constexpr std::size_t kFewest = 3;

std::size_t baseline_count(std::size_t trials)
{
    return std::min(trials / 2, std::max(kFewest, trials / 4));
}

bool keeps(const PlannerState &state, const Proposal &proposal)
{
    const Constraints &constraints = state.options.constraints;
    const Recipe &recipe = proposal.candidate.recipe.recipe;
    return keeps_formats(recipe, constraints) && (state.options.has_images || !needs_images(recipe))
        && (!constraints.bytes || proposal.predicted_bytes <= *constraints.bytes)
        && (!constraints.latency || !proposal.predicted_latency || *proposal.predicted_latency <= *constraints.latency);
}

} // namespace

Result<Proposal> float_trial(const Model &model)
{
    auto recipe = make_recipe(model, "fp32", {});
    if (!recipe)
        return forward(recipe);
    Proposal result;
    result.predicted_bytes = predicted_bytes(model, recipe->recipe).value;
    result.candidate = {"fp32", describe(recipe->recipe, model),
                        "the float model, by the same writer and kernels: what all others are compared with", std::move(*recipe)};
    result.predicted_drop = 0;
    return result;
}

Result<std::vector<Proposal>> baseline_trials(const PlannerState &state)
{
    std::vector<Proposal> result;
    if (state.table.layers.empty())
        return result;
    MethodOptions options;
    options.has_images = state.options.has_images;
    for (const Baseline &baseline : kBaselines) {
        if (result.size() == baseline_count(state.options.trials))
            break;
        auto recipe = make_recipe(state.model, baseline.method, options);
        if (!recipe)
            return forward(recipe);
        Proposal proposal;
        proposal.predicted_bytes = predicted_bytes(state.model, recipe->recipe).value;
        proposal.predicted_latency = state.table.latency(recipe->recipe);
        proposal.candidate = {baseline.method, describe(recipe->recipe, state.model), baseline.reason, std::move(*recipe)};
        if (keeps(state, proposal))
            result.push_back(std::move(proposal));
    }
    return result;
}

} // namespace ca
