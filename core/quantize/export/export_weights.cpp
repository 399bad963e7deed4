// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export_weights.h"

#include "core/base/json.h"
#include "core/quantize/export/export_names.h"
#include "core/quantize/pack_bits.h"
#include "core/quantize/rounding/scale_width.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ca {
namespace {

namespace names = export_names;

constexpr std::int64_t kMostWeights = std::int64_t{1} << 36;
constexpr std::size_t kMostDimensions = 8;
constexpr std::int64_t kLongestState = 4096; ///< bytes of bitsandbytes' JSON

template <typename T, std::size_t N>
bool equal_bits(const std::vector<T> &values, const std::array<T, N> &expected)
{
    return values.size() == N && std::memcmp(values.data(), expected.data(), N * sizeof(T)) == 0;
}

/// Reads one layer.
class LayerReader {
public:
    LayerReader(const ExportedTensors &file, std::string layer, const Scheme &scheme)
        : file_(file), layer_(std::move(layer)), scheme_(scheme)
    {
    }

    Result<ExportedWeight> read()
    {
        switch (scheme_.format) {
        case Format::fp16:
        case Format::bf16:
            return half();
        case Format::nf4:
        case Format::fp4:
            return four_bit();
        case Format::llm_int8:
            return row_int8();
        default:
            return integers();
        }
    }

private:
    tl::unexpected<Error> damaged(const std::string &what) const
    {
        return file_.damaged("the layer " + clean_text(layer_) + " has " + what);
    }

    const SafeTensor *find(const char *ending) const { return file_.header().find(layer_ + ending); }

    /// How many weights a shape has, if a layer's weight can have it.
    Result<std::int64_t> count_of(const std::vector<std::int64_t> &shape) const
    {
        if (shape.empty() || shape.size() > kMostDimensions)
            return damaged("an impossible shape");
        std::int64_t count = 1;
        for (const std::int64_t side : shape) {
            if (side <= 0 || side > kMostWeights / count)
                return damaged("an impossible shape");
            count *= side;
        }
        if (count / shape.front() > std::numeric_limits<int>::max())
            return damaged("rows of an impossible length");
        return count;
    }

    Result<std::vector<std::int64_t>> stated_shape() const
    {
        const SafeTensor *described = find(names::kShape);
        if (!described || described->shape.size() != 1 || described->shape[0] > static_cast<std::int64_t>(kMostDimensions))
            return damaged("no weight");
        return file_.values<std::int64_t>(layer_ + names::kShape, SafeDtype::i64, described->shape);
    }

    Result<ExportedWeight> half() const
    {
        const SafeTensor *described = find(names::kWeight);
        if (!described)
            return damaged("no weight");
        if (const auto count = count_of(described->shape); !count)
            return forward(count);
        const SafeDtype dtype = scheme_.format == Format::fp16 ? SafeDtype::f16 : SafeDtype::bf16;
        auto values = file_.values<std::uint16_t>(layer_ + names::kWeight, dtype, described->shape);
        if (!values)
            return forward(values);
        return ExportedWeight{HalfWeight{scheme_.format, std::move(*values)}, described->shape};
    }

    Result<ExportedWeight> row_int8() const
    {
        const SafeTensor *described = find(names::kWeight);
        if (!described || described->shape.size() != 2)
            return damaged("no weight");
        if (const auto count = count_of(described->shape); !count)
            return forward(count);
        const std::int64_t rows = described->shape[0], columns = described->shape[1];
        auto values = file_.values<std::int8_t>(layer_ + names::kWeight, SafeDtype::i8, {rows, columns});
        auto scales = file_.floats(layer_ + names::kRowScale, {rows});
        const auto format = file_.values<std::uint8_t>(layer_ + names::kRowFormat, SafeDtype::u8, {});
        if (!values)
            return forward(values);
        if (!scales)
            return forward(scales);
        if (!format || format->front() != 0)
            return damaged("an order of its rows that this program does not know");
        return ExportedWeight{RowInt8Weight{rows, columns, std::move(*values), std::move(*scales)}, described->shape};
    }

