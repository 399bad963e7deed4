// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/network_builder_torch.h"
#include "core/program/recorder_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace ca {
namespace {

/// How recorded constants are called: layers and exported files take their names from it.
std::string constant_name(const std::string &published)
{
    return "self." + published;
}

c10::IValue both(std::int64_t side)
{
    return std::vector<std::int64_t>{side, side};
}

} // namespace

NetworkBuilder::NetworkBuilder(NetworkWeights &weights, const std::array<std::int64_t, 3> &input) : weights_(weights)
{
    data_.input = input;
}

Operand NetworkBuilder::constant(c10::IValue value, const std::string &name)
{
    return data_.add(std::move(value), name);
}

Operand NetworkBuilder::constant_weight(const std::string &name, const std::vector<std::int64_t> &shape, bool transposed)
{
    const auto [at, first] = known_.try_emplace(name, 0);
    if (first) {
        at::Tensor tensor = weights_.get(name, shape);
        at->second =
            data_.add(transposed ? tensor.t().contiguous() : std::move(tensor), constant_name(weights_.published_name(name)));
    }
    return at->second;
}

Operand NetworkBuilder::weight(const std::string &name, const std::vector<std::int64_t> &shape)
{
    return constant_weight(name, shape, false);
}

at::Tensor NetworkBuilder::kernel(const std::string &name, const Convolution &sizes)
{
    if (sizes.groups < 1 || sizes.in % sizes.groups != 0 || sizes.out % sizes.groups != 0)
        throw WeightMismatch("the channels of " + name + " are no number of groups");
    return weights_.get(name + ".weight", {sizes.out, sizes.in / sizes.groups, sizes.kernel, sizes.kernel});
}

Operand NetworkBuilder::op(const std::string &name, const std::string &overload, std::vector<Operand> in)
{
    const int out = data_.new_slot();
    data_.steps.push_back({name, overload, find_kernel(name, overload, 1), std::move(in), {out}, -1, {}});
    return out;
}

Operand NetworkBuilder::convolution_step(Operand x, const std::string &name, const at::Tensor &weight, Operand bias,
                                         const Convolution &sizes)
{
    const Operand kernel = data_.add(weight, constant_name(weights_.published_name(name + ".weight")));
    return op("aten::conv2d", "",
              {x, kernel, bias, constant(both(sizes.stride)), constant(both(sizes.padding)), constant(both(1)),
               constant(sizes.groups)});
}

Operand NetworkBuilder::convolution(Operand x, const std::string &name, const Convolution &sizes, bool bias)
{
    return convolution_step(x, name, kernel(name, sizes), bias ? weight(name + ".bias", {sizes.out}) : constant({}), sizes);
}

Operand NetworkBuilder::convolution_norm(Operand x, const std::string &name, const std::string &norm, const Convolution &sizes,
                                         double epsilon)
{
    const auto part = [&](const char *ending) { return weights_.get(norm + ending, {sizes.out}).to(at::kDouble); };
    const at::Tensor plain = kernel(name, sizes);
    const at::Tensor scale = part(".weight") / at::sqrt(part(".running_var") + epsilon);
    const at::Tensor bias = part(".bias") - part(".running_mean") * scale;
    const at::Tensor folded = (plain.to(at::kDouble) * scale.view({-1, 1, 1, 1})).to(at::kFloat);
    return convolution_step(x, name, folded,
                            constant(bias.to(at::kFloat), constant_name(weights_.published_name(name + ".weight") + ".bias")),
                            sizes);
}

Operand NetworkBuilder::linear(Operand x, const std::string &name, std::int64_t in, std::int64_t out, bool bias)
{
    const Operand matrix = weight(name + ".weight", {out, in});
    return op("aten::linear", "", {x, matrix, bias ? weight(name + ".bias", {out}) : constant({})});
}

Operand NetworkBuilder::product(Operand x, const std::string &name, std::int64_t in, std::int64_t out)
{
    return op("aten::linear", "", {x, constant_weight(name, {in, out}, true), constant({})});
}

Operand NetworkBuilder::layer_norm(Operand x, const std::string &name, std::int64_t width, double epsilon)
{
    return op("aten::layer_norm", "",
              {x, constant(std::vector<std::int64_t>{width}), weight(name + ".weight", {width}), weight(name + ".bias", {width}),
               constant(epsilon), constant(true)});
}

Operand NetworkBuilder::add(Operand a, Operand b)
{
    return op("aten::add", "Tensor", {a, b, constant(std::int64_t{1})});
}

Operand NetworkBuilder::normalized(Operand x)
{
    const Operand length = op("aten::linalg_vector_norm", "",
                              {x, constant(2.0), constant(std::vector<std::int64_t>{-1}), constant(true), constant({})});
    return op("aten::div", "Tensor", {x, length});
}

Operand NetworkBuilder::pooled(Operand x)
{
    const Operand mean = op("aten::adaptive_avg_pool2d", "", {x, constant(both(1))});
    return op("aten::flatten", "using_ints", {mean, constant(std::int64_t{1}), constant(std::int64_t{-1})});
}

Operand NetworkBuilder::slice(Operand x, std::int64_t dim, std::int64_t first, std::int64_t last)
{
    return op("aten::slice", "Tensor", {x, constant(dim), constant(first), constant(last), constant(std::int64_t{1})});
}

Program NetworkBuilder::finish(Operand output)
{
    data_.output = output;
    name_layers(data_);
    return ca::finish(std::move(data_));
}

} // namespace ca
