// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/network_work.h"

#include "core/program/fusion_torch.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <string_view>

namespace ca {
namespace {

// Their results share the memory of their first input.
constexpr std::array<std::string_view, 12> kViews{"aten::view",      "aten::reshape", "aten::flatten",   "aten::transpose",
                                                  "aten::permute",   "aten::t",       "aten::slice",     "aten::select",
                                                  "aten::unsqueeze", "aten::squeeze", "aten::unflatten", "aten::expand"};

std::int64_t product(const std::vector<std::int64_t> &sides)
{
    return std::accumulate(sides.begin(), sides.end(), std::int64_t{1}, std::multiplies<>());
}

/// Of a slot; 0 where it holds no tensor.
std::int64_t elements(const SlotShapes &shapes, int slot)
{
    const auto &shape = shapes[static_cast<std::size_t>(slot)];
    return shape.empty() ? 0 : product(shape);
}

LayerWork matrices_of(const Layer &layer)
{
    LayerWork work;
    work.rows = layer.channels();
    work.columns = layer.weights() / std::max<std::int64_t>(1, layer.channels());
    return work;
}

/// Adds one use of the layer. `held`: values before the step or after it, whatever is more.
void add_use(const Step &step, const Layer &layer, const SlotShapes &shapes, bool once, Bytes held, LayerWork &work)
{
    if (step.out.empty() || step.out[0] < 0 || layer.kind == LayerKind::embedding)
        return;
    work.once = once;
    if (work.positions == 0)
        work.held = held;
    const auto channels = std::max<std::int64_t>(1, layer.channels());
    if (layer.kind == LayerKind::conv_transposed) { // each input element meets a row of the weight
        work.positions += is_constant(step.in[0]) ? 0 : elements(shapes, step.in[0]) / channels;
        return;
    }
    work.positions += elements(shapes, step.out[0]) / channels;
    const bool convolution =
        layer.kind == LayerKind::conv1d || layer.kind == LayerKind::conv2d || layer.kind == LayerKind::conv3d;
    if (!convolution || is_constant(step.in[0]) || layer.shape.size() < 2)
        return;
    const auto &input = shapes[static_cast<std::size_t>(step.in[0])];
    if (input.size() == layer.shape.size() && layer.shape[1] > 0)
        work.matrices = std::max<std::int64_t>(1, input[1] / layer.shape[1]);
    work.rows = channels / work.matrices;
}

/// What is held while the steps go by: values of steps that run once, and others.
class Held {
public:
    Held(const Program::Data &program, const SlotShapes &shapes)
        : shapes_(shapes), owner_(shapes.size()), readers_(shapes.size(), 0), runs_once_(shapes.size(), false)
    {
        std::iota(owner_.begin(), owner_.end(), 0);
        for (const Step &step : program.steps)
            if (std::find(kViews.begin(), kViews.end(), step.op) != kViews.end() && !is_constant(step.in[0]))
                for (const int slot : step.out)
                    if (slot >= 0)
                        owner_[static_cast<std::size_t>(slot)] = owner_[static_cast<std::size_t>(step.in[0])];
        for (std::size_t index = 0; index < program.fixed_steps; ++index)
            for (const int slot : program.steps[index].out)
                if (slot >= 0)
                    runs_once_[static_cast<std::size_t>(slot)] = true;
        held_.changing = bytes_of(0);
        readers_[0] = 1;
    }

    /// Of what runs once, and of the rest.
    struct Sums {
        std::int64_t fixed = 0, changing = 0;
    };

    [[nodiscard]] Sums now() const { return held_; }

    /// What is held during the step, then what is held after it.
    std::pair<Sums, Sums> pass(const Step &step)
    {
        for (const int slot : step.out)
            if (slot >= 0)
                keep(slot);
        const Sums during = held_;
        for (std::size_t i = 0; i < step.in.size(); ++i)
            if (!is_constant(step.in[i]) && i < step.last.size() && step.last[i])
                let_go(step.in[i]);
        return {during, held_};
    }

private:
    [[nodiscard]] std::int64_t bytes_of(std::size_t slot) const
    {
        return elements(shapes_, static_cast<int>(slot)) * static_cast<std::int64_t>(sizeof(float));
    }
    std::int64_t &held_with(std::size_t owner) { return runs_once_[owner] ? held_.fixed : held_.changing; }
    void keep(int slot)
    {
        const auto owner = static_cast<std::size_t>(owner_[static_cast<std::size_t>(slot)]);
        if (readers_[owner]++ == 0)
            held_with(owner) += bytes_of(owner);
    }
    void let_go(int slot)
    {
        const auto owner = static_cast<std::size_t>(owner_[static_cast<std::size_t>(slot)]);
        if (readers_[owner] > 0 && --readers_[owner] == 0)
            held_with(owner) -= bytes_of(owner);
    }

    const SlotShapes &shapes_;
    std::vector<int> owner_;            ///< of each slot, the one whose memory it is
    std::vector<std::int64_t> readers_; ///< of each owner, slots that still hold it
    std::vector<bool> runs_once_;       ///< of each slot
    Sums held_;
};

NetworkWork work_of(const Program::Data &program)
{
    NetworkWork work;
    for (const Layer &layer : program.layers)
        work.layers.push_back(matrices_of(layer));
    if (program.steps.empty())
        return work;
    const SlotShapes shapes = slot_shapes(program);
    Held held(program, shapes);
    for (std::size_t index = 0; index < program.steps.size(); ++index) {
        const Step &step = program.steps[index];
        const bool once = index < program.fixed_steps;
        const Held::Sums before = held.now();
        const auto [during, after] = held.pass(step);
        work.peak = std::max(work.peak, bytes(during.fixed + during.changing));
        if (!once) {
            work.between = std::max(work.between, bytes(after.changing));
            work.during = std::max(work.during, bytes(during.changing));
        }
        for (const int slot : step.out)
            work.values += once || slot < 0 ? 0 : elements(shapes, slot);
        if (step.layer >= 0)
            add_use(step, program.layers[static_cast<std::size_t>(step.layer)], shapes, once,
                    bytes(once ? std::max(before.fixed, after.fixed) : std::max(before.changing, after.changing)),
                    work.layers[static_cast<std::size_t>(step.layer)]);
    }
    return work;
}

} // namespace

Result<NetworkWork> network_work(const Program &program)
{
    NetworkWork work;
    const auto done = guarded("Looking at the network's sizes", 0, [&] { work = work_of(program.data()); });
    return done ? Result<NetworkWork>(std::move(work)) : forward(done);
}

} // namespace ca
