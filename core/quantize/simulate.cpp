// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/simulate.h"

#include "core/quantize/kernels/image_parts_torch.h"
#include "core/quantize/kernels/u8_kernels.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <map>

namespace ca {
namespace {

// By operators that every device has.

at::Tensor on_grid(const at::Tensor &x, const at::Tensor &scale, const at::Tensor &zero)
{
    return (x / scale).round_().add_(zero).clamp_(0, 255).sub_(zero).mul_(scale);
}

at::Tensor rounded_between(const at::Tensor &x, const at::Tensor &least, const at::Tensor &most)
{
    const at::Tensor low = least.clamp_max(0), high = most.clamp_min(0);
    const at::Tensor span = high - low;
    const at::Tensor scale = at::where(span > 0, span / exact_levels(), at::ones_like(span));
    return on_grid(x, scale, (-low / scale).round());
}

at::Tensor each_row_rounded(const at::Tensor &x)
{
    return rounded_between(x, x.amin({-1}, true), x.amax({-1}, true));
}

at::Tensor each_image_rounded(const at::Tensor &x, const ImageLayout &layout)
{
    const ImageParts parts = image_parts(x.sizes(), layout);
    const at::Tensor rows = x.movedim(parts.axis, 0);
    const at::Tensor images =
        parts.in_turns ? rows.reshape({parts.size, parts.count, -1}).transpose(0, 1).flatten(1) : rows.reshape({parts.count, -1});
    std::vector<std::int64_t> along(static_cast<std::size_t>(x.dim()), 1);
    along[static_cast<std::size_t>(parts.axis)] = parts.count * parts.size;
    const auto of_each = [&](const at::Tensor &bounds) {
        return (parts.in_turns ? bounds.repeat({parts.size}) : bounds.repeat_interleave(parts.size)).view(along);
    };
    return rounded_between(x, of_each(images.amin(1)), of_each(images.amax(1)));
}

/// As LLM.int8() does: in fp16, a scale for each row, columns with outliers as they are.
at::Tensor rounded_by_rows(const at::Tensor &x, double threshold)
{
    const at::Tensor rows = x.to(at::kHalf).to(x.scalar_type()).reshape({-1, x.size(-1)});
    const at::Tensor outliers =
        threshold > 0 ? (rows.abs() >= threshold).any(0, true) : at::zeros({1, rows.size(1)}, rows.options().dtype(at::kBool));
    const at::Tensor others = at::where(outliers, at::zeros_like(rows), rows);
    constexpr double kLeast = 1e-30; // whose inverse is finite: rows of zeros stay zeros
    const at::Tensor largest = others.abs().amax({-1}, true).clamp_min(kLeast);
    return at::where(outliers, rows, (others * (127 / largest)).round() * (largest / 127)).view(x.sizes());
}

class Simulation {
public:
    explicit Simulation(const QuantizedModel &model)
        : model_(model), to_(model.model.program.data()), layouts_(image_layouts(to_, model.recipe, model.weights))
    {
        to_.steps.clear();
    }

    Program run()
    {
        for (const Step &step : model_.model.program.data().steps) {
            Step copy = step;
            if (step.layer >= 0)
                quantize(copy);
            to_.steps.push_back(std::move(copy));
        }
        return finish(std::move(to_));
    }

private:
    void quantize(Step &step)
    {
        const auto index = static_cast<std::size_t>(step.layer);
        const Layer &layer = to_.layers[index];
        const auto stored = model_.weights.find(layer.name);
        if (stored == model_.weights.end())
            return;
        Operand &known = weights_[index];
        if (known == 0)
            known = to_.add(at::tensor(dequantize(stored->second)).view(layer.shape));
        std::replace(step.in.begin(), step.in.end(), to_.layer_weights[index], known);
        if (has_integer_kernel(layer) && !is_constant(step.in[0]))
            step.in[0] = rounded_input(step.in[0], layer);
    }

    /// The slot of the input as integer kernels see it.
    int rounded_input(int slot, const Layer &layer)
    {
        const RecipeOptions &options = model_.recipe.options;
        const Scheme &scheme = model_.recipe.layers.at(layer.name);
        const bool linear = layer.kind == LayerKind::linear;
        if (scheme.activation == Activation::static_int8) {
            const auto &range = model_.ranges.data().slots.at(slot);
            return add(slot, [grid = u8_grid(range.first, range.second, exact_levels())](Stack &stack) {
                const at::Tensor x = stack.back().toTensor();
                const auto number = [&](double value) { return at::scalar_tensor(value, x.options()); };
                stack.back() = on_grid(x, number(grid.scale), number(grid.zero));
            });
        }
        if (scheme.activation == Activation::dynamic_int8)
            return add(slot, [by_rows = options.per_token && linear, layout = layouts_[slot]](Stack &stack) {
                const at::Tensor x = stack.back().toTensor();
                stack.back() = by_rows ? each_row_rounded(x) : each_image_rounded(x, layout);
            });
        if (scheme.format == Format::llm_int8 && linear)
            return add(slot, [threshold = options.threshold](Stack &stack) {
                stack.back() = rounded_by_rows(stack.back().toTensor(), threshold);
            });
        return slot;
    }

    int add(int slot, Kernel kernel)
    {
        const int out = to_.new_slot();
        to_.steps.push_back({"simulated::int8", "", std::move(kernel), {slot}, {out}, -1, {}});
        return out;
    }

    const QuantizedModel &model_;
    Program::Data to_;
    std::map<int, ImageLayout> layouts_;     ///< by slot
    std::map<std::size_t, Operand> weights_; ///< by layer
};

} // namespace

Result<Program> simulated_program(const QuantizedModel &model)
{
    Program program;
    const auto done = guarded("Writing the quantized network in float", 1, [&] { program = Simulation(model).run(); });
    if (!done)
        return forward(done);
    return program;
}

Result<DeviceProgram> on_device(const QuantizedModel &model, Device device)
{
    const auto plain = simulated_program(model);
    if (!plain)
        return forward(plain);
    const auto &layers = model.recipe.layers;
    const auto all = [&](Format format) {
        return !layers.empty()
            && std::all_of(layers.begin(), layers.end(), [&](const auto &entry) { return entry.second.format == format; });
    };
    const bool bf16 = all(Format::bf16) || model.recipe.options.compute == Format::bf16, fp16 = !bf16 && all(Format::fp16);
    auto program = on_device(*plain, device, fp16 ? FloatType::fp16 : bf16 ? FloatType::bf16 : FloatType::fp32);
    if (!program)
        return forward(program);
    const bool rounds = std::any_of(layers.begin(), layers.end(), [](const auto &entry) {
        return entry.second.activation != Activation::none || entry.second.format == Format::llm_int8;
    });
    return DeviceProgram{std::move(*program), fp16 ? "fp16" : bf16 ? "bf16" : "fp32", !rounds};
}

} // namespace ca
