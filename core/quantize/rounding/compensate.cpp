// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/compensate.h"

#include "core/quantize/kernels/int8_kernels_torch.h"
#include "core/quantize/network_work.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "core/quantize/rounding/adaround_torch.h"
#include "core/quantize/rounding/compensation_limits.h"
#include "core/quantize/rounding/gptq_torch.h"
#include "core/quantize/rounding/lockstep_torch.h"
#include "core/quantize/rounding/rounded_layers.h"
#include "core/quantize/rounding/target_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>
#include <set>

namespace ca {
namespace {

at::Tensor as_tensor_of(const StoredWeight &stored, const Layer &layer)
{
    return at::tensor(dequantize(stored)).view(layer.shape);
}

/// The rows of all groups, one after the other.
IntegerWeight joined(std::vector<IntegerWeight> parts, const Layer &layer)
{
    IntegerWeight whole = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) {
        whole.rows += parts[i].rows;
        whole.values.insert(whole.values.end(), parts[i].values.begin(), parts[i].values.end());
        whole.scales.insert(whole.scales.end(), parts[i].scales.begin(), parts[i].scales.end());
        whole.zeros.insert(whole.zeros.end(), parts[i].zeros.begin(), parts[i].zeros.end());
    }
    whole.shape = layer.shape;
    return whole;
}

/// One recipe's compensated layers on their way.
class Compensation {
public:
    Compensation(const Model &model, const Recipe &recipe, const ActivationRanges &ranges, int threads, std::stop_token stop,
                 const Progress &progress)
        : model_(model),
          program_(model.program.data()),
          recipe_(recipe),
          ranges_(ranges),
          threads_(threads),
          stop_(std::move(stop)),
          progress_(progress),
          both_(program_)
    {
    }

    Result<std::size_t> run(const Calibration &calibration, std::map<std::string, StoredWeight> &weights,
                            std::map<std::string, Error> &unable)
    {
        const std::size_t all = calibration.images().size();
        if (const auto done = prepare(weights, unable); !done)
            return forward(done);
        if (work_.empty())
            return all;
        const auto network = network_work(model_.program);
        if (!network)
            return forward(network);
        const std::size_t images = images_to_hold(all, network->between);
        if (!recipe_.options.equalize && !recipe_.options.smooth) // else the network is this recipe's own
            rounded_before_ = calibration.rounded_layers(model_.program);
        if (const auto done = both_.read(calibration, images, model_.input, threads_, stop_); !done)
            return forward(done);
        std::size_t finished = 0;
        for (std::size_t step = 0; step <= work_.rbegin()->first; ++step) {
            note_layer(step);
            const auto product = work_.find(step);
            if (product != work_.end())
                progress_.report("Rounding weights", finished++, work_.size());
            const auto done = product != work_.end() ? round_layer(step, product->second, weights) : take_layer(step, weights);
            if (!done)
                return forward(done);
        }
        progress_.report("Rounding weights", finished, work_.size());
        return images;
    }

private:
    const Layer &layer_of(std::size_t step) const
    {
        return program_.layers[static_cast<std::size_t>(program_.steps[step].layer)];
    }

    /// Finds the layers to round, at their first uses; gives those that cannot be compensated their codes; and rounds the inputs
    /// of the quantized network.
    Status prepare(std::map<std::string, StoredWeight> &weights, std::map<std::string, Error> &unable)
    {
        std::vector<bool> seen(program_.layers.size(), false);
        for (std::size_t step = 0; step < program_.steps.size(); ++step) {
            const int layer = program_.steps[step].layer;
            if (layer < 0 || !recipe_.layers.contains(layer_of(step).name))
                continue;
            const bool is_first = !seen[static_cast<std::size_t>(layer)];
            seen[static_cast<std::size_t>(layer)] = true;
            if (is_first)
                if (const auto done = prepare_layer(step, weights, unable); !done)
                    return done;
            if (!unable.contains(layer_of(step).name))
                quantize_input(step);
        }
        return {};
    }

    Status prepare_layer(std::size_t step, std::map<std::string, StoredWeight> &weights, std::map<std::string, Error> &unable)
    {
        const Layer &layer = layer_of(step);
        const Scheme &scheme = recipe_.layers.at(layer.name);
        if (scheme.format == Format::fp32)
            return {};
        if (!weights.contains(layer.name)) {
            const auto weight = model_.program.weight(layer.index);
            Scheme quick = scheme; // tells whether it can be rounded at all
            quick.rounding = Rounding::nearest;
            if (const auto tried = store_weight(weight, layer.shape, quick, recipe_.options); !tried) {
                if (tried.error().code != ErrorCode::unsupported)
                    return forward(tried);
                unable.emplace(layer.name, tried.error());
                return {};
            }
            const auto product = layer_product(program_, program_.steps[step]);
            if (product && product->columns <= kMostCompensatedColumns && is_integer(scheme.format)
                && is_compensated(scheme.rounding)) {
                work_.emplace(step, *product);
                return {};
            }
            auto stored = store_weight(weight, layer.shape, scheme, recipe_.options);
            if (!stored)
                return forward(stored);
            weights.emplace(layer.name, std::move(*stored));
        }
        known_.insert(step);
        return {};
    }

    /// What is rounded from here on depends on this layer, too.
    void note_layer(std::size_t step)
    {
        if (program_.steps[step].layer < 0)
            return;
        const std::string &name = layer_of(step).name;
        const auto scheme = recipe_.layers.find(name);
        key_.add(name, scheme == recipe_.layers.end() ? nullptr : &scheme->second, recipe_.options, input_range(step));
    }

