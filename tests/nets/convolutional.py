# SPDX-License-Identifier: GPL-3.0-or-later
"""Small nets of convolutions: the shapes that published families have, at 3 x 32 x 32 with few channels and 10 classes."""
from collections import OrderedDict
from typing import Dict, List, NamedTuple, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def unit(inputs, outputs, kernel=3, stride=1, groups=1, act=nn.ReLU, dilation=1):
    """Convolution, batch norm, activation."""
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, dilation * (kernel // 2), dilation, groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Head(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        return self.fc(x.mean((2, 3)))


class SqueezeExcite(nn.Module):
    def __init__(self, width, gate=nn.Sigmoid, act=nn.ReLU):
        super().__init__()
        self.reduce, self.act, self.expand, self.gate = nn.Conv2d(width, width // 4, 1), act(), nn.Conv2d(width // 4, width, 1), gate()

    def forward(self, x):
        return x * self.gate(self.expand(self.act(self.reduce(F.adaptive_avg_pool2d(x, 1)))))


class SqueezeExciteNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.conv, self.se, self.head = unit(3, 16, stride=2), unit(16, 16, act=None), SqueezeExcite(16), Head(16)

    def forward(self, x):
        x = self.stem(x)
        return self.head(F.relu(self.se(self.conv(x)) + x))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, act, gate):
        super().__init__()
        wide = inputs * 3
        self.expand, self.depth = unit(inputs, wide, 1, act=act), unit(wide, wide, 5, stride, wide, act=act)
        self.se, self.project = SqueezeExcite(wide, gate, act), unit(wide, outputs, 1, act=None)
        self.same = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.se(self.depth(self.expand(x))))
        return x + y if self.same else y


class MobileNet(nn.Module):
    """EfficientNet with SiLU and sigmoid, MobileNetV3 with Hardswish and Hardsigmoid."""

    def __init__(self, act, gate):
        super().__init__()
        self.stem = unit(3, 8, stride=2, act=act)
        self.blocks = nn.Sequential(*(InvertedResidual(i, o, s, act, gate) for i, o, s in [(8, 12, 2), (12, 12, 1), (12, 20, 2)]))
        self.head, self.drop = Head(20), nn.Dropout(0.2, inplace=True)

    def forward(self, x):
        return self.head(self.drop(self.blocks(self.stem(x))))


class DenseNet(nn.Module):
    class Layer(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.norm1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, 16, 1, bias=False)
            self.norm2, self.conv2 = nn.BatchNorm2d(16), nn.Conv2d(16, 8, 3, padding=1, bias=False)

        def forward(self, features: List[Tensor]):
            return self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(torch.cat(features, 1)), inplace=True))), inplace=True))

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.layers = nn.ModuleList(self.Layer(16 + 8 * i) for i in range(3))
        self.transition, self.head = nn.Conv2d(40, 20, 1), Head(20)

    def forward(self, x):
        features = [self.stem(x)]
        for layer in self.layers:
            features.append(layer(features))
        return self.head(F.avg_pool2d(self.transition(torch.cat(features, 1)), 2))


class ShuffleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = unit(3, 16, stride=2)
        self.branch = nn.Sequential(unit(8, 8, 1), unit(8, 8, groups=8, act=None), unit(8, 8, 1))
        self.head = Head(16)

    def forward(self, x):
        left, right = self.stem(x).chunk(2, dim=1)
        x = torch.cat((left, self.branch(right)), dim=1)
        batch, channels, height, width = x.size()
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view(batch, -1, height, width)
        return self.head(F.channel_shuffle(x, 4))


class GhostNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.primary, self.cheap, self.head = unit(3, 9, stride=2), unit(9, 9, groups=9), Head(14)

    def forward(self, x):
        x = self.primary(x)
        return self.head(torch.cat([x, self.cheap(x)], dim=1)[:, :14, :, :])


