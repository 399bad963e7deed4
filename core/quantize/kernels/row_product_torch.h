// SPDX-License-Identifier: GPL-3.0-or-later
// Layers whose inputs have a scale for each row: the rows of a linear layer's input, or of a convolution's, unfolded.
#pragma once

#include "core/program/fusion_torch.h"
#include "core/quantize/kernels/row_kernels.h"

namespace ca {

/// u8 [rows, columns], in which kRowZero stands for zero -> float32 [rows, outputs]: integer sums times the scale of an output.
using RowProduct = std::function<at::Tensor(const at::Tensor &)>;
/// `weight`: s8 [outputs, columns]; `scales`: float32 [outputs]. On processors without VNNI, whose kernels have 7 bits for
/// inputs, the integers are multiplied as floats, which is exact to the last bits of a float and slow.
[[nodiscard]] RowProduct row_product(const at::Tensor &weight, const at::Tensor &scales);
/// The second of these ways.
[[nodiscard]] RowProduct float_row_product(const at::Tensor &weight, const at::Tensor &scales);

/// A linear layer whose input has a scale and a zero point for each row, found at run time.
struct TokenLinear {
    at::Tensor weight; ///< s8 [outputs, columns]
    at::Tensor scales; ///< float32 [outputs]
    c10::IValue bias;  ///< float32 or none
};
/// Stack [x] or [x, residual] -> [result], float32.
[[nodiscard]] Kernel token_linear(const TokenLinear &layer);

/// A layer by LLM.int8(). Outlier columns are those of the batch.
struct LlmLayer {
    at::Tensor weight; ///< s8, in the layer's shape: [outputs, columns], or a convolution's with one group
    at::Tensor scales; ///< float32: the largest magnitude of an output's weights
    c10::IValue bias;  ///< float32 or none
    double threshold = 6;
    std::vector<std::int64_t> stride, padding, dilation; ///< two each, of a convolution; empty for a linear layer
};
/// Stack [x] or [x, residual] -> [result], float32.
[[nodiscard]] Kernel llm_layer(const LlmLayer &layer);

} // namespace ca
