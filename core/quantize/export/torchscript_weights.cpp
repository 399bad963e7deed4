// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/torchscript_torch.h"
#include "core/quantize/pack_bits.h"
#include "core/quantize/rounding/scale_width.h"

#include <ATen/Functions.h>

namespace ca {
namespace {

// TorchScript has numbers for types where Python has names: 0 is uint8, 3 int32, 6 float32. `type` is that of `weight`.

/// Codes of `width` bits in a stream that begins anew in each row, the lowest bit first, offset by 2^(width-1); at 8 bits int8.
constexpr const char *kIntegers = R"(
def unpacked(self) -> Tensor:
    if self.width == 8:
        codes = self.codes.to(6)
    else:
        rows = self.codes.size(0)
        places = torch.arange(8, dtype=0, device=self.codes.device)
        bits = torch.bitwise_and(torch.bitwise_right_shift(self.codes.unsqueeze(-1), places), 1)
        bits = bits.reshape([rows, -1])[:, :self.columns * self.width].reshape([rows, self.columns, self.width])
        codes = torch.full([rows, self.columns], -1.0 * (1 << (self.width - 1)), dtype=6, device=self.codes.device)
        for i in range(self.width):
            codes = codes + bits.select(2, i) * (1.0 * (1 << i))
    groups = codes.reshape([codes.size(0), -1, self.group])
    if self.zeros.numel() > 0:
        groups = groups - self.zeros.unsqueeze(-1)
    return (groups * self.scales.to(6).unsqueeze(-1)).reshape(self.shape)

def __getstate__(self) -> Tuple[Tensor, Tensor, Tensor, List[int], int, int, int, int, bool]:
    return (self.codes, self.scales, self.zeros, self.shape, self.width, self.columns, self.group, self.type, self.training)

def __setstate__(self, state: Tuple[Tensor, Tensor, Tensor, List[int], int, int, int, int, bool]):
    self.codes = state[0]
    self.scales = state[1]
    self.zeros = state[2]
    self.shape = state[3]
    self.width = state[4]
    self.columns = state[5]
    self.group = state[6]
    self.type = state[7]
    self.training = state[8]
    self.weight = self.unpacked().to(self.type)
)";

/// bitsandbytes' form: two codes a byte, the first in the upper half, blocks of 64, of whose scales 256 may share one.
constexpr const char *kFourBit = R"(
def unpacked(self) -> Tensor:
    if self.nested.numel() > 0:
        shared = torch.repeat_interleave(self.nested, 256)[:self.scales.numel()]
        scales = torch.index_select(self.map, 0, self.scales.to(3)) * shared + self.offset
    else:
        scales = self.scales
    halves = [torch.bitwise_right_shift(self.codes, 4), torch.bitwise_and(self.codes, 15)]
    codes = torch.stack(halves, -1).reshape([-1])[:self.count].to(3)
    each = torch.repeat_interleave(scales, 64)[:self.count]
    return (torch.index_select(self.values, 0, codes) * each).reshape(self.shape)

def __getstate__(self) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, float, List[int], int, int, bool]:
    return (self.codes, self.values, self.scales, self.nested, self.map, self.offset, self.shape, self.count, self.type, self.training)

def __setstate__(self, state: Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, float, List[int], int, int, bool]):
    self.codes = state[0]
    self.values = state[1]
    self.scales = state[2]
    self.nested = state[3]
    self.map = state[4]
    self.offset = state[5]
    self.shape = state[6]
    self.count = state[7]
    self.type = state[8]
    self.training = state[9]
    self.weight = self.unpacked().to(self.type)
)";

/// LLM.int8(): 0.00787… is 1/127 in single precision.
constexpr const char *kRows = R"(
def __getstate__(self) -> Tuple[Tensor, Tensor, List[int], bool]:
    return (self.codes, self.scales, self.shape, self.training)

def __setstate__(self, state: Tuple[Tensor, Tensor, List[int], bool]):
    self.codes = state[0]
    self.scales = state[1]
    self.shape = state[2]
    self.training = state[3]
    self.weight = (self.codes.to(6) * self.scales.unsqueeze(1) * 0.007874015718698502).reshape(self.shape)
)";

constexpr const char *kHalf = R"(
def __getstate__(self) -> Tuple[Tensor, int, bool]:
    return (self.values, self.type, self.training)

def __setstate__(self, state: Tuple[Tensor, int, bool]):
    self.values = state[0]
    self.type = state[1]
    self.training = state[2]
    self.weight = self.values.to(self.type)
)";

