#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluating ResNet-18 on CIFAR-10's 10,000 test images with two threads, against Python's torch on the frozen TorchScript file (two
threads, batches of 32), in turns on the same machine: float takes at most 1.0 of its time, static int8 at most 0.30."""
import json, os, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import hf_environment

shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
MODEL = os.path.join(shared, "models", "resnet18_cifar10.traced.pt")
DATA = os.path.join(shared, "data", "cifar10")
if not (os.path.exists(MODEL) and os.path.exists(DATA)):
    print("The shared ResNet-18 or CIFAR-10 is not beside this checkout.")
    sys.exit(77)
hf_environment.enter()
import torch

ROUNDS = 3
MOST_FLOAT, AIM_FLOAT, MOST_INT8 = 1.0, 0.95, 0.30
THREADS = 2
binary = os.environ["CA_BINARY"]

torch.set_num_threads(THREADS)
module = torch.jit.freeze(torch.jit.load(MODEL).eval())
raw = torch.frombuffer(bytearray(open(os.path.join(DATA, "test_batch.bin"), "rb").read()), dtype=torch.uint8).view(-1, 3073)
labels, pixels = raw[:, 0].long(), raw[:, 1:].reshape(-1, 3, 32, 32).contiguous()
mean = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
deviation = torch.tensor([0.2470, 0.2435, 0.2616]).view(1, 3, 1, 1)


@torch.inference_mode()
def by_torch():
    began = time.monotonic()
    right = 0
    for first in range(0, len(pixels), 32):
        images = (pixels[first : first + 32].float() / 255 - mean) / deviation
        right += (module(images).argmax(1) == labels[first : first + 32]).sum().item()
    return time.monotonic() - began, right


def run(*arguments):
    done = subprocess.run([binary, *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def by_us(model):
    found = run("evaluate", "--model", model, "--data", DATA, "--split", "all", "--preprocess", "cifar10", "--threads", str(THREADS))
    return found["seconds"], found["correct"]


with tempfile.TemporaryDirectory() as folder:
    int8 = os.path.join(folder, "int8.safetensors")
    run("quantize", "--model", MODEL, "--data", DATA, "--preprocess", "cifar10", "--method", "static-int8", "--output", int8)
    with torch.inference_mode():
        for _ in range(3):
            module(torch.zeros(32, 3, 32, 32))
    ratios = {"float": [], "int8": []}
    for _ in range(ROUNDS):
        theirs, right = by_torch()
        for name, model in (("float", MODEL), ("int8", int8)):
            ours, ours_right = by_us(model)
            ratios[name].append(ours / theirs)
            if name == "float" and abs(ours_right - right) > 3:
                sys.exit(f"Another accuracy than PyTorch's: {ours_right} and {right} right.")
        print(f"PyTorch {theirs:.1f} s, float {ratios['float'][-1]:.3f} of it, static int8 {ratios['int8'][-1]:.3f}")

float_ratio, int8_ratio = (statistics.median(ratios[name]) for name in ("float", "int8"))
word = lambda is_reached: "reached" if is_reached else "not reached"
print(f"result: 10,000 images on ResNet-18, two threads, of PyTorch's time: float {float_ratio:.3f} (at most {MOST_FLOAT}: {word(float_ratio <= MOST_FLOAT)}, "
      f"aim {AIM_FLOAT}: {word(float_ratio <= AIM_FLOAT)}), static int8 {int8_ratio:.3f} (at most {MOST_INT8}: {word(int8_ratio <= MOST_INT8)})")
sys.exit(0 if float_ratio <= MOST_FLOAT and int8_ratio <= MOST_INT8 else 1)
