#!/bin/bash
# SPDX-License-Identifier: MIT
# takes 8 s
# With no configuration and with wrong ones: what a new user meets first.
. "$SUANTOP_SRCDIR/tests/e2e/tap.sh"
. "$ALPHA/env"
json() { python3 -c "import json,sys; d=json.load(open(sys.argv[1])); print($2)" "$1"; }
exits() { # STATUS COMMAND...
    local want=$1 got=0
    shift
    "$@" >"$T/out" 2>"$T/err" || got=$?
    cat "$T/out" "$T/err"
    [ "$got" = "$want" ]
}
says() { grep -qF -- "$1" "$T/err"; }
nodes_idle() { [ "$(sinfo -h -p low -t idle -o %D)" = 4 ]; }
wait_for 20 nodes_idle

# Found by looking around: SLURM_CONF and PATH are all there is.
bare() { env -i PATH="$PATH" SLURM_CONF="$SLURM_CONF" HOME="$T" TZ=UTC "$@"; }
ok "snapshot without a configuration is complete" exits 0 bare "$SUANTOP" snapshot -t 60s -f json -o "$T/zero.json"
is "it finds the cluster under its own name" "$(json "$T/zero.json" '[c["id"] for c in d["centers"]][0]')" alpha
ok "it says what squeue and scontrol say" python3 "$SUANTOP_SRCDIR/tests/e2e/compare.py" "$T/zero.json" alpha
is "this machine is there too" "$(json "$T/zero.json" '"local" in [c["id"] for c in d["centers"]]')" True
is "the file is nobody else's to write" "$(stat -c %A "$T/zero.json" | cut -c9)" -
ok "with closed streams and no HOME" exits 0 sh -c \
    'env -i PATH="$PATH" SLURM_CONF="$SLURM_CONF" "$SUANTOP" snapshot -t 60s -f json -o "$T/closed.json" <&- >&- 2>&-'
for format in json ndjson csv text; do
    ok "format $format" exits 0 bare "$SUANTOP" snapshot -t 60s -f $format
    ok "format $format has no escape in it" sh -c '! grep -q "$(printf "\033")" "$T/out" && [ -s "$T/out" ]'
done
ok "check says OK" exits 0 bare "$SUANTOP" check -t 60s
ok "check is one line with perfdata" sh -c '[ "$(wc -l <"$T/out")" = 1 ] && grep -q "^OK .*|" "$T/out"'
check() { exits "$1" bare "$SUANTOP" check -t 60s -C alpha "${@:2}"; }
scontrol update nodename=n4 state=drain reason="ticket 4711"
ok "check: a quarter of the nodes out is a WARNING" check 1
ok "check: and OK where that is allowed" check 0 --warn-out 30
scontrol update nodename=n3 state=down reason="PSU"
ok "check: half of them is CRITICAL" check 2
ok "check: says which center and why" grep -qE '^CRITICAL.*alpha.*(out|drain|down)' "$T/out"
scontrol update nodename=n[3-4] state=resume
answering() { ! sinfo -h -o %t | grep -qv '^idle$'; }
wait_for 30 answering
setpriv --reuid "$USR" --regid "$USR" --init-groups env HOME=/tmp sbatch -H -D / -o /dev/null --array=1-7 --wrap true >/dev/null
sbatch -D / -o /dev/null --begin=now+1hour --array=1-7 --wrap true >/dev/null
ok "check: a long queue is a WARNING when asked for" check 1 --warn-queued 5
ok "check: and CRITICAL" check 2 --warn-queued 2 --crit-queued 6
ok "check: otherwise OK" check 0
scancel -u "$USR"; scancel -u root
ok "check: no such center is UNKNOWN" exits 3 bare "$SUANTOP" check -t 60s -C nowhere
ok "doctor finds nothing wrong" exits 0 bare "$SUANTOP" doctor -t 60s
ok "doctor names what it found" grep -q 'alpha' "$T/out"
ok "without a terminal the dashboard refuses" exits 64 bare "$SUANTOP"
ok "and points at snapshot" says "suantop snapshot"
ok "help" exits 0 "$SUANTOP" --help
ok "version" exits 0 "$SUANTOP" --version

# Where there is nothing.
ok "neither Slurm nor configuration: this machine only" exits 0 env -i PATH=/proc/nonexistent HOME="$T" "$SUANTOP" snapshot -f json
is "and no cluster is made up" "$(json "$T/out" 'len(d["centers"])')" 1