class ConvNeXt(nn.Module):
    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.depth, self.norm = nn.Conv2d(width, width, 7, padding=3, groups=width), nn.LayerNorm(width, eps=1e-6)
            self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
            self.scale = nn.Parameter(torch.full((width,), 0.5))

        def forward(self, x):
            y = self.norm(self.depth(x).permute(0, 2, 3, 1))
            return x + (self.scale * self.narrow(F.gelu(self.wide(y)))).permute(0, 3, 1, 2)

    def __init__(self):
        super().__init__()
        self.stem, self.blocks = nn.Conv2d(3, 16, 4, 4), nn.Sequential(self.Block(16), self.Block(16))
        self.norm, self.fc = nn.LayerNorm(16), nn.Linear(16, 10)

    def forward(self, x):
        return self.fc(self.norm(self.blocks(self.stem(x)).mean([-2, -1])))


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.one, self.three = unit(3, 16, stride=2), unit(16, 8, 1), nn.Sequential(unit(16, 6, 1), unit(6, 8))
        self.tall, self.wide = nn.Conv2d(16, 8, (5, 1), padding=(2, 0)), nn.Conv2d(8, 8, (1, 5), padding=(0, 2))
        self.pooled, self.head = unit(16, 8, 1), Head(32)

    def forward(self, x):
        x = self.stem(x)
        pooled = self.pooled(F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False))
        return self.head(F.max_pool2d(torch.cat([self.one(x), self.three(x), self.wide(self.tall(x)), pooled], 1), 3, 2))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.middle = unit(3, 8), unit(8, 16), unit(16, 32)
        self.up2, self.join2 = nn.ConvTranspose2d(32, 16, 2, 2), unit(32, 16)
        self.up1, self.join1 = nn.ConvTranspose2d(16, 8, 2, 2, bias=False), unit(16, 8)
        self.mask = nn.Conv2d(8, 10, 1)

    def forward(self, x):
        one = self.down1(x)
        two = self.down2(F.max_pool2d(one, 2))
        x = self.middle(F.max_pool2d(two, 2))
        x = self.join2(torch.cat([self.up2(x), two], 1))
        return self.mask(self.join1(torch.cat([self.up1(x), one], 1))).mean((2, 3))


class Transposed(nn.Module):
    """Transposed convolutions of one, two and three dimensions; groups, dilation and output padding; a batch norm behind one."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 4, 1)
        self.grouped, self.norm = nn.ConvTranspose2d(8, 12, 3, 2, 1, output_padding=1, groups=2, dilation=1), nn.BatchNorm2d(12)
        self.deep, self.line = nn.ConvTranspose3d(12, 6, (1, 2, 2)), nn.ConvTranspose1d(6, 4, 4, 2)
        self.head = nn.Linear(4, 10)

    def forward(self, x):
        x = F.relu(self.norm(self.grouped(self.stem(x))))
        x = self.deep(x.unsqueeze(2)).squeeze(2)
        return self.head(self.line(x.flatten(2)).mean(2))


class NormNet(nn.Module):
    def __init__(self, norm, act):
        super().__init__()
        self.conv1, self.norm1, self.act1 = nn.Conv2d(3, 16, 3, 2, 1), norm(16), act(16)
        self.conv2, self.norm2, self.act2 = nn.Conv2d(16, 16, 3, 1, 1, bias=False), norm(16), act(16)
        self.head = Head(16)

    def forward(self, x):
        x = self.act1(self.norm1(self.conv1(x)))
        return self.head(self.act2(self.norm2(self.conv2(x)) + x))


class AdaptivePools(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3, 1), nn.Linear(8 * 9 + 8 * 4 + 8, 10)

    def forward(self, x):
        x = F.relu(self.conv(x))
        pools = [F.adaptive_avg_pool2d(x, (3, 3)), F.adaptive_max_pool2d(x, 2), F.adaptive_avg_pool2d(x, (1, 1))]
        return self.fc(torch.cat([torch.flatten(pool, 1) for pool in pools], 1))


class GlobalMax(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = unit(3, 16, 5, 2), nn.Linear(48, 10)

    def forward(self, x):
        x = self.conv(x)
        flat = x.flatten(2)
        return self.fc(torch.cat([x.amax((2, 3)), flat.max(dim=2)[0], flat.topk(3, dim=2).values.mean(2)], 1))


class Dilated(nn.Module):
    """Depthwise and dilated branches beside a pooled one, stretched back: atrous pyramid pooling."""

    def __init__(self):
        super().__init__()
        self.stem, self.branches = unit(3, 12, stride=2), nn.ModuleList(unit(12, 12, groups=12, dilation=d) for d in (1, 2, 4))
        self.pooled, self.project, self.head = unit(12, 12, 1), unit(48, 16, 1), Head(16)

    def forward(self, x):
        x = self.stem(x)
        parts = [branch(x) for branch in self.branches]
        pooled = self.pooled(F.adaptive_avg_pool2d(x, 1))
        parts.append(F.interpolate(pooled, size=x.shape[-2:], mode="bilinear", align_corners=False))
        return self.head(self.project(torch.cat(parts, 1)))


class ResNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = unit(3, 16, stride=2)
        self.block = nn.Sequential(unit(16, 24, 1), unit(24, 24, groups=4, stride=2), unit(24, 32, 1, act=None))
        self.down, self.head = nn.Sequential(nn.AvgPool2d(2), unit(16, 32, 1, act=None)), Head(32)

    def forward(self, x):
        x = self.stem(x)
        return self.head(F.relu_(self.block(x).add_(self.down(x))))


class ConvTokens(nn.Module):
    """A convolution over tokens, and one over channels (ECA)."""

    def __init__(self):
        super().__init__()
        self.patch, self.mix, self.depth = nn.Conv2d(3, 16, 4, 4), nn.Conv1d(16, 16, 3, padding=1), nn.Conv1d(16, 16, 5, padding=2, groups=16)
        self.eca, self.head = nn.Conv1d(1, 1, 3, padding=1, bias=False), nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2)
        x = x + self.depth(F.gelu(self.mix(x)))
        gate = self.eca(x.mean(2, keepdim=True).transpose(-1, -2)).transpose(-1, -2)
        return self.head((x * gate.sigmoid()).mean(2))


class Volume(nn.Module):
    """Colours as the depth of a volume."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.norm = nn.Conv3d(1, 8, (2, 3, 3), (1, 2, 2)), nn.Conv3d(8, 12, (2, 3, 3)), nn.BatchNorm3d(12)
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        x = F.max_pool3d(F.relu(self.conv1(x.unsqueeze(1))), (1, 2, 2))
        return self.fc(F.relu(self.norm(self.conv2(x))).mean((2, 3, 4)))


