#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# As the test of the suite, with 200 kills.
set -euo pipefail
# The limit of QtTest on one function, in ms, is meant for short ones.
CA_KILLS=200 QTEST_FUNCTION_TIMEOUT=7200000 QT_QPA_PLATFORM=offscreen "$CA_BUILD_DIR/tests/test_killed_study" | tee /dev/stderr \
    | sed -n 's/^.*\(result: .*\)$/\1/p'
