// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export_tensors.h"

#include "core/base/json.h"
#include "core/quantize/export/export_names.h"
#include "core/quantize/pack_bits.h"
#include "core/quantize/rounding/scale_width.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ca {
namespace {

namespace names = export_names;

std::int64_t divided_up(std::int64_t count, std::int64_t by)
{
    return (count + by - 1) / by;
}

void add_integers(ExportTensors &into, const Layer &layer, const Scheme &scheme, const IntegerWeight *stored)
{
    static const IntegerWeight nothing;
    const IntegerWeight &weight = stored ? *stored : nothing;
    const std::int64_t rows = layer.channels(), columns = layer.weights() / std::max<std::int64_t>(1, rows);
    const std::int64_t groups = scheme.group == 0 ? 1 : columns / scheme.group;
    const Bits bits = bits_of(scheme.format);
    const bool whole = bits.value == 8;
    std::vector<std::int64_t> scales{rows, groups};
    if (!whole) {
        const std::vector<std::int64_t> matrix{rows, columns};
        into.keep(layer.name + names::kPacked, SafeDtype::i32, {rows, packed_words(columns, bits)},
                  stored ? pack_rows(weight.values, rows, columns, bits) : std::vector<std::int32_t>());
        into.keep(layer.name + names::kShape, SafeDtype::i64, {2}, matrix);
    } else if (scheme.group == 0) {
        scales.resize(layer.shape.size(), 1); // so that a product with the weight is one row by row
        into.look_at(layer.name + names::kWeight, SafeDtype::i8, layer.shape, weight.values);
    } else {
        into.look_at(layer.name + names::kWeight, SafeDtype::i8, {rows, columns}, weight.values);
    }
    if (groups > 1 && fit_bf16(weight.scales))
        into.keep(layer.name + names::kScale, SafeDtype::bf16, scales, to_bf16(weight.scales));
    else
        into.look_at(layer.name + names::kScale, SafeDtype::f32, scales, weight.scales);
    if (scheme.symmetric)
        return;
    if (whole)
        into.look_at(layer.name + names::kZero, SafeDtype::i8, scales, weight.zeros);
    else
        into.keep(layer.name + names::kZero, SafeDtype::i32, {packed_words(rows, bits), groups},
                  stored ? pack_columns(weight.zeros, rows, groups, bits) : std::vector<std::int32_t>());
}

void add_four_bit(ExportTensors &into, const Layer &layer, FourBit code, bool doubled, const FourBitWeight *stored)
{
    static const FourBitWeight nothing;
    static const ScaledScales no_scales;
    const FourBitWeight &weight = stored ? *stored : nothing;
    const std::int64_t count = layer.weights(), blocks = divided_up(count, kFourBitBlock);
    into.look_at(layer.name + names::kWeight, SafeDtype::u8, {divided_up(count, 2), 1}, weight.packed);
    const auto &map = four_bit_values(code);
    into.look_at({layer.name + names::kQuantMap, SafeDtype::f32, {16}, std::as_bytes(std::span(map))});
    const ScaledScales &scales = weight.doubled ? *weight.doubled : no_scales;
    if (doubled) {
        into.look_at(layer.name + names::kAbsmax, SafeDtype::u8, {blocks}, scales.codes);
        into.look_at(layer.name + names::kNestedAbsmax, SafeDtype::f32, {divided_up(blocks, kScaleBlock)}, scales.scales);
        into.look_at({layer.name + names::kNestedMap, SafeDtype::f32, {256}, std::as_bytes(std::span(dynamic_map()))});
    } else {
        into.look_at(layer.name + names::kAbsmax, SafeDtype::f32, {blocks}, weight.scales);
    }
    const std::string state = four_bit_state(layer.shape, code, doubled, scales.offset);
    into.keep(layer.name + names::kState + (code == FourBit::nf4 ? "nf4" : "fp4"), SafeDtype::u8,
              {static_cast<std::int64_t>(state.size())}, std::vector<char>(state.begin(), state.end()));
}

void add_rows(ExportTensors &into, const Layer &layer, const RowInt8Weight *stored)
{
    static const RowInt8Weight nothing;
    const RowInt8Weight &weight = stored ? *stored : nothing;
    const std::int64_t rows = layer.channels(), columns = layer.weights() / std::max<std::int64_t>(1, rows);
    into.look_at(layer.name + names::kWeight, SafeDtype::i8, {rows, columns}, weight.values);
    into.look_at(layer.name + names::kRowScale, SafeDtype::f32, {rows}, weight.scales);
    into.keep(layer.name + names::kRowFormat, SafeDtype::u8, {}, std::vector<std::uint8_t>{0});
}

void add_half(ExportTensors &into, const Layer &layer, Format format, const HalfWeight *stored)
{
    static const HalfWeight nothing;
    into.look_at(layer.name + names::kWeight, format == Format::fp16 ? SafeDtype::f16 : SafeDtype::bf16, layer.shape,
                 (stored ? stored : &nothing)->values);
}

template <typename T>
const T *as(const StoredWeight *stored)
{
    return stored ? &std::get<T>(*stored) : nullptr;
}

} // namespace

std::int64_t ExportTensors::payload(std::size_t first) const
{
    std::int64_t total = 0;
    for (std::size_t i = first; i < views_.size(); ++i) {
        auto size = static_cast<std::int64_t>(bytes_of(views_[i].dtype));
        for (const std::int64_t side : views_[i].shape)
            size *= side;
        total += size;
    }
    return total;
}

std::string four_bit_state(const std::vector<std::int64_t> &shape, FourBit code, bool doubled, float offset)
{
    constexpr std::size_t kLongestNumber = 24; // of a double: -1.2345678901234567e-308
    Json state{{"quant_type", code == FourBit::nf4 ? "nf4" : "fp4"},
               {"blocksize", kFourBitBlock},
               {"dtype", "float32"},
               {"shape", shape}};
    if (!doubled)
        return canonical(state);
    state["nested_blocksize"] = kScaleBlock;
    state["nested_dtype"] = "float32";
    std::string text = canonical(state);
    std::array<char, kLongestNumber> number{};
    const auto end = std::to_chars(number.data(), number.data() + number.size(), static_cast<double>(offset)).ptr;
    text.pop_back();
    text += ",\"nested_offset\":" + std::string(number.data(), end) + "}";
    return text.append(static_cast<std::size_t>(number.data() + number.size() - end), ' ');
}

void add_layer_weight(ExportTensors &into, const Layer &layer, const Scheme &scheme, const RecipeOptions &options,
                      const StoredWeight *stored)
{
    switch (scheme.format) {
    case Format::fp32:
        return;
    case Format::fp16:
    case Format::bf16:
        return add_half(into, layer, scheme.format, as<HalfWeight>(stored));
    case Format::nf4:
    case Format::fp4: {
        const auto *weight = as<FourBitWeight>(stored);
        const bool doubled = weight ? weight->doubled.has_value() : options.double_quantization && doubling_pays(layer.weights());
        return add_four_bit(into, layer, scheme.format == Format::nf4 ? FourBit::nf4 : FourBit::fp4, doubled, weight);
    }
    case Format::llm_int8:
        return add_rows(into, layer, as<RowInt8Weight>(stored));
    default:
        return add_integers(into, layer, scheme, as<IntegerWeight>(stored));
    }
}

} // namespace ca
