#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes bitsandbytes.json beside itself: what bitsandbytes makes of a few weights. Made with bitsandbytes 0.50.2 and torch 2.13.0.

Numbers are hexadecimal, floats by their bits. Scales are looked up with bitsandbytes' own code for types other than float: that for
float takes a neighbour of the nearest value now and then.
"""
import hashlib
import json
from pathlib import Path

import bitsandbytes.functional as F
import torch


def weights(count):
    """Multiples of 2^-14 in [-0.1, 0.1], many of them small: their sums are exact in any order. The test computes the same."""
    i = torch.arange(count, dtype=torch.int64)
    u = ((i * 2654435761 % 2**32) // 256 - 2**23).float() * 2**-23
    return (u * u * u * 1638).round() * 2**-14


def midpoints(quant_type):
    values = F.get_4bit_type(quant_type, device="cpu").sort().values
    return torch.cat([(values[:-1] + values[1:]) / 2, torch.tensor([1.0])])


CASES = {
    "many": weights(64 * 300 + 17),
    "one_block": weights(64),
    "short": weights(5),
    "zeros": torch.cat([torch.zeros(64), weights(64), torch.zeros(3)]),
    "tiny": torch.cat([weights(64) * 1e-38, weights(64), weights(7) * 1e-38]),
    "nf4_midpoints": midpoints("nf4"),
    "fp4_midpoints": midpoints("fp4"),
}


def bits(tensor):
    return b"".join(int(v).to_bytes(4, "big", signed=True) for v in tensor.contiguous().view(torch.int32)).hex()


def values_sha256(tensor):
    numbers = (tensor.flatten() + 0.0).view(torch.int32)  # without -0
    return hashlib.sha256(b"".join(int(v).to_bytes(4, "little", signed=True) for v in numbers)).hexdigest()


def result(weight, quant_type):
    packed, state = F.quantize_4bit(weight, blocksize=64, quant_type=quant_type)
    plain = F.dequantize_4bit(packed, state)
    nested = F.quantize_4bit(weight, blocksize=64, quant_type=quant_type, compress_statistics=True)[1]
    codes, scales = torch.ops.bitsandbytes.quantize_blockwise((state.absmax - nested.offset).double(), F.create_dynamic_map(), 256)
    restored = F.create_dynamic_map()[codes.long()] * scales.repeat_interleave(256)[: len(codes)] + nested.offset
    doubled = torch.ops.bitsandbytes.dequantize_4bit(packed, restored, 64, quant_type, weight.shape, torch.float32)
    return {
        "packed": bytes(packed.flatten().tolist()).hex(),
        "scales": bits(state.absmax),
        "values_sha256": values_sha256(plain),
        "offset": bits(nested.offset.reshape(1)),
        "scale_codes": bytes(codes.tolist()).hex(),
        "scale_scales": bits(scales.float()),
        "doubled_values_sha256": values_sha256(doubled),
    }


data = {
    "nf4_values": bits(F.get_4bit_type("nf4", device="cpu")),
    "fp4_values": bits(F.get_4bit_type("fp4", device="cpu") + 0.0),
    "dynamic_map": bits(F.create_dynamic_map()),
    "midpoints": {t: bits(midpoints(t)) for t in ("nf4", "fp4")},
    "cases": {f"{name} {t}": result(weight, t) for name, weight in CASES.items() for t in ("nf4", "fp4")},
}
(Path(__file__).parent / "bitsandbytes.json").write_text(json.dumps(data, indent=1) + "\n")
