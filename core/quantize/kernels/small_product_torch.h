// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/kernels/u8_product.h"

#include <ATen/core/Tensor.h>

#include <memory>

namespace ca {

/// A layer by our own loops, for inputs of so few rows that those are faster than a call of LibTorch's operator.
struct SmallProduct {
    U8Product product;
    std::int64_t most_rows = 0;
    [[nodiscard]] bool takes_rows(std::int64_t rows) const { return rows <= most_rows; }
};

/// Rows of the input of a layer with this weight, [outputs, columns].
[[nodiscard]] std::int64_t most_small_rows(const at::Tensor &weight);

/// `weight`: s8 [outputs, columns]; `scales`: float32; `bias`: float32 or undefined. Null where the processor has no instructions
/// for it, or the loops do not take so many columns.
[[nodiscard]] std::shared_ptr<const SmallProduct> small_product(const at::Tensor &weight, const at::Tensor &scales,
                                                                const at::Tensor &bias);

} // namespace ca
