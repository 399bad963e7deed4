#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Kills the demo with SIGKILL at several moments: study.json, once there, always parses and never loses a trial that it held.
set -euo pipefail
kills=0
for delay in 3 6 9 12 15 18; do
    output=$(mktemp -d)
    QT_QPA_PLATFORM=offscreen "$CA_BINARY" demo --output "$output" --quiet --samples 200 >/dev/null 2>&1 &
    process=$!
    before=0
    for ((tick = 0; tick < delay * 10; ++tick)); do
        if [[ -s $output/demo/study.json ]]; then
            now=$(python3 -c 'import json, sys; print(sum(t["state"] == "done" for t in json.load(open(sys.argv[1]))["trials"]))' "$output/demo/study.json")
            ((now >= before)) || { echo "A finished trial was lost: $before, then $now."; exit 1; }
            before=$now
        fi
        kill -0 $process 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL $process 2>/dev/null && kills=$((kills + 1)) || true
    wait $process 2>/dev/null || true
    if [[ -s $output/demo/study.json ]]; then
        now=$(python3 -c 'import json, sys; print(sum(t["state"] == "done" for t in json.load(open(sys.argv[1]))["trials"]))' "$output/demo/study.json")
        ((now >= before)) || { echo "A finished trial was lost by the kill: $before, then $now."; exit 1; }
    fi
    rm -rf "$output"
done
echo "result: $kills kills, no finished trial lost"
