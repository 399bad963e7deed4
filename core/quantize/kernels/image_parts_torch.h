// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/fusion_torch.h"

namespace ca {

/// Where the images of a batch lie in a value: `count` pieces of `size` along `axis`, one after the other.
struct ImageParts {
    std::int64_t axis = 0, size = 0, count = 1;

    [[nodiscard]] at::Tensor of(const at::Tensor &value, std::int64_t image) const
    {
        return count == 1 ? value : value.narrow(axis, image * size, size);
    }
};

/// From the sizes of the value and its sizes for one image, which differ along one axis, by a whole factor. One part where they
/// do not.
[[nodiscard]] ImageParts image_parts(at::IntArrayRef sizes, at::IntArrayRef of_one);

/// A layer's kernel for one image, stack [x, scale, zero] or [x, scale, zero, residual], for batches: stack [x, scales, zeros]
/// with a number for each image. A residual that is the same for all images is added to each.
[[nodiscard]] Kernel for_each_image(Kernel kernel, std::vector<std::int64_t> of_one);

} // namespace ca