# A wrong configuration: file, line, accepted words, exit 64.
wrong() { # NAME LINE WORD, the text on stdin
    cat >"$T/wrong.yaml"
    ok "$1: exit 64" exits 64 "$SUANTOP" snapshot -c "$T/wrong.yaml"
    ok "$1: names file and line" says "wrong.yaml:$2:"
    ok "$1: says \"$3\"" says "$3"
}
source='sources: [{slurm: {url: "https://x:6820"}}]'
wrong "unknown kind" 3 "intelligent super general" < <(printf 'centers:\n  - id: a\n    kind: huge\n    %s\n' "$source")
wrong "unknown key" 3 "accepted here" < <(printf 'centers:\n  - id: a\n    knid: super\n    %s\n' "$source")
wrong "bad duration" 1 "250ms" < <(printf 'refresh: often\ncenters:\n  - id: a\n    %s\n' "$source")
wrong "bad URL" 5 "https://" < <(printf 'centers:\n  - id: a\n    sources:\n      - slurm:\n          url: "ftp://x"\n')
wrong "token in clear" 5 "insecure: true" < <(printf 'centers:\n  - id: a\n    sources:\n      - slurm:\n          url: "http://x:1"\n')
wrong "token in the file" 5 "token_file" < <(printf 'centers:\n  - id: a\n    sources:\n      - slurm:\n          token: "eyJ"\n')
wrong "unknown collector" 4 "slurm" < <(printf 'centers:\n  - id: a\n    sources:\n      - slrum: {url: "https://x"}\n')
wrong "same id twice" 4 "two centers" < <(printf 'centers:\n  - id: a\n    %s\n  - id: a\n    %s\n' "$source" "$source")
wrong "bad id" 2 "letters, digits" < <(printf 'centers:\n  - id: "a b/c"\n    %s\n' "$source")
wrong "bad indentation" 3 "" < <(printf 'centers:\n  - id: a\n   kind: super\n')
wrong "centers is a number" 1 "centers" < <(printf 'centers: 7\n')
wrong "an alias" 3 "" < <(printf 'centers:\n  - id: a\n    x: &x [*x]\n')
ok "no such file: exit 66" exits 66 "$SUANTOP" snapshot -c "$T/nowhere.yaml"
ok "a directory: exit 66" exits 66 "$SUANTOP" snapshot -c "$T"
ok "unknown command: exit 64" exits 64 "$SUANTOP" snapshoot
ok "and the words there are" says "snapshot check"
ok "unknown option: exit 64" exits 64 "$SUANTOP" snapshot --formt json
ok "unknown format: exit 64" exits 64 bare "$SUANTOP" snapshot -t 60s -f xml
ok "and the formats" says ndjson
ok "unknown center: exit 64" exits 64 bare "$SUANTOP" snapshot -C nowhere
ok "check with a wrong configuration is UNKNOWN" exits 3 "$SUANTOP" check -c "$T/wrong.yaml"
ok "and says so on its one line" grep -q '^UNKNOWN' "$T/out"

# Output that cannot be written leaves what was there.
mkdir -p "$T/full"
if mount -t tmpfs -o size=8k tmpfs "$T/full" 2>/dev/null; then
    echo old >"$T/full/out.json"
    ok "disk full: exit 73" exits 73 bare "$SUANTOP" snapshot -t 60s -f json -o "$T/full/out.json"
    is "disk full: the old file stays" "$(cat "$T/full/out.json")" old
    is "disk full: nothing is left over" "$(ls -A "$T/full")" out.json
    umount "$T/full"
else
    skip "disk full" "no right to mount a tmpfs"
fi
ok "output into a missing directory: exit 73" exits 73 bare "$SUANTOP" snapshot -t 60s -f json -o "$T/no/where.json"
ok "standard output full: not 0" sh -c '! env -i PATH="$PATH" SLURM_CONF="$SLURM_CONF" "$SUANTOP" snapshot -f json >/dev/full 2>"$T/err"'
ok "a reader that goes away is no crash" sh -c 'env -i PATH="$PATH" SLURM_CONF="$SLURM_CONF" "$SUANTOP" snapshot -f json | head -c 10 >/dev/null'
ln -s "$T/zero.json" "$T/link.json"
ok "a symbolic link is not written through: exit 73" exits 73 bare "$SUANTOP" snapshot -t 60s -f json -o "$T/link.json"
tap_done
