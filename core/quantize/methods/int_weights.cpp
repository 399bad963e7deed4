// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/methods/method_list.h"

namespace ca::methods {
namespace {

template <Format format>
Result<Scheme> weights_only(const Layer &layer, const MethodOptions &options)
{
    return integer_scheme(layer, format, options);
}

void set_compute(RecipeOptions &into, const Model &, const MethodOptions &options)
{
    into.compute = options.compute.value_or(Format::fp32);
}

constexpr OptionsUsed kUses{.integers = true, .compute = true};

} // namespace

Backend int8_weight()
{
    return {"int8-weight",
            "INT8 weights",
            "int8 weights with float arithmetic: a quarter of the size, the same answers on nearly every image.",
            kUses,
            weights_only<Format::int8>,
            set_compute};
}

Backend int4_weight()
{
    return {"int4-weight",
            "INT4 weights",
            "4-bit weights with float arithmetic, their errors compensated on calibration images: an eighth of the size.",
            kUses,
            weights_only<Format::int4>,
            set_compute};
}

Backend int3_weight()
{
    return {"int3-weight",
            "INT3 weights",
            "3-bit weights with float arithmetic, compensated: a tenth of the size.",
            kUses,
            weights_only<Format::int3>,
            set_compute};
}

Backend int2_weight()
{
    return {"int2-weight",
            "INT2 weights",
            "2-bit weights with float arithmetic, compensated: a fifteenth of the size, at a visible cost in accuracy.",
            kUses,
            weights_only<Format::int2>,
            set_compute};
}

Backend w4a8()
{
    return {"w4a8",
            "W4A8",
            "4-bit weights, compensated, with int8 activations: an eighth of the size at the speed of static int8.",
            {.integers = true, .static_inputs = true},
            [](const Layer &layer, const MethodOptions &options) -> Result<Scheme> {
                Scheme scheme = integer_scheme(layer, Format::int4, options);
                if (has_integer_kernel(layer))
                    scheme.activation = Activation::static_int8;
                return scheme;
            },
            set_static_options};
}

} // namespace ca::methods
