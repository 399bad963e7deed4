#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes bitsandbytes.json beside itself: what LLM.int8() makes of a few weights. Made with bitsandbytes 0.50.2 and torch 2.13.0.

Floats are hexadecimal, by their bits, codes by their bytes. Weights are multiples of 2^-14, which the test computes as well.
"""
import json
from pathlib import Path

import bitsandbytes.functional as F
import torch


def weights(count):
    i = torch.arange(count, dtype=torch.int64)
    u = ((i * 2654435761 % 2**32) // 256 - 2**23).float() * 2**-23
    return (u * u * u * 1638).round() * 2**-14


CASES = {
    "many": weights(37 * 53).reshape(37, 53),
    "one_column": weights(9).reshape(9, 1),
    "halves": (torch.arange(-127, 128) * 0.5).reshape(1, 255),  # largest 63.5: each odd number lies between two codes
    "small": (weights(64) * 2**-9).reshape(4, 16),  # numbers that fp16 rounds, some of them subnormal there
    # Half of the largest: codes are 63 or 64 by how 127 / largest was rounded.
    "middles": torch.stack([torch.arange(1, 400) * 2**-11, torch.arange(1, 400) * 2**-12], 1),
    "large": torch.tensor([[65504.0, -32000.0, 1.0, 0.0]]),
}


def bits(tensor):
    return b"".join(int(v).to_bytes(4, "big", signed=True) for v in tensor.contiguous().reshape(-1).view(torch.int32)).hex()


cases = {}
for name, weight in CASES.items():
    codes, scales, _ = F.int8_vectorwise_quant(weight.half())
    cases[name] = {
        "rows": weight.shape[0],
        "codes": codes.reshape(-1).view(torch.uint8).numpy().tobytes().hex(),
        "scales": bits(scales),
        "values": bits(F.int8_vectorwise_dequant(codes, scales) + 0.0),
    }
Path(__file__).with_name("bitsandbytes.json").write_text(json.dumps(cases, indent=1) + "\n")
