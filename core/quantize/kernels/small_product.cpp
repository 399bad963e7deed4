// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/small_product_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <span>

namespace ca {
namespace {

/// Operations up to which our loops were faster than the operator, whose kernels have less to do for each of them and 25
/// microseconds more for all.
constexpr std::int64_t kSmallWork = 40'000'000;

template <typename T>
std::span<const T> values_of(const at::Tensor &tensor)
{
    return {tensor.const_data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

} // namespace

std::int64_t most_small_rows(const at::Tensor &weight)
{
    return kSmallWork / std::max<std::int64_t>(1, 2 * weight.numel());
}

std::shared_ptr<const SmallProduct> small_product(const at::Tensor &weight, const at::Tensor &scales, const at::Tensor &bias)
{
    if (!U8Product::has_instructions() || !U8Product::takes(weight.size(1)) || weight.size(0) == 0)
        return nullptr;
    const at::Tensor codes = weight.contiguous(), factors = scales.contiguous(),
                     offsets = bias.defined() ? bias.contiguous() : at::empty({0}, scales.options());
    return std::make_shared<const SmallProduct>(SmallProduct{
        {values_of<std::int8_t>(codes), values_of<float>(factors), values_of<float>(offsets)}, most_small_rows(weight)});
}

} // namespace ca
