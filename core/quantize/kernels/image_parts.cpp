// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kernels/image_parts_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <set>

namespace ca {
namespace {

using SlotValues = std::map<int, at::Tensor>;

SlotValues values_of(const Program::Data &program, const std::set<int> &slots, const at::Tensor &images,
                     const std::stop_token &stop)
{
    SlotValues values;
    if (slots.contains(0))
        values[0] = images;
    const Observer observer = [&](std::size_t step, const std::vector<c10::IValue> &seen) {
        for (const int slot : program.steps[step].out)
            if (slots.contains(slot) && seen[static_cast<std::size_t>(slot)].isTensor())
                values[slot] = seen[static_cast<std::size_t>(slot)].toTensor().clone();
    };
    (void)execute(program, images, stop, observer, Observed::changing);
    return values;
}

/// As they are but for sums in another order.
bool alike(const at::Tensor &a, const at::Tensor &b)
{
    constexpr double kSums = 1e-3; // of the largest value
    return a.sizes() == b.sizes() && (a - b).abs().max().item<double>() <= kSums * a.abs().max().item<double>();
}

/// `together`: of two images, which alone gave `first` and `second`.
ImageLayout layout_of(const at::Tensor &together, const at::Tensor &first, const at::Tensor &second)
{
    for (const bool in_turns : {false, true}) {
        ImageLayout layout{first.sizes().vec(), in_turns};
        const ImageParts parts = image_parts(together.sizes(), layout);
        if (parts.count == 2 && alike(first, parts.of(together, 0)) && alike(second, parts.of(together, 1)))
            return layout;
    }
    return {};
}

} // namespace

at::Tensor ImageParts::of(const at::Tensor &value, std::int64_t image) const
{
    if (count == 1)
        return value;
    return in_turns ? value.unflatten(axis, {size, count}).select(axis + 1, image) : value.narrow(axis, image * size, size);
}

at::Tensor ImageParts::joined(const std::vector<at::Tensor> &pieces) const
{
    return in_turns ? at::stack(pieces, axis + 1).flatten(axis, axis + 1) : at::cat(pieces, axis);
}

ImageParts image_parts(at::IntArrayRef sizes, const ImageLayout &layout)
{
    const auto &of_one = layout.of_one;
    const ImageParts whole{0, sizes.empty() ? 0 : sizes[0], 1, false};
    if (sizes.size() != of_one.size())
        return whole;
    std::optional<ImageParts> found;
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
        if (sizes[axis] == of_one[axis])
            continue;
        if (found || of_one[axis] <= 0 || sizes[axis] % of_one[axis] != 0)
            return whole;
        found = ImageParts{static_cast<std::int64_t>(axis), of_one[axis], sizes[axis] / of_one[axis], layout.in_turns};
    }
    return found.value_or(whole);
}

std::map<int, ImageLayout> image_layouts(const Program::Data &plain, const Recipe &recipe,
                                         const std::map<std::string, StoredWeight> &weights, const std::stop_token &stop)
{
    std::set<int> slots;
    for (const Step &step : plain.steps)
        if (step.layer >= 0 && !is_constant(step.in[0]) && has_integer_kernel(plain.layers[static_cast<std::size_t>(step.layer)])
            && arithmetic_of(plain, step, recipe, weights) == Arithmetic::dynamic_int8)
            slots.insert(step.in[0]);
    std::map<int, ImageLayout> layouts;
    if (slots.empty())
        return layouts;
    const auto [channels, height, width] = plain.input;
    const std::int64_t count = channels * height * width;
    constexpr double kStep = 0.7311; // so that no two images are alike
    const at::Tensor images = at::arange(2 * count, at::kFloat).mul(kStep).sin().view({2, channels, height, width});
    const auto values = [&](const at::Tensor &of) { return values_of(plain, slots, of, stop); };
    const auto together = values(images);
    const auto first = values(images.narrow(0, 0, 1)), second = values(images.narrow(0, 1, 1));
    if (stop.stop_requested())
        return layouts;
    for (const int slot : slots)
        if (together.contains(slot))
            layouts[slot] = layout_of(together.at(slot), first.at(slot), second.at(slot));
    return layouts;
}

Kernel for_each_image(Kernel kernel, ImageLayout layout)
{
    return [kernel = std::move(kernel), layout = std::move(layout)](Stack &stack) {
        const std::vector<double> scales = stack[1].toDoubleVector();
        const std::vector<std::int64_t> zeros = stack[2].toIntVector();
        if (scales.size() == 1) {
            stack[1] = scales[0];
            stack[2] = zeros[0];
            return kernel(stack);
        }
        const at::Tensor x = stack[0].toTensor(), residual = stack.size() > 3 ? stack[3].toTensor() : at::Tensor();
        const ImageParts parts = image_parts(x.sizes(), layout);
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
        stack.assign(1, parts.joined(results));
    };
}

} // namespace ca
