// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/kernels/layer_arithmetic_torch.h"

#include <stop_token>

namespace ca {

/// How the images of a batch lie in a value.
struct ImageLayout {
    std::vector<std::int64_t> of_one; ///< sizes for one image; empty: parts of images cannot be told from each other
    /// Along the axis that grows with the batch, rows of the images in turns, as torch.nn.MultiheadAttention has them before its
    /// output projection (tokens, then images, in one axis); else the images one after the other.
    bool in_turns = false;
};

/// Where the images of a batch lie in a value: `count` pieces of `size` along `axis`.
struct ImageParts {
    std::int64_t axis = 0, size = 0, count = 1;
    bool in_turns = false;

    [[nodiscard]] at::Tensor of(const at::Tensor &value, std::int64_t image) const;
    /// The reverse: the pieces of all images as one value.
    [[nodiscard]] at::Tensor joined(const std::vector<at::Tensor> &pieces) const;
};

/// From the sizes of the value and its sizes for one image, which differ along one axis, by a whole factor. One part where they
/// do not.
[[nodiscard]] ImageParts image_parts(at::IntArrayRef sizes, const ImageLayout &layout);

/// Of the inputs of layers that find their scales at run time, by slot. Sizes do not tell how images lie, so that two of them run
/// together and alone, where there is such a layer. Empty when stopped.
[[nodiscard]] std::map<int, ImageLayout> image_layouts(const Program::Data &plain, const Recipe &recipe,
                                                       const std::map<std::string, StoredWeight> &weights,
                                                       const std::stop_token &stop = {});

/// A layer's kernel for one image, stack [x, scale, zero] or [x, scale, zero, residual], for batches: stack [x, scales, zeros]
/// with a number for each image. A residual that is the same for all images is added to each.
[[nodiscard]] Kernel for_each_image(Kernel kernel, ImageLayout layout);

} // namespace ca
