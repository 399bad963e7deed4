// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/quantize/equalization/equalize.h"
#include "core/quantize/equalization/program_edit_torch.h"
#include "core/quantize/ranges/ranges.h"
#include "core/quantize/ranges/ranges_torch.h"
#include "core/quantize/stored_weight.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>

namespace ca {
namespace {

constexpr std::array<double, 6> kStrengths{0, 0.25, 0.4, 0.5, 0.6, 0.75};
constexpr std::size_t kImages = 16;   // that strengths are compared on
constexpr std::int64_t kRows = 1024;  // of a block's input: tokens of these images
constexpr double kAboutAsGood = 1.05; // a sample's errors are no surer than that
constexpr double kLeastFactor = 1e-5; // as in the authors' code

/// A normalisation and the layers that read it; nobody else does.
struct Block {
    std::string name; ///< of the first layer
    std::size_t norm = 0;
    std::vector<std::size_t> layers;     ///< steps
    std::vector<double> inputs, weights; ///< largest magnitudes, by column
    at::Tensor sample;                   ///< [rows, columns] of what the layers read
    double strength = 0;
};

std::vector<double> doubles(const at::Tensor &values)
{
    const at::Tensor dense = values.to(at::kDouble).contiguous();
    return {dense.const_data_ptr<double>(), dense.const_data_ptr<double>() + dense.numel()};
}

/// What each column is divided by; all 1 where the strength is 0.
at::Tensor factors(const Block &block, double strength)
{
    std::vector<float> factors(block.inputs.size(), 1);
    for (std::size_t i = 0; i < factors.size() && strength > 0; ++i)
        if (block.inputs[i] > 0 && block.weights[i] > 0)
            factors[i] = static_cast<float>(
                std::max(std::pow(block.inputs[i], strength) / std::pow(block.weights[i], 1 - strength), kLeastFactor));
    return at::tensor(factors);
}

class Smoothing {
public:
    Smoothing(const Model &model, const Recipe &recipe) : recipe_(recipe), edit_(model.program.data())
    {
        for (std::size_t step = 0; step < edit_.data().steps.size(); ++step)
            if (auto block = block_from(step))
                blocks_.push_back(std::move(*block));
    }

    [[nodiscard]] std::vector<Block> &blocks() { return blocks_; }

    /// Fills what strengths are found from.
    void look(const ActivationHistograms::Data &statistics)
    {
        std::erase_if(blocks_, [&](Block &block) {
            const auto found = statistics.channels.find(edit_.step(block.norm).out[0]);
            block.weights = doubles(largest_weights(block));
            if (found != statistics.channels.end())
                block.inputs.assign(found->second.begin(), found->second.end());
            return block.inputs.size() != block.weights.size();
        });
    }

    void sample(const ImageBatch &images, const std::stop_token &stop)
    {
        const Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &slots) {
            for (Block &block : blocks_)
                if (block.norm == step) {
                    const at::Tensor value = slots[static_cast<std::size_t>(edit_.step(step).out[0])].toTensor();
                    const at::Tensor rows = value.reshape({-1, value.size(-1)});
                    const std::int64_t count = std::min(rows.size(0), kRows);
                    block.sample =
                        rows.index_select(0, at::floor_divide(at::arange(count, at::kLong) * rows.size(0), count)).contiguous();
                }
        };
        (void)execute(edit_.data(), as_tensor(images), stop, observer, Observed::all);
    }

    /// The smallest strength that is about as good as the best.
    [[nodiscard]] double best_strength(const Block &block) const
    {
        std::array<double, kStrengths.size()> errors{};
        std::transform(kStrengths.begin(), kStrengths.end(), errors.begin(),
                       [&](double strength) { return error(block, strength); });
        const double enough = kAboutAsGood * *std::min_element(errors.begin(), errors.end());
        const auto found = std::find_if(errors.begin(), errors.end(), [&](double error) { return error <= enough; });
        return found == errors.end() ? 0 : kStrengths[static_cast<std::size_t>(found - errors.begin())];
    }

