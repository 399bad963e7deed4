# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What setup, run and test share: where things are, which LibTorch, how to configure and build. To be sourced by bash.

ca_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ca_torch_version=2.13.0

say() { printf '%s\n' "$*" >&2; }
give_up() {
    say "$@"
    exit 1
}

# Services and containers may run without HOME; CMakePresets.json reads it, too.
if [[ -z ${HOME:-} ]]; then
    HOME=$(getent passwd "$(id -u)" | cut -d : -f 6 || true)
    [[ -n $HOME ]] || give_up "HOME is not set and this user has no home folder. Set HOME to a folder that can be written, and run again."
    export HOME
fi
ca_cache=${XDG_CACHE_HOME:-$HOME/.cache}/compression-agent
ca_archive_copy=$ca_cache/libtorch-$ca_torch_version-cpu # the unpacked archive
ca_wheel_copy=$ca_cache/torch-$ca_torch_version-cpu      # a virtual environment with the wheel

# holds_libtorch FOLDER
holds_libtorch() { [[ -f $1/share/cmake/Torch/TorchConfig.cmake && -f $1/lib/libtorch_cpu.so ]]; }

# The version that FOLDER says of itself: a wheel has version.py, an archive build-version; empty where neither is there.
libtorch_version() {
    if [[ -f $1/version.py ]]; then
        sed -n "s/^__version__ *= *['\"]\(.*\)['\"].*/\1/p" "$1/version.py"
    elif [[ -f $1/build-version ]]; then
        head -n 1 "$1/build-version"
    fi
}

# refuse_other_builds FOLDER: a wheel for CUDA or ROCm brings libraries that nothing here uses and a CMake file that asks for
# a compiler of its own.
refuse_other_builds() {
    local version
    version=$(libtorch_version "$1")
    if [[ -f $1/version.py && $version != *+cpu ]]; then
        give_up "The torch wheel in $1 is version ${version:-unknown}, which is not the CPU build ($ca_torch_version+cpu)." \
            "It is refused. Name another LibTorch by the variable LIBTORCH, or remove that folder and run packaging/setup again."
    fi
}

# find_libtorch: sets ca_torch to the folder that holds share/cmake/Torch, and fails where there is none.
find_libtorch() {
    local entry entries=() candidate
    ca_torch=
    if [[ -n ${LIBTORCH:-} ]]; then
        holds_libtorch "$LIBTORCH" \
            || give_up "LIBTORCH names $LIBTORCH, where no LibTorch is (share/cmake/Torch/TorchConfig.cmake). Correct or unset it."
        entries=("$LIBTORCH")
    else
        IFS=':;' read -r -a entries <<<"${CMAKE_PREFIX_PATH:-}"
    fi
    for entry in "${entries[@]}" "$ca_archive_copy" "$ca_wheel_copy"/lib/python3*/site-packages/torch; do
        for candidate in "$entry" "$entry/../.."; do # a prefix, or its share/cmake
            if [[ -n $entry ]] && holds_libtorch "$candidate"; then
                refuse_other_builds "$candidate"
                ca_torch=$(cd "$candidate" && pwd -P)
                return 0
            fi
        done
    done
    return 1
}

# One compilation of a file that includes torch takes up to 2 GB.
build_jobs() {
    local cores memory limit
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1024 / 1024) }' /proc/meminfo)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || true) # of a container
    if [[ $limit =~ ^[0-9]+$ ]] && ((limit / 1073741824 < memory)); then
        memory=$((limit / 1073741824))
    fi
    local jobs=$((memory / 2 < cores ? memory / 2 : cores))
    echo $((jobs > 0 ? jobs : 1))
}

# build_folder PRESET: build/ for release, build-PRESET/ for the others; outside the sources where these cannot be written.
build_folder() {
    local name=build
    [[ $1 == release ]] || name=build-$1
    if [[ -w $ca_source ]]; then
        echo "$ca_source/$name"
    else
        echo "$ca_cache/$(echo "$ca_source" | cksum | cut -d ' ' -f 1)/$name"
    fi
}

# configure PRESET: nothing where its folder is configured for these sources and this LibTorch. Prints to stderr.
configure() {
    local folder state
    folder=$(build_folder "$1")
    state="$ca_source $ca_torch"
    if [[ -f $folder/build.ninja && $(cat "$folder/configured-for" 2>/dev/null) == "$state" ]]; then
        return 0
    fi
    say "Configuring $folder"
    (cd "$ca_source" && cmake --fresh --preset "$1" -B "$folder" -DCMAKE_PREFIX_PATH="$ca_torch" --log-level=WARNING) >&2
    echo "$state" >"$folder/configured-for"
}

# build PRESET [TARGET...]: prints to stderr.
build() {
    local folder targets=()
    folder=$(build_folder "$1")
    shift
    (($# == 0)) || targets=(--target "$@")
    cmake --build "$folder" -j "$(build_jobs)" "${targets[@]}" >&2
}