class InPlace(nn.Module):
    """Chains of operators that write into what they are given, into slices of it and into what else looks at it."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.fc = nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 8, 3), nn.Linear(8, 10)

    def forward(self, x):
        x = self.conv1(x.sub_(0.1).mul_(2.0)).relu_().clamp_(max=3.0)
        x[:, :4].add_(1.0)
        first, second = x[:, 0], x[:, 5]
        first.mul_(second.sigmoid())
        x[:, 6:] = x[:, 2:4] * 0.5
        view = x.view(x.size(0), 8, -1)
        view += view.mean(2, keepdim=True)
        x = F.leaky_relu_(self.conv2(x), 0.1)
        x[x > 1.5] = 1.5
        return self.fc(x.mean((2, 3))).div_(2.0)


class PixelShuffle(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(12, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1), nn.Conv2d(4, 8, 3)
        self.head = Head(8)

    def forward(self, x):
        x = F.relu(self.conv1(F.pixel_unshuffle(x, 2)))
        return self.head(self.conv3(F.pixel_shuffle(self.conv2(x), 2)))


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2, self.c3 = unit(3, 8, stride=2), unit(8, 16, stride=2), unit(16, 24, stride=2)
        self.l1, self.l2, self.l3 = nn.Conv2d(8, 8, 1), nn.Conv2d(16, 8, 1), nn.Conv2d(24, 8, 1)
        self.up, self.head = nn.Upsample(scale_factor=2, mode="nearest"), Head(8)

    def forward(self, x):
        one = self.c1(x)
        two = self.c2(one)
        three = self.l3(self.c3(two))
        two = self.l2(two) + self.up(three)
        one = self.l1(one) + F.interpolate(two, scale_factor=2.0, mode="bilinear", align_corners=True)
        return self.head(F.interpolate(one, size=[10, 10], mode="bicubic"))


class Shared(nn.Module):
    """One convolution at three places, and two linears with one weight."""

    def __init__(self):
        super().__init__()
        self.stem, self.conv, self.first, self.second = unit(3, 10, stride=2), nn.Conv2d(10, 10, 3, padding=1), nn.Linear(10, 10), nn.Linear(10, 10)
        self.second.weight = self.first.weight

    def forward(self, x):
        x = self.stem(x)
        for _ in range(3):
            x = F.relu(self.conv(x)) + x
        return self.second(F.relu(self.first(x.mean((2, 3)))))


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.blocks = unit(3, 12, stride=2), nn.ModuleList(unit(12, 12, act=None) for _ in range(4))
        self.exits = nn.ModuleDict(OrderedDict(a=nn.Linear(12, 10), b=nn.Linear(12, 10)))

    def forward(self, x):
        x = self.stem(x)
        kept: List[Tensor] = []
        for i, block in enumerate(self.blocks):
            x = F.relu(block(x) + x)
            if i % 2 == 1:
                kept.append(x.mean((2, 3)))
        total = torch.zeros([x.size(0), 10])
        for i, layer in enumerate(self.exits.values()):
            total = total + layer(kept[i])
        return total


class Outputs(NamedTuple):
    features: Tuple[Tensor, Tensor]
    logits: Tensor


class DictOutput(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.aux, self.fc = unit(3, 8, stride=4), nn.Linear(8, 7), nn.Linear(8, 10)
        self.left_out = ["aux"]  # nothing of the chosen output comes from it

    def forward(self, x):
        features = self.conv(x).mean((2, 3))
        result: Dict[str, Tensor] = {}
        result["aux"] = self.aux(features)
        result["logits"] = self.fc(features)
        return result


class TupleOutput(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = unit(3, 8, stride=4), nn.Linear(8, 10)

    def forward(self, x):
        x = self.conv(x)
        return Outputs((x, x.amax()), self.fc(x.mean((2, 3))))


class ShapeIf(nn.Module):
    """Decides by sizes, and loops until the picture is small enough."""

    def __init__(self):
        super().__init__()
        self.conv, self.never, self.fc = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(3, 8, 1), nn.Linear(8, 10)
        self.left_out = ["never"]

    def forward(self, x):
        assert x.dim() == 4, "images come in batches"
        if x.shape[-1] > 16 and x.size(1) == 3:
            x = self.conv(x)
        else:
            x = self.never(x)
        while x.shape[2] > 5:
            x = F.relu(F.avg_pool2d(x, 2))
        height, width = x.shape[-2:]
        if height % 2 == 1 or width % 2 == 1:
            x = F.pad(x, [0, width % 2, 0, height % 2])
        return self.fc(x.flatten(2).mean(-1))


class Paddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.same, self.even = nn.Conv2d(3, 8, 3, padding="same"), nn.Conv2d(8, 8, 4, padding="same", dilation=2)
        self.circular = nn.Conv2d(8, 8, 3, padding=1, padding_mode="circular")
        self.reflected = nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect")
        self.norm, self.head = nn.LocalResponseNorm(5), Head(8)

    def forward(self, x):
        x = F.relu6(self.norm(self.same(x)))
        return self.head(self.reflected(F.elu(self.circular(F.selu(self.even(x))))))


class Standardised(nn.Module):
    """Weights that are computed from parameters, by weight norm and by standardisation; a constant blur."""

    class Conv(nn.Conv2d):
        def forward(self, x):
            weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
            return F.conv2d(x, weight / weight.std((1, 2, 3), keepdim=True), self.bias, self.stride, self.padding)

    def __init__(self):
        super().__init__()
        self.normed = torch.nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 8, 3))
        self.conv, self.head = self.Conv(8, 8, 3, padding=1), Head(8)
        blur = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("blur", (blur[:, None] * blur / 16).expand(8, 1, 3, 3).contiguous())
        self.products = ["blur"]

    def forward(self, x):
        x = F.conv2d(F.relu(self.normed(x)), self.blur, stride=2, groups=8)
        return self.head(F.mish(self.conv(x)))


class Transformer(nn.Module):
    """A spatial transformer: samples the picture where a small net says."""

    def __init__(self):
        super().__init__()
        self.localise, self.theta, self.conv, self.head = unit(3, 6, 5, 4), nn.Linear(6, 6), unit(3, 8), Head(8)

    def forward(self, x):
        theta = self.theta(self.localise(x).mean((2, 3))).tanh().view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.size()), align_corners=False)
        return self.head(self.conv(F.grid_sample(x, grid, align_corners=False)))


class EarlyExit(nn.Module):
    """Stops where it is sure: decides by what the images show, so it has no straight line."""

    def __init__(self):
        super().__init__()
        self.conv, self.first, self.second = unit(3, 8, stride=4), nn.Linear(8, 10), nn.Linear(8, 10)

    def forward(self, x):
        features = self.conv(x).mean((2, 3))
        logits = self.first(features)
        if bool((logits.softmax(1).amax() > 0.2).item()):
            return logits
        return self.second(features.square())
