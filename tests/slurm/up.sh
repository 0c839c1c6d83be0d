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
HOST=$(hostname -s)
CTLD=$PORT; REST=$((PORT+90)); DBD=$((PORT+91))
OPER=${OPER:-suanop}                # a non-root "operator" user, also runs slurmrestd
USR=${USR:-suanusr}                 # an ordinary user
CLUSTER=${CLUSTER:-mini}
DB=${DB:-0}
PREEMPT=${PREEMPT:-partition_prio}  # or qos (needs DB=1)

[ "$(id -u)" = 0 ] || { echo "up.sh: needs root (slurmd starts tasks as other users)" >&2; exit 1; }
for c in munged slurmctld slurmd slurmrestd scontrol curl setpriv; do
    PATH=$PATH:/usr/sbin command -v $c >/dev/null || { echo "up.sh: $c is not installed" >&2; exit 1; }
done
export PATH=$PATH:/usr/sbin
for u in "$OPER" "$USR"; do
    # password "*": no password login, yet not "locked", so ssh keys work
    id "$u" >/dev/null 2>&1 || {
        useradd --system --create-home --home-dir "/var/tmp/$u" --shell /bin/bash "$u"
        usermod -p "*" "$u"
    }
    install -d -m 0755 -o "$u" -g "$u" "/var/tmp/$u"
done
mkdir -p "$W"/{run,log,state,munge,spool}; chmod 755 "$W" "$W"/run "$W"/log "$W"/munge
install -d -m 0755 -o "$OPER" -g "$OPER" "$W/rest"

alive() { # a zombie is not
    local p
    [ -s "$W/run/$1.pid" ] && p=$(cat "$W/run/$1.pid") && kill -0 "$p" 2>/dev/null &&
        ! grep -q '^State:.Z' "/proc/$p/status" 2>/dev/null
}

# --- munge: own daemon, own key, own socket (never touches /etc/munge) -----------------------
[ -s "$W/munge/key" ] || { head -c 1024 /dev/urandom > "$W/munge/key"; chmod 400 "$W/munge/key"; }
alive munged || munged --key-file="$W/munge/key" --socket="$W/munge/sock" \
    --pid-file="$W/run/munged.pid" --log-file="$W/log/munged.log" --seed-file="$W/munge/seed" --num-threads=2

# --- JWT: any >=16 random bytes is an HS256 key; must be readable by slurmctld (SlurmUser), and
#     NOT by slurmrestd: slurmrestd only forwards the token.
[ -s "$W/jwt_hs256.key" ] || { head -c 32 /dev/urandom > "$W/jwt_hs256.key"; chmod 600 "$W/jwt_hs256.key"; }

