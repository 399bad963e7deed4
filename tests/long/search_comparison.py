#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner against random search and Optuna's TPE at equal trials: hypervolume on 1,000 selection images after 8, 16 and 24 trials.

A run of 24 trials is read off at 8, 16 and 24, for three seeds (CA_SEEDS) of mobilenet_v2 and vit. Each searcher's first trial is the
float model. The others choose a format for each layer out of those that the planner chooses from, with the same rounding; their
recipes are carried out by `run-trial` on a study of the same images, so they are measured alike. TPE is Optuna's as it comes, with
log2(float bytes / bytes) and accuracy as two objectives to maximise; random search draws each layer's format evenly (RandomSampler).
TPE begins with ten random trials, here the same ones, so at 8 both are one.

The test: exact, paired by model and seed (which choose the images), one-sided: of the 2^pairs ways to exchange the searchers within
pairs, the share in which the mean difference in hypervolume is at least as large as it was. Six pairs give 0.0156 at best.

Every trial is kept (tests/support/search_bench.py): called again it goes on where it was, and searchers repeat their choices from their
seeds. CA_SEARCHERS names some of planner, random, tpe.
"""
import itertools, json, math, os, sys

sys.dont_write_bytecode = True  # nothing of it belongs among the sources
sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import hf_environment, search_bench as bench

bench.skip_without_shared()
hf_environment.enter("python-with-optuna", ["optuna>=4,<6"])

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

IMAGES = bench.samples or 1000
READ_AT = [8, 16, 24] if bench.trials == bench.TRIALS else [bench.trials]
SEARCHERS = ["planner", "random", "tpe"]
MODELS = ["mobilenet_v2", "vit"]
FORMATS = ["int8", "int6", "int5", "int4", "int3", "int2"]  # core/search/planner_table.cpp
MOST_P = 0.05


def result(text):
    print(f"result: {text}", flush=True)


class Case:
    """A model and a seed: the images, the float model's figures, and what recipes on them gave."""

    def __init__(self, results, model, seed):
        self.results, self.model, self.seed = results, model, seed
        self.key = f"{model} seed{seed} images{IMAGES}"
        self.study = os.path.join(results.folder, self.key.replace(" ", "-"))

    def run(self, name, *more):
        """`run` of a study of this case; one that is there is gone on with."""
        arguments = ["run", *bench.study_arguments(self.model, self.seed, IMAGES), "--no-latency", "--trials", str(bench.trials),
                     "--minutes", "100000", "--output", self.results.folder, "--study", name, *more]  # fmt: skip
        resume = ["--resume"] if os.path.exists(os.path.join(self.results.folder, name)) else []
        return bench.must([*arguments, *resume], self.results.environment)

    def base(self):
        """A study in which only float is measured, and its recipe of int4 everywhere, for names and as a template."""

        def queue():
            study = self.run(os.path.basename(self.study), "--queue-only").json
            measured = next(trial["selection"] for trial in study["trials"] if trial["method"] == "fp32")
            int4 = next(trial["recipe"] for trial in study["trials"] if trial["method"] == "int4-weight")
            return {"bytes": study["float_bytes"], "top1": measured["top1"], "n": measured["n"], "recipe": int4}

        return self.results.once(f"{self.key} base", queue)

    def trial(self, formats):
        """Bytes and top-1 of layers in these formats; measured once, whichever searcher asks."""

        def measure():
            recipe = {**self.base()["recipe"], "layers": {name: scheme_of(word) for name, word in formats.items()}}
            place = os.path.join(self.results.folder, f"recipe-{os.getpid()}.json")
            with open(place, "w") as file:
                json.dump(recipe, file)
            threads = ["--threads", os.environ["CA_THREADS"]] if "CA_THREADS" in os.environ else []
            arguments = ["run-trial", "--study", self.study, "--recipe", place, "--output", place + ".result", *threads]
            ran = bench.must(arguments, self.results.environment)
            os.remove(place), os.remove(place + ".result")
            measured = ran.json["selection"]
            if measured["n"] != self.base()["n"]:
                sys.exit(f"{self.key}: a trial saw {measured['n']} images, float {self.base()['n']}.")
            return {"bytes": measured["bytes"], "top1": measured["top1"], "seconds": ran.seconds}

        return self.results.once(f"{self.key} {' '.join(word[3:] for word in formats.values())}", measure)


def scheme_of(word):
    """As core/quantize/methods/shared.cpp has it where there are calibration images."""
    bits = int(word[3:])
    return {"format": word, "activation": "none", "rounding": "gptq" if bits < 8 else "mse", "group": "channel", "symmetric": bits > 4}


