#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Spreads a study over a Slurm cluster: packaging/slurm/study.sh OUTPUT STUDY --model M --data D [more options of run]
# A round of trials is proposed, carried out as an array job and merged, until nothing more is proposed; then the front is measured
# on holdout. The study is OUTPUT/STUDY. Every machine must see the program, the model, the data and OUTPUT by the same names.
# A trial without a result is tried again, then given up, and the study goes on. Called again it goes on where it was.
set -euo pipefail

# What to edit, here or in the environment.
program=${COMPRESSION_AGENT:-compression-agent}
cpus=${STUDY_CPUS:-4}                          # of a trial, and of what is computed between rounds
memory=${STUDY_MEMORY:-8G}                     # of the same
time_limit=${STUDY_TIME:-02:00:00}             # of the same
round=${STUDY_ROUND:-8}                        # trials proposed at once: more use more machines, fewer learn more from each other
at_once=${STUDY_AT_ONCE:-64}                   # array tasks that run at the same time
tries=${STUDY_TRIES:-2}                        # before a trial is given up
read -r -a more_options <<<"${STUDY_OPTIONS:-}" # of srun and sbatch: --partition=P --account=A --constraint=C

say() { printf '%s\n' "$*" >&2; }
give_up() {
    say "$@"
    exit 1
}

if (($# < 4)) || [[ $1 == -* || $2 == -* ]]; then
    sed -n '3,6s/^# //p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
for command in "$program" sbatch srun; do
    command -v "$command" >/dev/null \
        || give_up "There is no $command here. Call this where Slurm's commands work, and name the program by the variable COMPRESSION_AGENT."
done
program=$(realpath "$(command -v "$program")")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
output=$(cd "$1" && pwd)
study=$2
folder=$output/$study
shift 2
run_options=("$@" --output "$output" --study "$study" --threads "$cpus" --round "$round" --resume)
resources=(--job-name="$study" --ntasks=1 --cpus-per-task="$cpus" --mem="$memory" --time="$time_limit" "${more_options[@]}")
brought=0 # results that were merged by this call
missing=()
shopt -s nullglob

run_on_a_node() { srun "${resources[@]}" "$program" run "${run_options[@]}" "$@" </dev/null; }

# Sets queued to the numbers of the trials that are to be carried out.
find_queued() {
    local file
    queued=()
    for file in "$folder"/queue/*.json; do
        [[ ! ${file##*/} =~ ^T([0-9]+)\.json$ ]] || queued+=("${BASH_REMATCH[1]}")
    done
}

# Sets missing to those of them that have no result.
find_missing() {
    local number
    missing=()
    for number in "${queued[@]}"; do
        [[ -s $folder/results/T$number.json ]] || missing+=("$number")
    done
}

# carry_out NUMBER...: one array job, waited for. A network file system may show another machine's file a minute late.
carry_out() {
    local numbers good=1 seconds
    numbers=$(IFS=, && echo "$*")
    sbatch --wait "${resources[@]}" --array="$numbers%$at_once" --output="${folder//%/%%}/logs/T%a.txt" \
        "$here/trial.sh" "$program" "$folder" >&2 || good=0
    find_missing
    for ((seconds = 0; good && ${#missing[@]} > 0 && seconds < 60; ++seconds)); do
        sleep 1
        find_missing
    done
}

carry_out_round() {
    local number try
    find_missing
    for ((try = 1; try <= tries && ${#missing[@]} > 0; ++try)); do
        carry_out "${missing[@]}"
        for number in "${missing[@]}"; do
            say "T$number gave no result (try $try of $tries): $(tail -qn 1 "$folder/logs/T$number.txt" 2>/dev/null || echo "it left no log.")"
        done
    done
}

# Merges results, also those that an earlier call left. What is refused is put aside and counts as missing.
bring_back() {
    local file name
    for file in "$folder"/results/T*.json; do
        if "$program" merge "$folder" "$file" --quiet >&2; then
            rm -f "$file"
            brought=$((brought + 1))
        else
            mv -f "$file" "$file.refused"
            name=${file##*/T}
            missing+=("${name%.json}")
        fi
    done
}

# Where nothing at all came back, it is the cluster that fails and not the trials.
give_up_missing() {
    ((${#missing[@]} > 0)) || return 0
    ((brought > 0)) || give_up "No result came back. What the array tasks said is in $folder/logs. Call this again once that is mended."
    "$program" merge "$folder" --failed "$(IFS=, && echo "${missing[*]/#/T}")" >&2
}

mkdir -p "$folder/results" "$folder/logs"
bring_back
while true; do
    code=0
    run_on_a_node --queue-only >&2 || code=$?
    ((code != 3)) || break # limits that no trial holds; the last call says so once more
    ((code == 0)) || exit "$code"
    find_queued
    ((${#queued[@]} > 0)) || break
    say "To carry out: ${queued[*]/#/T}"
    carry_out_round
    bring_back
    give_up_missing
done
run_on_a_node
