#!/bin/bash
# SPDX-License-Identifier: MIT
# Two real Slurm clusters side by side, each answering for itself by each way there is.
. "$SUANTOP_SRCDIR/tests/e2e/tap.sh"

nodes_idle() { [ "$(sinfo -h -p low -t idle -o %D)" = "$1" ]; }
rest_nodes() { rest /slurm/v0.0.38/nodes | grep -c '"architecture"'; }
sock_nodes() { restu /slurm/v0.0.38/nodes | grep -c '"architecture"'; }

for pair in alpha:4 beta:2; do
    name=${pair%:*} want=${pair#*:}
    case $name in alpha) . "$ALPHA/env" ;; beta) . "$BETA/env" ;; esac
    is "$name is its own cluster" "$(scontrol show config | sed -n 's/^ClusterName *= //p')" "$name"
    ok "$name: all nodes come up idle" wait_for 20 nodes_idle "$want"
    is "$name: slurmrestd counts them over TCP with a token" "$(rest_nodes)" "$want"
    is "$name: slurmrestd counts them over its socket" "$(sock_nodes)" "$want"
done
tap_done
