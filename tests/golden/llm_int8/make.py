#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes bitsandbytes.json beside itself: what LLM.int8() of bitsandbytes computes on a processor. Made with bitsandbytes 0.50.2 and
torch 2.13.0.

Floats are hexadecimal, by their bits. Inputs and weights are formulas that the test has too.
"""
import json
from pathlib import Path

import bitsandbytes
import bitsandbytes.functional as F
import torch

COLUMNS, OUTPUTS = 48, 7


def numbers(count, seed):
    """Multiples of 2^-14 in [-1, 1], many of them small."""
    i = torch.arange(count, dtype=torch.int64) + 1000 * seed
    u = ((i * 2654435761 % 2**32) // 256 - 2**23).double() * 2**-23
    return ((u * u * u * 2**14).round() * 2**-14).float()


def inputs(rows, seed):
    return 5 * numbers(rows * COLUMNS, seed).view(rows, COLUMNS)


def with_outliers(rows, seed):
    x = inputs(rows, seed)
    x[0, 3] = 9
    x[rows - 1, 3] = 0.25  # in the same column, but small
    x[rows - 1, 17] = -70.5
    x[rows // 2, 40] = 6
    return x


def with_zeros(rows, seed):
    x = inputs(rows, seed)
    x[1] = 0
    return x


CASES = {
    "no outliers": (inputs(6, 1), 6.0),
    "outliers": (with_outliers(6, 2), 6.0),
    "outliers kept in int8": (with_outliers(6, 2), 0.0),
    "a low threshold": (inputs(4, 3), 1.0),
    "one row": (with_outliers(1, 4), 6.0),
    "a row of zeros": (with_zeros(3, 5), 6.0),
}


def result(x, threshold):
    weight, bias = numbers(OUTPUTS * COLUMNS, 9).view(OUTPUTS, COLUMNS), numbers(OUTPUTS, 10)
    codes, scales, _ = F.int8_vectorwise_quant(weight.half())
    state = bitsandbytes.MatmulLtState()
    state.CB, state.SCB, state.threshold, state.has_fp16_weights = codes, scales, threshold, False
    state.is_training = False  # else it multiplies floats
    with torch.no_grad():
        return bitsandbytes.matmul(x.clone(), weight, state=state, bias=bias)


def bits(tensor):
    return b"".join(int(v).to_bytes(4, "big", signed=True) for v in tensor.contiguous().view(torch.int32).flatten()).hex()


def main():
    outputs = {name: bits(result(x, threshold)) for name, (x, threshold) in CASES.items()}
    Path(__file__).with_name("bitsandbytes.json").write_text(json.dumps(outputs, indent=1) + "\n")


if __name__ == "__main__":
    main()
