#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every method on the four CIFAR-10 models, on all 10,000 test images: the model is quantized with calibration images alone, written,
and the file is evaluated. Usage: method_accuracies.py [MODEL ...] [METHOD ...]; none: all of them (about an hour on two cores).
Each line gives top-1, the least that careful tools reach (shared/reference/lowbit.md, peers.md), the aim, bytes, and seconds to quantize."""
import json, os, subprocess, sys, tempfile

binary = os.environ["CA_BINARY"]
shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
if not os.path.exists(os.path.join(shared, "models", "expected.json")):
    print("The shared models are not beside this checkout.")
    sys.exit(77)

FILES = {
    "resnet18": "resnet18_cifar10.traced.pt",
    "mobilenet_v2": "mobilenet_v2_cifar10.traced.pt",
    "vit": "vit_cifar10.scripted.pt",
    "clip-tiny": "clip-tiny",
}
FLOAT = {"resnet18": 91.94, "mobilenet_v2": 88.68, "vit": 80.97, "clip-tiny": 80.94}

# The least top-1, and what would be better, in the order of FILES; None: no figure is known.
near_float = [value - 0.15 for value in FLOAT.values()]
LEAST = {
    "fp16": (near_float, None),
    "bf16": (near_float, None),
    "static-int8": ([91.8, 88.5, 80.75, 80.75], None),
    "dynamic-int8": ([91.8, 88.4, 80.8, 80.8], None),
    "int8-weight": (near_float, None),
    "llm-int8": (near_float, None),
    "nf4": ([91.0, 84.5, 80.2, 80.2], [None, 86.0, None, None]),
    "fp4": ([None] * 4, None),
    "int4-weight": ([91.6, 88.0, 80.75, 80.75], [91.85, 88.4, 80.9, 80.9]),
    "w4a8": ([91.5, 87.9, 80.7, 80.6], [91.75, 88.3, 80.8, 80.8]),
    "int3-weight": ([91.0, 86.5, 80.6, 80.6], [91.4, 87.5, 80.8, 80.8]),
    "int2-weight": ([84.5, None, 76.7, 75.5], [88.0, 78.0, 79.0, 78.0]),
}


def run(*arguments):
    done = subprocess.run([binary, *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def measure(model, method, folder):
    """Quantizes into a file and evaluates that."""
    data = ["--data", os.path.join(shared, "data", "cifar10")]
    if model != "clip-tiny":  # which states its own
        data += ["--preprocess", "cifar10"]
    output = os.path.join(folder, f"{model}-{method}.safetensors")
    written = run("quantize", "--model", os.path.join(shared, "models", FILES[model]), *data, "--method", method, "--output", output)
    found = run("evaluate", "--model", output, *data, "--split", "all")
    problems = []
    if not found["bytes"] == written["bytes"] == os.path.getsize(output):
        problems.append(f"bytes differ: {found['bytes']} {written['bytes']} {os.path.getsize(output)}")
    if abs(written["predicted_bytes"] / written["bytes"] - 1) > 0.001:
        problems.append(f"{written['predicted_bytes']} bytes were predicted, {written['bytes']} written")
    os.remove(output)
    return found, written, problems


def main():
    words = sys.argv[1:]
    models = [word for word in words if word in FILES] or list(FILES)
    methods = [word for word in words if word in LEAST] or list(LEAST)
    if unknown := [word for word in words if word not in FILES and word not in LEAST]:
        sys.exit(f"unknown: {' '.join(unknown)}; models are {' '.join(FILES)}, methods {' '.join(LEAST)}")
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for method in methods:
            for model in models:
                found, written, problems = measure(model, method, folder)
                place = list(FILES).index(model)
                least, aims = LEAST[method]
                aim = aims[place] if aims else None
                top1 = 100 * found["top1"]
                print(
                    f"result: {model} {method}: {top1:.2f} (float {FLOAT[model]}, least {least[place]}, aim {aim}), "
                    f"{written['bytes']} bytes, quantized in {written['seconds']:.1f} s",
                    flush=True,
                )
                if least[place] is not None and top1 < least[place] - 1e-9:
                    problems.append(f"{top1:.2f} is below {least[place]}")
                failed += [f"{model} {method}: {problem}" for problem in problems]
    print("\n".join(failed))
    return 1 if failed else 0


sys.exit(main())
