// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/format.h"

#include <algorithm>
#include <array>

namespace ca {
namespace {

constexpr std::array<const char *, 13> kFormats{"fp32", "fp16", "bf16", "int8", "int7", "int6",    "int5",
                                                "int4", "int3", "int2", "nf4",  "fp4",  "llm_int8"};
constexpr std::array<int, 13> kBits{32, 16, 16, 8, 7, 6, 5, 4, 3, 2, 4, 4, 8};
constexpr std::array<const char *, 3> kActivations{"none", "dynamic", "static"};
constexpr std::array<const char *, 4> kRoundings{"nearest", "mse", "gptq", "adaround"};
constexpr std::array<const char *, 4> kRangeMethods{"minmax", "percentile", "mse", "entropy"};

/// The enumerator whose place in `words` the text has.
template <typename Value, std::size_t N>
std::optional<Value> value_of(const std::array<const char *, N> &words, std::string_view text)
{
    const auto found = std::find(words.begin(), words.end(), text);
    return found == words.end() ? std::nullopt : std::optional(static_cast<Value>(found - words.begin()));
}

} // namespace

std::string to_text(Format format)
{
    return kFormats[static_cast<std::size_t>(format)];
}

std::string to_text(Activation activation)
{
    return kActivations[static_cast<std::size_t>(activation)];
}

std::string to_text(Rounding rounding)
{
    return kRoundings[static_cast<std::size_t>(rounding)];
}

std::string to_text(RangeMethod method)
{
    return kRangeMethods[static_cast<std::size_t>(method)];
}

std::optional<Format> format_from(std::string_view text)
{
    return value_of<Format>(kFormats, text);
}

std::optional<Activation> activation_from(std::string_view text)
{
    return value_of<Activation>(kActivations, text);
}

std::optional<Rounding> rounding_from(std::string_view text)
{
    return value_of<Rounding>(kRoundings, text);
}

std::optional<RangeMethod> range_method_from(std::string_view text)
{
    return value_of<RangeMethod>(kRangeMethods, text);
}

std::string format_list()
{
    std::string list;
    for (const char *format : kFormats)
        list += (list.empty() ? "" : ", ") + std::string(format);
    return list;
}

bool is_integer(Format format)
{
    return format >= Format::int8 && format <= Format::int2;
}

Bits bits_of(Format format)
{
    return bits(kBits[static_cast<std::size_t>(format)]);
}

Format int_format(Bits bits)
{
    return static_cast<Format>(static_cast<int>(Format::int8) + 8 - bits.value);
}

} // namespace ca
