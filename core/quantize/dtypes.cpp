// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/dtypes_torch.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace ca {
namespace {

constexpr std::array<std::pair<SafeDtype, at::ScalarType>, 10> kTypes{{{SafeDtype::f32, at::kFloat},
                                                                       {SafeDtype::f64, at::kDouble},
                                                                       {SafeDtype::f16, at::kHalf},
                                                                       {SafeDtype::bf16, at::kBFloat16},
                                                                       {SafeDtype::i64, at::kLong},
                                                                       {SafeDtype::i32, at::kInt},
                                                                       {SafeDtype::i16, at::kShort},
                                                                       {SafeDtype::i8, at::kChar},
                                                                       {SafeDtype::u8, at::kByte},
                                                                       {SafeDtype::boolean, at::kBool}}};

} // namespace

SafeDtype dtype_of(at::ScalarType type)
{
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto &pair) { return pair.second == type; });
    if (found == kTypes.end())
        throw std::runtime_error(std::string("a tensor of the type ") + c10::toString(type) + " cannot be stored");
    return found->first;
}

std::optional<at::ScalarType> type_of(SafeDtype dtype)
{
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto &pair) { return pair.first == dtype; });
    return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

} // namespace ca
