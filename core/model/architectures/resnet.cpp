// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/resnet_torch.h"

namespace ca {
namespace {

constexpr double kEpsilon = 1e-5;

std::string block_name(std::size_t stage, std::int64_t block)
{
    return "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
}

Operand block(NetworkBuilder &net, const ResNetSizes &sizes, Operand x, const std::string &name, std::size_t stage,
              std::int64_t in, std::int64_t stride)
{
    const std::int64_t width = sizes.widths[stage], out = sizes.outputs[stage];
    const auto convolution = [&](Operand from, int number, NetworkBuilder::Convolution how) {
        const std::string n = std::to_string(number);
        return net.convolution_norm(from, name + ".conv" + n, name + ".bn" + n, how, kEpsilon);
    };
    Operand y = 0;
    if (sizes.bottleneck) {
        y = net.relu(convolution(x, 1, {in, width, 1, 1, 0, 1}));
        y = net.relu(convolution(y, 2, {width, width, 3, stride, 1, sizes.groups}));
        y = convolution(y, 3, {width, out, 1, 1, 0, 1});
    } else {
        y = net.relu(convolution(x, 1, {in, width, 3, stride, 1, 1}));
        y = convolution(y, 2, {width, out, 3, 1, 1, 1});
    }
    if (stride != 1 || in != out)
        x = net.convolution_norm(x, name + ".downsample.0", name + ".downsample.1", {in, out, 1, stride, 0, 1}, kEpsilon);
    return net.relu(net.add(y, x));
}

} // namespace

ResNetSizes resnet_sizes(const FileWeights &weights)
{
    ResNetSizes sizes;
    const auto stem = weights.sides("conv1.weight", 4);
    if (stem[2] != 7 && stem[2] != 3)
        throw WeightMismatch("the first convolution of a ResNet is 7 x 7 or 3 x 3");
    sizes.stem_width = stem[0];
    sizes.channels = stem[1];
    sizes.stem_kernel = stem[2];
    sizes.bottleneck = weights.has("layer1.0.conv3.weight");
    for (std::size_t stage = 0; stage < 4; ++stage) {
        sizes.blocks[stage] = weights.count("layer" + std::to_string(stage + 1) + ".");
        sizes.widths[stage] = weights.sides(block_name(stage, 0) + ".conv1.weight", 4)[0];
        sizes.outputs[stage] = weights.sides(block_name(stage, 0) + (sizes.bottleneck ? ".conv3.weight" : ".conv2.weight"), 4)[0];
    }
    if (sizes.bottleneck) {
        const auto grouped = weights.sides("layer1.0.conv2.weight", 4);
        sizes.groups = grouped[0] / grouped[1];
    }
    sizes.classes = weights.sides("fc.weight", 2)[0];
    return sizes;
}

Operand resnet(NetworkBuilder &net, const ResNetSizes &sizes)
{
    const bool wide = sizes.stem_kernel == 7;
    Operand x = net.convolution_norm(
        0, "conv1", "bn1", {sizes.channels, sizes.stem_width, sizes.stem_kernel, wide ? 2 : 1, sizes.stem_kernel / 2, 1},
        kEpsilon);
    x = net.relu(x);
    if (wide) {
        const auto two = [&](std::int64_t side) { return net.constant(std::vector<std::int64_t>{side, side}); };
        x = net.op("aten::max_pool2d", "", {x, two(3), two(2), two(1), two(1), net.constant(false)});
    }
    std::int64_t in = sizes.stem_width;
    for (std::size_t stage = 0; stage < 4; ++stage)
        for (std::int64_t i = 0; i < sizes.blocks[stage]; ++i) {
            x = block(net, sizes, x, block_name(stage, i), stage, in, stage > 0 && i == 0 ? 2 : 1);
            in = sizes.outputs[stage];
        }
    return net.linear(net.pooled(x), "fc", in, sizes.classes);
}

} // namespace ca
