// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/methods/method_list.h"

namespace ca::methods {

Backend float16()
{
    return {"fp16",
            "Float16",
            "Weights in 16 bits, half the size: the same answers on nearly every image; faster on graphics processors only.",
            {},
            [](const Layer &, const MethodOptions &) -> Result<Scheme> { return plain_scheme(Format::fp16); },
            nullptr};
}

Backend bfloat16()
{
    return {"bf16",
            "BFloat16",
            "Weights and arithmetic in bfloat16: half the size, and about twice as fast where the processor has it.",
            {},
            [](const Layer &, const MethodOptions &) -> Result<Scheme> { return plain_scheme(Format::bf16); },
            [](RecipeOptions &into, const Model &, const MethodOptions &) { into.compute = Format::bf16; }};
}

} // namespace ca::methods