# --- slurm.conf -------------------------------------------------------------------------------
{
cat <<C
ClusterName=$CLUSTER
SlurmctldHost=$HOST(127.0.0.1)
SlurmctldPort=$CTLD
SlurmUser=root
SlurmdUser=root
# bind to 127.0.0.1 only (default is 0.0.0.0)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=$W/munge/sock
CredType=cred/munge
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=$W/jwt_hs256.key
StateSaveLocation=$W/state
SlurmdSpoolDir=$W/spool/%n
SlurmctldPidFile=$W/run/slurmctld.pid
SlurmdPidFile=$W/run/slurmd-%n.pid
SlurmctldLogFile=$W/log/slurmctld.log
SlurmdLogFile=$W/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
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
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PreemptType=preempt/$PREEMPT
PreemptMode=REQUEUE
GresTypes=gpu
Licenses=matlab:10,ansys:2
# pretend hardware: without config_overrides slurmd's real cpu count would mark the node INVAL/DRAIN
SlurmdParameters=config_overrides
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
# gres.conf: gres/gpu needs File= (a bare Count= makes slurmd report 0 GPUs -> node INVAL+DRAIN "gres/gpu
# count reported lower than configured (0 < 4)"). slurmd only stat()s the file: plain empty files will do
# as long as task/cgroup does not constrain devices.
mkdir -p "$W/dev"; for i in $(seq 0 $((GPUS-1))); do : >> "$W/dev/gpu$i"; done
echo "AutoDetect=off
Name=gpu Type=h200 File=$W/dev/gpu[0-$((GPUS-1))]" > "$W/gres.conf"
# Nothing here uses cgroups, yet slurmd starts the plugin that it detects, and for v2 that wants systemd. The
# one for v1 touches nothing until it is used, so it comes up in any container.
echo "CgroupPlugin=cgroup/v1" > "$W/cgroup.conf"
export SLURM_CONF="$W/slurm.conf"

# --- optional accounting ----------------------------------------------------------------------
if [ "$DB" = 1 ]; then
    if ! alive mariadbd; then
        if [ ! -d "$W/mysql/mysql" ]; then
            install -d -m 0700 -o mysql -g mysql "$W/mysql"
            mariadb-install-db --no-defaults --user=mysql --datadir="$W/mysql" --auth-root-authentication-method=normal >"$W/log/mariadb-install.log" 2>&1
        fi
        setsid mariadbd --no-defaults --user=mysql --datadir="$W/mysql" --socket="$W/mysql/sock" --skip-networking \
            --pid-file="$W/mysql/pid" --innodb-buffer-pool-size=64M >"$W/log/mariadbd.log" 2>&1 </dev/null &
        echo $! > "$W/run/mariadbd.pid"
        for _ in $(seq 600); do mariadb --no-defaults -S "$W/mysql/sock" -e 'select 1' >/dev/null 2>&1 && break; sleep .1; done
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
        for _ in $(seq 100); do timeout 20 sacctmgr -n list cluster >/dev/null 2>&1 && break; sleep .3; done
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
# Own symlinks: installing slurm-wlm-emulator flips the slurmctld/slurmd/slurmstepd alternatives to front-end
# builds that cannot work (see emulate.sh), and calling /usr/sbin/slurmctld-wlm directly is a trap: Slurm
# decides "am I slurmctld/slurmd" by argv[0], under another name GRES and tokens silently do not work.
mkdir -p "$W/bin"; for d in slurmctld slurmd slurmstepd; do ln -sfn "/usr/sbin/$d-wlm" "$W/bin/$d"; done
# Controller first: a slurmd that cannot register retries only after 10+ s.
alive slurmctld || "$W/bin/slurmctld"
for _ in $(seq 600); do scontrol ping 2>/dev/null | grep -q UP && break; sleep .1; done
scontrol ping | grep -q UP || { echo "slurmctld did not come up:"; tail -3 "$W/log/slurmctld.log"; exit 1; }
for i in $(seq "$NODES"); do
    alive "slurmd-n$i" && continue
    mkdir -p "$W/spool/n$i"
    "$W/bin/slurmd" -d "$W/bin/slurmstepd" -N "n$i" ||
        { echo "slurmd n$i did not come up:"; tail -3 "$W/log/slurmd-n$i.log"; exit 1; }
done

# slurmrestd refuses to run as root or SlurmUser. TWO processes, because in 22.05 the environment variable
# SLURM_JWT decides how the whole process talks to slurmctld: set (any value, "daemon" by custom) -> only
# rest_auth/jwt can work ("Rejecting thread config token" + HTTP 401 otherwise); unset -> auth/munge as the
# uid slurmrestd runs under, only rest_auth/local can work. rest_auth/local needs a unix socket whose peer
# is that same uid, or root.
# Loading openapi/dbv0.0.38 on a cluster without slurmdbd is fatal at start, hence the case split.
PLUGINS=openapi/v0.0.38,openapi/v0.0.37; [ "$DB" = 1 ] && PLUGINS=$PLUGINS,openapi/dbv0.0.38
restd() { # name, env assignment or -u, auth, listen
    alive "$1" && return
    setpriv --reuid "$OPER" --regid "$OPER" --init-groups env -i PATH="$PATH" HOME="/var/tmp/$OPER" \
        SLURM_CONF="$SLURM_CONF" $2 setsid slurmrestd -s "$PLUGINS" -a "$3" "$4" >>"$W/log/$1.log" 2>&1 </dev/null &
    echo $! > "$W/run/$1.pid"
}
restd slurmrestd-tcp SLURM_JWT=daemon rest_auth/jwt "127.0.0.1:$REST"
alive slurmrestd-unix || rm -f "$W/rest/sock"     # a left-over socket file would make bind() fail
restd slurmrestd-unix "" rest_auth/local "unix:$W/rest/sock"
answers() { curl -s -o /dev/null "http://127.0.0.1:$REST/" && [ -S "$W/rest/sock" ]; }
for _ in $(seq 600); do answers && break; sleep .1; done
answers || { echo "slurmrestd did not come up:"; tail -3 "$W"/log/slurmrestd-*.log; exit 1; }
cat > "$W/env" <<C
export SLURM_CONF=$W/slurm.conf
export URL=http://127.0.0.1:$REST SOCK=$W/rest/sock OPER=$OPER USR=$USR CLUSTER=$CLUSTER
# lifespan in seconds; default without it is 1800
export TOKEN=\$(SLURM_JWT= ; unset SLURM_JWT; scontrol token username=root lifespan=86400 | sed s/SLURM_JWT=//)
export UTOKEN=\$(unset SLURM_JWT; scontrol token username=$USR lifespan=86400 | sed s/SLURM_JWT=//)
export OTOKEN=\$(unset SLURM_JWT; scontrol token username=$OPER lifespan=86400 | sed s/SLURM_JWT=//)
# rest PATH [curl args]       over TCP as root;   restu PATH: over the unix socket
rest()  { local p=\$1; shift; curl -sS -H "X-SLURM-USER-NAME: root" -H "X-SLURM-USER-TOKEN: \$TOKEN" "\$@" "\$URL\$p"; }
restu() { local p=\$1; shift; curl -sS --unix-socket "\$SOCK" "\$@" "http://localhost\$p"; }
C
echo "up: SLURM_CONF=$W/slurm.conf  REST http://127.0.0.1:$REST  unix $W/rest/sock  (. $W/env)"
