// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/layer_steps_torch.h"
#include "core/program/recorder_torch.h"

#include <algorithm>
#include <array>
#include <map>
#include <regex>
#include <set>

namespace ca {
namespace {

/// Dimensions of a constant table of numbers; 0 for anything else.
std::int64_t weight_dims(const Program::Data &data, Operand operand)
{
    if (!is_constant(operand))
        return 0;
    const c10::IValue &value = data.constants[constant_index(operand)].value;
    return value.isTensor() && value.toTensor().defined() && value.toTensor().is_floating_point() ? value.toTensor().dim() : 0;
}

/// `layer1.0.conv1` from `self.layer1.0.conv1.weight_fused_bn.2`, or from its bias where the weight was computed from others.
std::string layer_name(std::string name)
{
    static const std::regex kPrefix("^(self\\.)+");
    name = std::regex_replace(name, kPrefix, "");
    // Weights that are computed from others: `conv.parametrizations.weight.original1`.
    name = std::regex_replace(name, std::regex("parametrizations\\.weight\\.original[01]?"), "weight");
    std::smatch found;
    // A trailing number is part of a path (`blocks.3`) unless it follows the word weight.
    if (std::regex_search(name, found, std::regex("^(.*)[._](weight(_fused_bn|_v|_orig)?|bias)(\\.[0-9]+)?$")))
        return found[1];
    return std::regex_replace(name, std::regex("_fused_bn(\\.[0-9]+)?$"), "");
}

/// Convolutions in their general form, as the operator of their number of dimensions.
void as_convolution(const Program::Data &data, Step &step)
{
    if (step.op != "aten::_convolution" && step.op != "aten::convolution")
        return;
    const std::int64_t dims = weight_dims(data, step.in[1]) - 2;
    if (dims < 1 || dims > 3)
        return;
    const auto &in = step.in; // input, weight, bias, stride, padding, dilation, transposed, output padding, groups
    const bool transposed = data.constants[constant_index(in[6])].value.toBool();
    step.op = (transposed ? "aten::conv_transpose" : "aten::conv") + std::to_string(dims) + "d";
    step.overload = transposed && dims > 1 ? "input" : "";
    step.in = transposed ? std::vector<Operand>{in[0], in[1], in[2], in[3], in[4], in[7], in[8], in[5]}
                         : std::vector<Operand>{in[0], in[1], in[2], in[3], in[4], in[5], in[8]};
    step.kernel = find_kernel(step.op, step.overload, 1);
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
    const bool sum =
        step.op == "aten::addmm" && is_one(data, step.in[3]) && is_one(data, step.in[4]) && weight_dims(data, step.in[0]) == 1;
    const std::size_t at = product ? 1 : 2;
    if ((!product && !sum) || is_constant(step.in[at - 1]) || weight_dims(data, step.in[at]) != 2)
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

std::string unique_name(std::string name, LayerKind kind, std::size_t number, std::set<std::string> &taken)
{
    if (name.empty())
        name = to_text(kind) + "_" + std::to_string(number);
    std::string candidate = name;
    for (int copy = 2; !taken.insert(candidate).second; ++copy)
        candidate = name + "#" + std::to_string(copy);
    return candidate;
}

/// The side of a product that is a weight, where the other one is not constant.
std::optional<std::size_t> constant_side(const Program::Data &data, const Step &step, std::size_t first)
{
    const bool left = is_constant(step.in[first]), right = is_constant(step.in[first + 1]);
    const std::size_t side = left ? first : first + 1;
    return left != right && weight_dims(data, step.in[side]) >= 2 ? std::optional(side) : std::nullopt;
}

} // namespace

std::optional<LayerStep> layer_step(const Program::Data &data, const Step &step)
{
    struct Form {
        const char *op, *overload;
        LayerKind kind;
        std::int64_t dims; ///< of the weight
    };
    static constexpr std::array<Form, 7> kForms{{{"aten::conv2d", "", LayerKind::conv2d, 4},
                                                 {"aten::linear", "", LayerKind::linear, 2},
                                                 {"aten::conv1d", "", LayerKind::conv1d, 3},
                                                 {"aten::conv3d", "", LayerKind::conv3d, 5},
                                                 {"aten::conv_transpose1d", "", LayerKind::conv_transposed, 3},
                                                 {"aten::conv_transpose2d", "input", LayerKind::conv_transposed, 4},
                                                 {"aten::conv_transpose3d", "input", LayerKind::conv_transposed, 5}}};
    for (const Form &form : kForms)
        if (step.op == form.op && step.overload == form.overload) {
            if (weight_dims(data, step.in[1]) != form.dims)
                return std::nullopt;
            const bool settled = !is_constant(step.in[0]) && std::all_of(step.in.begin() + 2, step.in.end(), is_constant);
            return LayerStep{settled ? form.kind : LayerKind::matmul, 1};
        }
    if (step.op == "aten::embedding")
        return weight_dims(data, step.in[0]) == 2 ? std::optional(LayerStep{LayerKind::embedding, 0}) : std::nullopt;
    const bool sum = step.op == "aten::addmm" || step.op == "aten::baddbmm";
    if (!sum && step.op != "aten::matmul" && step.op != "aten::mm" && step.op != "aten::bmm" && step.op != "ca::einsum")
        return std::nullopt;
    const auto side = constant_side(data, step, sum ? 1 : 0);
    return side ? std::optional(LayerStep{LayerKind::matmul, *side}) : std::nullopt;
}

void name_layers(Program::Data &data)
{
    std::map<Operand, Operand> transposed;
    std::map<Operand, int> known; // by the constant of the weight
    std::set<std::string> taken;
    for (Step &step : data.steps) {
        as_reshape(step);
        as_convolution(data, step);
        as_linear(data, step, transposed);
        const auto found = layer_step(data, step);
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
        Layer layer{layer_index(data.layers.size()), {}, kind, tensor.sizes().vec()};
        layer.has_bias = at == 1 && step.in.size() > 2 && weight_dims(data, step.in[2]) == 1;
        std::string name = layer_name(data.constants[constant_index(weight)].name);
        if (name.empty() && layer.has_bias)
            name = layer_name(data.constants[constant_index(step.in[2])].name);
        layer.name = unique_name(std::move(name), kind, data.layers.size() + 1, taken);
        layer.depthwise = kind == LayerKind::conv2d && tensor.size(1) == 1 && tensor.size(0) > 1;
        if (layer.has_bias && kind == LayerKind::conv_transposed)
            layer.bias_size = data.tensor(step.in[2]).numel();
        step.layer = static_cast<int>(data.layers.size());
        known[weight] = step.layer;
        data.layers.push_back(std::move(layer));
        data.layer_weights.push_back(weight);
    }
    drop_unread_constants(data); // weights that were stored the other way round
}

} // namespace ca
