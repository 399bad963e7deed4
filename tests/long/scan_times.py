#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds of scans with two threads: CLIP ViT-L/14 of random weights without divergence (428 million, at most 15), ResNet-18 (at most
90) and clip-tiny (at most 150) with divergence in all seven formats on 128 images."""
import json, os, subprocess, sys, tempfile

binary = os.environ["CA_BINARY"]
shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
models, data = os.path.join(shared, "models"), os.path.join(shared, "data")
if not os.path.exists(os.path.join(models, "clip-tiny")):
    print("The shared models are not beside this checkout.")
    sys.exit(77)

FORMATS = 7
CASES = [
    ("CLIP ViT-L/14, random weights, no divergence", ["--model", "clip-vit-l", "--weights", "random", "--no-divergence"], 15),
    ("ResNet-18, 128 images", ["--model", os.path.join(models, "resnet18_cifar10.traced.pt"), "--data", os.path.join(data, "cifar10"),
                               "--samples", "128"], 90),
    ("clip-tiny, 128 images", ["--model", os.path.join(models, "clip-tiny"), "--data", os.path.join(data, "pictogram10"),
                               "--samples", "128"], 150),
]

missed = []
for name, arguments, most in CASES:
    with tempfile.TemporaryDirectory() as home:  # nothing is known from an earlier scan
        environment = {**os.environ, "COMPRESSION_AGENT_DATA": home}
        done = subprocess.run([binary, "scan", *arguments, "--threads", "2", "--json", "--quiet"], capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"{name}: exit {done.returncode}: {done.stderr}")
    scan = json.loads(done.stdout)
    measured = max((len(layer["divergence"]) for layer in scan["layers"]), default=0)
    if measured not in (0, FORMATS):
        sys.exit(f"{name}: {measured} formats were measured, not {FORMATS}.")
    reached = scan["seconds"] <= most
    print(f"result: {name}: {len(scan['layers'])} layers in {scan['seconds']:.1f} s (at most {most}: {'reached' if reached else 'not reached'})")
    if not reached:
        missed.append(name)
sys.exit(1 if missed else 0)
