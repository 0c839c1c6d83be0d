#!/bin/bash
# SPDX-License-Identifier: MIT
# down.sh - stop what up.sh or emulate.sh started under $W, only by recorded pid or by paths under $W.
#   W=/tmp/suantop-slurm ./down.sh      WIPE=1 also removes $W (fresh job ids next time)
W=${W:-/tmp/suantop-slurm}
. "$(dirname "$0")/common.sh"
export SLURM_CONF="$W/slurm.conf"
cmdline() { { tr '\0' ' ' < "/proc/$1/cmdline"; } 2>/dev/null; }
ended() { ! running "$1"; }
no_jobs() { [ -z "$(squeue -h -t R,S,CG -o %A 2>/dev/null)" ]; }

# 1. let Slurm itself end the running jobs (KillWait=5 in up.sh), so that no job script is orphaned
if alive slurmctld && [ ! -e "$W/emulated" ]; then
    # array tasks by 14_5: their own numbers are unknown once the waiting rest of the array was cancelled
    squeue -h -r -t R,S -o %i 2>/dev/null | xargs -r scancel 2>/dev/null
    eventually 300 no_jobs
fi
# 2. daemons, by pid file; the grep guards against a recycled pid
for n in slurmrestd-tcp slurmrestd-unix $(cd "$W/run" 2>/dev/null && ls slurmd-*.pid 2>/dev/null | sed 's/\.pid$//') \
         slurmctld slurmdbd mariadbd munged; do
    f="$W/run/$n.pid"; [ -s "$f" ] || continue
    p=$(cat "$f")
    if cmdline "$p" | grep -qE 'slurm|munged|mariadbd'; then
        kill "$p" 2>/dev/null
        eventually 300 ended "$p" || { kill -9 "$p"; echo "had to SIGKILL $n ($p)"; }
    fi
    rm -f "$f"
done
# 3. leftovers of jobs: steppers of ours (our SLURM_CONF in their environment) and scripts below $W/spool
for d in /proc/[0-9]*; do
    p=${d#/proc/}
    c=$(cmdline "$p"); [ -n "$c" ] || continue
    case $c in
    *"$W/spool/"*"/slurm_script"*) kill -9 -- "-$(ps -o pgid= -p "$p" | tr -d ' ')" 2>/dev/null ;;
    "slurmstepd: "*) { tr '\0' '\n' < "$d/environ"; } 2>/dev/null | grep -qx "SLURM_CONF=$W/slurm.conf" && kill -9 "$p" ;;
    esac
done
rm -f "$W/rest/sock"
[ "${WIPE:-0}" = 1 ] && rm -rf "$W"
echo down