    Program apply()
    {
        for (const Block &block : blocks_) {
            if (block.strength == 0)
                continue;
            const at::Tensor factor = factors(block, block.strength);
            for (const std::size_t input : {2, 3})
                if (const at::Tensor value = edit_.constant(block.norm, input); value.defined())
                    edit_.replace(block.norm, input, value / factor);
            for (const std::size_t layer : block.layers)
                edit_.replace(layer, 1, edit_.constant(layer, 1) * factor);
        }
        return edit_.take();
    }

private:
    [[nodiscard]] const Scheme *scheme(std::size_t step) const
    {
        const int layer = edit_.step(step).layer;
        const auto found =
            layer < 0 ? recipe_.layers.end() : recipe_.layers.find(edit_.data().layers[static_cast<std::size_t>(layer)].name);
        return found == recipe_.layers.end() ? nullptr : &found->second;
    }

    /// A linear layer with quantized inputs whose weight may be changed.
    [[nodiscard]] bool takes_factors(std::size_t index, int slot) const
    {
        const Step &step = edit_.step(index);
        const Scheme *found = scheme(index);
        return found && found->activation != Activation::none && is_integer(found->format) && step.op == "aten::linear"
            && step.in[0] == slot && edit_.data().layers[static_cast<std::size_t>(step.layer)].uses == 1
            && edit_.is_own(index, 1);
    }

    [[nodiscard]] std::optional<Block> block_from(std::size_t index) const
    {
        const Step &norm = edit_.step(index);
        if (norm.op != "aten::layer_norm" || !edit_.is_own(index, 2) || edit_.constant(index, 2).dim() != 1)
            return std::nullopt;
        const bool no_bias = is_constant(norm.in[3]) && edit_.data().constants[constant_index(norm.in[3])].value.isNone();
        const int slot = norm.out[0];
        if ((!no_bias && !edit_.is_own(index, 3)) || slot == edit_.data().output || edit_.readers(slot).empty())
            return std::nullopt;
        Block block;
        block.norm = index;
        block.layers = edit_.readers(slot);
        if (!std::all_of(block.layers.begin(), block.layers.end(), [&](std::size_t step) { return takes_factors(step, slot); }))
            return std::nullopt;
        block.name = edit_.data().layers[static_cast<std::size_t>(edit_.step(block.layers.front()).layer)].name;
        return block;
    }

    [[nodiscard]] at::Tensor largest_weights(const Block &block) const
    {
        at::Tensor largest;
        for (const std::size_t layer : block.layers) {
            const at::Tensor here = edit_.constant(layer, 1).abs().amax(0);
            largest = largest.defined() ? at::maximum(largest, here) : here;
        }
        return largest;
    }

    /// Values as the layer will read them. Dynamic scales are those of a whole tensor, or of each row.
    [[nodiscard]] at::Tensor as_read(const at::Tensor &values, Activation activation) const
    {
        at::Tensor read = at::empty_like(values);
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(values.numel()));
        const bool by_row = activation == Activation::dynamic_int8 && recipe_.options.per_token;
        const std::int64_t parts = by_row ? values.size(0) : 1;
        const auto size = static_cast<std::size_t>(values.numel() / parts);
        for (std::size_t part = 0; part < static_cast<std::size_t>(parts); ++part) {
            const std::span<const float> from(values.const_data_ptr<float>() + part * size, size);
            ActivationHistogram histogram;
            histogram.add(from);
            const auto [low, high] =
                choose_range(histogram, activation == Activation::static_int8 ? recipe_.options.ranges : RangeMethod::minmax);
            const U8Grid grid = u8_grid(low, high);
            quantize_u8(from, grid, codes.data());
            dequantize_u8({codes.data(), size}, grid, read.data_ptr<float>() + part * size);
        }
        return read;
    }

