#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `run --show-examples` leaves, on three models: every file of a results folder, a PDF that other programs find sound, with its
# fonts in it and the figures of the summary in its text, and numbers that are all the study's.
set -euo pipefail

skip() {
    echo "This machine $*"
    exit 77
}
if ! type pdftotext pdfinfo pdffonts pdftoppm qpdf >/dev/null 2>&1; then
    [[ -z ${COMPRESSION_AGENT_SKIP_PACKAGES:-} ]] || skip "lacks poppler-utils and qpdf, and its packages are to be left alone."
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || skip "lacks poppler-utils and qpdf: install them."
    apt-get update -qq </dev/null >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends poppler-utils qpdf \
        </dev/null >/dev/null 2>&1 || skip "cannot install the packages poppler-utils and qpdf."
fi
shared=${CA_SHARED:-$CA_SOURCE_DIR/../shared}
[[ -d $shared/models && -d $shared/data ]] || skip "has no models and data beside the checkout."

work=${CA_RESULTS:-$(mktemp -d)}
export QT_QPA_PLATFORM=offscreen
look_at() {
    local name=$1 model=$2 data=$3 folder
    rm -rf "${work:?}/$name"
    "$CA_BINARY" run --model "$model" --data "$data" --trials "${CA_TRIALS:-8}" --samples 2000 --show-examples --study "$name" \
        --output "$work" --json --quiet >"$work/$name.json"
    folder=$work/$name
    "$CA_BINARY" report "$folder" --verify --quiet
    qpdf --check "$folder/report.pdf" >/dev/null
    pdftotext -layout "$folder/report.pdf" "$work/$name.txt"
    pdfinfo "$folder/report.pdf" >"$work/$name.info"
    pdffonts "$folder/report.pdf" >"$work/$name.fonts"
    (cd "$folder" && sha256sum --check --quiet checksums.sha256)
    python3 - "$folder" "$work/$name" <<'PYTHON'
import json, os, sys
folder, beside = sys.argv[1:]
printed = json.load(open(beside + ".json"))
for name in ("report.pdf", "report.html", "report.md", "study.json", "trials.csv", "layers.csv", "failures.csv",
             "pareto.svg", "pareto.png", "examples.png", "study.db"):
    assert os.path.getsize(os.path.join(folder, name)) > 0, name
    assert any(os.path.samefile(os.path.join(folder, name), file) for file in printed["files"]), f"{name} is not listed"
recipes = sorted(os.listdir(os.path.join(folder, "recipes")))
assert recipes, "no recipe"
text = " ".join(open(beside + ".txt").read().split())
trials = {trial["id"]: trial for trial in printed["trials"]}
for role, id in printed["recommended"].items():
    assert id is None or id in text, f"{role}: {id}"
chosen = trials[printed["recommended"]["balanced"]]
top1 = f'{100 * chosen["holdout"]["top1"]:.2f} %'
assert top1 in text, f"the accuracy {top1} of {chosen['id']} is not in the text"
size = chosen["selection"]["bytes"]
assert f"{size / 1e6:.3g} MB" in text or f"{size / 1e6:.2f} MB" in text, f"the size {size} is not in the text"
info = dict(line.split(":", 1) for line in open(beside + ".info") if ":" in line)
assert info["Title"].strip() and int(info["Pages"]) >= 4 and "A4" in info["Page size"], info
assert info["Encrypted"].strip() == "no" and info["JavaScript"].strip() == "no", info
fonts = open(beside + ".fonts").read().splitlines()[2:]
assert fonts and all(line.split()[-5] == "yes" for line in fonts), "a font is not embedded"
total = sum(os.path.getsize(os.path.join(folder, name)) for name in ("report.pdf", "report.html", "report.md"))
print(f"result: {os.path.basename(folder)}: {len(trials)} trials, {info['Pages'].strip()} pages, "
      f"{os.path.getsize(os.path.join(folder, 'report.pdf')) / 1e6:.2f} MB PDF, {len(recipes)} recipes")
assert total < 3e6 * 2, total
PYTHON
    # One digit that is another: the verifier says so.
    cp -r "$folder" "$work/$name-altered"
    python3 - "$work/$name-altered/report.html" <<'PYTHON'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
found = list(re.finditer(r'<data [^>]*>[^<]*?(\d)', text))[3]
digit = str((int(found[1]) + 1) % 10)
open(sys.argv[1], "w", encoding="utf-8").write(text[:found.start(1)] + digit + text[found.end(1):])
PYTHON
    if "$CA_BINARY" report "$work/$name-altered" --verify --quiet 2>/dev/null; then
        echo "An altered figure of $name was not found."
        exit 1
    fi
    local start=$SECONDS
    "$CA_BINARY" report "$folder" --output "$work/$name-again" --quiet
    echo "result: $name: report written again in $((SECONDS - start)) s"
}

look_at resnet18 "$shared/models/resnet18_cifar10.traced.pt" "$shared/data/cifar10"
look_at clip-tiny demo pictogram10
look_at mobilenet_v2 "$shared/models/mobilenet_v2_cifar10.traced.pt" "$shared/data/cifar10"
[[ -n ${CA_RESULTS:-} ]] || rm -rf "$work"
