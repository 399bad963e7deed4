// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"

#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// How a weight is stored. `nf4` and `fp4` are bitsandbytes' codes in blocks of 64; `llm_int8` is its int8 with a scale a row.
enum class Format { fp32, fp16, bf16, int8, int7, int6, int5, int4, int3, int2, nf4, fp4, llm_int8 };
/// What becomes of a layer's input: stays float; int8 with a scale found at run time; int8 with a scale from calibration.
enum class Activation { none, dynamic_int8, static_int8 };
/// How integers are chosen: the nearest; the nearest on the grid of least squared error; with errors compensated by what
/// calibration images put into the layer (GPTQ, AdaRound).
enum class Rounding { nearest, mse, gptq, adaround };
/// How a static scale is found from what calibration images put into a tensor.
enum class RangeMethod { minmax, percentile, mse, entropy };

// The words of recipes: `int4`, `llm_int8`; `none`, `dynamic`, `static`; `gptq`; `percentile`.
[[nodiscard]] std::string to_text(Format format);
[[nodiscard]] std::string to_text(Activation activation);
[[nodiscard]] std::string to_text(Rounding rounding);
[[nodiscard]] std::string to_text(RangeMethod method);
[[nodiscard]] std::optional<Format> format_from(std::string_view text);
[[nodiscard]] std::optional<Activation> activation_from(std::string_view text);
[[nodiscard]] std::optional<Rounding> rounding_from(std::string_view text);
[[nodiscard]] std::optional<RangeMethod> range_method_from(std::string_view text);
/// All words, with commas between, for sentences.
[[nodiscard]] std::string format_list();

/// int8 to int2, whose scheme has a rounding, groups and symmetry. The others have none of these.
[[nodiscard]] bool is_integer(Format format);
/// Of one stored weight, without scales.
[[nodiscard]] Bits bits_of(Format format);
[[nodiscard]] Format int_format(Bits bits); ///< 2 to 8
/// Needs calibration images.
[[nodiscard]] constexpr bool is_compensated(Rounding rounding)
{
    return rounding == Rounding::gptq || rounding == Rounding::adaround;
}

} // namespace ca
