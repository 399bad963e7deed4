// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/recorder_torch.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace ca {
namespace {

bool is_weight(const Program::Data &data, Operand operand, std::int64_t dims)
{
    if (!is_constant(operand))
        return false;
    const c10::IValue &value = data.constants[constant_index(operand)].value;
    return value.isTensor() && value.toTensor().defined() && value.toTensor().dim() == dims
        && value.toTensor().is_floating_point();
}

/// `layer1.0.conv1` from `self.layer1.0.conv1.weight_fused_bn.2`.
std::string layer_name(std::string name)
{
    static const std::regex kPrefix("^(self\\.)+");
    name = std::regex_replace(name, kPrefix, "");
    std::smatch found;
    // A trailing number is part of a path (`blocks.3`) unless it follows the word weight.
    if (std::regex_search(name, found, std::regex("^(.*)[._]weight(_fused_bn)?(\\.[0-9]+)?$")))
        return found[1];
    return std::regex_replace(name, std::regex("_fused_bn(\\.[0-9]+)?$"), "");
}

/// `same` and `valid` as numbers, where both sides get equally much.
std::optional<std::vector<std::int64_t>> padding_numbers(const std::string &word, const std::vector<std::int64_t> &kernel,
                                                         const std::vector<std::int64_t> &dilation)
{
    std::vector<std::int64_t> padding(kernel.size(), 0);
    if (word == "valid")
        return padding;
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        const std::int64_t total = dilation[i] * (kernel[i] - 1);
        if (total % 2 != 0)
            return std::nullopt;
        padding[i] = total / 2;
    }
    return padding;
}

void as_conv2d(Program::Data &data, Step &step)
{
    const auto flag = [&](std::size_t i) { return data.constants[constant_index(step.in[i])].value.toBool(); };
    const bool wide = step.op == "aten::_convolution" || step.op == "aten::convolution";
    if (wide && (flag(6) || !is_weight(data, step.in[1], 4))) // transposed, or another rank
        return;
    if (wide) {
        step.in = {step.in[0], step.in[1], step.in[2], step.in[3], step.in[4], step.in[5], step.in[8]};
    } else if (step.op == "aten::conv2d" && step.overload == "padding") {
        const auto kernel = data.tensor(step.in[1]).sizes().slice(2).vec();
        const auto dilation = data.constants[constant_index(step.in[5])].value.toIntVector();
        const auto numbers = padding_numbers(data.constants[constant_index(step.in[4])].value.toStringRef(), kernel, dilation);
        if (!numbers)
            return;
        step.in[4] = data.add(*numbers);
    } else {
        return;
    }
    step.op = "aten::conv2d";
    step.overload.clear();
    step.kernel = find_kernel(step.op, "", 1);
}

bool is_one(const Program::Data &data, Operand operand)
{
    return is_constant(operand) && data.constants[constant_index(operand)].value.isScalar()
        && data.constants[constant_index(operand)].value.toScalar().toDouble() == 1.0;
}

/// Kernels give pictures in other memory layouts than the model knew; a view asks for the one that it was recorded with.
void as_reshape(Step &step)
{
    if (step.op != "aten::view" || !step.overload.empty())
        return;
    step.op = "aten::reshape";
    step.kernel = find_kernel(step.op, "", 1);
}

/// x W and b + x W as linear layers; the weight is stored the way linear layers store it, [out, in].
void as_linear(Program::Data &data, Step &step, std::map<Operand, Operand> &transposed)
{
    const bool product = step.op == "aten::matmul" || step.op == "aten::mm";
    const bool sum = step.op == "aten::addmm" && is_one(data, step.in[3]) && is_one(data, step.in[4]) && is_constant(step.in[0]);
    const std::size_t at = product ? 1 : 2;
    if ((!product && !sum) || is_constant(step.in[at - 1]) || !is_weight(data, step.in[at], 2))
        return;
    auto &weight = transposed[step.in[at]];
    if (weight == 0)
        weight =
            data.add(data.tensor(step.in[at]).t().contiguous(), std::string(data.constants[constant_index(step.in[at])].name));
    const Operand bias = sum ? step.in[0] : data.add({});
    step.in = {step.in[at - 1], weight, bias};
    step.op = "aten::linear";
    step.overload.clear();
    step.kernel = find_kernel(step.op, "", 1);
}

std::optional<std::pair<LayerKind, std::size_t>> layer_of(const Program::Data &data, const Step &step)
{
    if (step.op == "aten::conv2d" && step.overload.empty() && is_weight(data, step.in[1], 4) && is_constant(step.in[2]))
        return std::pair{LayerKind::conv2d, std::size_t{1}};
    if (step.op == "aten::linear" && is_weight(data, step.in[1], 2) && is_constant(step.in[2]))
        return std::pair{LayerKind::linear, std::size_t{1}};
    if (step.op == "aten::embedding" && is_weight(data, step.in[0], 2))
        return std::pair{LayerKind::embedding, std::size_t{0}};
    return std::nullopt;
}

std::string unique_name(std::string name, LayerKind kind, std::size_t number, std::set<std::string> &taken)
{
    if (name.empty())
        name = to_text(kind) + "_" + std::to_string(number);
    std::string candidate = name;
    for (int copy = 2; !taken.insert(candidate).second; ++copy)
        candidate = name + "#" + std::to_string(copy);
    return candidate;
}

} // namespace

void name_layers(Program::Data &data)
{
    std::map<Operand, Operand> transposed;
    std::map<Operand, int> known; // by the constant of the weight
    std::set<std::string> taken;
    for (Step &step : data.steps) {
        as_reshape(step);
        as_conv2d(data, step);
        as_linear(data, step, transposed);
        const auto found = layer_of(data, step);
        if (!found)
            continue;
        const auto [kind, at] = *found;
        const Operand weight = step.in[at];
        if (const auto seen = known.find(weight); seen != known.end()) {
            step.layer = seen->second;
            ++data.layers[static_cast<std::size_t>(step.layer)].uses;
            continue;
        }
        const at::Tensor tensor = data.tensor(weight);
        Layer layer{layer_index(data.layers.size()), {}, kind, tensor.sizes().vec(), false, false, 1};
        layer.name = unique_name(layer_name(data.constants[constant_index(weight)].name), kind, data.layers.size() + 1, taken);
        layer.has_bias = at == 1 && is_constant(step.in[2]) && !data.constants[constant_index(step.in[2])].value.isNone();
        layer.depthwise = kind == LayerKind::conv2d && tensor.size(1) == 1 && tensor.size(0) > 1;
        step.layer = static_cast<int>(data.layers.size());
        known[weight] = step.layer;
        data.layers.push_back(std::move(layer));
        data.layer_weights.push_back(weight);
    }
    drop_unread_constants(data); // weights that were stored the other way round
}

} // namespace ca
