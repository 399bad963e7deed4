#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packaging/setup: silent and under a second where nothing is missing; finds LibTorch in the order it promises; refuses a wheel
# that is not the CPU build; takes no broken fetch for a whole one. Made-up trees and commands; nothing is installed or fetched.
set -euo pipefail
source=${CA_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
setup=$source/packaging/setup
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "setup: $*"
    exit 1
}
# libtorch FOLDER VERSION: a folder that looks like the wheel's.
libtorch() {
    mkdir -p "$1/share/cmake/Torch" "$1/lib"
    touch "$1/share/cmake/Torch/TorchConfig.cmake" "$1/lib/libtorch_cpu.so"
    echo "__version__ = '$2'" >"$1/version.py"
}
# where CACHE [VARIABLE=VALUE...]: setup with a cache of its own and the packages left alone.
where() {
    local cache=$1
    shift
    env -u LIBTORCH -u CMAKE_PREFIX_PATH XDG_CACHE_HOME="$cache" COMPRESSION_AGENT_SKIP_PACKAGES=1 "$@" "$setup" --where
}
# expect_refusal TEXT COMMAND...
expect_refusal() {
    local text=$1 output
    shift
    if output=$("$@" 2>&1); then fail "should have refused: $output"; fi
    [[ $output == *"$text"* ]] || fail "said \"$output\" instead of \"$text\""
}

"$setup" >/dev/null 2>&1 # whatever is missing comes now
start=$(date +%s%N)
output=$("$setup" 2>&1)
took=$((($(date +%s%N) - start) / 1000000))
[[ -z $output ]] || fail "the second call said \"$output\""
((took < 1000)) || fail "the second call took $took ms"
echo "result: second call of setup $took ms"

# The order: LIBTORCH, CMAKE_PREFIX_PATH, the unpacked archive, the wheel.
ours=$work/a/compression-agent
libtorch "$work/own" 2.13.0+cpu
libtorch "$work/prefix" 2.13.0+cpu
libtorch "$ours/libtorch-2.13.0-cpu" 2.13.0+cpu
libtorch "$ours/torch-2.13.0-cpu/lib/python3.12/site-packages/torch" 2.13.0+cpu
[[ $(where "$work/a" LIBTORCH="$work/own" CMAKE_PREFIX_PATH="$work/prefix") == "$work/own" ]] || fail "LIBTORCH is not first"
[[ $(where "$work/a" CMAKE_PREFIX_PATH="/nowhere:$work/prefix") == "$work/prefix" ]] || fail "CMAKE_PREFIX_PATH is not second"
[[ $(where "$work/a" CMAKE_PREFIX_PATH="$work/prefix/share/cmake") == "$work/prefix" ]] || fail "share/cmake is no prefix"
[[ $(where "$work/a") == "$ours/libtorch-2.13.0-cpu" ]] || fail "the archive's copy is not third"
[[ $(readlink "$ours/libtorch") == "$ours/libtorch-2.13.0-cpu" ]] || fail "the name for the presets is missing"
rm -r "$ours/libtorch-2.13.0-cpu"
[[ $(where "$work/a") == "$ours/torch-2.13.0-cpu/lib/python3.12/site-packages/torch" ]] || fail "the wheel is not fourth"
expect_refusal "where no LibTorch is" where "$work/a" LIBTORCH=/nowhere

# Other builds.
libtorch "$work/cuda" 2.13.0+cu130
libtorch "$work/plain" 2.13.0
libtorch "$work/b/compression-agent/torch-2.13.0-cpu/lib/python3.12/site-packages/torch" 2.13.0+cu130
expect_refusal "2.13.0+cu130, which is not the CPU build" where "$work/a" LIBTORCH="$work/cuda"
expect_refusal "2.13.0, which is not the CPU build" where "$work/a" CMAKE_PREFIX_PATH="$work/plain"
expect_refusal "2.13.0+cu130, which is not the CPU build" where "$work/b"

# No archive, and a pip that brings a wheel for CUDA, breaks off, or brings the right one. The made-up python3 plays venv and pip.
mkdir "$work/bin"
cat >"$work/bin/python3" <<'PYTHON'
#!/usr/bin/env bash
set -e
if [[ $* == "-m venv "* ]]; then
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
    exit
