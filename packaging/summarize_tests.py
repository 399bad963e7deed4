# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what `ctest -V` prints and says it short: a line per executable as it ends, all of one that failed, the skips with their
reasons, and at the end `N passed, N failed, N skipped`, counting test functions (rows of data count each; an executable that is
no QtTest counts as one). Exit code 1 where something failed, nothing ran, or a test skipped though the shared models and data lie
beside the checkout: then only what the machine itself lacks is a reason."""
import os
import pathlib
import re
import sys

ENDED = re.compile(r"^\s*\d+/\d+ Test\s+#(\d+): (\S+) (.*?)\s+([\d.]+) sec")
LINE = re.compile(r"^(\d+): ?(.*)$")
TOTALS = re.compile(r"^Totals: (\d+) passed, (\d+) failed, (\d+) skipped")
# QtTest counts its two fixtures as tests that passed.
FIXTURE = re.compile(r"^PASS   : \w+::(initTestCase|cleanupTestCase)\(\)")
SKIP = re.compile(r"^SKIP   : (\S+) (.*)$")
OF_THE_MACHINE = re.compile(r"This (machine|processor) ")


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.skips, self.failures = [], []


def of_qtest(lines):
    """(passed, failed, skipped) by the Totals lines, or None where there is none."""
    totals = [tuple(map(int, found.groups())) for found in map(TOTALS.match, lines) if found]
    if not totals:
        return None
    fixtures = sum(1 for line in lines if FIXTURE.match(line))
    passed, failed, skipped = map(sum, zip(*totals))
    return passed - fixtures, failed, skipped


def end_of(name, status, seconds, lines, counts):
    good = status.endswith("Passed")
    found = of_qtest(lines)
    if found is None:  # a script, or an executable that broke off
        reason = next((line for line in reversed(lines) if line.strip()), "no reason given")
        found = (int(good), 0, 0)
        if "Skipped" in status:
            found = (0, 0, 1)
            counts.skips.append(f"{name}: {reason}")
    passed, failed, skipped = found
    if not good and failed == 0 and skipped == 0:
        failed = 1  # died, ran out of time, or a sanitizer spoke
    counts.passed, counts.failed, counts.skipped = counts.passed + passed, counts.failed + failed, counts.skipped + skipped
    print(f"{'failed' if failed else 'ok    '} {name}: {passed} passed, {failed} failed, {skipped} skipped, {seconds} s")
    for line in lines:
        if line.startswith("result: "):
            print(f"       {line}")
        skip = SKIP.match(line)
        if skip:
            counts.skips.append(f"{name}: {skip.group(1)} {skip.group(2)}")
    if failed:
        counts.failures.append(f"{name} ({status.strip(' .*')})")
        print("\n".join("    " + line for line in lines if not line.startswith("PASS ")))
    sys.stdout.flush()


def shared_is_there():
    told = os.environ.get("CA_SHARED")
    folder = pathlib.Path(told) if told else pathlib.Path(__file__).resolve().parent.parent.parent / "shared"
    return any((folder / part).is_dir() for part in ("models", "data"))


def main():
    outputs, counts, rest = {}, Counts(), []
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").rstrip("\n")
        ended, spoken = ENDED.match(line), LINE.match(line)
        if ended:
            number, name, status, seconds = ended.groups()
            end_of(name, status, seconds, outputs.pop(number, []), counts)
        elif spoken:
            outputs.setdefault(spoken.group(1), []).append(spoken.group(2))
        else:
            rest.append(line)
    if counts.passed + counts.failed + counts.skipped == 0:
        print("\n".join(rest + ["No test ran."]))
    needless = [skip for skip in counts.skips if not OF_THE_MACHINE.search(skip)] if shared_is_there() else []
    for title, entries in (
        ("Skipped:", counts.skips),
        ("Skipped though the shared models and data are there:", needless),
        ("Failed:", counts.failures),
    ):
        if entries:
            print("\n".join([title] + [f"  {entry}" for entry in entries]))
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 1 if counts.failed or needless or counts.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
