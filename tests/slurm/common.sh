#!/bin/bash
# SPDX-License-Identifier: MIT
# common.sh - what up.sh, emulate.sh and down.sh share; to be sourced. Nothing happens until one of its functions is
# called. They use: W work folder, CTLD and REST ports, OPER and USR users, CLUSTER its name, GPUS per node.
export PATH=$PATH:/usr/sbin

need_root() { # WHY
    [ "$(id -u)" = 0 ] || { echo "${0##*/}: needs root ($1)" >&2; exit 1; }
}
need() { # COMMAND...
    local c
    for c; do
        command -v "$c" >/dev/null || { echo "${0##*/}: $c is not installed" >&2; exit 1; }
    done
}
running() { # PID; a zombie is gone
    kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}
alive() { # NAME of a daemon
    [ -s "$W/run/$1.pid" ] && running "$(cat "$W/run/$1.pid")"
}
eventually() { # TENTHS of a second at the most, COMMAND...
    local tenths=$1; shift
    while [ "$tenths" -gt 0 ]; do
        "$@" && return
        tenths=$((tenths - 1)); sleep .1
    done
    "$@"
}
must_come_up() { # WHAT, LOG..., as the last command failed
    local what=$1; shift
    echo "$what did not come up:"; tail -n 3 "$@"
    exit 1
}

make_users() {
    local u
    flock 8 # another cluster may come up at this moment
    for u in "$OPER" "$USR"; do
        # password "*": no password login, yet not "locked", so ssh keys work
        id "$u" >/dev/null 2>&1 || {
            useradd --system --create-home --home-dir "/var/tmp/$u" --shell /bin/bash "$u"
            usermod -p "*" "$u"
        }
        install -d -m 0755 -o "$u" -g "$u" "/var/tmp/$u"
    done
} 8<"${BASH_SOURCE[0]}"

# Own symlinks: installing slurm-wlm-emulator flips the slurmctld/slurmd/slurmstepd alternatives to front-end
# builds that cannot work (see emulate.sh), and calling /usr/sbin/slurmctld-wlm directly is a trap: Slurm
# decides "am I slurmctld/slurmd" by argv[0], under another name GRES and tokens silently do not work.
make_folders() {
    local d
    mkdir -p "$W"/{run,log,state,munge,spool,dev,bin}; chmod 755 "$W" "$W"/run "$W"/log "$W"/munge
    install -d -m 0755 -o "$OPER" -g "$OPER" "$W/rest"
    for d in slurmctld slurmd slurmstepd; do ln -sfn "/usr/sbin/$d-wlm" "$W/bin/$d"; done
}

# munge: own daemon, own key, own socket (never touches /etc/munge).
start_munge() { # THREADS
    [ -s "$W/munge/key" ] || { head -c 1024 /dev/urandom > "$W/munge/key"; chmod 400 "$W/munge/key"; }
    alive munged || munged --key-file="$W/munge/key" --socket="$W/munge/sock" --pid-file="$W/run/munged.pid" \
        --log-file="$W/log/munged.log" --seed-file="$W/munge/seed" --num-threads="$1"
}

# JWT: any >=16 random bytes is an HS256 key; must be readable by slurmctld (SlurmUser), and NOT by slurmrestd:
# slurmrestd only forwards the token.
make_token_key() {
    [ -s "$W/jwt_hs256.key" ] || { head -c 32 /dev/urandom > "$W/jwt_hs256.key"; chmod 600 "$W/jwt_hs256.key"; }
}

# gres.conf: gres/gpu needs File= (a bare Count= makes slurmd report 0 GPUs -> node INVAL+DRAIN "gres/gpu
# count reported lower than configured (0 < 4)"). slurmd only stat()s the file: plain empty files will do
# as long as task/cgroup does not constrain devices.
fake_gpus() {
    local i
    for i in $(seq 0 $((GPUS-1))); do : >> "$W/dev/gpu$i"; done
    echo "AutoDetect=off
Name=gpu Type=h200 File=$W/dev/gpu[0-$((GPUS-1))]" > "$W/gres.conf"
    # Nothing here uses cgroups, yet slurmd starts the plugin that it detects, and for v2 that wants systemd. The
    # one for v1 touches nothing until it is used, so it comes up in any container.
    echo "CgroupPlugin=cgroup/v1" > "$W/cgroup.conf"
}

# The part of slurm.conf that is so on every cluster here.
common_conf() {
    cat <<C
ClusterName=$CLUSTER
SlurmctldHost=$(hostname -s)(127.0.0.1)
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
SlurmctldLogFile=$W/log/slurmctld.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
# pretend hardware: without config_overrides slurmd's real cpu count would mark the node INVAL/DRAIN
SlurmdParameters=config_overrides
C
}

controller_answers() { scontrol ping 2>/dev/null | grep -q UP; }
start_controller() {
    alive slurmctld || "$W/bin/slurmctld"
    eventually 600 controller_answers || must_come_up slurmctld "$W/log/slurmctld.log"
}

# slurmrestd refuses to run as root or SlurmUser. TWO processes, because in 22.05 the environment variable
# SLURM_JWT decides how the whole process talks to slurmctld: set (any value, "daemon" by custom) -> only
# rest_auth/jwt can work ("Rejecting thread config token" + HTTP 401 otherwise); unset -> auth/munge as the
# uid slurmrestd runs under, only rest_auth/local can work. rest_auth/local needs a unix socket whose peer
# is that same uid, or root.
start_one_rest() { # NAME, PLUGINS, environment assignment or nothing, AUTH, where to listen
    alive "$1" && return
    setpriv --reuid "$OPER" --regid "$OPER" --init-groups env -i PATH="$PATH" HOME="/var/tmp/$OPER" \
        SLURM_CONF="$SLURM_CONF" $3 setsid slurmrestd -s "$2" -a "$4" "$5" >>"$W/log/$1.log" 2>&1 </dev/null &
    echo $! > "$W/run/$1.pid"
}
rest_answers() { curl -s -o /dev/null "http://127.0.0.1:$REST/" && [ -S "$W/rest/sock" ]; }
start_rest() { # PLUGINS
    start_one_rest slurmrestd-tcp "$1" SLURM_JWT=daemon rest_auth/jwt "127.0.0.1:$REST"
    alive slurmrestd-unix || rm -f "$W/rest/sock"     # a left-over socket file would make bind() fail
    start_one_rest slurmrestd-unix "$1" "" rest_auth/local "unix:$W/rest/sock"
    eventually 600 rest_answers || must_come_up slurmrestd "$W"/log/slurmrestd-*.log
}

write_env() {
    cat > "$W/env" <<C
export SLURM_CONF=$W/slurm.conf
export URL=http://127.0.0.1:$REST SOCK=$W/rest/sock OPER=$OPER USR=$USR CLUSTER=$CLUSTER
# lifespan in seconds; default without it is 1800
token_of() { (unset SLURM_JWT; scontrol token username="\$1" lifespan=86400 | sed s/SLURM_JWT=//); }
export TOKEN=\$(token_of root) UTOKEN=\$(token_of $USR) OTOKEN=\$(token_of $OPER)
# rest PATH [curl args]       over TCP as root;   restu PATH: over the unix socket
rest()  { local p=\$1; shift; curl -sS -H "X-SLURM-USER-NAME: root" -H "X-SLURM-USER-TOKEN: \$TOKEN" "\$@" "\$URL\$p"; }
restu() { local p=\$1; shift; curl -sS --unix-socket "\$SOCK" "\$@" "http://localhost\$p"; }
C
}
