#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A task of the array job that study.sh submits: trial.sh PROGRAM STUDY carries out the trial T<task number> of the study's queue.
set -euo pipefail
program=$1 study=$2
trial=T$SLURM_ARRAY_TASK_ID
recipe=$study/queue/$trial.json
result=$study/results/$trial.json

if [[ -s $result ]]; then
    echo "$trial has its result already."
    exit 0
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A copy of the store: SQLite's log cannot be read by several machines at once. Nobody writes while trials are carried out.
for file in study.db study.db-wal; do
    [[ ! -e $study/$file ]] || cp "$study/$file" "$scratch"
done
"$program" run-trial --study "$scratch" --recipe "$recipe" --output "$scratch/result.json" --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet
# Under its name it is there whole or not at all.
part=$study/results/.$trial.$SLURM_JOB_ID
cp "$scratch/result.json" "$part"
mv -f "$part" "$result"