def volumes(points, base):
    """Hypervolume after each trial, float's among them."""
    return [bench.hypervolume(points[:count], base["bytes"], base["top1"]) for count in range(1, len(points) + 1)]


def plan(case):
    """The planner's own run. Its hypervolumes must be those that this script computes for the others."""

    def run():
        ran = case.run(os.path.basename(case.study) + "-planner")
        study, base = ran.json, case.base()
        done = [(trial["state"] == "done" and trial["selection"]) or None for trial in study["trials"]]
        # What lost a race is not on the front, and costs a trial.
        points = [(m["bytes"], m["top1"]) if m and m["n"] == base["n"] else (base["bytes"], 0) for m in done]
        found, own = volumes(points, base), study["hypervolume"][-1]["value"]
        if abs(found[-1] - own) > 1e-6:
            sys.exit(f"{case.key}: the program's hypervolume is {own}, by this script {found[-1]}.")
        return {"volumes": found, "seconds": ran.seconds, "over": study["over"]}

    return case.results.once(f"{case.key} planner trials{bench.trials}", run)


def search(case, sampler):
    """What an Optuna sampler finds; it is asked anew for trials that are kept, and chooses the same."""
    base = case.base()
    study = optuna.create_study(directions=["maximize", "maximize"], sampler=sampler)
    points, seconds = [(base["bytes"], base["top1"])], 0.0
    while len(points) < bench.trials:
        asked = study.ask()
        found = case.trial({name: asked.suggest_categorical(name, FORMATS) for name in base["recipe"]["layers"]})
        study.tell(asked, [math.log2(base["bytes"] / found["bytes"]), found["top1"]])
        points.append((found["bytes"], found["top1"]))
        seconds += found["seconds"]
    return {"volumes": volumes(points, base), "seconds": seconds}


def carry_out(case, searcher):
    if searcher == "planner":
        return plan(case)
    samplers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
    return search(case, samplers[searcher](seed=case.seed))


def at(found, count):
    """A search that ended by itself keeps what it had."""
    return found["volumes"][min(count, len(found["volumes"])) - 1]


def exact_p(differences):
    total = sum(differences)
    exchanged = [sum(sign * d for sign, d in zip(signs, differences)) for signs in itertools.product((1, -1), repeat=len(differences))]
    return sum(value >= total - 1e-9 for value in exchanged) / len(exchanged)


def compare(results, found, cases):
    """A line for each number of trials and each other searcher; returns those that do not show the planner ahead."""
    missed = []
    for count, other in itertools.product(READ_AT, SEARCHERS[1:]):
        pairs = [(at(found[case, "planner"], count), at(found[case, other], count)) for case in cases]
        differences = [a - b for a, b in pairs]
        mean, p = sum(differences) / len(differences), exact_p(differences)
        ahead = sum(d > 0 for d in differences)
        ours, theirs = (sum(side) / len(side) for side in zip(*pairs))
        text = (f"after {count} trials planner {ours:.2f}, {other} {theirs:.2f}: {mean:+.2f} bit-points, "
                f"ahead in {ahead} of {len(pairs)}, p = {p:.4f}")  # fmt: skip
        result(text)
        results.put(f"comparison {count} {other} images{IMAGES} trials{bench.trials}", {"pairs": pairs, "p": p})
        if mean <= 0 or p > MOST_P:
            missed.append(text)
    return missed


def main():
    results = bench.Results("search_comparison")
    models, searchers = bench.chosen("CA_MODELS", MODELS), bench.chosen("CA_SEARCHERS", SEARCHERS)
    cases, found = [], {}
    for model, seed in itertools.product(models, range(int(os.environ.get("CA_SEEDS", 3)))):
        case = Case(results, model, seed)
        cases.append(case)
        for searcher in searchers:
            found[case, searcher] = got = carry_out(case, searcher)
            read = ", ".join(f"{at(got, count):.2f}" for count in READ_AT)
            result(f"{model} seed {seed}: {searcher} {read} after {', '.join(map(str, READ_AT))} trials ({got['seconds'] / 60:.1f} min)")
    missed = compare(results, found, cases) if searchers == SEARCHERS else []
    print(f"The figures are in {results.file}")
    if bench.samples or bench.trials != bench.TRIALS or (models, len(cases)) != (MODELS, 6):
        return 0  # in part or tried out: nothing is judged
    print("\n".join(missed))
    return 1 if missed else 0


sys.exit(main())
