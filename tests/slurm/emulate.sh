#!/bin/bash
# SPDX-License-Identifier: MIT
# emulate.sh - a big cluster on a small host: the real slurmctld and slurmrestd (Debian's 22.05.8) with
# thousands of nodes, no node daemons left running.
#
#   W=/tmp/suantop-emu NODES=2000 SINGLE=20000 ./emulate.sh
#   . $W/env          same variables and functions as up.sh (URL, SOCK, TOKEN, rest, restu)
#   W=... ./down.sh   stops it; the state is kept in $W: a rerun comes back with the same jobs
#
# Why not slurm-wlm-emulator: Debian's build cannot start. Its slurmctld/slurmd are compiled for front-end
# mode but link the ordinary libslurmfull.so: with FrontendName= the library dies ("Use of FrontendName ...
# without ... --enable-front-end"), without it the daemon dies ("No front end nodes defined").
#
# What is done instead
#  1. each slurmd is started once (on its own port, wave.conf), registers - so nodes have OS, version, gres,
#     boot time, load - and is killed. About 25 ms per node. Afterwards ONE slurmd stays: in slurm.conf all
#     nodes have its address and port, so it answers slurmctld's pings and job terminations for everybody
#     (no node turns idle*), and SlurmdTimeout=0 means a silent node would not be marked DOWN anyway.
#  2. running jobs: `salloc --no-shell` allocates without ever contacting a node. scancel and
#     `scontrol requeue`-like ends work: "already complete" comes back from the one slurmd.
#  3. pending jobs: one array (one record in the JSON however many tasks) and, for the worst case, an array
#     whose tasks are split into separate records by one `scontrol update jobid=N_[..]`.
set -eu
W=${W:-/tmp/suantop-emu}
NODES=${NODES:-2000}; GPUS=${GPUS:-8}; CPUS=${CPUS:-96}; MEM=${MEM:-1500000}
RUN=${RUN:-$((NODES * 3 / 4))}   # running jobs, most of them one full node; must fit, or salloc waits
SINGLE=${SINGLE:-20000}   # pending jobs as separate records
PACKED=${PACKED:-20000}   # further pending tasks inside one array record
PORT=${PORT:-17000}; CTLD=$PORT; REST=$((PORT-10)); CLUSTER=${CLUSTER:-emu}
USR=${USR:-suanusr}; OPER=${OPER:-suanop}
. "$(dirname "$0")/common.sh"
need_root "it starts jobs as another user"
need munged slurmctld slurmd slurmrestd salloc scontrol curl setpriv
[ "$NODES" -ge 40 ] || { echo "emulate.sh: NODES must be 40 or more (30 get drained or set down)" >&2; exit 1; }
make_users
make_folders; : > "$W/emulated"
start_munge 4
make_token_key
fake_gpus
w=${#NODES}; first=$(printf "%0${w}d" 1); half=$(printf "%0${w}d" $((NODES/2)))
{
common_conf
cat <<C
SlurmdPidFile=$W/run/wave-%n.pid
SlurmdLogFile=/dev/null
ReturnToService=0
SlurmdTimeout=0
MinJobAge=300
# defaults are MaxJobCount=10000, MaxArraySize=1001: sbatch says "Slurm temporarily unable to accept job"
MaxJobCount=200000
MaxArraySize=100001
TreeWidth=65533
SchedulerParameters=bf_interval=60,sched_interval=60,default_queue_depth=50,bf_max_job_test=100,max_array_tasks=100000
DebugFlags=NO_CONF_HASH
NodeName=g[$first-$NODES] NodeAddr=127.0.0.1 Port=$((PORT+1)) CPUs=$CPUS RealMemory=$MEM Gres=gpu:h200:$GPUS State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP
PartitionName=debug Nodes=g[$first-$half] MaxTime=60 State=UP
C
} > "$W/slurm.conf"
sed "s/^NodeName=\(.*\) Port=[0-9]*/NodeName=\1 Port=[$((PORT+1))-$((PORT+NODES))]/" "$W/slurm.conf" > "$W/wave.conf"
export SLURM_CONF="$W/slurm.conf"
start_controller

# 1. registration wave
t0=$(date +%s)
for h in $(sinfo -h -N -t unknown -o %n -p batch | sort -u); do
    mkdir -p "$W/spool/$h"; SLURM_CONF="$W/wave.conf" "$W/bin/slurmd" -d "$W/bin/slurmstepd" -N "$h"; batch="${batch:-} $h"; n=$((${n:-0}+1))
    if [ $((n % 50)) = 0 ]; then
        for _ in $(seq 50); do [ -z "$(sinfo -h -t unknown -n "$(echo $batch | tr ' ' ,)" -o %n)" ] && break; sleep .1; done
        for b in $batch; do kill -9 "$(cat "$W/run/wave-$b.pid")" 2>/dev/null || :; rm -f "$W/run/wave-$b.pid"; done; batch=
    fi
done
sleep 1; for b in ${batch:-}; do kill -9 "$(cat "$W/run/wave-$b.pid")" 2>/dev/null || :; rm -f "$W/run/wave-$b.pid"; done
one=g$first; mkdir -p "$W/spool/$one"
alive slurmd-one || { "$W/bin/slurmd" -d "$W/bin/slurmstepd" -N "$one"; sleep .5; mv "$W/run/wave-$one.pid" "$W/run/slurmd-one.pid"; }
echo "nodes registered: $(sinfo -h -t idle,mix,alloc -o %D -p batch) in $(( $(date +%s)-t0 )) s"

# 2.+3. jobs, once
if [ ! -e "$W/seeded" ]; then
    t0=$(date +%s)
    as() { setpriv --reuid "$USR" --regid "$USR" --init-groups env SLURM_CONF="$SLURM_CONF" HOME="/var/tmp/$USR" "$@"; }
    export -f as
    for i in $(seq "$RUN"); do as salloc -Q --no-shell -J "train$i" -N1 --gres=gpu:$GPUS -c 8 --mem=200000 -t 2880 || break; done
    echo "running: $(squeue -h -t R | wc -l) in $(( $(date +%s)-t0 )) s"; t0=$(date +%s)
    cd "/var/tmp/$USR"
    as sbatch -Q -J packed -o /dev/null --array=1-"$PACKED" -N1 --gres=gpu:$GPUS -c 8 --mem=200000 -t 600 --begin=now+10days --wrap 'sleep 60'
    left=$SINGLE; while [ "$left" -gt 0 ]; do
        c=$((left<10000?left:10000)); left=$((left-c))
        j=$(as sbatch --parsable -H -J split -o /dev/null --array=1-$c -N1 --gres=gpu:$GPUS -c 8 --mem=200000 -t 600 --wrap 'sleep 60')
        # naming ALL tasks would only change the one record; naming all but one splits each off
        scontrol update jobid="${j}_[1-$((c-1))]" comment=split || :
    done
    scontrol update nodename="g[$(printf "%0${w}d" $((NODES-19)))-$NODES]" state=drain reason="ECC errors, ticket 4711"
    scontrol update nodename="g[$(printf "%0${w}d" $((NODES-29)))-$(printf "%0${w}d" $((NODES-20)))]" state=down reason="PSU failure"
    scontrol create reservation reservationname=maint1 starttime=now+2hours duration=120 users=root flags=maint,ignore_jobs nodes="g[$first-$(printf "%0${w}d" $((NODES/10)))]" >/dev/null || :
    : > "$W/seeded"; echo "pending tasks: $(squeue -h -r -t PD | wc -l) in $(( $(date +%s)-t0 )) s"
fi
start_rest openapi/v0.0.38
write_env
sinfo; echo "up: (. $W/env)"
