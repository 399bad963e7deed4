// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/methods/method_list.h"

#include <algorithm>

namespace ca::methods {

Scheme integer_scheme(const Layer &layer, Format format, const MethodOptions &options)
{
    const int width = bits_of(format).value;
    const bool compensate = width < 8 && options.has_images;
    Scheme scheme{format, Activation::none, options.rounding.value_or(compensate ? Rounding::gptq : Rounding::mse),
                  options.group.value_or(0), options.symmetric.value_or(width > 4)};
    const std::int64_t columns = layer.weights() / std::max<std::int64_t>(1, layer.channels());
    if (scheme.group != 0 && columns % scheme.group != 0)
        scheme.group = 0;
    return scheme;
}

Scheme plain_scheme(Format format)
{
    return {format, Activation::none, Rounding::nearest, 0, true};
}

void set_static_options(RecipeOptions &into, const Model &model, const MethodOptions &options)
{
    const auto steps = model.program.steps();
    const bool normalises =
        std::any_of(steps.begin(), steps.end(), [](const StepInfo &step) { return step.op == "aten::layer_norm"; });
    // Equalization brought a depthwise net with a scale for each channel nothing once ranges were those of least error.
    into.ranges = options.ranges.value_or(RangeMethod::mse);
    into.equalize = options.equalize.value_or(false);
    into.smooth = options.smooth.value_or(options.has_images && normalises);
    into.correct_biases = options.correct_biases.value_or(options.has_images);
}

} // namespace ca::methods
