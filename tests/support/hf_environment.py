# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python with PyTorch, transformers and torchvision for long checks against them.

It lies in the cache folder, beside the wheel whose LibTorch the build uses, and leaves the system's Python alone.
"""
import os, re, subprocess, sys

_PACKAGES = ["transformers>=5,<6", "safetensors", "numpy", "pillow"]


def _skip(reason):
    print(reason)
    sys.exit(77)


def _torch_packages():
    """The folder of the wheel's environment that holds `torch`."""
    setup = os.path.join(os.environ["CA_SOURCE_DIR"], "packaging", "setup")
    where = subprocess.run([setup, "--where"], capture_output=True, text=True, env={**os.environ, "COMPRESSION_AGENT_SKIP_PACKAGES": "1"})
    torch = where.stdout.strip().split("/share/cmake")[0]
    if where.returncode or not os.path.exists(os.path.join(torch, "version.py")):
        _skip("This machine builds with LibTorch without Python, so there is no PyTorch to compare with.")
    return os.path.dirname(torch)


def _make(home, packages, names):
    python = os.path.join(home, "bin", "python")
    version = re.search(r"__version__ *= *'(\d+)\.(\d+)", open(os.path.join(packages, "torch", "version.py")).read())
    base = os.path.join(packages, "..", "..", "..", "bin", "python")
    vision = f"torchvision==0.{int(version[2]) + 15}.*"  # their versions go together: torch 2.0 and torchvision 0.15
    steps = [
        [base, "-m", "venv", home],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *names],
    ]
    if names is _PACKAGES:
        steps.append([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", vision])
    for number, step in enumerate(steps):
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            _skip(f"This machine cannot install the Python packages to compare with: {reason}")
        if number == 0:
            for folder in os.listdir(os.path.join(home, "lib")):
                with open(os.path.join(home, "lib", folder, "site-packages", "torch_beside.pth"), "w") as file:
                    file.write(os.path.realpath(packages) + "\n")
    open(os.path.join(home, "complete"), "w").close()


def enter(name="python-to-compare", names=_PACKAGES):
    """Runs the calling script again in that Python, which is made where it is missing; exit code 77 where that is impossible.

    `name`: of the environment; one that needs other packages than the usual ones has another."""
    packages = _torch_packages()
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    home = os.path.join(cache, "compression-agent", name)
    if os.path.realpath(sys.prefix) == os.path.realpath(home):
        return
    if not os.path.exists(os.path.join(home, "complete")):
        _make(home, packages, names)
    python = os.path.join(home, "bin", "python")
    os.execv(python, [python, *sys.argv])


def torchvision():
    """The module, also where its compiled operators are for another PyTorch: models do not need them."""
    import torch

    try:
        import torchvision as module
    except RuntimeError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        global _operators  # they are gone when it is
        _operators = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            _operators.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision as module
    return module
