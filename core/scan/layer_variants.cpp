// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/layer_variants_torch.h"

#include "core/quantize/four_bit.h"
#include "core/quantize/kernels/int8_kernels_torch.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ca {
namespace {

constexpr const char *kStatic = "static-int8";

/// As the method of that name rounds it.
Scheme scheme_of(const std::string &format)
{
    Scheme scheme;
    scheme.format = format == kStatic ? Format::int8 : format_from(format).value_or(Format::fp32);
    scheme.symmetric = bits_of(scheme.format).value > 4;
    return scheme;
}

/// What the weight's codes stand for; nothing where it cannot be rounded.
std::optional<std::vector<float>> rounded(const std::vector<float> &weight, const Layer &layer, const std::string &format)
{
    if (format == "nf4") {
        for (const float w : weight)
            if (!std::isfinite(w))
                return std::nullopt;
        return dequantize(quantize_four_bit(weight, FourBit::nf4, true));
    }
    const auto stored = quantize_weight(weight, layer.shape, scheme_of(format));
    return stored ? std::optional(dequantize(*stored)) : std::nullopt;
}

} // namespace

LayerVariants::LayerVariants(const Model &model, ActivationRanges ranges) : plain_(model.program), ranges_(std::move(ranges))
{
    auto fused = fuse(plain_);
    if (!fused)
        throw std::runtime_error(fused.error().text());
    fused_ = std::move(*fused);
    shapes_ = slot_shapes(plain_.data());
    for (FusedGroup &group : find_groups(plain_.data(), shapes_))
        groups_.emplace(group.out, std::move(group));
    steps_.resize(plain_.layers().size());
    for (std::size_t index = 0; index < program().steps.size(); ++index)
        if (const int layer = program().steps[index].layer; layer >= 0)
            steps_[static_cast<std::size_t>(layer)].push_back(index);
}

bool LayerVariants::can(std::size_t layer, const std::string &format) const
{
    const LayerKind kind = plain_.layers()[layer].kind;
    return format != kStatic || kind == LayerKind::conv2d || kind == LayerKind::linear;
}

std::optional<Variant> LayerVariants::variant(std::size_t layer, const std::string &format) const
{
    const Layer &facts = plain_.layers()[layer];
    if (!can(layer, format))
        return std::nullopt;
    const auto values = rounded(plain_.weight(facts.index), facts, format);
    if (!values)
        return std::nullopt;
    const at::Tensor weight = at::tensor(*values).view(facts.shape);
    const auto has_range = [&](std::size_t step) {
        const Operand input = program().steps[step].in[0];
        return is_constant(input) || (!ranges_.empty() && ranges_.data().slots.contains(input));
    };
    if (format == kStatic && !std::all_of(steps_[layer].begin(), steps_[layer].end(), has_range))
        return std::nullopt; // a use that no kernel takes
    Variant variant;
    for (const std::size_t step : steps_[layer])
        variant.emplace(step, replaced(step, layer, weight, format == kStatic));
    return variant;
}

Step LayerVariants::replaced(std::size_t index, std::size_t layer, const at::Tensor &weight, bool static_input) const
{
    const Step &original = program().steps[index];
    Step step = original;
    const auto group = groups_.find(original.out[0]);
    if (group != groups_.end() && original.op.starts_with("packed::")) {
        step.kernel = packed_step(plain_.data(), group->second, shapes_, at::kFloat, weight).kernel;
    } else {
        const Operand stored = plain_.data().layer_weights[layer];
        step.kernel = [original, stored, weight](Stack &stack) {
            for (std::size_t i = 0; i < original.in.size(); ++i)
                if (original.in[i] == stored)
                    stack[i] = weight;
            original.kernel(stack);
        };
    }
    if (static_input && !is_constant(original.in[0])) {
        const auto range = ranges_.data().slots.at(original.in[0]);
        const Kernel round = simulate_kernel(u8_grid(range.first, range.second, exact_levels())), compute = step.kernel;
        step.kernel = [round, compute](Stack &stack) {
            Stack input{std::move(stack[0])};
            round(input);
            stack[0] = std::move(input[0]);
            compute(stack);
        };
    }
    return step;
}

} // namespace ca