fi
[[ $* == *"torch==2.13.0+cpu"* && $* != *index* ]] || exit 9
torch=$(dirname "$0")/../lib/python3.12/site-packages/torch
mkdir -p "$torch/share/cmake/Torch" "$torch/lib"
touch "$torch/share/cmake/Torch/TorchConfig.cmake"
[[ $WHEEL != broken ]] || exit 1
touch "$torch/lib/libtorch_cpu.so"
echo "__version__ = '$WHEEL'" >"$torch/version.py"
PYTHON
chmod +x "$work/bin/python3"
fetch() { where "$1" PATH="$work/bin:$PATH" WHEEL="$2" COMPRESSION_AGENT_LIBTORCH_URL="file://$work/none.zip"; }
expect_refusal "which is not the CPU build" fetch "$work/c" 2.13.0+cu130
expect_refusal "pip found no torch==2.13.0+cpu" fetch "$work/c" broken
[[ -z $(find "$work/c/compression-agent" -mindepth 1 ! -name setup.lock) ]] || fail "a broken fetch left something in $work/c"
[[ $(fetch "$work/c" 2.13.0+cpu 2>/dev/null) == "$work/c/compression-agent/torch-2.13.0-cpu/lib/python3.12/site-packages/torch" ]] \
    || fail "the wheel was not taken"
[[ $(where "$work/c" 2>&1) == "$work/c/compression-agent/torch-2.13.0-cpu/"* ]] || fail "the fetched wheel is not found again"

# The archive, when it can be had, comes before the wheel.
mkdir "$work/zip"
libtorch "$work/zip/libtorch" 2.13.0+cpu
rm "$work/zip/libtorch/version.py"
echo 2.13.0+cpu >"$work/zip/libtorch/build-version"
python3 - "$work" <<'PYTHON'
import pathlib, sys, zipfile
work = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(work / "libtorch.zip", "w") as archive:
    for file in sorted((work / "zip").rglob("*")):
        archive.write(file, file.relative_to(work / "zip"))
PYTHON
[[ $(where "$work/d" COMPRESSION_AGENT_LIBTORCH_URL="file://$work/libtorch.zip" 2>/dev/null) == "$work/d/compression-agent/libtorch-2.13.0-cpu" ]] \
    || fail "the archive was not taken"

# A system that setup does not know, and one where packages are missing and may not be installed.
mkdir "$work/few"
printf '#!/usr/bin/env bash\nexit 2\n' >"$work/few/getent"
chmod +x "$work/few/getent"
for name in bash cut dirname sed head awk cat readlink mkdir ln id; do ln -s "$(command -v "$name")" "$work/few/$name"; done
expect_refusal "setup knows Debian 12 and Ubuntu 24.04" env PATH="$work/few" HOME="$work" "$setup"
cat >"$work/few/dpkg-query" <<'SHELL'
#!/usr/bin/env bash
for name in "${@:4}"; do [[ $name == libzip-dev || $name == qt6-charts-dev ]] || echo "installed $name"; done
SHELL
printf '#!/usr/bin/env bash\nexit 1\n' >"$work/few/apt-get"
printf '#!/usr/bin/env bash\necho 1000\n' >"$work/few/id.tmp"
rm "$work/few/id" && mv "$work/few/id.tmp" "$work/few/id"
chmod +x "$work/few/dpkg-query" "$work/few/apt-get" "$work/few/id"
expect_refusal "Run as root: apt-get update && apt-get install libzip-dev" env PATH="$work/few" HOME="$work" "$setup"
# No HOME: the user's folder as the system knows it, or a sentence where it knows none.
[[ $(env -u HOME LIBTORCH="$work/own" XDG_CACHE_HOME="$work/e" COMPRESSION_AGENT_SKIP_PACKAGES=1 "$setup" --where) == "$work/own" ]] \
    || fail "it needs HOME"
expect_refusal "HOME is not set and this user has no home folder" env -u HOME PATH="$work/few" "$setup"
echo "result: all refusals and the order of places as promised"
