// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/mobilenet_v2_torch.h"

namespace ca {
namespace {

std::string feature(std::size_t index)
{
    return "features." + std::to_string(index);
}

/// Block i opens a stage with stride 2: the stages of 24, 32, 64 and 160 channels.
std::int64_t stride_of(std::size_t block, bool small_images)
{
    if (block == 1)
        return small_images ? 1 : 2;
    return block == 3 || block == 6 || block == 13 ? 2 : 1;
}

class Writer {
public:
    Writer(NetworkBuilder &net, const MobileNetV2Sizes &sizes) : net_(net), sizes_(sizes) { }

    Operand network()
    {
        Operand x = activated(0, feature(0) + ".0", feature(0) + ".1",
                              {sizes_.channels, sizes_.stem, 3, sizes_.small_images ? 1 : 2, 1, 1});
        std::int64_t in = sizes_.stem;
        for (std::size_t i = 0; i < sizes_.widths.size(); ++i) {
            x = block(x, i, in);
            in = sizes_.widths[i];
        }
        x = activated(x, feature(18) + ".0", feature(18) + ".1", {in, sizes_.last, 1, 1, 0, 1});
        return net_.linear(net_.pooled(x), "classifier.1", sizes_.last, sizes_.classes);
    }

private:
    Operand convolution(Operand x, const std::string &name, const std::string &norm, NetworkBuilder::Convolution how)
    {
        if (sizes_.padded_at_end && how.kernel == 3 && how.stride == 2) {
            x = net_.op("aten::constant_pad_nd", "",
                        {x, net_.constant(std::vector<std::int64_t>{0, 1, 0, 1}), net_.constant(std::int64_t{0})});
            how.padding = 0;
        }
        return net_.convolution_norm(x, name, norm, how, sizes_.epsilon);
    }

    Operand activated(Operand x, const std::string &name, const std::string &norm, NetworkBuilder::Convolution how)
    {
        return net_.op("aten::hardtanh", "", {convolution(x, name, norm, how), net_.constant(0.0), net_.constant(6.0)});
    }

    Operand block(Operand x, std::size_t i, std::int64_t in)
    {
        const std::string name = feature(i + 1) + ".conv.";
        const std::int64_t hidden = sizes_.hidden[i], out = sizes_.widths[i], stride = stride_of(i, sizes_.small_images);
        Operand y = x;
        int part = 0; // the first block has no expansion
        const auto next = [&] { return name + std::to_string(part++); };
        if (i > 0) {
            const std::string expand = next();
            y = activated(y, expand + ".0", expand + ".1", {in, hidden, 1, 1, 0, 1});
        }
        const std::string depthwise = next(), project = next(), norm = next();
        y = activated(y, depthwise + ".0", depthwise + ".1", {hidden, hidden, 3, stride, 1, hidden});
        y = convolution(y, project, norm, {hidden, out, 1, 1, 0, 1});
        return stride == 1 && in == out ? net_.add(x, y) : y;
    }

    NetworkBuilder &net_;
    const MobileNetV2Sizes &sizes_;
};

} // namespace

MobileNetV2Sizes mobilenet_v2_sizes(const FileWeights &weights)
{
    MobileNetV2Sizes sizes;
    const auto stem = weights.sides(feature(0) + ".0.weight", 4);
    sizes.stem = stem[0];
    sizes.channels = stem[1];
    for (std::size_t i = 0; i < sizes.widths.size(); ++i) {
        const std::string name = feature(i + 1) + ".conv.";
        sizes.hidden[i] = weights.sides(name + "0.0.weight", 4)[0];
        sizes.widths[i] = weights.sides(name + (i == 0 ? "1.weight" : "2.weight"), 4)[0];
    }
    sizes.last = weights.sides(feature(18) + ".0.weight", 4)[0];
    sizes.classes = weights.sides("classifier.1.weight", 2)[0];
    return sizes;
}

Operand mobilenet_v2(NetworkBuilder &net, const MobileNetV2Sizes &sizes)
{
    return Writer(net, sizes).network();
}

} // namespace ca
