#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How long a rebuild takes after one file was touched; wanted: under 20 s for one of ui, under 60 s for one that includes torch.
# The compiler cache is off, for a touched file is a changed one.
set -euo pipefail
cd "$CA_SOURCE_DIR"
export CCACHE_DISABLE=1
ninja -C "$CA_BUILD_DIR" compression-agent >/dev/null
for file in ui/pareto/pareto_chart.cpp core/program/fuse.cpp; do
    touch "$file"
    start=$(date +%s%N)
    ninja -C "$CA_BUILD_DIR" compression-agent >/dev/null
    echo "result: rebuild after $file: $((($(date +%s%N) - start) / 1000000)) ms"
done
