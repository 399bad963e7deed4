// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/methods/method_list.h"

namespace ca::methods {
namespace {

/// int8 weights, and inputs of this kind where a layer has kernels for them.
template <Activation activation>
Result<Scheme> with_inputs(const Layer &layer, const MethodOptions &options)
{
    Scheme scheme = integer_scheme(layer, Format::int8, options);
    if (has_integer_kernel(layer))
        scheme.activation = activation;
    return scheme;
}

} // namespace

Backend dynamic_int8()
{
    return {"dynamic-int8",
            "Dynamic INT8",
            "int8 weights and activations with scales found while it runs: no calibration images, integer arithmetic.",
            {.integers = true, .per_token = true},
            with_inputs<Activation::dynamic_int8>,
            [](RecipeOptions &into, const Model &, const MethodOptions &options) {
                into.per_token = options.per_token.value_or(false);
            }};
}

Backend static_int8()
{
    return {"static-int8",
            "Static INT8",
            "int8 weights and activations with scales from calibration images: a quarter of the size and the fastest.",
            {.integers = true, .static_inputs = true},
            with_inputs<Activation::static_int8>,
            set_static_options};
}

} // namespace ca::methods
