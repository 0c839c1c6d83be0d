#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The words of the command line that acts: what is refused and why, what is asked on a terminal and what counts as yes,
what each way of ending says and exits with, and what the audit tells afterwards."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SRC = Path(os.environ.get("SUANTOP_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("SUANTOP_BUILDDIR") or ".")
sys.path[:0] = [str(SRC / "tests/e2e"), str(SRC / "tests/fake")]

import tap  # noqa: E402
from slurmworld import World  # noqa: E402

HOME = tempfile.TemporaryDirectory(prefix="suantop-words-")
AUDIT = Path(HOME.name) / "suantop/audit.jsonl"
WORLD = World(nodes=[f"n{i}" for i in range(1, 16)], jobs={14: "RUNNING", 15: "PENDING"})
WORLD.nodes["n2"].update(state=["IDLE", "DRAIN"], reason="NHC: disk", by="root")
SOURCE = f"slurm: {{url: 'http://127.0.0.1:{WORLD.port}', insecure: true, prefer: rest, accounting: off}}"
ENV = dict(os.environ, HOME=HOME.name, XDG_STATE_HOME=HOME.name, TZ="UTC", SUDO_USER="zhao", SSH_CONNECTION="10.0.0.7 1 2 22")


def config(name, head="", centers=("hpc",), actions=""):
    path = Path(HOME.name) / f"{name}.yaml"
    lines = [f"  - {{id: {c}, {actions} sources: [{{{SOURCE}}}]}}" for c in centers]
    path.write_text(head + "centers:\n" + "\n".join(lines) + "\n")
    return str(path)


ONE, TWO = config("one"), config("two", centers=("hpc", "other"))
OFF, ARM = config("off", "actions: off\n"), config("arm", actions="actions: arm,")
ELSEWHERE = Path(HOME.name) / "open.jsonl"
ELSEWHERE.touch()
ELSEWHERE.chmod(0o666)
OPEN = config("open", f"audit: {ELSEWHERE}\n")


def suantop(*argv, path=ONE):
    words = [BUILD / "suantop", *argv, "-c", path]
    if argv[0] != "audit":
        words += ["--history", "off"]
    p = subprocess.run(words, env=ENV, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                       timeout=180)
    return p.returncode, p.stdout + p.stderr


def says(what, status, words, *argv, path=ONE, sends=0):
    before = len(WORLD.mutations())
    got, out = suantop(*argv, path=path)
    sent = len(WORLD.mutations()) - before
    return tap.ok(what, got == status and re.search(words, out) and sent == sends, f"exit {got}, {sent} sent\n{out}")


class Terminal:
    """The same with somebody at a terminal: answers = [(what is on the screen, what is typed then)]."""

    def __init__(self, *argv, answers, path=ONE):
        self.before = len(WORLD.mutations())
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(BUILD / "suantop", ["suantop", *argv, "-c", path, "--history", "off"], ENV)
        self.out, seen, until = "", 0, time.monotonic() + 180
        while time.monotonic() < until:
            if select.select([fd], [], [], 0.2)[0]:
                try:
                    self.out += os.read(fd, 65536).decode("utf-8", "replace")
                except OSError:
                    break
            if answers and answers[0][0] in self.out[seen:]:
                seen = len(self.out)
                answer = answers.pop(0)[1]
                os.kill(pid, answer) if isinstance(answer, int) else os.write(fd, answer.encode())
        self.status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.sent = len(WORLD.mutations()) - self.before
        os.close(fd)

    def check(self, what, status, words, sends):
        good = self.status == status and re.search(words, self.out) and self.sent == sends
        tap.ok(what, good, f"exit {self.status}, {self.sent} sent\n{self.out}")


def usage():
    says("drain needs a reason", 64, "needs --reason", "drain", "n1", "--yes")
    says("and a node", 64, r"suantop drain needs NODE", "drain", "--reason", "x", "--yes")
    says("an unknown node stops the whole", 64, "there is no node n99 here", "drain", "n1", "n99", "--reason", "x", "--yes")
    says("so does one of a folded set", 64, "there is no node n16 here", "drain", "n[1-16]", "--reason", "x", "--yes")
    says("a set that is not closed", 64, "host list", "drain", "n[1", "--reason", "x", "--yes")
    says("twice the same", 64, "is there already", "drain", "n1", "n[1-2]", "--reason", "x", "--yes")
    says("a reason in another script", 64, "printable ASCII", "drain", "n1", "--reason", "\u98ce\u6247", "--yes")
    says("a reason that is too long", 64, "longer than 120", "drain", "n1", "--reason", "x" * 121, "--yes")
    says("a ticket of two words", 64, "without blanks", "drain", "n1", "--reason", "x", "--ticket", "a b", "--yes")
    says("which of two centers?", 64, "which center.*hpc other", "drain", "n1", "--reason", "x", "--yes", path=TWO)
    says("none of them", 64, "no center .nope.*hpc other", "drain", "n1", "--reason", "x", "--center", "nope", path=TWO)
    says("no terminal to ask on", 64, "say --yes", "drain", "n1", "--reason", "x")
    says("an option of another verb", 64, "means nothing", "drain", "n1", "--whole-array", "--reason", "x")
    says("a job that is not there", 64, "there is no job 99 here", "hold", "99", "--yes")
    says("no job at all", 64, "is no job", "hold", "14_x", "--yes")


