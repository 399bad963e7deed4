#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole suite once more, built with the address and undefined-behaviour sanitizers.
set -euo pipefail
source=${CA_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=packaging/common.sh
. "$source/packaging/common.sh"
find_libtorch
configure asan 2>&1
build asan 2>&1
folder=$(build_folder asan)
# Leaks are not looked for: LibTorch and fontconfig keep what they allocate once. The same class is defined in several of LibTorch's
# libraries, which the sanitizer takes for a breach of the one definition rule.
export ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0 UBSAN_OPTIONS=print_stacktrace=1 QT_QPA_PLATFORM=offscreen
set +e
ctest --test-dir "$folder" --no-tests=error -V -j "$(build_jobs)" 2>&1 | python3 "$source/packaging/summarize_tests.py" | tee "$folder/summary"
codes=("${PIPESTATUS[@]}")
set -e
echo "result: with sanitizers $(tail -n 1 "$folder/summary")"
exit $((codes[1] != 0 || codes[0] != 0))
