// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/equalization/equalize.h"

#include "core/program/layer_steps_torch.h"
#include "core/quantize/equalization/program_edit_torch.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr int kRounds = 50;       // most; chains of a dozen layers take about ten
constexpr double kSettled = 1e-3; // of a round's largest change, as a logarithm
constexpr double kMost = 1e3;     // factor of a round: beyond it float32 would lose digits
constexpr double kRoom = 0.8;     // of a clip: what calibration images do not reach, others will not pass
constexpr float kAbsorbed = 0.5F; // of the smallest value seen: others may go lower

/// Two layers with nothing between them, or an activation that lets positive factors through.
struct Pair {
    std::size_t first = 0, second = 0; ///< steps
    bool rectified = false;
    double clip = INFINITY;
    std::vector<double> divided; ///< by what, of each channel between, so far
};

class Equalization {
public:
    Equalization(const Program::Data &program, const ActivationHistograms::Data &statistics)
        : edit_(program), statistics_(statistics)
    {
        for (std::size_t step = 0; step < program.steps.size(); ++step)
            if (auto pair = pair_from(step))
                pairs_.push_back(std::move(*pair));
    }

    Program run()
    {
        for (int round = 0; round < kRounds; ++round) {
            double change = 0;
            for (Pair &pair : pairs_)
                change = std::max(change, balance(pair));
            if (change < kSettled)
                break;
        }
        for (const Pair &pair : pairs_)
            absorb_bias(pair);
        return edit_.take();
    }

private:
    /// A convolution or linear layer whose weight, and bias if there is one, may be changed.
    [[nodiscard]] bool is_free_layer(std::size_t index) const
    {
        const Step &step = edit_.step(index);
        if (step.layer < 0 || edit_.data().layers[static_cast<std::size_t>(step.layer)].uses != 1 || !edit_.is_own(index, 1))
            return false;
        const auto form = layer_step(edit_.data(), step);
        const bool kind = form && (form->kind == LayerKind::conv2d || form->kind == LayerKind::linear);
        return kind && (has_no_bias(step) || edit_.is_own(index, 2)) && at::isfinite(edit_.constant(index, 1)).all().item<bool>();
    }

    [[nodiscard]] bool has_no_bias(const Step &step) const
    {
        return edit_.data().constants[constant_index(step.in[2])].value.isNone();
    }

    /// Sets what the activation lets through; false for other steps.
    [[nodiscard]] bool passes_factors(const Step &step, Pair &pair) const
    {
        const auto number = [&](std::size_t i) {
            return edit_.data().constants[constant_index(step.in[i])].value.toScalar().toDouble();
        };
        pair.rectified = true;
        if (step.op == "aten::relu")
            return true;
        pair.clip = 6;
        if (step.op == "aten::relu6")
            return true;
        if (step.op != "aten::hardtanh" || !is_constant(step.in[1]) || !is_constant(step.in[2]) || number(1) != 0)
            return false;
        pair.clip = number(2);
        return pair.clip > 0;
    }

    [[nodiscard]] std::optional<Pair> pair_from(std::size_t first) const
    {
        if (!is_free_layer(first))
            return std::nullopt;
        Pair pair;
        pair.first = first;
        auto next = edit_.only_reader(edit_.step(first).out[0]);
        if (next && edit_.step(*next).layer < 0)
            next = passes_factors(edit_.step(*next), pair) ? edit_.only_reader(edit_.step(*next).out[0]) : std::nullopt;
        if (!next || !is_free_layer(*next) || edit_.step(*next).op != edit_.step(first).op)
            return std::nullopt;
        pair.second = *next;
        pair.divided.assign(static_cast<std::size_t>(edit_.constant(first, 1).size(0)), 1);
        return pair;
    }

    /// The weight as [groups, outputs of a group, inputs of a group, places of the kernel].
    [[nodiscard]] at::Tensor by_groups(std::size_t step) const
    {
        const at::Tensor weight = edit_.constant(step, 1);
        const std::int64_t groups =
            weight.dim() == 4 ? edit_.data().constants[constant_index(edit_.step(step).in[6])].value.toInt() : 1;
        return weight.reshape({groups, weight.size(0) / groups, weight.size(1), -1});
    }

    /// Of the values between the layers, on calibration images, as the model had them; empty where that is not known.
    [[nodiscard]] std::vector<float> between(const Pair &pair, const std::map<int, std::vector<float>> &seen) const
    {
        const auto found = seen.find(edit_.step(pair.second).in[0]);
        return found != seen.end() && found->second.size() == pair.divided.size() ? found->second : std::vector<float>();
    }