def refused():
    says("a reason of somebody else stays", 2, r"NHC: disk \(root\)", "drain", "n2", "--reason", "x", "--yes")
    says("and is not resumed in a set", 2, "by name it can be resumed", "resume", "n[2]", "--yes")
    says("a running job is not held", 2, "only what waits can be held", "hold", "14", "--yes")
    says("a waiting job is not requeued", 2, "waits already", "requeue", "15", "--yes")
    says("more than a fifth of a pool", 2, "more than 20 %: that needs --mass and a ticket", "drain", "n[3-8]", "--reason",
         "x", "--yes")
    says("--mass without a ticket", 2, "needs a ticket", "drain", "n[3-8]", "--reason", "x", "--yes", "--mass")
    says("actions: off", 2, "actions are off for hpc", "drain", "n1", "--reason", "x", "--yes", path=OFF)
    says("actions: arm", 2, "hpc is not armed", "drain", "n1", "--reason", "x", "--yes", path=ARM)
    says("an audit that others can write", 2, "others can write the audit", "drain", "n1", "--reason", "x", "--yes", path=OPEN)
    says("which does not hinder a look", 0, "request for n1: POST", "drain", "n1", "--reason", "x", "--dry-run", path=OPEN)
    says("a look at what would be refused", 2, "refused: ", "drain", "n2", "--reason", "x", "--dry-run")
    tap.ok("none of that is in the audit", not AUDIT.exists() or not AUDIT.read_text())


def done():
    says("some of them", 1, r"n1 drained \(accepted, confirmed\)\nn2 not drained \(left out\)", "drain", "n1", "n2",
         "--reason", "bad fan", "--ticket", "T1", "--yes", sends=1)
    tap.equal("the reason as it stands on the node", WORLD.nodes["n1"]["reason"], "suantop:T1 zhao bad fan")
    says("again: already", 2, "already drained", "drain", "n1", "--reason", "x", "--yes")
    says("and back", 0, r"n1 resumed \(accepted, confirmed\)", "resume", "n1", "--yes", sends=1)
    says("by name also what is not ours", 0, r"n2 resumed", "resume", "n2", "--yes", sends=1)
    says("--arm opens for one command", 0, r"n3 drained", "drain", "n3", "--reason", "x", "--yes", "--arm", path=ARM, sends=1)


def asked():
    for typed, words in (("n\n", "nothing was done"), ("\n", "nothing was done"), ("yes\n", "nothing was done"),
                         ("\x04", "nothing was done")):
        Terminal("drain", "n4", "--reason", "x", answers=[("[N]", typed)]).check(
            f"on a terminal {typed!r} is no", 2, words, 0)
    Terminal("drain", "n4", "--reason", "x", answers=[("[N]", signal.SIGINT)]).check(
        "Ctrl-C at the question ends it", -signal.SIGINT, "touches", 0)
    Terminal("drain", "n4", "--reason", "x", answers=[("[N]", "y\n")]).check("y is yes", 0, "n4 drained", 1)
    Terminal("resume", "n4", answers=[("[N]", "Y\n")]).check("so is Y", 0, "n4 resumed", 1)
    Terminal("cancel", "14", answers=[("type its name", "y\n")]).check("y is not enough for work", 2, "nothing was", 0)
    Terminal("hold", "15", answers=[("[N]", "y\n")]).check("a waiting job", 0, "15 held", 1)
    Terminal("drain", "n[5-6]", "--reason", "x", answers=[("how many", "3\n")]).check("a wrong count", 2, "nothing was", 0)
    Terminal("resume", "n[3]", "--reason", "x", answers=[("[N]", "y\n")]).check("what is ours, in a set", 0, "n3 resumed", 1)
    Terminal("cancel", "14", answers=[("type its name", "14\n")]).check("the name", 0, r"14 cancelled", 1)


def audited():
    text = AUDIT.read_text()
    says("the chain holds", 0, "the chain holds", "audit", "verify")
    tap.ok("who is in it", '"sudo_user":"zhao"' in text and '"ssh_client":"10.0.0.7"' in text and
           '"actor_from":"ssh 10.0.0.7"' in text, text[:2000])
    status, out = suantop("audit", "show", "-n", "2")
    tap.ok("the newest lines", status == 0 and out.count("\n") == 2 and "cancel hpc 14" in out, out)
    other = Path(HOME.name) / "copy"
    other.write_text(text.replace("bad fan", "good fan"))
    says("a changed line is told", 1, "BROKEN: line 1 was changed", "audit", "verify", str(other))
    other.write_text(text[:-10])
    says("a cut one, too", 0, "cut off by a crash", "audit", "verify", str(other))
    says("one that is not there", 66, "cannot be opened", "audit", "verify", "/nowhere/audit")
    says("a word that is none", 64, r"audit verify \[FILE\]", "audit", "mend")


usage()
refused()
done()
asked()
audited()
WORLD.close()
tap.done()
