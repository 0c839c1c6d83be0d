#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 30 s
"""Slurm commands that lie, stall or talk too much. Each case is a folder of commands that spoil what the real ones say."""
import os
import shutil
import time

import compare
import tap
from e2e import T, Dashboard, alpha, config, snapshot, source, until
from hostile import PAYLOADS, clean_utf8, is_harmless, strings

REAL = '"$real" "$@"'
# name: (shell, what must be: "whole" = all rows as Slurm says them; "error" = the source says why; "any" = it lives)
CASES = {
    "as they are": (REAL, "whole"),
    "exit 1 without a word": ("exit 1", "error"),
    "exit 127": ("nothere", "error"),
    "exit 0 without a word": ("exit 0", "error"),
    "exit 1 after the whole answer": (f"{REAL}; exit 1", "error"),
    "ends itself with SIGKILL": ("kill -9 $$", "error"),
    "stops after half the answer": (f"{REAL} | head -c 300; kill -9 $$", "error"),
    "stderr full of escapes": (r"printf '\033[2J\033]52;c;cm0=\a\302\233m\377 oops\n' >&2; exit 1", "error"),
    "stderr of 2 MB": ("yes 0123456789 | head -c 2000000 >&2; exit 1", "error"),
    "stderr of 2 MB and a good answer": (f"yes 0123456789 | head -c 2000000 >&2; {REAL}", "whole"),
    "a login banner first": (f"echo 'Welcome to login01!'; echo '*** maintenance on Friday ***'; {REAL}", "whole"),
    "a banner on stderr": (f"echo 'Welcome to login01!' >&2; {REAL}", "whole"),
    "a farewell": (f"{REAL}; echo 'Bye | bye'", "whole"),
    "CRLF": (f"{REAL} | sed 's/$/\\r/'", "any"),
    "asks a question": ("printf 'Password: '; read -r x; exit 1", "error"),
    "everything twice": (f"{REAL}; {REAL}", "any"),
    "only blanks": ("printf '   \\n \\n'", "error"),
    "NUL bytes": ("head -c 5000 /dev/zero", "error"),
    "random bytes": ("head -c 300000 /dev/urandom", "any"),
    "lines upside down": (f"{REAL} | tac", "any"),
    "a line of 50 MB": (f"{REAL}; head -c 50000000 /dev/zero | tr '\\0' x", "any"),
    "endless": ("yes 'NodeName=x State=IDLE'", "error"),
    "an endless line": ("cat /dev/zero", "error"),
    "HTML": ("echo '<html><body>Sign in</body></html>'", "error"),
    "JSON": ("echo '{\"jobs\":[]}'", "error"),
    "no delimiters": (f"{REAL} | tr -d '|='", "any"),
    "every digit a 9": (f"{REAL} | tr 0-8 9", "any"),
    "signs before numbers": (f"{REAL} | sed 's/=\\([0-9]\\)/=-\\1/g'", "any"),
    "huge numbers": (f"{REAL} | sed 's/=\\([0-9]\\)/=\\10000000000000000000000000/g'", "any"),
    "all lower case": (f"{REAL} | tr A-Z a-z", "any"),
    "escapes between words": (f"{REAL} | sed 's/ / \\x1b[2J/g'", "any"),
    "a grandchild keeps the pipe": (f"{REAL}; sleep 300 &", "any"),
    "a thousand grandchildren": ("for i in $(seq 300); do sleep 20 & done; exit 1", "error"),
}
for cut in range(1, 1000, 131):
    CASES[f"cut off at byte {cut}"] = (f"{REAL} | head -c {cut}", "any")
for seed in range(8):
    # A deterministic drunk: every so often a byte becomes another.
    program = f"import sys,random; r=random.Random({seed}); b=bytearray(sys.stdin.buffer.read())\nfor _ in range(len(b)//200+1):\n  b and b.__setitem__(r.randrange(len(b)), r.randrange(256))\nsys.stdout.buffer.write(b)"
    CASES[f"bytes changed, seed {seed}"] = (f"{REAL} | python3 -c '{program}'", "any")
SLOW = {
    "hangs": "exec sleep 300",
    "hangs deaf": "trap '' TERM INT HUP; sleep 300; sleep 300",
    "drips": f"{REAL} | while read -r l; do echo \"$l\"; sleep 2; done",
    "half, then hangs": f"{REAL} | head -c 200; exec sleep 300",
}


