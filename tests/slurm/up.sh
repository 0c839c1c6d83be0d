#!/bin/bash
# SPDX-License-Identifier: MIT
# up.sh - a real Slurm on loopback: one host, no systemd, several slurmd with fake GPUs. Written for
# Debian 12's 22.05.8. Nothing of the system's own Slurm or munge is touched.
#
#   W=/tmp/suantop-slurm ./up.sh          start everything; running it again makes sure all is up
#   W=/tmp/suantop-slurm ./down.sh        stop exactly what was started
#   . /tmp/suantop-slurm/env              SLURM_CONF, URL, SOCK, TOKEN, ... for your shell
#   DB=1 ./up.sh                          also a private mariadbd and slurmdbd (needed for QOS
#                                         preemption, operator level, /slurmdb/ history)
# Two clusters side by side: give each its own W, PORT (100 apart) and CLUSTER.
#
# Packages, all Debian's (`./bootstrap check` installs them without starting their services):
#   slurmctld slurmd slurmrestd slurm-client slurm-wlm-basic-plugins slurm-wlm-jwt-plugin munge curl
#   for DB=1 also: slurmdbd slurm-wlm-mysql-plugin mariadb-server
#   (without slurm-wlm-basic-plugins slurmrestd has neither openapi_v0_0_38.so nor serializer_json.so)
set -eu
W=${W:-/tmp/suantop-slurm}          # work dir, everything lives here
NODES=${NODES:-4}                   # number of slurmd processes n1..nN
GPUS=${GPUS:-4}                     # fake GPUs per node (gres count only)
CPUS=${CPUS:-8}                     # pretended cpus per node (config_overrides)
MEM=${MEM:-64000}                   # pretended MB per node
PORT=${PORT:-16800}                 # ctld=PORT, slurmd=PORT+1.., rest=PORT+90, dbd=PORT+91
CTLD=$PORT; REST=$((PORT+90)); DBD=$((PORT+91))
OPER=${OPER:-suanop}                # a non-root "operator" user, also runs slurmrestd
USR=${USR:-suanusr}                 # an ordinary user
CLUSTER=${CLUSTER:-mini}
DB=${DB:-0}
PREEMPT=${PREEMPT:-partition_prio}  # or qos (needs DB=1)

. "$(dirname "$0")/common.sh"
need_root "slurmd starts tasks as other users"
need munged slurmctld slurmd slurmrestd scontrol curl setpriv
make_users
make_folders
start_munge 2
make_token_key

# --- slurm.conf -------------------------------------------------------------------------------
{
common_conf
cat <<C
SlurmdPidFile=$W/run/slurmd-%n.pid
SlurmdLogFile=$W/log/slurmd-%n.log
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=${SLURMD_TIMEOUT:-15}
SlurmctldTimeout=30
InactiveLimit=0
KillWait=5
MinJobAge=${MINJOBAGE:-300}
CompleteWait=0
JobRequeue=1
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,sched_interval=5
PreemptType=preempt/$PREEMPT
PreemptMode=REQUEUE
Licenses=matlab:10,ansys:2
C
if [ "$DB" = 1 ]; then cat <<C
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$DBD
# for slurmdbd connections the munge socket is taken from here, not from AuthInfo
AccountingStoragePass=$W/munge/sock
AccountingStorageTRES=gres/gpu
AccountingStorageEnforce=${ENFORCE:-associations,limits,qos}
C
else
    # AccountingStorageTRES=gres/gpu here is FATAL without slurmdbd ("slurmdbd is required to run with
    # TRES gres/gpu"), so on such a cluster tres/tres_used never mention GPUs: read gres/gres_used.
    echo "AccountingStorageType=accounting_storage/none"
fi
# Several slurmd on one host. Debian does not build with --enable-multiple-slurmd, so each node
# needs its own (invented) NodeHostname; NodeAddr+Port are what is really contacted. `slurmd -N n1`.
for i in $(seq "$NODES"); do
    echo "NodeName=n$i NodeHostname=n$i NodeAddr=127.0.0.1 Port=$((PORT+i)) CPUs=$CPUS RealMemory=$MEM Gres=gpu:h200:$GPUS State=UNKNOWN"
done
echo "PartitionName=low  Nodes=ALL Default=YES PriorityTier=1 PreemptMode=REQUEUE MaxTime=INFINITE State=UP"
echo "PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP"
} > "$W/slurm.conf.new"
cmp -s "$W/slurm.conf.new" "$W/slurm.conf" 2>/dev/null && rm "$W/slurm.conf.new" || mv "$W/slurm.conf.new" "$W/slurm.conf"
fake_gpus
export SLURM_CONF="$W/slurm.conf"

