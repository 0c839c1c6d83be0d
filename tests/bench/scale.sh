#!/bin/bash
# SPDX-License-Identifier: MIT
# scale.sh BUILDDIR [NODES] - suantop over a real controller with thousands of nodes (see tests/slurm/emulate.sh):
# first picture against squeue itself, memory, and how long a key waits, over slurmrestd and over the text way.
# Takes some five minutes, needs root, and is no part of `make check`: run it on a quiet machine.
#   W=/tmp/suantop-emu PORT=17000     where the cluster lives; KEEP=1 leaves it running
set -eu
build=$(cd "${1:?usage: scale.sh BUILDDIR [NODES]}" && pwd)
src=$(cd "$(dirname "$0")/../.." && pwd)
export NODES=${2:-${NODES:-2000}} W=${W:-/tmp/suantop-emu} PORT=${PORT:-17000} TZ=UTC
out=$(mktemp -d /tmp/suantop-scale.XXXXXX)
end() {
    [ "${KEEP:-0}" = 1 ] || WIPE=1 "$src/tests/slurm/down.sh" >/dev/null
    rm -rf "$out"
}
trap end EXIT
"$src/tests/slurm/emulate.sh" >"$out/up.log" 2>&1 || { tail "$out/up.log" >&2; exit 1; }
. "$W/env"

(umask 077; echo "$TOKEN" >"$out/token")
way() { # NAME OPTIONS
    cat >"$out/$1.yaml" <<Y
centers:
  - id: emu
    sources:
      - slurm: {conf: "$SLURM_CONF", $2}
Y
}
rest="url: \"$URL\", insecure: \"true\", user: root, token_file: \"$out/token\""
way rest "$rest, prefer: rest, rest_limit: 1G"
way text "prefer: text"
way auto "$rest"

# seconds and peak MB of a command; the best of three
spent() {
    for _ in 1 2 3; do
        /usr/bin/env python3 - "$@" <<'P'
import os, resource, subprocess, sys, time
t = time.monotonic()
with open(os.devnull, "wb") as nowhere:
    status = subprocess.run(sys.argv[1:], stdout=nowhere).returncode
print(f"{time.monotonic() - t:.2f} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} {status}")
P
    done | sort -n | head -1
}
row() { printf '%-44s %8s s %7s MB   exit %s\n' "$1" $2; }
echo "nodes $(sinfo -h -N -p batch | wc -l), job records $(squeue -a -h -t all | wc -l)"
row "squeue -a" "$(spent squeue -a -h -t all)"
row "squeue -O, 25 columns" "$(spent squeue -a -h -t all -O JobArrayID:10,Name:10,UserName:10,Account:10,Partition:10,State:10,Reason:10,PriorityLong:10,NumNodes:10,NumCPUs:10,NodeList:10,SubmitTime:20,EligibleTime:20,StartTime:20,EndTime:20,TimeLimit:10,RestartCnt:5,tres-per-node:20,tres-per-job:20,Dependency:20,Licenses:20,Reservation:20,Feature:20,ReqNodes:20,QOS:10)"
row "squeue --json" "$(spent squeue --json)"
row "scontrol -o show node" "$(spent scontrol -o show node)"
for w in rest text auto; do
    row "suantop snapshot -f json, $w" "$(spent "$build/suantop" snapshot -f json -c "$out/$w.yaml" --timeout 60s)"
done
python3 "$src/tests/e2e/compare.py" /dev/stdin emu < <("$build/suantop" snapshot -f json -c "$out/auto.yaml" --timeout 60s) |
    tail -3 | sed 's/^/against squeue and scontrol: /'
for w in rest text auto; do
    "$src/tests/bench/ptybench.py" --size 200x60 --ready 'emu .*[0-9]%' --timeout 60 --warmup 8 --idle 20 \
        --keys 2,down,down,up,5,down,down,up,4,down,down,up --nkeys 240 --json "$out/$w.json" -- \
        "$build/suantop" -c "$out/$w.yaml" || :
    python3 - "$w" "$out/$w.json" <<'P'
import json, sys
r = json.load(open(sys.argv[2]))
k, s, i = r["keys"], r["start"], r["idle"]
print(f"dashboard, {sys.argv[1]}: first paint {s['first_paint_ms']} ms, picture {s.get('ready_ms')} ms; key settled "
      f"p50 {k['settled_ms']['p50']} p99 {k['settled_ms']['p99']} ms, first byte p99 {k['first_byte_ms']['p99']} ms; RSS {i['rss_mb']} MB; "
      f"{i['cpu_s_per_min']} CPU s/min, {i['wakeups_per_s']} wake-ups/s; clean exit {r['exit']['clean']}")
P
done
