// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/torchscript_torch.h"

namespace ca {
namespace {

/// Inputs on the grids of u8_kernels.h and row_kernels.h, and the rows of LLM.int8(), whose input a convolution unfolds.
constexpr const char *kRounding = R"(
def rounded(self, x: Tensor, scale: float, inverse: float, zero: float) -> Tensor:
    return (torch.clamp(torch.round(x * inverse) + zero, 0.0, 255.0) - zero) * scale

def rounded_between(self, x: Tensor, least: Tensor, most: Tensor, levels: float) -> Tensor:
    low = torch.clamp(least, max=0.0)
    spread = torch.clamp(most, min=0.0) - low
    scale = torch.where(spread > 0.0, spread / levels, torch.ones_like(spread))
    zero = torch.clamp(torch.round(torch.neg(low) / scale), 0.0, levels)
    return (torch.clamp(torch.round(x * torch.reciprocal(scale)) + zero, 0.0, 255.0) - zero) * scale

def rounded_images(self, x: Tensor, of_one: List[int], in_turns: bool, levels: float) -> Tensor:
    axis, size, differing = 0, x.size(0), 0
    if len(of_one) == x.dim():
        for i in range(x.dim()):
            if x.size(i) != of_one[i]:
                axis, size, differing = i, of_one[i], differing + 1
    if differing > 1 or size <= 0 or x.size(axis) % size != 0:
        axis, size, differing = 0, x.size(0), 0
    count = x.size(axis) // size
    rows = x.movedim(axis, 0)
    along = [1] * x.dim()
    along[axis] = x.size(axis)
    if in_turns and differing == 1:
        parts = rows.reshape([size, count, -1]).transpose(0, 1).reshape([count, -1])
        least = torch.amin(parts, [1], False).repeat([size]).reshape(along)
        most = torch.amax(parts, [1], False).repeat([size]).reshape(along)
    else:
        parts = rows.reshape([count, -1])
        least = torch.amin(parts, [1], False).repeat_interleave(size).reshape(along)
        most = torch.amax(parts, [1], False).repeat_interleave(size).reshape(along)
    return self.rounded_between(x, least, most, levels)

def rounded_rows(self, x: Tensor) -> Tensor:
    return self.rounded_between(x, torch.amin(x, [-1], True), torch.amax(x, [-1], True), 255.0)

def rounded_inliers(self, x: Tensor, threshold: float) -> Tensor:
    rows = x.reshape([-1, x.size(-1)])
    half = rows.to(5).to(6)
    outliers = torch.abs(half) >= threshold
    if threshold <= 0.0:
        outliers = torch.zeros_like(outliers)
    most = torch.amax(torch.abs(half.masked_fill(outliers, 0.0)), [-1], True)
    factor = torch.where(most > 0.0, 127.0 / most, torch.zeros_like(most))
    rounded = torch.round(half * factor) * (most / 127.0)
    return torch.where(torch.any(outliers, 0), rows, rounded).reshape(x.size())

def llm_convolution(self, x: Tensor, weight: Tensor, bias: Optional[Tensor], stride: List[int], padding: List[int], dilation: List[int], threshold: float) -> Tensor:
    kernel = [weight.size(2), weight.size(3)]
    height = (x.size(2) + 2 * padding[0] - dilation[0] * (kernel[0] - 1) - 1) // stride[0] + 1
    places = torch.im2col(x, kernel, dilation, padding, stride).transpose(1, 2)
    sums = torch.linear(self.rounded_inliers(places, threshold), weight.flatten(1), bias)
    return sums.transpose(1, 2).reshape([x.size(0), weight.size(0), height, -1])
)";

} // namespace

const char *rounding_methods()
{
    return kRounding;
}

} // namespace ca