    /// Where the layer has static activations.
    std::optional<std::pair<float, float>> input_range(std::size_t step) const
    {
        const Operand input = program_.steps[step].in[0];
        const auto found = recipe_.layers.find(layer_of(step).name);
        if (found == recipe_.layers.end() || found->second.activation != Activation::static_int8 || is_constant(input)
            || ranges_.empty())
            return std::nullopt;
        const auto &slots = ranges_.data().slots;
        const auto range = slots.find(input);
        return range == slots.end() ? std::nullopt : std::optional(range->second);
    }

    /// On the grid of its range.
    void quantize_input(std::size_t step)
    {
        if (const auto range = input_range(step))
            both_.set_input(step, simulate_kernel(u8_grid(range->first, range->second, exact_levels())));
    }

    /// The quantized network computes with the codes of a layer that has them already.
    Status take_layer(std::size_t step, const std::map<std::string, StoredWeight> &weights)
    {
        return !known_.contains(step) ? Status() : set_weight(step, weights.at(layer_of(step).name));
    }

    Status round_layer(std::size_t step, const LayerProduct &product, std::map<std::string, StoredWeight> &weights)
    {
        auto known = rounded_before_ ? rounded_before_->find(key_.text()) : std::nullopt;
        if (!known) { // of the layers before, the networks run as far as this one needs it
            if (const auto done = both_.advance(step, threads_, stop_); !done)
                return done;
            auto rounded = round_at(step, product);
            if (!rounded)
                return forward(rounded);
            if (rounded_before_)
                rounded_before_->keep(key_.text(), *rounded);
            known = std::move(*rounded);
        }
        return set_weight(step, weights.emplace(layer_of(step).name, std::move(*known)).first->second);
    }

    Status set_weight(std::size_t step, const StoredWeight &stored)
    {
        const Layer &layer = layer_of(step);
        return guarded("Rounding weights", 1, [&] { both_.set_weight(layer.index.value, as_tensor_of(stored, layer)); });
    }

    Result<IntegerWeight> round_at(std::size_t step, const LayerProduct &product)
    {
        auto rows = both_.rows(step, product, positions_to_look_at(product.columns, product.groups), threads_, stop_);
        if (!rows)
            return forward(rows);
        const auto fit = gram_of(rows->fit_inputs(), rows->fit_outputs(), threads_, stop_);
        if (!fit)
            return forward(fit);
        const auto held = gram_of(rows->held_inputs(), rows->held_outputs(), threads_, stop_);
        if (!held)
            return forward(held);
        *rows = {};
        return round_groups(step, product, *fit, *held);
    }

    Result<IntegerWeight> round_rows(const GroupSums &fit, const GroupSums &held, const at::Tensor &weight, const Scheme &scheme,
                                     int threads) const
    {
        const auto problem = row_problem(fit, held, weight, threads, stop_);
        if (!problem)
            return forward(problem);
        const auto round = scheme.rounding == Rounding::adaround ? round_adaround : round_gptq;
        return round(*problem, scheme, threads, stop_);
    }

    /// A layer's groups have inputs of their own, so each is a problem of its own.
    Result<IntegerWeight> round_groups(std::size_t step, const LayerProduct &product, const Gram &fit, const Gram &held) const
    {
        const Layer &layer = layer_of(step);
        const std::vector<float> values = model_.program.weight(layer.index);
        const std::int64_t rows = product.rows / product.groups;
        std::vector<IntegerWeight> parts(static_cast<std::size_t>(product.groups));
        const int inside = product.groups > 1 ? 1 : threads_;
        const auto one_group = [&](std::size_t index) {
            const auto group = static_cast<std::int64_t>(index);
            const at::Tensor weight = at::empty({rows, product.columns}, at::kFloat);
            std::copy_n(values.data() + group * weight.numel(), weight.numel(), weight.data_ptr<float>());
            auto part = round_rows({fit.inputs[group], fit.targets[group]}, {held.inputs[group], held.targets[group]}, weight,
                                   recipe_.layers.at(layer.name), inside);
            if (part)
                parts[index] = std::move(*part);
            else if (!stop_.stop_requested())
                throw std::runtime_error(part.error().sentence);
        };
        if (const auto done = parallel_tensors(parts.size(), threads_, stop_, one_group); !done)
            return forward(done);
        return joined(std::move(parts), layer);
    }

    const Model &model_;
    const Program::Data &program_;
    const Recipe &recipe_;
    const ActivationRanges &ranges_;
    const int threads_;
    const std::stop_token stop_;
    const Progress &progress_;
    Lockstep both_;
    std::shared_ptr<RoundedLayers> rounded_before_; ///< null: nothing is kept
    RoundingKey key_;
    std::map<std::size_t, LayerProduct> work_; ///< first uses of the layers to round
    std::set<std::size_t> known_;              ///< first uses of those that have codes
};

} // namespace

Result<std::size_t> round_compensated(const Model &model, const Recipe &recipe, const ActivationRanges &ranges,
                                      const Calibration &calibration, std::map<std::string, StoredWeight> &weights,
                                      std::map<std::string, Error> &unable, int threads, std::stop_token stop,
                                      const Progress &progress)
{
    return Compensation(model, recipe, ranges, threads, std::move(stop), progress).run(calibration, weights, unable);
}

} // namespace ca
