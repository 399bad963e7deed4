# SPDX-License-Identifier: GPL-3.0-or-later
"""What long benches of the search share: models, calls of the program with their time and memory, results in a file that a later
call goes on with, and the hypervolume as shared/CLI.md defines it.

Read from the environment: CA_BINARY, CA_SHARED, CA_RESULTS (a folder; else the build folder), CA_MODELS (of a bench's, else all of
them), CA_SAMPLES and CA_TRIALS (to try a bench out; nothing is judged then), CA_THREADS.
"""
import fcntl, hashlib, json, math, os, subprocess, sys, tempfile, time
from typing import NamedTuple

TRIALS = 24
binary = os.environ["CA_BINARY"]
shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
samples = int(os.environ.get("CA_SAMPLES", 0))  # 0: all of a split
trials = int(os.environ.get("CA_TRIALS", TRIALS))


class Model(NamedTuple):
    file: str
    data: str
    preprocess: str

    def arguments(self):
        place = [os.path.join(shared, folder, name) for folder, name in (("models", self.file), ("data", self.data))]
        threads = ["--threads", os.environ["CA_THREADS"]] if "CA_THREADS" in os.environ else []
        return ["--model", place[0], "--data", place[1], "--preprocess", self.preprocess, *threads]


MODELS = {
    "resnet18": Model("resnet18_cifar10.traced.pt", "cifar10", "cifar10"),
    "mobilenet_v2": Model("mobilenet_v2_cifar10.traced.pt", "cifar10", "cifar10"),
    "vit": Model("vit_cifar10.scripted.pt", "cifar10", "cifar10"),
    "clip-tiny": Model("clip-tiny", "pictogram10", "auto"),  # which states its own
    "clip-tiny-cifar10": Model("clip-tiny", "cifar10", "auto"),
}


def skip_without_shared():
    if not os.path.exists(os.path.join(shared, "models", "expected.json")):
        print("The shared models are not beside this checkout.")
        sys.exit(77)


def chosen(variable, known):
    """The words of an environment variable, in the order of `known`, which is also what an absent one stands for."""
    words = os.environ.get(variable, "").replace(",", " ").split()
    if unknown := [word for word in words if word not in known]:
        sys.exit(f"{variable}: unknown {' '.join(unknown)}; there are {' '.join(known)}")
    return [word for word in known if word in words] if words else list(known)


class Done(NamedTuple):
    code: int
    json: object  # None where it printed none
    sentence: str
    seconds: float
    memory: int  # bytes, the most that was resident at a time (VmHWM)


def call(arguments, environment={}):
    """The program once; its exit code is the caller's to judge."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begun = time.monotonic()
        process = subprocess.Popen([binary, *arguments, "--json", "--quiet"], stdout=out, stderr=err, env={**os.environ, **environment})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        text = out.read()
        return Done(process.returncode, json.loads(text) if text.strip() else None, err.read().strip(), seconds, usage.ru_maxrss * 1024)


def must(arguments, environment={}):
    done = call(arguments, environment)
    if done.code:
        sys.exit(f"{' '.join(arguments)}: exit {done.code}: {done.sentence}")
    return done


class Results:
    """What was measured, by key, in NAME.json; beside it a folder with the studies and scans. Both are of one binary: another one
    measures everything anew. Several processes may add to the same file."""

    def __init__(self, name):
        folder = os.path.abspath(os.environ.get("CA_RESULTS") or os.environ["CA_BUILD_DIR"])
        with open(binary, "rb") as file:
            self.program = hashlib.sha256(file.read()).hexdigest()[:12]
        self.file = os.path.join(folder, name + ".json")
        self.folder = os.path.join(folder, f"{name}-{self.program}")
        self.environment = {"COMPRESSION_AGENT_DATA": os.path.join(self.folder, "data")}  # where scans are kept
        os.makedirs(self.folder, exist_ok=True)

    def _read(self):
        if not os.path.exists(self.file):
            return {}
        with open(self.file) as file:
            return json.load(file)

    def get(self, key):
        return self._read().get(self.program, {}).get(key)

    def put(self, key, value):
        with open(os.path.join(self.folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            everything = self._read()
            everything.setdefault(self.program, {})[key] = value
            with open(self.file + ".new", "w") as file:
                json.dump(everything, file, indent=1)
            os.replace(self.file + ".new", self.file)
        return value

    def once(self, key, measure):
        kept = self.get(key)
        return kept if kept is not None else self.put(key, measure())


def study_arguments(model, seed, of=samples):
    limited = ["--samples", str(of)] if of else []
    return [*MODELS[model].arguments(), *limited, "--seed", str(seed)]


def hypervolume(points, float_bytes, float_top1):
    """Bit-points of (bytes, top-1): over (log2(float_bytes / bytes), accuracy in points), from (0, float accuracy - 10 points)."""
    gained = [(math.log2(float_bytes / size), 100 * (top1 - float_top1) + 10) for size, top1 in points]
    volume = height = 0.0
    for width, above in sorted(gained, reverse=True):
        if width > 0 and above > height:
            volume += width * (above - height)
            height = above
    return volume
