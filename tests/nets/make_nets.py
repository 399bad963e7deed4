#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes small vision nets as TorchScript, seeded, and nets.json with the layers that each has: make_nets.py FOLDER [NAME...]

Layers are named after the modules and parameters that hold their weights; weights that are shared count once.
"""
import json
import sys
import warnings
import zlib
from pathlib import Path

import torch
from torch import nn

import attention as a
import convolutional as c

warnings.filterwarnings("ignore")
LAYERS = (nn.Linear, nn.Embedding, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
TRACED, SCRIPTED = "traced", "scripted"
BOTH = (TRACED, SCRIPTED)

# name: what makes it, and how it is saved
NETS = {
    "squeeze_excite": (c.SqueezeExciteNet, BOTH),
    "efficientnet": (lambda: c.MobileNet(lambda: nn.SiLU(inplace=True), nn.Sigmoid), BOTH),
    "mobilenet_v3": (lambda: c.MobileNet(nn.Hardswish, nn.Hardsigmoid), BOTH),
    "densenet": (c.DenseNet, BOTH),
    "shufflenet": (c.ShuffleNet, BOTH),
    "ghostnet": (c.GhostNet, (SCRIPTED,)),
    "convnext": (c.ConvNeXt, BOTH),
    "inception": (c.Inception, BOTH),
    "unet": (c.UNet, BOTH),
    "transposed": (c.Transposed, BOTH),
    "group_norm_prelu": (lambda: c.NormNet(lambda width: nn.GroupNorm(4, width), nn.PReLU), BOTH),
    "instance_norm": (lambda: c.NormNet(lambda width: nn.InstanceNorm2d(width, affine=True), lambda width: nn.LeakyReLU(0.1, inplace=True)), BOTH),
    "adaptive_pools": (c.AdaptivePools, BOTH),
    "global_max": (c.GlobalMax, BOTH),
    "dilated_depthwise": (c.Dilated, BOTH),
    "resnext": (c.ResNeXt, BOTH),
    "conv1d_tokens": (c.ConvTokens, BOTH),
    "conv3d": (c.Volume, BOTH),
    "in_place": (c.InPlace, BOTH),
    "pixel_shuffle": (c.PixelShuffle, BOTH),
    "pyramid": (c.Pyramid, BOTH),
    "shared_weights": (c.Shared, BOTH),
    "loop_over_blocks": (c.Blocks, BOTH),
    "dict_output": (c.DictOutput, (SCRIPTED,)),
    "tuple_output": (c.TupleOutput, BOTH),
    "half": (lambda: c.SqueezeExciteNet().half(), BOTH),
    "half_transformer": (lambda: a.VisionTransformer().half(), BOTH),
    "shape_if": (c.ShapeIf, (SCRIPTED,)),
    "paddings": (c.Paddings, BOTH),
    "standardised": (c.Standardised, (TRACED,)),
    "spatial_transformer": (c.Transformer, BOTH),
    "early_exit": (c.EarlyExit, (SCRIPTED,)),
    "vision_transformer": (a.VisionTransformer, BOTH),
    "embedded_positions": (a.EmbeddedPositions, BOTH),
    "colour_words": (a.Colours, BOTH),
    "einsum_attention": (a.EinsumAttention, BOTH),
    "einsum_weights": (a.EinsumWeights, BOTH),
    "products": (a.Products, BOTH),
    "swin": (a.Swin, BOTH),
    "mixer": (a.Mixer, BOTH),
    "encoder": (a.Encoder, BOTH),
    "encoder_gelu_norm_first": (lambda: a.Encoder(activation="gelu", norm_first=True), BOTH),
    "encoder_masked": (lambda: a.Encoder(mask=True), BOTH),
    "encoder_padded": (lambda: a.Encoder(padding=True), BOTH),
    "encoder_tokens_first": (lambda: a.Encoder(batch_first=False), BOTH),
    "multi_head": (lambda: a.MultiHead(batch_first=True), BOTH),
    "multi_head_tokens_first": (a.MultiHead, BOTH),
    "multi_head_masked": (lambda: a.MultiHead(batch_first=True, mask=True), BOTH),
    "multi_head_weights": (lambda: a.MultiHead(need_weights=True, batch_first=True), BOTH),
    "cross_attention": (a.CrossAttention, BOTH),
    "decoder": (a.Decoder, BOTH),
    "linear_attention": (a.LinearAttention, BOTH),
    "fourier": (a.Fourier, BOTH),
}


def make(name):
    """Seeded, in evaluation, with running statistics and affine parameters that are not those of a net at its birth."""
    torch.manual_seed(zlib.crc32(name.encode()))
    net = NETS[name][0]().eval()
    with torch.no_grad():
        for parameter in net.parameters():  # nn.TransformerEncoder makes its layers as copies of one
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
        for module in net.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
            if isinstance(module, (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d)):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.1)
            if isinstance(module, nn.MultiheadAttention) and module.in_proj_bias is not None:
                module.in_proj_bias.normal_(0, 0.1)
                module.out_proj.bias.normal_(0, 0.1)
    return net


def layers_of(net):
    """Name and shape of every weight that is a side of a convolution or a product, or a table of embeddings."""
    found, seen = {}, set()
    left_out = getattr(net, "left_out", [])

    def add(name, weight):
        if id(weight) not in seen and name not in left_out:
            seen.add(id(weight))
            found[name] = list(weight.shape)

    for path, module in net.named_modules():
        if isinstance(module, LAYERS):
            add(path, module.weight)
        if isinstance(module, nn.MultiheadAttention):
            for kind in ("in", "q", "k", "v"):
                weight = getattr(module, f"{kind}_proj_weight")
                if weight is not None:
                    add(f"{path}.{kind}_proj", weight)
    for name in getattr(net, "products", []):
        add(name, getattr(net, name))
    return found


def save(net, how, file):
    example = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1), dtype=next(net.parameters()).dtype)
    with torch.no_grad():
        module = torch.jit.script(net) if how == SCRIPTED else torch.jit.trace(net, example, check_trace=False, strict=False)
        if how == "frozen":
            module = torch.jit.freeze(module)
        torch.jit.save(module, file)


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for name in names or NETS:
        for how in NETS[name][1]:
            net = make(name)
            file = f"{name}.{how}.pt"
            save(net, how, folder / file)
            index.append({"file": file, "recorded": name != "early_exit", "named": True, "layers": layers_of(net)})
    for name in names or ("squeeze_excite", "vision_transformer", "half"):
        net = make(name)
        save(net, "frozen", folder / f"{name}.frozen.pt")
        index.append({"file": f"{name}.frozen.pt", "recorded": True, "named": False, "layers": layers_of(net)})
    (folder / "nets.json").write_text(json.dumps(index, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
