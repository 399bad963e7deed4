#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The demo whole: exit 0, a front of at least four trials, every file there, and at most 3 minutes on two cores.
set -euo pipefail
output=$(mktemp -d)
start=$SECONDS
QT_QPA_PLATFORM=offscreen "$CA_BINARY" demo --output "$output" --json --quiet >"$output/printed.json"
took=$((SECONDS - start))
echo "result: demo took $took s (at most 180)"
python3 - "$output" <<'PYTHON'
import json, os, sys
folder = os.path.join(sys.argv[1], "demo")
printed = json.load(open(os.path.join(sys.argv[1], "printed.json")))
stored = json.load(open(os.path.join(folder, "study.json")))
print(f"result: {len(printed['trials'])} trials, {len(printed['front'])} on the front, hypervolume {printed['hypervolume'][-1]['value']:.2f} bit-points")
assert len(printed["front"]) >= 4, "the front is short"
assert printed["trials"] == stored["trials"], "study.json is not what was printed"
for name in ("study.json", "trials.csv", "pareto.svg", "pareto.png", "report.pdf", "report.html"):
    assert os.path.getsize(os.path.join(folder, name)) > 0, name
PYTHON
rm -rf "$output"
((took <= 180)) || { echo "The demo took too long: $took s."; exit 1; }