    Result<ExportedWeight> integers() const;
    Status read_codes(IntegerWeight &into) const;
    Status read_scales(const std::vector<std::int64_t> &shape, IntegerWeight &into) const;
    Status read_zeros(const std::vector<std::int64_t> &shape, IntegerWeight &into) const;

    Result<ExportedWeight> four_bit() const;
    Result<Json> four_bit_state(bool doubled) const;
    Status read_doubled(std::int64_t blocks, const Json &state, FourBitWeight &into) const;

    const ExportedTensors &file_;
    const std::string layer_;
    const Scheme &scheme_;
};

Status LayerReader::read_codes(IntegerWeight &into) const
{
    if (into.bits.value == 8) {
        auto codes = file_.values<std::int8_t>(layer_ + names::kWeight, SafeDtype::i8, into.shape);
        if (!codes)
            return forward(codes);
        into.values = std::move(*codes);
        return {};
    }
    const auto packed =
        file_.values<std::int32_t>(layer_ + names::kPacked, SafeDtype::i32, {into.rows, packed_words(into.columns, into.bits)});
    if (!packed)
        return forward(packed);
    into.values = unpack_rows(*packed, into.rows, into.columns, into.bits);
    return {};
}

Status LayerReader::read_scales(const std::vector<std::int64_t> &shape, IntegerWeight &into) const
{
    const std::string name = layer_ + names::kScale;
    const SafeTensor *described = file_.header().find(name);
    if (described && described->dtype == SafeDtype::bf16) {
        const auto narrow = file_.values<std::uint16_t>(name, SafeDtype::bf16, shape);
        if (!narrow)
            return forward(narrow);
        into.scales = from_bf16(*narrow);
        const bool finite = std::all_of(into.scales.begin(), into.scales.end(), [](float s) { return std::isfinite(s); });
        return finite ? Status() : damaged("scales that are no numbers");
    }
    auto scales = file_.floats(name, shape);
    if (!scales)
        return forward(scales);
    into.scales = std::move(*scales);
    return {};
}

Status LayerReader::read_zeros(const std::vector<std::int64_t> &shape, IntegerWeight &into) const
{
    if (into.symmetric)
        return {};
    if (into.bits.value == 8) {
        auto zeros = file_.values<std::int8_t>(layer_ + names::kZero, SafeDtype::i8, shape);
        if (!zeros)
            return forward(zeros);
        into.zeros = std::move(*zeros);
        return {};
    }
    const std::int64_t words = packed_words(into.rows, into.bits), groups = shape.back();
    const auto packed = file_.values<std::int32_t>(layer_ + names::kZero, SafeDtype::i32, {words, groups});
    if (!packed)
        return forward(packed);
    into.zeros = unpack_columns(*packed, into.rows, groups, into.bits);
    return {};
}

Result<ExportedWeight> LayerReader::integers() const
{
    IntegerWeight weight;
    weight.bits = bits_of(scheme_.format);
    weight.symmetric = scheme_.symmetric;
    if (weight.bits.value == 8) {
        const SafeTensor *described = find(names::kWeight);
        weight.shape = described ? described->shape : std::vector<std::int64_t>();
    } else {
        auto shape = stated_shape();
        if (!shape)
            return forward(shape);
        weight.shape = std::move(*shape);
    }
    const auto count = count_of(weight.shape);
    if (!count)
        return forward(count);
    weight.rows = weight.shape.front();
    weight.columns = *count / weight.rows;
    weight.group = scheme_.group == 0 ? static_cast<int>(weight.columns) : scheme_.group;
    if (weight.columns % weight.group != 0)
        return damaged("groups that do not divide its rows");
    const std::int64_t groups = weight.columns / weight.group;
    std::vector<std::int64_t> scales{weight.rows, groups};
    if (weight.bits.value == 8 && scheme_.group == 0)
        scales.resize(weight.shape.size(), 1);
    if (const auto read = read_scales(scales, weight); !read)
        return forward(read);
    if (const auto read = read_codes(weight); !read)
        return forward(read);
    if (const auto read = read_zeros(scales, weight); !read)
        return forward(read);
    std::vector<std::int64_t> shape = weight.shape;
    return ExportedWeight{std::move(weight), std::move(shape)};
}

/// bitsandbytes' JSON, of the one kind that this program writes.
Result<Json> LayerReader::four_bit_state(bool doubled) const
{
    const std::string code = to_text(scheme_.format), name = layer_ + names::kState + code;
    const SafeTensor *described = file_.header().find(name);
    if (!described || described->shape.size() != 1 || described->shape[0] > kLongestState)
        return damaged("no description of its blocks");
    const auto text = file_.values<char>(name, SafeDtype::u8, described->shape);
    if (!text)
        return forward(text);
    auto state = parse_json({text->data(), text->size()}, "The description of the layer " + clean_text(layer_));
    if (!state)
        return forward(state);
    const auto is = [&](const char *key, const Json &value) { return state->is_object() && state->value(key, Json()) == value; };
    bool known = is("quant_type", code) && is("blocksize", kFourBitBlock) && is("dtype", "float32");
    if (doubled)
        known = known && is("nested_blocksize", kScaleBlock) && is("nested_dtype", "float32");
    if (!known)
        return damaged("blocks of a kind that this program does not know");
    return state;
}

Status LayerReader::read_doubled(std::int64_t blocks, const Json &state, FourBitWeight &into) const
{
    const auto block = static_cast<std::int64_t>(kScaleBlock);
    auto codes = file_.values<std::uint8_t>(layer_ + names::kAbsmax, SafeDtype::u8, {blocks});
    auto scales = file_.floats(layer_ + names::kNestedAbsmax, {(blocks + block - 1) / block});
    const auto map = file_.floats(layer_ + names::kNestedMap, {256});
    if (!codes)
        return forward(codes);
    if (!scales)
        return forward(scales);
    if (!map)
        return forward(map);
    const Json offset = state.value("nested_offset", Json());
    if (!equal_bits(*map, dynamic_map()) || !offset.is_number() || !std::isfinite(offset.get<float>()))
        return damaged("scales of a kind that this program does not know");
    into.doubled = ScaledScales{std::move(*codes), std::move(*scales), offset.get<float>()};
    return {};
}

Result<ExportedWeight> LayerReader::four_bit() const
{
    const SafeTensor *absmax = find(names::kAbsmax);
    if (!absmax)
        return damaged("no scales");
    const bool doubled = absmax->dtype == SafeDtype::u8;
    const auto state = four_bit_state(doubled);
    if (!state)
        return forward(state);
    ExportedWeight weight;
    try {
        weight.shape = state->at("shape").get<std::vector<std::int64_t>>();
    } catch (const std::exception &) {
        return damaged("an impossible shape");
    }
    const auto count = count_of(weight.shape);
    if (!count)
        return forward(count);
    const auto block = static_cast<std::int64_t>(kFourBitBlock);
    const std::int64_t blocks = (*count + block - 1) / block;
    const FourBit code = scheme_.format == Format::nf4 ? FourBit::nf4 : FourBit::fp4;
    FourBitWeight stored{code, static_cast<std::size_t>(*count), {}, {}, {}};
    auto packed = file_.values<std::uint8_t>(layer_ + names::kWeight, SafeDtype::u8, {(*count + 1) / 2, 1});
    if (!packed)
        return forward(packed);
    stored.packed = std::move(*packed);
    const auto map = file_.floats(layer_ + names::kQuantMap, {16});
    if (!map || !equal_bits(*map, four_bit_values(code)))
        return damaged("other values for its codes than " + to_text(scheme_.format));
    if (doubled) {
        if (const auto read = read_doubled(blocks, *state, stored); !read)
            return forward(read);
    } else {
        auto scales = file_.floats(layer_ + names::kAbsmax, {blocks});
        if (!scales)
            return forward(scales);
        stored.scales = std::move(*scales);
    }
    weight.stored = std::move(stored);
    return weight;
}

} // namespace

Result<ExportedWeight> read_layer_weight(const ExportedTensors &file, const std::string &layer, const Scheme &scheme)
{
    return LayerReader(file, layer, scheme).read();
}

} // namespace ca
