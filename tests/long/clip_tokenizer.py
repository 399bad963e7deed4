#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random texts of many scripts: our tokens are those of transformers' CLIPTokenizer.

The texts and their tokens take the place of the reference that lies beside the shared model, so that the test of the tokenizer reads them.
"""
import json, os, random, shutil, subprocess, sys, tempfile, unicodedata

sys.dont_write_bytecode = True  # nothing of it belongs among the sources
sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import hf_environment

hf_environment.enter()

from transformers import CLIPTokenizer

COUNT = 2000
shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
model = os.path.join(shared, "models", "clip-tiny")
test = os.path.join(os.environ["CA_BUILD_DIR"], "tests", "test_clip_tokenizer")
for file, reason in ((os.path.join(model, "vocab.json"), "The shared models are not beside this checkout."),
                     (test, "This machine has not built test_clip_tokenizer, which this check uses.")):
    if not os.path.exists(file):
        print(reason)
        sys.exit(77)

WORDS = ["a", "photo", "of", "the", "don't", "we've", "THEY'LL", "it's", "'s", "''", "'", "3.14", "100%", "naïve", "İstanbul", "ΣΊΣΥΦΟΣ", "straße",
         "Ǆ", "ﬁ", "e\u0301", "Å", "각", "각", "½", "Ⅷ", "٣", "日本語", "🚗", "👩‍👩‍👧", "<|endoftext|>", "<|startoftext|>", "...", "!?", "_", "-", "\u00ad"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u2028", "\u3000", "\u0085", "\u200b", "", ""]
# Blocks from which single characters are taken: what their Unicode standard does not assign is left out, since standards differ in it.
BLOCKS = [(0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x590, 0x6FF), (0x900, 0x97F),
          (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x218F), (0x2200, 0x23FF), (0x2600, 0x27BF),
          (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xE00F), (0xFB00, 0xFB4F), (0xFF00, 0xFFEF), (0x10400, 0x1044F),
          (0x1D400, 0x1D7FF), (0x1F300, 0x1F64F), (0x20000, 0x2000F)]


def character(chance):
    begin, end = chance.choice(BLOCKS)
    while True:
        found = chr(chance.randint(begin, end))
        if unicodedata.category(found) not in ("Cn", "Cs"):
            return found


def text(chance):
    parts = []
    for _ in range(chance.randint(0, 12)):
        if chance.random() < 0.5:
            parts.append(chance.choice(WORDS))
        else:
            parts.append("".join(character(chance) for _ in range(chance.randint(1, 6))))
        parts.append(chance.choice(SPACES))
    return "".join(parts)


chance = random.Random(4)
texts = [text(chance) for _ in range(COUNT)]
tokenizer = CLIPTokenizer.from_pretrained(model)
cases = [{"text": one, "ids": tokenizer(one).input_ids} for one in texts]
with tempfile.TemporaryDirectory() as folder:
    place = os.path.join(folder, "models", "clip-tiny")
    os.makedirs(place)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(os.path.join(model, name), os.path.join(place, name))
    with open(os.path.join(place, "reference.json"), "w") as file:
        json.dump({"token_cases": cases}, file)
    done = subprocess.run([test, "equals_the_reference"], env={**os.environ, "CA_SHARED": folder}, capture_output=True, text=True)
if done.returncode:
    sys.exit(done.stdout + done.stderr)
print(f"result: {COUNT} texts, {sum(len(case['ids']) for case in cases)} tokens, all equal")