# --- optional accounting ----------------------------------------------------------------------
database_answers() { mariadb --no-defaults -S "$W/mysql/sock" -e 'select 1' >/dev/null 2>&1; }
accounting_answers() { timeout 20 sacctmgr -n list cluster >/dev/null 2>&1; }
if [ "$DB" = 1 ]; then
    if ! alive mariadbd; then
        if [ ! -d "$W/mysql/mysql" ]; then
            install -d -m 0700 -o mysql -g mysql "$W/mysql"
            mariadb-install-db --no-defaults --user=mysql --datadir="$W/mysql" --auth-root-authentication-method=normal >"$W/log/mariadb-install.log" 2>&1
        fi
        setsid mariadbd --no-defaults --user=mysql --datadir="$W/mysql" --socket="$W/mysql/sock" --skip-networking \
            --pid-file="$W/mysql/pid" --innodb-buffer-pool-size=64M >"$W/log/mariadbd.log" 2>&1 </dev/null &
        echo $! > "$W/run/mariadbd.pid"
        eventually 600 database_answers || must_come_up mariadbd "$W/log/mariadbd.log"
    fi
    cat > "$W/slurmdbd.conf" <<C
AuthType=auth/munge
AuthInfo=socket=$W/munge/sock
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=$W/jwt_hs256.key
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$DBD
CommunicationParameters=NoInAddrAny
SlurmUser=root
LogFile=$W/log/slurmdbd.log
PidFile=$W/run/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=slurm_acct_db
C
    chmod 600 "$W/slurmdbd.conf"
    # libmariadb's default socket is compiled in; MYSQL_UNIX_PORT points it at the private one.
    # slurmdbd looks for slurmdbd.conf next to $SLURM_CONF.
    if ! alive slurmdbd; then
        MYSQL_UNIX_PORT="$W/mysql/sock" slurmdbd
        eventually 300 accounting_answers || must_come_up slurmdbd "$W/log/slurmdbd.log"
        if ! sacctmgr -nP list cluster format=cluster | grep -qx "$CLUSTER"; then
            sacctmgr -i add cluster "$CLUSTER" >/dev/null
            sacctmgr -i add account lab Cluster="$CLUSTER" >/dev/null
            sacctmgr -i add qos low Priority=0 PreemptMode=requeue >/dev/null
            sacctmgr -i add qos high Priority=100 Preempt=low >/dev/null
            for u in root "$OPER" "$USR"; do sacctmgr -i add user "$u" Account=lab >/dev/null; done
            sacctmgr -i modify account lab set qos=normal,low,high >/dev/null
            sacctmgr -i modify user "$OPER" set AdminLevel=Operator >/dev/null
        fi
    fi
fi

# --- controller, node daemons, REST -----------------------------------------------------------
# Controller first: a slurmd that cannot register retries only after 10+ s.
start_controller
for i in $(seq "$NODES"); do
    alive "slurmd-n$i" && continue
    mkdir -p "$W/spool/n$i"
    "$W/bin/slurmd" -d "$W/bin/slurmstepd" -N "n$i" || must_come_up "slurmd n$i" "$W/log/slurmd-n$i.log"
done

# Loading openapi/dbv0.0.38 on a cluster without slurmdbd is fatal at start, hence the case split.
PLUGINS=openapi/v0.0.38,openapi/v0.0.37; [ "$DB" = 1 ] && PLUGINS=$PLUGINS,openapi/dbv0.0.38
start_rest "$PLUGINS"
write_env
echo "up: SLURM_CONF=$W/slurm.conf  REST http://127.0.0.1:$REST  unix $W/rest/sock  (. $W/env)"
