// SPDX-License-Identifier: GPL-3.0-or-later
// The formats of bitsandbytes, whose Python package reads what these write.
#include "core/quantize/methods/method_list.h"

namespace ca::methods {
namespace {

void set_four_bit(RecipeOptions &into, const Model &, const MethodOptions &options)
{
    into.double_quantization = options.double_quantization.value_or(true);
    into.compute = options.compute.value_or(Format::fp32);
}

} // namespace

Backend llm_int8()
{
    return {"llm-int8",
            "LLM.int8()",
            "int8 weights and inputs with a scale for each row, and float for the few columns with outliers: no calibration.",
            {.threshold = true},
            [](const Layer &, const MethodOptions &) -> Result<Scheme> { return plain_scheme(Format::llm_int8); },
            [](RecipeOptions &into, const Model &, const MethodOptions &options) {
                into.threshold = options.threshold.value_or(into.threshold);
            }};
}

Backend nf4()
{
    return {"nf4",
            "NF4",
            "Weights in the 16 quantiles of a normal distribution, blocks of 64: 4.1 bits a weight without calibration.",
            {.double_quantization = true, .compute = true},
            [](const Layer &, const MethodOptions &) -> Result<Scheme> { return plain_scheme(Format::nf4); },
            set_four_bit};
}

Backend fp4()
{
    return {"fp4",
            "FP4",
            "Weights as four-bit floating-point numbers, blocks of 64: 4.1 bits a weight without calibration.",
            {.double_quantization = true, .compute = true},
            [](const Layer &, const MethodOptions &) -> Result<Scheme> { return plain_scheme(Format::fp4); },
            set_four_bit};
}

} // namespace ca::methods