    /// What to divide each channel by so that its largest weights on both sides become equal.
    [[nodiscard]] std::vector<double> factors(const Pair &pair) const
    {
        const at::Tensor of_first = edit_.constant(pair.first, 1).flatten(1).abs().amax(1).to(at::kDouble).contiguous();
        const at::Tensor of_second = by_groups(pair.second).abs().amax({1, 3}).flatten().to(at::kDouble).contiguous();
        const auto *one = of_first.const_data_ptr<double>(), *two = of_second.const_data_ptr<double>();
        const std::vector<float> largest = between(pair, statistics_.channels);
        const double room = kRoom * pair.clip;
        std::vector<double> factors(pair.divided.size(), 1);
        for (std::size_t i = 0; i < factors.size(); ++i) {
            if (one[i] > 0 && two[i] > 0)
                factors[i] = std::clamp(std::sqrt(one[i] / two[i]), 1 / kMost, kMost);
            if (std::isinf(pair.clip))
                continue;
            const bool free = !largest.empty() && largest[i] < room;
            factors[i] = free ? std::max(factors[i], largest[i] / (room * pair.divided[i])) : 1;
        }
        return factors;
    }

    /// How large the largest factor was, as a logarithm.
    double balance(Pair &pair)
    {
        const std::vector<double> factor = factors(pair);
        double change = 0;
        for (std::size_t i = 0; i < factor.size(); ++i) {
            pair.divided[i] *= factor[i];
            change = std::max(change, std::abs(std::log(factor[i])));
        }
        const at::Tensor scale = at::tensor(factor, at::kDouble).to(at::kFloat);
        const at::Tensor first = edit_.constant(pair.first, 1), second = edit_.constant(pair.second, 1);
        const at::Tensor groups = by_groups(pair.second);
        std::vector<std::int64_t> rows(static_cast<std::size_t>(first.dim()), 1);
        rows[0] = -1;
        edit_.replace(pair.first, 1, first / scale.view(rows));
        if (const at::Tensor bias = edit_.constant(pair.first, 2); bias.defined())
            edit_.replace(pair.first, 2, bias / scale);
        edit_.replace(pair.second, 1, (groups * scale.view({groups.size(0), 1, groups.size(2), 1})).view(second.sizes()));
        return change;
    }

    [[nodiscard]] bool pads(const Step &step) const
    {
        if (step.op != "aten::conv2d")
            return false;
        const c10::IValue &padding = edit_.data().constants[constant_index(step.in[4])].value;
        const auto sides = padding.isIntList() ? padding.toIntVector() : std::vector<std::int64_t>{1};
        return std::any_of(sides.begin(), sides.end(), [](std::int64_t side) { return side != 0; });
    }

    /// What every value between lies above goes into the second layer's bias. Where that one pads with zeros it would not be the
    /// same function.
    void absorb_bias(const Pair &pair)
    {
        const std::vector<float> lowest = between(pair, statistics_.lowest), largest = between(pair, statistics_.channels);
        const at::Tensor from = edit_.constant(pair.first, 2), into = edit_.constant(pair.second, 2);
        if (!pair.rectified || lowest.empty() || largest.empty() || !from.defined() || !into.defined()
            || pads(edit_.step(pair.second)))
            return;
        std::vector<double> high;
        for (std::size_t i = 0; i < lowest.size(); ++i) {
            const bool clipped = largest[i] >= kRoom * pair.clip;
            high.push_back(clipped ? 0 : std::max(0.0F, lowest[i]) * kAbsorbed / pair.divided[i]);
        }
        if (std::all_of(high.begin(), high.end(), [](double value) { return value == 0; }))
            return;
        const at::Tensor shift = at::tensor(high, at::kDouble), groups = by_groups(pair.second).to(at::kDouble).sum(3);
        edit_.replace(pair.first, 2, (from.to(at::kDouble) - shift).to(at::kFloat));
        const at::Tensor moved = at::matmul(groups, shift.view({groups.size(0), groups.size(2), 1})).flatten();
        edit_.replace(pair.second, 2, (into.to(at::kDouble) + moved).to(at::kFloat));
    }

    ProgramEdit edit_;
    const ActivationHistograms::Data &statistics_;
    std::vector<Pair> pairs_;
};

} // namespace

Result<Model> equalize(const Model &model, const ActivationHistograms &statistics)
{
    const ActivationHistograms::Data none;
    Model result = model;
    const auto done = guarded("Equalizing the network", 1, [&] {
        result.program = Equalization(model.program.data(), statistics.empty() ? none : statistics.data()).run();
    });
    if (!done)
        return forward(done);
    return result;
}

} // namespace ca
