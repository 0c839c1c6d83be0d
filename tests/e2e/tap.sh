# SPDX-License-Identifier: MIT
# tap.sh - TAP for shell tests: source it, call ok/is/skip, end with tap_done.
tap_count=0
tap_failed=0

# ok NAME COMMAND...   passes when the command does; its output is shown when it fails
ok() {
    local name=$1 out
    shift
    tap_count=$((tap_count + 1))
    if out=$("$@" 2>&1); then
        echo "ok $tap_count - $name"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $name"
        printf '%s\n' "command: $*" "$out" | head -40 | sed 's/^/# /'
    fi
}

# is NAME GOT WANTED
is() {
    tap_count=$((tap_count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $tap_count - $1"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $1"
        printf 'got:\n%s\nwanted:\n%s\n' "$2" "$3" | head -60 | sed 's/^/# /'
    fi
}

skip() { # NAME WHY
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# wait_for SECONDS COMMAND...   until the command passes; a machine that is busy has ten times as long
wait_for() {
    local left=$(($1 * 100))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep .1
    done
}

tap_done() {
    echo "1..$tap_count"
    [ "$tap_failed" = 0 ]
}
