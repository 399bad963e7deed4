#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The closing line of packaging/test counts functions as QtTest's own lines say, and what dies counts as failed, and with the
# shared models and data there nothing may skip but for what the machine lacks.
set -euo pipefail
source=${CA_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/with/models" "$work/without"
export CA_SHARED=$work/without

summary() { python3 "$source/packaging/summarize_tests.py"; }
expect() { # CODE LAST-LINE
    local code=0 output
    output=$(summary) || code=$?
    [[ $code == "$1" && $(tail -n 1 <<<"$output") == "$2" ]] || {
        printf 'expected %s and "%s", got %s and:\n%s\n' "$1" "$2" "$code" "$output"
        exit 1
    }
}
good() { # NUMBER
    printf '%s: PASS   : TestA::initTestCase()\n%s: PASS   : TestA::one()\n%s: SKIP   : TestA::two() no network\n' "$1" "$1" "$1"
    printf '%s: PASS   : TestA::cleanupTestCase()\n%s: Totals: 3 passed, 0 failed, 1 skipped, 0 blacklisted, 1ms\n' "$1" "$1"
}
{
    good 1
    echo '1/2 Test #1: test_a ....   Passed    0.01 sec'
    printf '2: PASS   : TestB::initTestCase()\n2: FAIL!  : TestB::x() no\n2: PASS   : TestB::cleanupTestCase()\n'
    printf '2: Totals: 2 passed, 1 failed, 0 skipped, 0 blacklisted, 1ms\n2/2 Test #2: test_b ....***Failed    0.01 sec\n'
} | expect 1 '1 passed, 1 failed, 1 skipped'
{
    good 1
    echo '1/1 Test #1: test_a ....   Passed    0.01 sec'
} | expect 0 '1 passed, 0 failed, 1 skipped'
# Died after its totals, died before them, ran out of time, could not be started.
{
    printf '1: PASS   : TestA::initTestCase()\n1: PASS   : TestA::one()\n1: PASS   : TestA::cleanupTestCase()\n'
    printf '1: Totals: 3 passed, 0 failed, 0 skipped, 0 blacklisted, 1ms\n1/4 Test #1: test_a ....Subprocess aborted***Exception:   0.01 sec\n'
    printf '2: PASS   : TestB::initTestCase()\n2/4 Test #2: test_b ....***Exception: SegFault  0.10 sec\n'
    printf '3/4 Test #3: test_c ....***Timeout 600.00 sec\n4/4 Test #4: test_d ....***Not Run   0.00 sec\n'
} | expect 1 '1 passed, 4 failed, 0 skipped'
# Scripts count as one each.
{
    printf '1: result: 3 ms\n1/2 Test #1: quick ....   Passed    0.01 sec\n2: no models here\n2/2 Test #2: slow ....***Skipped   0.01 sec\n'
} | expect 0 '1 passed, 0 failed, 1 skipped'
# Skips are needless where the shared files are there.
{
    good 1
    echo '1/1 Test #1: test_a ....   Passed    0.01 sec'
} | CA_SHARED=$work/with expect 1 '1 passed, 0 failed, 1 skipped'
{
    good 1 | sed 's/no network/This machine has no network./'
    echo '1/1 Test #1: test_a ....   Passed    0.01 sec'
} | CA_SHARED=$work/with expect 0 '1 passed, 0 failed, 1 skipped'
echo 'No tests were found!!!' | expect 1 '0 passed, 0 failed, 0 skipped'