def folder(number, body):
    """A folder in which each Slurm command is the spoiled one."""
    path = f"{T}/bin{number}"
    os.mkdir(path)
    for command in "squeue", "scontrol", "sdiag", "sinfo":
        with open(f"{path}/{command}", "w") as f:
            f.write(f"#!/bin/bash\nreal={shutil.which(command)}\n{body}\n")
        os.chmod(f"{path}/{command}", 0o755)
    return path


def sources(c, cases, first):
    return {
        f"c{i}": {"slurm": {"conf": c.conf, "bin_dir": folder(i, body), "prefer": "text"}}
        for i, body in enumerate(cases, first)
    }


def check(c, truth, doc, center, name, want):
    said = source(doc, center)
    harmless = all(
        is_harmless(s)
        for r in doc["jobs"] + doc["nodes"] + doc["sources"]
        if r["center"] == center
        for _, s in strings(r)
    )
    if want == "whole":
        tap.none(
            f"{name}: all as Slurm says it",
            compare.differences(truth, doc, center, text=True) + ([] if said["state"] == "ok" else [said]),
        )
    elif want == "error":
        tap.ok(
            f"{name}: the source says what is wrong",
            said["state"] != "ok" and said["error_code"] and len(said["error"]) > 8,
            said,
        )
    else:
        tap.ok(f"{name}: taken or refused with a word", said["state"] == "ok" or said["error"], said)
    tap.ok(f"{name}: nothing harmful in its rows", harmless)


def main():
    c = alpha()
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    c.submit("-J", "one", "--gres=gpu:2", "--mem=100")
    c.submit("-J", "many", "--array=0-9%2", "--mem=100")
    until(15, lambda: len(c.run("squeue", "-h", "-t", "R", "-o", "%A").split()) == 3)
    c.run("scontrol", "update", "nodename=n4", "state=drain", "reason=ticket 4711")
    truth = compare.truth(c.env)
    good = {"good": {"slurm": {"conf": c.conf, "prefer": "text"}}}
    status, doc, err = snapshot(
        "-c", config({**sources(c, [b for b, _ in CASES.values()], 0), **good}), "--timeout", "120s"
    )
    tap.ok(f"lives through {len(CASES)} such clusters", status == 3 and doc, f"{status} {err}")
    for i, (name, (_, want)) in enumerate(CASES.items()):
        doc and check(c, truth, doc, f"c{i}", name, want)
    tap.none("the good one beside them is whole", doc and compare.differences(truth, doc, "good", text=True))
    tap.ok("no command is left running", until(5, lambda: not left()), left())

    slow = config({**sources(c, SLOW.values(), 1000), **good}, "slow.yaml")
    started = time.monotonic()
    status, doc, err = snapshot("-c", slow, "--timeout", "8s")
    took = time.monotonic() - started
    tap.ok("commands that hang: in time", status == 3 and took < 60, f"{status} {took:.1f} s {err}")
    tap.none("the good one is whole", doc and compare.differences(truth, doc, "good", text=True))
    tap.ok("they are gone when it is over", until(5, lambda: not left()), left())
    ui = Dashboard("-c", slow, "--view", "sources", size=(160, 50))
    tap.ok("hanging commands on the screen: the good one is there", ui.wait("good.* ok ", 15), ui.text())
    tap.ok("and their time-out is told", ui.wait("(?i)c1000.*(time|answer|s\\b)", 25), ui.text())
    started = time.monotonic()
    tap.equal("it ends at once all the same", ui.quit(), 0)
    tap.ok("and does not wait for what hangs", time.monotonic() - started < 20)
    tap.none(
        "nothing harmful on the terminal",
        [p for p in PAYLOADS if p in ui.raw] + ([] if clean_utf8(ui.raw) else ["bad bytes"]),
    )
    tap.ok("nothing is left running", until(5, lambda: not left()), left())


def left():
    """Processes that work in the spoiled folders (a grandchild that fled into its own session is not ours to chase)."""
    out = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if f"{T}/bin" in line:
            out.append(f"{pid} {line}")
    return "\n".join(out)


if __name__ == "__main__":
    tap.run(main)
