#!/bin/bash
# SPDX-License-Identifier: MIT
# The counting behind the last line of `./bootstrap check`: nothing that went wrong may count as passed.
. "$SUANTOP_SRCDIR/tests/e2e/tap.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

counted() { # RESULT... -> what tap-count says of one program with these results
    printf ':test-result: %s\n' "$@" >"$folder/a.trs"
    "$SUANTOP_SRCDIR/tests/tap-count" "$folder"
}

is "passes and skips are counted by case" "$(counted PASS PASS 'SKIP why')" "2 0 1"
is "a failed case counts once, not again for the exit status" "$(counted PASS FAIL ERROR)" "1 1 0"
is "a crash after passed cases is a failure" "$(counted PASS ERROR ERROR)" "1 1 0"
is "a case that passes against expectation is a failure" "$(counted XPASS)" "0 1 0"
is "an expected failure passes" "$(counted XFAIL)" "1 0 0"
printf ':global-test-result: ERROR\n' >"$folder/a.trs"
is "a program without any result is a failure" "$("$SUANTOP_SRCDIR/tests/tap-count" "$folder")" "0 1 0"
printf ':test-result: PASS\n' >"$folder/a.trs"
cp "$folder/a.trs" "$folder/b.trs"
is "programs add up" "$("$SUANTOP_SRCDIR/tests/tap-count" "$folder")" "2 0 0"

rm "$folder"/*.trs
printf ':test-result: %s\n' PASS FAIL SKIP >"$folder/a.trs"
printf '%s\n' "ok 1 - good" "not ok 2 - bad" "# 1 != 2" "FAIL: a 2 - bad" "ok 3 - after # SKIP no drive" "# later" >"$folder/a.log"
is "failures are retold with what was said of them, and skips" \
    "$(cd "$folder" && "$SUANTOP_SRCDIR/tests/tap-failures" . | tr -s ' \n' ' ')" \
    "failed: ./a.log not ok 2 - bad # 1 != 2 skipped: ./a: - after # SKIP no drive "
printf ':test-result: %s\n' PASS ERROR >"$folder/a.trs"
printf '%s\n' "ok 1 - good" "Segmentation fault" >"$folder/a.log"
is "the end of a program that died is retold" \
    "$(cd "$folder" && "$SUANTOP_SRCDIR/tests/tap-failures" . | tr -s ' \n' ' ')" \
    "failed: ./a.log | ok 1 - good | Segmentation fault "
printf ':global-test-result: ERROR\n' >"$folder/a.trs"
rm "$folder/a.log"
is "a program that left nothing is named" "$(cd "$folder" && "$SUANTOP_SRCDIR/tests/tap-failures" . | tr -s ' \n' ' ')" \
    "failed: ./a.log no log was written "
tap_done