/// A tensor that looks at the values.
template <typename T>
at::Tensor view_of(const std::vector<T> &values, at::ScalarType type, std::vector<std::int64_t> shape = {})
{
    if (shape.empty())
        shape = {static_cast<std::int64_t>(values.size())};
    return at::from_blob(const_cast<T *>(values.data()), shape, type); // nobody writes to a buffer of these modules
}

/// The words of pack_rows as bytes, which are in order on the machines that there are.
at::Tensor packed_rows(const IntegerWeight &weight)
{
    const auto words = pack_rows(weight.values, weight.rows, weight.columns, weight.bits);
    const std::int64_t used = (weight.columns * weight.bits.value + 7) / 8, all = 4 * packed_words(weight.columns, weight.bits);
    return view_of(words, at::kByte, {weight.rows, all}).narrow(1, 0, used).clone();
}

} // namespace

torch::jit::Module WeightModules::make(const std::string &kind, const char *source, const Attributes &attributes)
{
    auto &known = classes_[kind];
    if (!known) {
        torch::jit::Module first(c10::QualifiedName("__torch__.compression_agent." + kind), unit_);
        for (const auto &[name, value] : attributes)
            first.register_attribute(name, value.isTensor() ? c10::TensorType::get() : value.type(), value);
        first.register_attribute("training", c10::BoolType::get(), false);
        first.register_buffer("weight", at::empty({0}));
        first.define(source);
        known = first.type();
        return first;
    }
    torch::jit::Module next(unit_, known);
    for (const auto &[name, value] : attributes)
        next._ivalue()->setAttr(name, value);
    next._ivalue()->setAttr("training", false);
    next._ivalue()->setAttr("weight", at::empty({0}));
    return next;
}

torch::jit::Module WeightModules::make(const StoredWeight &stored, const std::vector<std::int64_t> &shape, at::ScalarType type)
{
    const auto of_weight = static_cast<std::int64_t>(type);
    if (const auto *weight = std::get_if<IntegerWeight>(&stored)) {
        const std::int64_t groups = weight->columns / weight->group;
        const bool narrow = weight->group != weight->columns && fit_bf16(weight->scales);
        const at::Tensor scales = view_of(weight->scales, at::kFloat, {weight->rows, groups});
        return make(
            "Integers", kIntegers,
            {{"codes",
              weight->bits.value == 8 ? view_of(weight->values, at::kChar, {weight->rows, weight->columns})
                                      : packed_rows(*weight)},
             {"scales", narrow ? scales.to(at::kBFloat16) : scales},
             {"zeros",
              weight->zeros.empty() ? at::empty({0}, at::kChar) : view_of(weight->zeros, at::kChar, {weight->rows, groups})},
             {"shape", shape},
             {"width", std::int64_t{weight->bits.value}},
             {"columns", weight->columns},
             {"group", std::int64_t{weight->group}},
             {"type", of_weight}});
    }
    if (const auto *weight = std::get_if<FourBitWeight>(&stored)) {
        const auto &values = four_bit_values(weight->code);
        const bool doubled = weight->doubled.has_value();
        const at::Tensor none = at::empty({0});
        const auto table = [](const auto &array) { return at::tensor(at::ArrayRef<float>(array.data(), array.size())); };
        return make("FourBit", kFourBit,
                    {{"codes", view_of(weight->packed, at::kByte)},
                     {"values", table(values)},
                     {"scales", doubled ? view_of(weight->doubled->codes, at::kByte) : view_of(weight->scales, at::kFloat)},
                     {"nested", doubled ? view_of(weight->doubled->scales, at::kFloat) : none},
                     {"map", doubled ? table(dynamic_map()) : none},
                     {"offset", doubled ? static_cast<double>(weight->doubled->offset) : 0.0},
                     {"shape", shape},
                     {"count", static_cast<std::int64_t>(weight->count)},
                     {"type", of_weight}});
    }
    if (const auto *weight = std::get_if<RowInt8Weight>(&stored))
        return make("RowInt8", kRows,
                    {{"codes", view_of(weight->values, at::kChar, {weight->rows, weight->columns})},
                     {"scales", view_of(weight->scales, at::kFloat)},
                     {"shape", shape}});
    const auto &half = std::get<HalfWeight>(stored);
    return make(
        "Half", kHalf,
        {{"values", view_of(half.values, half.format == Format::fp16 ? at::kHalf : at::kBFloat16, shape)}, {"type", of_weight}});
}

} // namespace ca
