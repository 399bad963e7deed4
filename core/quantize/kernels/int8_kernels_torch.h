// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/fusion_torch.h"
#include "core/quantize/kernels/image_parts_torch.h"
#include "core/quantize/kernels/u8_kernels.h"

#include <optional>

namespace ca {

/// A layer with u8 input and s8 weights.
struct Int8Layer {
    at::Tensor weight;            ///< s8, in the layer's shape, zero points already taken off
    at::Tensor scales;            ///< float32, one for each output channel
    c10::IValue bias;             ///< float32 or none
    std::optional<U8Grid> input;  ///< absent: found at run time, behind the input on the stack as scales and zeros
    std::optional<U8Grid> output; ///< absent: float32
    std::optional<PostOp> post_op;
    std::optional<U8Grid> residual; ///< grid of a u8 residual; absent where it is float32 or there is none
    bool has_residual = false;
    c10::IValue stride, padding, dilation, groups; ///< of a convolution
    /// For one image. A convolution is packed for it, or its weights are packed anew in each call.
    std::vector<std::int64_t> input_shape;
    ImageLayout images; ///< of the input, where its grid is found at run time
};

/// Activations that the kernel applies itself; others stay steps of their own.
[[nodiscard]] bool int8_takes(const Step &layer, const PostOp &post_op);

/// Stack [x] or [x, residual] -> [result]; where the grid is found at run time [x, scales, zeros] and so on, with a number for
/// each image. The residual is overwritten where nobody else holds it.
[[nodiscard]] Kernel int8_convolution(const Int8Layer &layer);
[[nodiscard]] Kernel int8_linear(const Int8Layer &layer);

/// float32 -> u8 and back, in the memory layout of the input.
[[nodiscard]] Kernel quantize_kernel(U8Grid grid);
[[nodiscard]] Kernel dequantize_kernel(U8Grid grid);
/// float32 -> float32 on the grid: what sensitivity scans put before a float layer.
[[nodiscard]] Kernel simulate_kernel(U8Grid grid);
/// [x] -> [u8, scales, zeros], by the smallest and the largest value of each image, so that an image's result does not depend on
/// the batch that it comes in.
[[nodiscard]] Kernel dynamic_quantize_kernel(ImageLayout layout);
/// `aten::max_pool2d` on u8; arguments as there.
[[nodiscard]] Kernel max_pool_kernel();

/// A step of the plain program that can write u8: layer normalisation over the last dimension, attention without a mask. Nothing
/// for others.
[[nodiscard]] std::optional<Kernel> u8_writer(const Program::Data &plain, const Step &step, U8Grid grid);

} // namespace ca
