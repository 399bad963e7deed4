// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/layer_arithmetic_torch.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace ca {
namespace {

/// Steps of layers read the stored weights. Others that read the same table keep the float one. Half done after a stop.
Program::Data with_stored_weights(Program::Data data, const std::map<std::string, StoredWeight> &weights,
                                  const std::stop_token &stop)
{
    std::map<Operand, Operand> replaced;
    for (Step &step : data.steps) {
        if (stop.stop_requested())
            break;
        if (step.layer < 0)
            continue;
        const auto layer = static_cast<std::size_t>(step.layer);
        const Operand plain = data.layer_weights[layer];
        const auto [known, is_new] = replaced.try_emplace(plain, 0);
        if (is_new)
            known->second = data.add(as_tensor(weights.at(data.layers[layer].name), data.layers[layer]));
        std::replace(step.in.begin(), step.in.end(), plain, known->second);
    }
    return data;
}

} // namespace

bool is_one_matrix(const Program::Data &plain, const Step &step)
{
    return step.op != "aten::conv2d" || plain.constants[constant_index(step.in[6])].value.toInt() == 1;
}

std::string note_of_grouped(std::vector<std::string> layers)
{
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end()); // a layer may be used twice
    constexpr std::size_t kNamed = 4;
    std::string names;
    for (std::size_t i = 0; i < std::min(layers.size(), kNamed); ++i)
        names += (i == 0 ? "" : ", ") + layers[i];
    if (layers.size() > kNamed)
        names += " and " + std::to_string(layers.size() - kNamed) + " more";
    return "LLM.int8() multiplies matrices: " + std::to_string(layers.size())
        + (layers.size() == 1 ? " convolution in groups computes" : " convolutions in groups compute")
        + " in float, from int8 weights: " + names + ".";
}

Arithmetic arithmetic_of(const Program::Data &plain, const Step &step, const Recipe &recipe,
                         const std::map<std::string, StoredWeight> &weights)
{
    const Layer &layer = plain.layers[static_cast<std::size_t>(step.layer)];
    const auto scheme = recipe.layers.find(layer.name);
    const auto stored = weights.find(layer.name);
    if (scheme == recipe.layers.end() || stored == weights.end())
        return Arithmetic::fp32;
    if (std::holds_alternative<RowInt8Weight>(stored->second))
        return is_one_matrix(plain, step) ? Arithmetic::llm_int8 : Arithmetic::fp32;
    switch (scheme->second.activation) {
    case Activation::static_int8:
        return Arithmetic::static_int8;
    case Activation::dynamic_int8:
        return recipe.options.per_token && step.op == "aten::linear" ? Arithmetic::token_int8 : Arithmetic::dynamic_int8;
    case Activation::none:
        break;
    }
    return recipe.options.compute == Format::bf16 ? Arithmetic::bf16 : Arithmetic::fp32;
}

at::Tensor as_tensor(const StoredWeight &stored, const Layer &layer)
{
    return at::tensor(dequantize(stored)).view(layer.shape);
}

Kernel between_casts_to_bf16(Kernel kernel)
{
    return [kernel = std::move(kernel)](Stack &stack) {
        for (c10::IValue &value : stack)
            if (value.isTensor())
                value = value.toTensor().to(at::kBFloat16);
        kernel(stack);
        stack[0] = stack[0].toTensor().to(at::kFloat);
    };
}

Result<Program> whole_in_bf16(const Program::Data &plain, const Recipe &recipe,
                              const std::map<std::string, StoredWeight> &weights, const std::stop_token &stop)
{
    const auto in_bf16 = [&](const Layer &layer) {
        const auto scheme = recipe.layers.find(layer.name);
        const auto stored = weights.find(layer.name);
        return scheme != recipe.layers.end() && stored != weights.end() && scheme->second.activation == Activation::none
            && !std::holds_alternative<RowInt8Weight>(stored->second);
    };
    if (recipe.options.compute != Format::bf16 || plain.layers.empty()
        || !std::all_of(plain.layers.begin(), plain.layers.end(), in_bf16))
        return Program();
    const Program stored(std::make_shared<const Program::Data>(with_stored_weights(plain, weights, stop)));
    return fuse_bf16(stored, stop);
}

} // namespace ca
