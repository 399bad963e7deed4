#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# packaging/slurm: a study of the demo model over a Slurm cluster of two nodes, both on this machine's loopback, gives what the local
# run gives: recipes, accuracies, sizes, front and holdout, though one task dies; and called again it changes nothing.
set -euo pipefail

skip() {
    echo "This machine $*"
    exit 77
}
[[ $(id -u) == 0 ]] || skip "runs the tests as a user who may not start Slurm's daemons, which takes root."
command -v apt-get >/dev/null || skip "has no apt-get to install Slurm with."
if ! type slurmctld slurmd munged sbatch srun >/dev/null 2>&1; then
    [[ -z ${COMPRESSION_AGENT_SKIP_PACKAGES:-} ]] || skip "lacks Slurm, and its packages are to be left alone."
    apt-get update -qq </dev/null >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends slurm-wlm munge \
        </dev/null >/dev/null 2>&1 || skip "cannot install the packages slurm-wlm and munge."
fi

work=$(mktemp -d)
chmod 755 "$work" # munged wants to be found by everybody
daemons=()
# Jobs end first, then the daemons, the last started before the others.
stop_cluster() {
    local i attempt
    ! scancel --user=root --quiet 2>/dev/null || for ((attempt = 0; attempt < 60; ++attempt)); do
        [[ -n $(squeue --noheader 2>/dev/null) ]] || break
        sleep 1
    done
    for ((i = ${#daemons[@]} - 1; i >= 0; --i)); do
        kill "${daemons[i]}" 2>/dev/null || true
        wait "${daemons[i]}" 2>/dev/null || true
    done
}
trap 'stop_cluster; rm -rf "$work"' EXIT

fail() {
    echo "slurm: $*"
    tail -n 20 "$work"/*.log "$work"/cluster/*/logs/* "$work"/*.txt 2>/dev/null || true
    exit 1
}
start() {
    "$@" >/dev/null 2>&1 &
    daemons+=($!)
}
free_ports() {
    python3 - <<'PYTHON'
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(s.getsockname()[1] for s in sockets))
PYTHON
}

# A munge of its own, so that the machine's is left as it is.
start_cluster() {
    local host ports attempt
    host=$(hostname -s)
    read -r -a ports < <(free_ports)
    (umask 077 && head -c 1024 /dev/urandom >"$work/munge.key")
    cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=1 RealMemory=4000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=1 RealMemory=4000
PartitionName=p Nodes=n1,n2 Default=YES State=UP
CONF
    export SLURM_CONF=$work/slurm.conf
    start munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
        --log-file="$work/munge.log" --seed-file="$work/munge.seed"
    start slurmctld -D
    start slurmd -D -N n1
    start slurmd -D -N n2
    for ((attempt = 0; attempt < 60; ++attempt)); do
        [[ $(sinfo --noheader --format='%D %t' 2>/dev/null) != '2 idle' ]] || return 0
        sleep 1
    done
    fail "the two nodes did not come up in a minute."
}

# The third trial's task is killed the first time, as by a machine that runs out of memory.
cat >"$work/program" <<PROGRAM
#!/usr/bin/env bash
if [[ \$1 == run-trial && "\$*" == */T3.json* && ! -e $work/died ]]; then
    touch $work/died
    kill -KILL \$\$
fi
exec "$CA_BINARY" "\$@"
PROGRAM
chmod +x "$work/program"
export COMPRESSION_AGENT=$work/program COMPRESSION_AGENT_DATA=$work/home QT_QPA_PLATFORM=offscreen
export STUDY_CPUS=1 STUDY_MEMORY=1500M STUDY_TIME=20 STUDY_ROUND=3
study=(--model demo --data pictogram10 --samples 200 --trials 7 --no-latency)

start_cluster
start=$SECONDS
"$CA_SOURCE_DIR/packaging/slurm/study.sh" "$work/cluster" study "${study[@]}" >"$work/cluster.txt" 2>&1 || fail "study.sh ended with exit code $?."
echo "result: seven trials over two nodes $((SECONDS - start)) s"
for node in n1 n2; do
    grep -q "NodeList=$node" "$work/slurmctld.log" || fail "$node carried out nothing."
done
[[ -e $work/died ]] || fail "no task was killed."
grep -q 'T3 gave no result (try 1 of 2)' "$work/cluster.txt" || fail "the killed task was not reported."

"$CA_BINARY" run "${study[@]}" --threads 1 --round 3 --output "$work/local" --study study --quiet >"$work/local.txt" \
    || fail "the local run ended with exit code $?."
cp "$work/cluster/study/study.json" "$work/before.json"
"$CA_SOURCE_DIR/packaging/slurm/study.sh" "$work/cluster" study "${study[@]}" >"$work/again.txt" 2>&1 || fail "the second call ended with exit code $?."

python3 - "$work/local/study/study.json" "$work/before.json" "$work/cluster/study/study.json" <<'PYTHON' || fail "the cluster's study is another."
import json, sys

def front(trials):
    """Over size and accuracy: times differ from run to run."""
    points = {t["id"]: (t["selection"]["bytes"], -t["selection"]["correct"]) for t in trials if t["state"] == "done"}
    return sorted(a for a, p in points.items() if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in points.values()))

def facts(study):
    trials = [(t["id"], t["recipe_hash"], t["state"], *(t["selection"][k] for k in ("correct", "n", "bytes"))) for t in study["trials"]]
    return trials, front(study["trials"]), {t["id"]: t["holdout"] and t["holdout"]["correct"] for t in study["trials"]}

local, before, again = (json.load(open(name)) for name in sys.argv[1:])
(trials, best, holdout), (over_trials, over_best, over_holdout) = facts(local), facts(before)
assert trials == over_trials, f"{trials}\n{over_trials}"
assert best == over_best, f"{best}\n{over_best}"
assert len(trials) == 7 and len(best) >= 2, (len(trials), best)
both = [i for i in holdout if holdout[i] is not None and over_holdout[i] is not None]
assert "T1" in both and all(holdout[i] == over_holdout[i] for i in both), (holdout, over_holdout)
for key in ("trials", "front", "hypervolume", "rounds"):
    assert before[key] == again[key], f"{key} changed by another call"
print(f"result: {len(trials)} trials, the same as by a local run; on the front {', '.join(best)}")
PYTHON
