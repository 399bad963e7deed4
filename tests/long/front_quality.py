#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front of `run` with 24 trials, bytes against accuracy on holdout: against what other tools reach (shared/reference/peers.md),
against the six seed methods applied whole, against a run of 80 trials; what a run takes; the answer to --max-drop 0.5.

Hours on two cores, so every step is kept (tests/support/search_bench.py): called again it goes on where it was. CA_PARTS names some of
  front   the run, its front against peers, seconds and memory (CA_SEEDS seeds; else 3 of mobilenet_v2 and vit, 1 of others)
  seeds   the hypervolume of the front over that of the six methods
  long    80 trials of mobilenet_v2
  answer  --max-drop 0.5 (CA_REPEATS seeds of each model, else 1; 10 show how often the answer holds)
CA_LATENCY=1 times the trials, too, as `run` does unless told otherwise. The most that a full run may take is judged where it scanned
the model itself and was not interrupted.

A peer's figure counts as its drop from the same tool's float accuracy on the same images: n differs between tables. Our drop is
from float on holdout, of the trial that loses least among those of no more bytes. `dominated`: it loses no more as measured. `equal`:
what it loses more is within 1.96 standard errors of the difference. Ours is of paired answers; a peer's answers are not known, so
that it is taken to change as many of its n images as our trial does of ours. CLIP's peers have the image tower alone, on CIFAR-10.
The peers `rtn` are a simulation whose bytes are packed weights and scales alone: to them is added what our file of static int8 has
beyond theirs at 8 bits (biases, program, names). A peer that loses more than 10 points, which the hypervolume does not count, need not
be undercut in bytes.
"""
import math, os, sys

sys.dont_write_bytecode = True  # nothing of it belongs among the sources
sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import search_bench as bench

LONG_TRIALS, MAX_DROP = 80, 0.5
SEED_METHODS = ["fp16", "bf16", "dynamic-int8", "static-int8", "llm-int8", "nf4"]  # DESIGN.md, section 5: "the seed's six"
LEAST_GAIN, LEAST_OF_LONG, LEAST_HELD = 1.15, 0.97, 0.9
MOST_MINUTES = {"resnet18": 20, "mobilenet_v2": 12, "vit": 12, "clip-tiny": 12}
MOST_MEMORY = 2.5e9
MOST_BYTES = {"resnet18": (0.13, 0.11), "mobilenet_v2": (0.15, 0.125), "vit": (0.11, 0.10), "clip-tiny": (0.12, 0.11)}  # and the aim

# peers.md: top-1 of float by n; then tool, bytes, top-1, n.
PEERS_FLOAT = {
    "resnet18": {10000: 91.94, 2000: 92.65},
    "mobilenet_v2": {10000: 88.68, 2000: 89.75},
    "vit": {4000: 81.3, 2000: 81.75},
    "clip-tiny-cifar10": {4000: 81.62, 2000: 82.05},
}
PEERS = {
    "resnet18": [
        ("t_fx_x86", 11303839, 91.78, 10000), ("ort_fp32", 44686107, 92.65, 2000), ("ort_st_default", 11227397, 91.7, 10000),
        ("ort_st_entropy", 11290361, 91.88, 10000), ("ort_st_minmax", 11290361, 91.98, 10000), ("ort_st_pct", 11290366, 91.7, 10000),
        ("ov_fp32", 44736436, 91.94, 10000), ("ov_int8", 11354307, 91.82, 10000), ("ov_int8_fullbc", 11354308, 91.85, 10000),
        ("rtn8", 11180000, 92.65, 2000), ("rtn6", 8390000, 92.6, 2000), ("rtn5", 7000000, 92.3, 2000),
        ("rtn4", 5600000, 92.4, 2000), ("rtn3", 4210000, 80.75, 2000), ("rtn2", 2810000, 10.05, 2000),
    ],
    "mobilenet_v2": [
        ("t_frozen", 9186443, 88.68, 10000), ("t_bf16_frozen", 4644043, 88.67, 10000), ("t_fx_x86", 2649303, 88.58, 10000),
        ("t_fx_fbgemm", 2649303, 88.62, 10000), ("ort_fp32", 8919478, 89.75, 2000), ("ort_st_default", 2388434, 88.64, 10000),
        ("ort_st_entropy", 2611505, 88.73, 10000), ("ort_st_minmax", 2611506, 88.65, 10000), ("ort_st_pct", 2611517, 88.55, 10000),
        ("ov_fp16w@bf16", 4639541, 88.71, 10000), ("ov_int8", 2739460, 88.65, 10000), ("ov_int8_fullbc", 2739620, 88.74, 10000),
        ("ov_int8_mixed", 2739461, 88.63, 10000), ("ov_w8", 2650546, 88.7, 10000),
        ("rtn8", 2270000, 89.7, 2000), ("rtn6", 1720000, 90.2, 2000), ("rtn5", 1440000, 88.75, 2000), ("rtn4", 1170000, 83.7, 2000),
        ("rtn4 least squares", 1170000, 86.7, 2000), ("rtn3", 890000, 53.6, 2000), ("rtn3 least squares", 890000, 69.65, 2000),
        ("rtn2", 620000, 10.35, 2000),
    ],
    "vit": [
        ("t_dyn", 4853971, 81.2, 4000), ("t_fx_x86", 5097043, 81.17, 4000), ("t_bnb_int8", 4906579, 81.15, 4000),
        ("t_bnb_nf4", 2863455, 81.0, 4000), ("t_bnb_fp4", 2863455, 81.15, 4000), ("ort_dyn", 4909244, 81.25, 4000),
        ("ort_dyn_pc", 4981113, 81.38, 4000), ("ort_fp32", 18678073, 81.75, 2000), ("ort_st_default", 5006996, 81.25, 4000),
        ("ort_st_minmax", 5081956, 81.3, 4000), ("ort_st_mm_gemm", 5044927, 81.25, 4000), ("ort_st_pct", 5081984, 81.15, 4000),
        ("ort_st_entropy", 5081956, 81.05, 4000), ("ov_fp16w@bf16", 9513610, 81.25, 4000), ("ov_fp32", 18745576, 81.3, 4000),
        ("ov_int8", 5191241, 80.62, 4000), ("ov_int8_tr", 5204901, 81.12, 4000), ("ov_w4", 2870002, 81.22, 4000),
        ("ov_w8", 5076737, 81.2, 4000), ("ov_w4cal", 2948141, 80.95, 4000),
        ("rtn8", 4660000, 81.7, 2000), ("rtn6", 3510000, 81.65, 2000), ("rtn5", 2930000, 81.6, 2000), ("rtn4", 2360000, 80.35, 2000),
        ("rtn3", 1780000, 78.6, 2000), ("rtn2", 1210000, 25.7, 2000),
    ],
    "clip-tiny-cifar10": [
        ("t_dyn", 3833961, 81.47, 4000), ("t_bnb_int8", 3881833, 81.75, 4000), ("t_bnb_nf4", 2291975, 80.97, 4000),
        ("ort_dyn", 3918247, 81.6, 4000), ("ort_dyn_pc", 3988351, 81.62, 4000), ("ort_fp32", 14588494, 82.05, 2000),
        ("ort_st_default", 4074171, 81.58, 4000), ("ort_st_minmax", 4144989, 81.42, 4000), ("ort_st_mm_gemm", 4066873, 81.67, 4000),
        ("ort_st_pct", 4145035, 81.72, 4000), ("ov_fp32", 14688095, 81.62, 4000), ("ov_int8", 4267215, 81.45, 4000),
        ("ov_int8_tr", 4272981, 81.53, 4000), ("ov_w4", 2429924, 81.15, 4000), ("ov_w8", 4164153, 81.55, 4000),
        ("ov_w4cal", 2563491, 81.55, 4000),
        ("rtn8", 3630000, 82.05, 2000), ("rtn6", 2740000, 82.1, 2000), ("rtn5", 2290000, 82.0, 2000), ("rtn4", 1840000, 81.0, 2000),
        ("rtn3", 1400000, 77.2, 2000), ("rtn2", 950000, 28.8, 2000),
    ],
}  # fmt: skip

results = None  # of main
missed = []


def result(text):
    print(f"result: {text}", flush=True)


def expect(holds, text):
    """A line; where it does not hold, the bench fails."""
    result(text + ("" if holds else ": MISSED"))
    if not holds:
        missed.append(text)


def point_of(measurement):
    """What is needed of a measurement: `drop` and its standard error in percentage points, from paired answers."""
    paired = measurement["versus_float"] or {"fixed": 0, "broken": 0}
    fixed, broken, n = paired["fixed"], paired["broken"], measurement["n"]
    changed = fixed + broken
    return {
        "bytes": measurement["bytes"], "image_bytes": (measurement["towers"] or {}).get("image"), "top1": measurement["top1"], "n": n,
        "drop": 100 * (broken - fixed) / n, "error": 100 * math.sqrt(changed - (broken - fixed) ** 2 / n) / n, "changed": changed / n,
    }  # fmt: skip


def key_of(model, seed, *more):
    return " ".join([model, f"seed{seed}", *([f"samples{bench.samples}"] if bench.samples else []), *more])


def run(model, seed, trials, drop=None):
    """What one run gave, from the results where it is there; a study that is there is gone on with."""
    timed = os.environ.get("CA_LATENCY") == "1"
    key = key_of(model, seed, f"trials{trials}", *(["answer"] if drop else []), *(["timed"] if timed else []))
    if (kept := results.get(key)) is not None:
        return kept
    name = key.replace(" ", "-")
    scans = os.path.join(results.environment["COMPRESSION_AGENT_DATA"], "scans")
    scans_before = len(os.listdir(scans)) if os.path.isdir(scans) else 0
    begun = results.put("begun " + key, (results.get("begun " + key) or 0) + 1)
    limits = ["--trials", str(trials), "--minutes", "100000", *(["--max-drop", str(drop)] if drop else [])]
    ran = bench.call(
        ["run", *bench.study_arguments(model, seed), *limits, *([] if timed else ["--no-latency"]), "--output", results.folder,
         "--study", name, *(["--resume"] if os.path.exists(os.path.join(results.folder, name)) else [])],
        results.environment,
    )  # fmt: skip
    if ran.code and not (drop and ran.code == 3):  # 3: nothing holds the limit
        sys.exit(f"{key}: exit {ran.code}: {ran.sentence}")
    scanned = os.path.isdir(scans) and len(os.listdir(scans)) > scans_before
    whole = {"in_one_go": begun == 1, "scanned": scanned, "seconds": ran.seconds, "memory": ran.memory, "sentence": ran.sentence}
    return results.put(key, {**whole, **(summary(ran.json) if ran.json else {"front": [], "answer": None})})


def summary(study):
    floats = study["float"]
    trials = {trial["id"]: trial for trial in study["trials"]}

    def on_holdout(name):  # sizes are measured with selection
        return point_of({**trials[name]["holdout"], "towers": trials[name]["selection"]["towers"]})

    front = [on_holdout(name) for name in study["front"]]
    volume = bench.hypervolume([(p["bytes"], p["top1"]) for p in front], study["float_bytes"], floats["holdout"]["top1"])
    return {
        "trials": len(trials), "over": study["over"], "float_bytes": study["float_bytes"],
        "float_top1": floats["holdout"]["top1"], "front": front, "hypervolume": volume,
        "selection_hypervolume": study["hypervolume"][-1]["value"],
        "answer": on_holdout(study["answer"]) if study["answer"] else None,
    }  # fmt: skip


def is_trial():
    """The bench is only tried out: figures are shown, nothing is judged."""
    return bool(bench.samples) or bench.trials != bench.TRIALS


def judge_cost(model, seed, ran):
    judged = not is_trial() and model in MOST_MINUTES
    minutes, memory = ran["seconds"] / 60, ran["memory"]
    text = f"{model} seed {seed}: {ran['trials']} trials in {minutes:.1f} min, {memory / 1e9:.2f} GB at most"
    notes = [note for note, holds in (("gone on with", not ran["in_one_go"]), ("scan reused", not ran["scanned"])) if holds]
    if not judged or notes:
        result(text + (f" ({', '.join(notes)}: time not judged)" if notes else ""))
    else:
        expect(minutes <= MOST_MINUTES[model], f"{text} (at most {MOST_MINUTES[model]} min)")
    if judged:
        expect(memory <= MOST_MEMORY, f"{model} seed {seed}: {memory / 1e9:.2f} GB at most (2.50)")


def method_point(model, seed, method):
    arguments = ["evaluate", *bench.study_arguments(model, seed), "--method", method, "--split", "holdout"]
    return results.once(key_of(model, seed, method), lambda: point_of(bench.must(arguments, results.environment).json))


def peer_bytes(point):
    return point["image_bytes"] or point["bytes"]


def peers_of(model, seed):
    simulated = {name: size for name, size, *_ in PEERS[model] if name.startswith("rtn")}
    beyond_weights = peer_bytes(method_point(model, seed, "static-int8")) - simulated["rtn8"]
    return [(name, size + (beyond_weights if name in simulated else 0), *rest) for name, size, *rest in PEERS[model]]


def against(peer, model, front):
    """How our front stands to one point of a peer: verdict, and what it loses more with the standard error of that."""
    _, size, top1, n = peer
    smaller = [point for point in front if peer_bytes(point) <= size]
    if not smaller:
        counts = top1 >= PEERS_FLOAT[model][n] - 10
        return "smaller than all of ours" if counts else "smaller than all of ours, at an accuracy that does not count", None, None
    ours = min(smaller, key=lambda point: point["drop"])
    more = ours["drop"] - (PEERS_FLOAT[model][n] - top1)
    error = math.hypot(ours["error"], 100 * math.sqrt(ours["changed"] / n))
    if more <= 1e-9:
        return "dominated", more, error
    return ("equal" if more <= 1.96 * error else "not reached"), more, error


def judge_peers(model, seed, ran):
    if model not in PEERS:
        return result(f"{model} seed {seed}: peers.md has no figure for this data")
    verdicts = [(peer, *against(peer, model, ran["front"])) for peer in peers_of(model, seed)]
    results.put(key_of(model, seed, f"trials{bench.trials}", "peers"), [[*peer, *verdict] for peer, *verdict in verdicts])
    counts = {word: sum(verdict == word for _, verdict, *_ in verdicts) for word in ("dominated", "equal")}
    counted = f"{counts['dominated']} dominated, {counts['equal']} equal within the interval"
    failed = [verdict for _, verdict, *_ in verdicts if verdict in ("not reached", "smaller than all of ours")]
    expect(not failed or is_trial(), f"{model} seed {seed}: of {len(verdicts)} points of peers {counted}")
    for (name, size, top1, n), verdict, more, error in verdicts:
        if verdict not in counts:
            by = "" if more is None else f": ours loses {more:.2f} more (standard error {error:.2f})"
            result(f"  {name}, {size} bytes, {top1} of {n}: {verdict}{by}")


def judge_seeds(model, seed, ran):
    points = [method_point(model, seed, method) for method in SEED_METHODS]
    whole = bench.hypervolume([(p["bytes"], p["top1"]) for p in points], ran["float_bytes"], ran["float_top1"])
    gain = ran["hypervolume"] / whole
    expect(
        gain >= LEAST_GAIN or is_trial(),
        f"{model} seed {seed}: hypervolume {ran['hypervolume']:.2f}, {gain:.3f} times the six methods' {whole:.2f} "
        f"(at least {LEAST_GAIN})",
    )


def judge_long(model, seed, ran):
    further = run(model, seed, LONG_TRIALS if not is_trial() else 2 * bench.trials)
    share = ran["hypervolume"] / further["hypervolume"]
    expect(
        share >= LEAST_OF_LONG or is_trial(),
        f"{model} seed {seed}: {share:.4f} of the hypervolume of {further['trials']} trials, {further['hypervolume']:.2f} "
        f"(at least {LEAST_OF_LONG})",
    )


def judge_answers(models, repeats):
    held = []
    for model in models:
        for seed in range(repeats):
            ran = run(model, seed, bench.trials, MAX_DROP)
            answer = ran["answer"]
            held.append(bool(answer) and answer["drop"] <= MAX_DROP + answer["error"])
            if not answer:
                result(f"{model} seed {seed}: no answer to --max-drop {MAX_DROP}: {ran['sentence']}")
                continue
            share, (most, aim) = answer["bytes"] / ran["float_bytes"], MOST_BYTES[model]
            expect(
                share <= most or is_trial(),
                f"{model} seed {seed}: --max-drop {MAX_DROP}: {share:.4f} of float (at most {most}, aim {aim}), drop on holdout "
                f"{answer['drop']:.2f} (standard error {answer['error']:.2f}){'' if held[-1] else ', more than allowed'}",
            )
    if held:
        expect(sum(held) >= LEAST_HELD * len(held) or is_trial(), f"--max-drop {MAX_DROP} held in {sum(held)} of {len(held)} answers")


def main():
    global results
    bench.skip_without_shared()
    results = bench.Results("front_quality")
    models, parts = bench.chosen("CA_MODELS", bench.MODELS), bench.chosen("CA_PARTS", ["front", "seeds", "long", "answer"])
    for model in models:
        usual = 3 if model in ("mobilenet_v2", "vit") else 1
        for seed in range(int(os.environ.get("CA_SEEDS", usual))):
            asked = [part for part in parts if part in ("front", "seeds") or (part == "long" and model == "mobilenet_v2" and seed == 0)]
            if not asked:
                continue
            ran = run(model, seed, bench.trials)
            if "front" in asked:
                judge_cost(model, seed, ran)
                judge_peers(model, seed, ran)
            if "seeds" in asked:
                judge_seeds(model, seed, ran)
            if "long" in asked:
                judge_long(model, seed, ran)
    if "answer" in parts:
        judge_answers([model for model in models if model in MOST_BYTES], int(os.environ.get("CA_REPEATS", 1)))
    print(f"{len(missed)} missed; the figures are in {results.file}")
    return 1 if missed else 0


sys.exit(main())