    /// By nearest rounding, which tells strengths apart as well as better ones do; undefined where it cannot be stored.
    [[nodiscard]] static at::Tensor as_stored(const at::Tensor &weight, Scheme scheme)
    {
        scheme.rounding = Rounding::nearest;
        const at::Tensor dense = weight.contiguous();
        const auto stored = quantize_weight({dense.const_data_ptr<float>(), static_cast<std::size_t>(dense.numel())},
                                            dense.sizes().vec(), scheme);
        return stored ? at::tensor(dequantize(*stored)).view(dense.sizes()) : at::Tensor();
    }

    /// Squared error of the layers' outputs over their squares, summed over layers.
    [[nodiscard]] double error(const Block &block, double strength) const
    {
        const at::Tensor factor = factors(block, strength), inputs = (block.sample / factor).contiguous();
        double sum = 0;
        for (const std::size_t layer : block.layers) {
            const at::Tensor weight = edit_.constant(layer, 1), stored = as_stored(weight * factor, *scheme(layer));
            if (!stored.defined())
                return INFINITY;
            const at::Tensor expected = at::linear(block.sample, weight);
            const at::Tensor found = at::linear(as_read(inputs, scheme(layer)->activation), stored);
            const double size = expected.square().sum(at::kDouble).item<double>();
            sum += size > 0 ? (expected - found).square().sum(at::kDouble).item<double>() / size : 0;
        }
        return sum;
    }

    const Recipe &recipe_;
    ProgramEdit edit_;
    std::vector<Block> blocks_;
};

Status search(Smoothing &smoothing, const Model &model, const Calibration &calibration, int threads, const std::stop_token &stop,
              const Progress &progress)
{
    const auto batch = read_batch(calibration.images(), 0, std::min(kImages, calibration.images().size()),
                                  calibration.preprocess(), model.input);
    if (!batch)
        return forward(batch);
    if (batch->places.empty())
        return {};
    if (const auto seen = guarded("Smoothing", 1, [&] { smoothing.sample(batch->images, stop); }); !seen)
        return seen;
    if (stop.stop_requested())
        return cancelled();
    auto &blocks = smoothing.blocks();
    std::mutex mutex;
    std::size_t finished = 0;
    return parallel_for(blocks.size(), threads, stop, [&](std::size_t i) -> Status {
        const auto done = guarded("Smoothing", 1, [&] {
            blocks[i].strength = smoothing.best_strength(blocks[i]);
            blocks[i].sample.reset();
        });
        const std::lock_guard lock(mutex);
        progress.report("Smoothing activations", ++finished, blocks.size());
        return done;
    });
}

} // namespace

Result<Model> smooth(const Model &model, Recipe &recipe, const Calibration &calibration, int threads, std::stop_token stop,
                     const Progress &progress)
{
    std::optional<Smoothing> smoothing;
    if (const auto found = guarded("Smoothing", 1, [&] { smoothing.emplace(model, recipe); }); !found)
        return forward(found);
    RecipeOptions &options = recipe.options;
    auto &blocks = smoothing->blocks();
    if (!blocks.empty() && calibration.has_images()) {
        const auto statistics = calibration.statistics(model, threads, stop, progress);
        if (!statistics)
            return forward(statistics);
        if (const auto looked = guarded("Smoothing", 1, [&] { smoothing->look(statistics->data()); }); !looked)
            return forward(looked);
        if (options.strengths.empty())
            if (const auto found = search(*smoothing, model, calibration, threads, stop, progress); !found)
                return forward(found);
        for (Block &block : blocks)
            if (const auto given = options.strengths.find(block.name); given != options.strengths.end())
                block.strength = given->second;
    } else {
        blocks.clear();
    }
    if (std::all_of(blocks.begin(), blocks.end(), [](const Block &block) { return block.strength == 0; })) {
        options.smooth = false;
        options.strengths.clear();
        return model;
    }
    for (const Block &block : blocks)
        options.strengths[block.name] = block.strength;
    Model result = model;
    if (const auto done = guarded("Smoothing", 1, [&] { result.program = smoothing->apply(); }); !done)
        return forward(done);
    return result;
}

} // namespace ca
