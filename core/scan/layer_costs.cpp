// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/layer_costs.h"

#include "core/program/fusion_torch.h"
#include "core/quantize/export/export.h"
#include "core/quantize/four_bit.h"
#include "core/scan/sensitivity.h"

#include <algorithm>
#include <numeric>

namespace ca {
namespace {

constexpr int kRounds = 9;

// A core with 512-bit vectors, per cycle: multiplications in float, and bytes from beyond its caches. Only their ratio counts.
constexpr double kMacsPerCycle = 32, kBytesPerCycle = 8;

std::int64_t product(const std::vector<std::int64_t> &sides)
{
    return std::accumulate(sides.begin(), sides.end(), std::int64_t{1}, std::multiplies<>());
}

std::int64_t divided(std::int64_t count, std::int64_t by)
{
    return (count + by - 1) / by;
}

/// Codes, their scales in 8 bits, and the scales of these.
std::int64_t nf4_bytes(std::int64_t weights)
{
    const std::int64_t blocks = divided(weights, static_cast<std::int64_t>(kFourBitBlock));
    const std::int64_t outer = divided(blocks, static_cast<std::int64_t>(kScaleBlock));
    constexpr std::int64_t kTables = (16 + 256) * static_cast<std::int64_t>(sizeof(float)); // of codes, of scales
    return divided(weights, 2) + blocks + outer * static_cast<std::int64_t>(sizeof(float)) + kTables;
}

std::map<std::string, std::int64_t> bytes_by_format(const Layer &layer)
{
    std::map<std::string, std::int64_t> sizes{{"nf4", nf4_bytes(layer.weights())}};
    for (const Format format :
         {Format::fp32, Format::int8, Format::int6, Format::int5, Format::int4, Format::int3, Format::int2}) {
        Scheme scheme;
        scheme.format = format;
        scheme.symmetric = bits_of(format).value > 4;
        sizes[to_text(format)] = stored_bytes(layer, scheme).value;
    }
    return sizes;
}

/// Products summed for each element of the result, times elements.
std::int64_t macs_of(const Program::Data &program, const Step &step, const SlotShapes &shapes)
{
    const Layer &layer = program.layers[static_cast<std::size_t>(step.layer)];
    if (layer.kind == LayerKind::embedding || step.out.empty() || step.out[0] < 0 || layer.shape.empty())
        return 0;
    const std::int64_t results = product(shapes[static_cast<std::size_t>(step.out[0])]);
    const std::int64_t in_row = layer.weights() / std::max<std::int64_t>(1, layer.channels());
    switch (layer.kind) {
    case LayerKind::conv_transposed: // each input element meets a row of the weight
        return is_constant(step.in[0]) ? 0 : product(shapes[static_cast<std::size_t>(step.in[0])]) * in_row;
    case LayerKind::matmul: {
        const bool at_right = step.in.size() > 1 && step.in[1] == program.layer_weights[layer.index.value];
        const std::size_t dimensions = layer.shape.size();
        return results * (at_right && dimensions > 1 ? layer.shape[dimensions - 2] : layer.shape.back());
    }
    default:
        return results * in_row;
    }
}

double bytes_moved(const Step &step, const Layer &layer, const SlotShapes &shapes)
{
    std::int64_t elements = layer.weights();
    for (const Operand operand : step.in)
        elements += is_constant(operand) || shapes[static_cast<std::size_t>(operand)].empty()
            ? 0
            : product(shapes[static_cast<std::size_t>(operand)]);
    for (const int slot : step.out)
        elements +=
            slot < 0 || shapes[static_cast<std::size_t>(slot)].empty() ? 0 : product(shapes[static_cast<std::size_t>(slot)]);
    return static_cast<double>(elements) * sizeof(float);
}

/// Fills `macs` and the predicted shares.
void predict_times(const Program::Data &program, std::vector<LayerCosts> &costs)
{
    const SlotShapes shapes = slot_shapes(program);
    std::vector<double> cycles(costs.size(), 0);
    for (std::size_t index = 0; index < program.steps.size(); ++index) {
        const Step &step = program.steps[index];
        if (step.layer < 0)
            continue;
        const auto layer = static_cast<std::size_t>(step.layer);
        const std::int64_t macs = macs_of(program, step, shapes);
        costs[layer].macs += macs;
        if (index >= program.fixed_steps)
            cycles[layer] += std::max(static_cast<double>(macs) / kMacsPerCycle,
                                      bytes_moved(step, program.layers[layer], shapes) / kBytesPerCycle);
    }
    const double all = std::accumulate(cycles.begin(), cycles.end(), 0.0);
    for (std::size_t i = 0; i < costs.size(); ++i)
        costs[i].predicted_share = all > 0 ? cycles[i] / all : 0;
}

Status measure_times(const Model &model, std::vector<LayerCosts> &costs, const std::stop_token &stop)
{
    const auto fused = fuse(model.program);
    if (!fused)
        return forward(fused);
    ImageBatch image{1, model.input.channels, model.input.height, model.input.width, {}};
    image.values.assign(static_cast<std::size_t>(image.channels * image.height * image.width), 0.5F);
    const auto times = profile(*fused, image, kRounds, 1, stop);
    if (!times)
        return forward(times);
    const double all = std::accumulate(times->begin(), times->end(), 0.0);
    std::vector<double> shares(costs.size(), 0);
    const auto &steps = fused->data().steps;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].layer >= 0 && all > 0)
            shares[static_cast<std::size_t>(steps[i].layer)] += (*times)[i] / all;
    for (std::size_t i = 0; i < costs.size(); ++i)
        costs[i].measured_share = shares[i];
    return {};
}

} // namespace

Result<std::vector<LayerCosts>> layer_costs(const Model &model, bool measure, std::stop_token stop)
{
    std::vector<LayerCosts> costs;
    for (const Layer &layer : model.program.layers())
        costs.emplace_back().bytes = bytes_by_format(layer);
    if (!model.has_network() || !model.program.is_recorded())
        return costs;
    const auto predicted = guarded("Looking at the network's sizes", 0, [&] { predict_times(model.program.data(), costs); });
    if (!predicted)
        return forward(predicted);
    if (measure)
        if (const auto measured = measure_times(model, costs, stop); !measured)
            return forward(measured);
    return costs;
}

} // namespace ca
