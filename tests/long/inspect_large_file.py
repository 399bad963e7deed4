#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of 1.7 GB, as large as CLIP ViT-L/14: `inspect` takes less than 2 s and 300 MB of memory, with the file in the page cache or not."""
import collections, io, json, os, pickle, shutil, struct, subprocess, sys, tempfile, time, types, zipfile

MOST_SECONDS = 2.0
MOST_MEMORY = 300 << 20
COLD_FACTOR = 1.5  # on a slow disk: times what reading the file alone takes

# The matrices of CLIP ViT-L/14: 24 vision blocks, 12 text blocks, the table of tokens.
SHAPES = {}
for tower, blocks, width in (("vision", 24, 1024), ("text", 12, 768)):
    for block in range(blocks):
        for name in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"):
            SHAPES[f"{tower}_model.encoder.layers.{block}.{name}.weight"] = (width, width)
        SHAPES[f"{tower}_model.encoder.layers.{block}.mlp.fc1.weight"] = (4 * width, width)
        SHAPES[f"{tower}_model.encoder.layers.{block}.mlp.fc2.weight"] = (width, 4 * width)
SHAPES["text_model.embeddings.token_embedding.weight"] = (49408, 768)
PARAMETERS = sum(rows * columns for rows, columns in SHAPES.values())
NOISE = os.urandom(1 << 20)


def noise(size):
    for begin in range(0, size, len(NOISE)):
        yield NOISE[: min(len(NOISE), size - begin)]


def write_safetensors(path):
    header, end = {}, 0
    for name, (rows, columns) in SHAPES.items():
        begin, end = end, end + 4 * rows * columns
        header[name] = {"dtype": "F32", "shape": [rows, columns], "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for block in noise(end):
            file.write(block)


def state_dict_pickle():
    """What torch.save puts into data.pkl, without PyTorch: the pickle only names its functions and classes."""
    module, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    sys.modules.update({"torch": module, "torch._utils": utils})
    module.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def rebuild():
        pass

    rebuild.__module__, rebuild.__name__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = rebuild
    Storage = collections.namedtuple("Storage", "key size")

    class Tensor:
        def __init__(self, key, shape):
            self.storage, self.shape = Storage(key, shape[0] * shape[1]), shape

        def __reduce__(self):
            return rebuild, (self.storage, 0, self.shape, (self.shape[1], 1), False, collections.OrderedDict())

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return ("storage", module.FloatStorage, value.key, "cpu", value.size) if isinstance(value, Storage) else None

    out = io.BytesIO()
    Pickler(out, protocol=2).dump({name: Tensor(str(key), shape) for key, (name, shape) in enumerate(SHAPES.items())})
    return out.getvalue()


def write_state_dict(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("model/data.pkl", state_dict_pickle())
        for key, (rows, columns) in enumerate(SHAPES.values()):
            with archive.open(f"model/data/{key}", "w") as member:
                for block in noise(4 * rows * columns):
                    member.write(block)


def forget(path):
    """Takes the file out of the page cache."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def inspect(path):
    begin = time.monotonic()
    child = subprocess.Popen([os.environ["CA_BINARY"], "inspect", path, "--json", "--quiet"], stdout=subprocess.PIPE)
    answer = json.loads(child.stdout.read())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return answer, time.monotonic() - begin, usage.ru_maxrss * 1024


def reading_seconds(path):
    forget(path)
    block = bytearray(1 << 20)
    begin = time.monotonic()
    with open(path, "rb", buffering=0) as file:
        while file.readinto(block):
            pass
    return time.monotonic() - begin


def check(path, kind):
    problems = []
    answer, _, _ = inspect(path)  # brings the file into the page cache
    if answer["parameters"] != PARAMETERS:
        problems.append(f"{kind}: {answer['parameters']} parameters, not {PARAMETERS}")
    measured = [inspect(path) for _ in range(3)]
    warm, memory = min(seconds for _, seconds, _ in measured), max(memory for _, _, memory in measured)
    reading = reading_seconds(path)
    forget(path)
    _, cold, _ = inspect(path)
    print(f"result: {kind} of {os.path.getsize(path) / 1e9:.2f} GB: {warm:.2f} s in the page cache, {cold:.2f} s from the disk, "
          f"of which reading alone takes {reading:.2f} s; {memory >> 20} MiB of memory")
    if warm >= MOST_SECONDS or cold >= max(MOST_SECONDS, COLD_FACTOR * reading):
        problems.append(f"{kind}: {MOST_SECONDS} s are not enough")
    if memory > MOST_MEMORY:
        problems.append(f"{kind}: {memory} bytes of memory")
    return problems


problems = []
with tempfile.TemporaryDirectory() as folder:
    if shutil.disk_usage(folder).free < 6e9:
        print("This machine has less than 6 GB free for temporary files.")
        sys.exit(77)
    for write, name in ((write_safetensors, "large.safetensors"), (write_state_dict, "large.pth")):
        path = os.path.join(folder, name)
        write(path)
        problems += check(path, name)
        os.remove(path)
sys.exit("\n".join(problems) or 0)
