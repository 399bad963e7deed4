#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# As the test of the suite, with a fault in every file call of a shorter study.
set -euo pipefail
# The limit of QtTest on one function, in ms, is meant for short ones.
CA_FAULTS=10000 QTEST_FUNCTION_TIMEOUT=14400000 QT_QPA_PLATFORM=offscreen "$CA_BUILD_DIR/tests/test_file_faults" | tee /dev/stderr \
    | sed -n 's/^.*\(result: .*\)$/\1/p'
