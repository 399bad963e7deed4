#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole test sets through the command line: accuracies that are known from elsewhere (expected.json of the shared models), and int8."""
import json, os, subprocess, sys, tempfile

binary = os.environ["CA_BINARY"]
shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
if not os.path.exists(os.path.join(shared, "models", "expected.json")):
    print("The shared models are not beside this checkout.")
    sys.exit(77)
expected = json.load(open(os.path.join(shared, "models", "expected.json")))["models"]

# Images right by another implementation (clip-tiny/reference.json), or by the scripted file with the same weights (expected.json).
WEIGHTS = [
    ("vit_cifar10.safetensors", "cifar10", [], 8097, 0),
    ("mobilenet_v2_cifar10.pth", "cifar10", [], 8868, 0),
    ("clip-tiny", "cifar10", [], 8094, 3),
    ("clip-tiny", "cifar10", ["--templates"], 8093, 3),
    ("clip-tiny", "pictogram10", [], 1834, 3),
    ("clip-tiny", "pictogram10", ["--templates"], 1835, 3),
]

# file, key in expected.json, data, the least top-1 with static int8, the most bytes
CASES = [
    ("resnet18_cifar10.traced.pt", "resnet18_cifar10", "cifar10", 0.914, 11_400_000),
    ("mobilenet_v2_cifar10.traced.pt", "mobilenet_v2_cifar10", "cifar10", 0.875, None),
    ("vit_cifar10.scripted.pt", "vit_cifar10", "cifar10", None, None),
    ("clip_tiny_pictogram10.traced.pt", "clip_tiny_pictogram10", "pictogram10", None, None),
]


def run(*arguments):
    done = subprocess.run([binary, *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


failed = []
for file, data, options, right, tolerance in WEIGHTS:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as template:
        template.write("a photo of a {}.\n")
        template.flush()
        extra = [*options, template.name] if options else []
        floats = run("evaluate", "--model", os.path.join(shared, "models", file), "--data", os.path.join(shared, "data", data), "--split", "all", *extra)
    print(f"result: {file} on {data} {' '.join(options)}: {floats['correct']} right, expected {right}")
    if abs(floats["correct"] - right) > tolerance:
        failed.append(f"{file} on {data}: {floats['correct']} right, not {right}")
for file, key, data, least, most_bytes in CASES:
    common = ["--model", os.path.join(shared, "models", file), "--data", os.path.join(shared, "data", data), "--preprocess", "cifar10"]
    floats = run("evaluate", *common, "--split", "all")
    print(f"result: {key} float {floats['top1']:.4f}, expected {expected[key]['top1']:.4f}")
    if abs(floats["top1"] - expected[key]["top1"]) > 0.0005:
        failed.append(f"{key}: float accuracy")
    timed = ["--latency"] if key == "resnet18_cifar10" else []
    int8 = run("evaluate", *common, "--split", "all", "--method", "static-int8", *timed)
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "model.safetensors")
        written = run("quantize", *common, "--method", "static-int8", "--output", output)
        again = run("evaluate", "--model", output, *common[2:], "--split", "all")
        size = os.path.getsize(output)
    print(f"result: {key} static int8 {int8['top1']:.4f}, {int8['bytes']} bytes; {int8['versus_float']}")
    if timed and int8["latency"]["kernel"] != "real":
        failed.append(f"{key}: its latency is of {int8['latency']['kernel']} kernels")
    if least is not None and int8["top1"] < least:
        failed.append(f"{key}: int8 accuracy below {least}")
    if not int8["bytes"] == written["bytes"] == written["predicted_bytes"] == again["bytes"] == size:
        failed.append(f"{key}: bytes differ: {int8['bytes']} {written['bytes']} {written['predicted_bytes']} {again['bytes']} {size}")
    if most_bytes is not None and size >= most_bytes:
        failed.append(f"{key}: {size} bytes are too many")
    if again["correct"] != int8["correct"]:
        failed.append(f"{key}: the file that was written gives {again['correct']} right, not {int8['correct']}")
print("\n".join(failed))
sys.exit(1 if failed else 0)
