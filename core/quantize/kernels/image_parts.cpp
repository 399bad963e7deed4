// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/image_parts_torch.h"

#include <ATen/Functions.h>

namespace ca {

ImageParts image_parts(at::IntArrayRef sizes, at::IntArrayRef of_one)
{
    const ImageParts whole{0, sizes.empty() ? 0 : sizes[0], 1};
    if (sizes.size() != of_one.size())
        return whole;
    std::optional<ImageParts> found;
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
        if (sizes[axis] == of_one[axis])
            continue;
        if (found || of_one[axis] <= 0 || sizes[axis] % of_one[axis] != 0)
            return whole;
        found = ImageParts{static_cast<std::int64_t>(axis), of_one[axis], sizes[axis] / of_one[axis]};
    }
    return found.value_or(whole);
}

Kernel for_each_image(Kernel kernel, std::vector<std::int64_t> of_one)
{
    return [kernel = std::move(kernel), of_one = std::move(of_one)](Stack &stack) {
        const std::vector<double> scales = stack[1].toDoubleVector();
        const std::vector<std::int64_t> zeros = stack[2].toIntVector();
        if (scales.size() == 1) {
            stack[1] = scales[0];
            stack[2] = zeros[0];
            return kernel(stack);
        }
        const at::Tensor x = stack[0].toTensor(), residual = stack.size() > 3 ? stack[3].toTensor() : at::Tensor();
        const ImageParts parts = image_parts(x.sizes(), of_one);
        TORCH_CHECK(parts.count == static_cast<std::int64_t>(scales.size()), "a batch has another size than its scales");
        const bool of_each = residual.defined() && residual.size(parts.axis) == x.size(parts.axis);
        std::vector<at::Tensor> results;
        results.reserve(scales.size());
        for (std::size_t image = 0; image < scales.size(); ++image) {
            const auto index = static_cast<std::int64_t>(image);
            Stack part{parts.of(x, index), scales[image], zeros[image]};
            if (residual.defined())
                part.emplace_back(of_each ? parts.of(residual, index) : residual);
            kernel(part);
            results.push_back(std::move(part[0]).toTensor());
        }
        stack.assign(1, at::cat(results, parts.axis));
    };
}

} // namespace ca
