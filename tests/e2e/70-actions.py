#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 90 s
"""Drain, resume, requeue, hold, release and cancel from the command line, over REST with commands and by commands
alone: what Slurm says afterwards, what must be refused, and an audit that tells the whole story."""
import json
import os
import re

import tap
from e2e import T, alpha, config, suantop, until


class Acting:
    """One configuration and its audit."""

    def __init__(self, cluster, name, options, head=""):
        self.c, self.name = cluster, name
        self.audit = f"{T}/{name}.audit"
        self.path = config({"alpha": {"slurm": options}}, f"{name}.yaml", f"audit: {self.audit}\nhistory: off\n{head}")
        self.expected = []  # (verb, target) in the order in which they were accepted

    def run(self, verb, *argv, yes=True):
        status, out, err = suantop(verb, *argv, "-c", self.path, "-t", "60s", *(["--yes"] if yes else []))
        return status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def does(self, what, verb, targets, *argv, lines=None):
        """The verb works on all of the targets; lines: how the program lists them."""
        lines = lines or targets
        status, out, err = self.run(verb, *targets, *argv)
        told = [line for line in out.splitlines() if re.match(r"\S+ \w+ \(accepted, confirmed\)$", line)]
        good = status == 0 and [line.split()[0] for line in told] == list(lines)
        self.expected += [(verb, t) for t in lines]
        return tap.ok(f"{self.name}: {what}: exit 0 and a line for each", good, f"{status}\n{out}\n{err}")

    def refuses(self, what, words, verb, *argv, status=2, **more):
        before = self.lines()
        got, out, err = self.run(verb, *argv, **more)
        good = got == status and re.search(words, out + err) and self.lines() == before
        return tap.ok(f"{self.name}: refused: {what}", good, f"{got}\n{out}\n{err}")

    def lines(self):
        if not os.path.exists(self.audit):
            return []
        with open(self.audit, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def verify(self):
        status, out, err = suantop("audit", "verify", self.audit)
        return status, (out + err).decode("utf-8", "replace")


def reason(c, node):
    found = re.search(r"Reason=(.*?) \[", c.run("scontrol", "-o", "show", "node", node))
    return found.group(1) if found else ""


def drained(c, node):
    return "DRAIN" in c.node(node)


def nodes(a):
    c = a.c
    a.does("drain an idle node", "drain", ["n1"], "--reason", "bad fan", "--ticket", "T-1", "--mass")
    tap.ok(f"{a.name}: scontrol says so", drained(c, "n1"), c.node("n1"))
    tap.equal(f"{a.name}: with our reason", reason(c, "n1"), "suantop:T-1 root bad fan")
    a.refuses("a node that is drained already", "already", "drain", "n1", "--reason", "again", "--mass", "--ticket", "1")
    a.does("resume it", "resume", ["n1"])
    tap.ok(f"{a.name}: it is back", not drained(c, "n1"), c.node("n1"))
    a.refuses("no reason given", "--reason", "drain", "n1", status=64)
    a.refuses("no such node", "n9", "drain", "n9", "--reason", "x", status=64)
    a.refuses("more than 20 % of a pool", "20 %", "drain", "n[1-2]", "--reason", "half of it")
    tap.ok(f"{a.name}: and none of them is out", not drained(c, "n1") and not drained(c, "n2"))
    more = ("--reason", "row 4: x\" state=resume", "--ticket", "T-2", "--mass")
    a.does("a folded set, the brake lifted by --mass and a ticket", "drain", ["n[1-2]"], *more, lines=["n1", "n2"])
    tap.equal(f"{a.name}: a quote in the reason is text", reason(c, "n2"), "suantop:T-2 root row 4: x' state=resume")
    a.does("and back", "resume", ["n[1-2]"], lines=["n1", "n2"])


def others(a):
    """What other people took out stays out, unless it is named singly."""
    c = a.c
    c.run("scontrol", "update", "nodename=n2", "state=drain", "reason=NHC: gpu lost")
    a.refuses("another's reason is not overwritten", "NHC: gpu lost", "drain", "n2", "--reason", "mine")
    tap.equal(f"{a.name}: it stands as it was", reason(c, "n2"), "NHC: gpu lost")
    a.refuses("a set brings back only what is ours", "NHC: gpu lost", "resume", "n[2-3]")
    tap.ok(f"{a.name}: still drained", drained(c, "n2"))
    a.does("named singly it comes back", "resume", ["n2"])


def waits(c, job):
    until(20, lambda: c.state(job) == "RUNNING")
    return job


def jobs(a):
    c = a.c
    run = waits(c, c.submit("-J", "long", "--mem=10"))
    held = c.submit("-J", "later", "--mem=10", "--begin=now+1hour")
    a.refuses("a running job is not held", "running", "hold", run)
    a.does("hold a waiting job", "hold", [held])
    tap.ok(f"{a.name}: it is held", "JobHeld" in c.run("scontrol", "show", "job", held))
    a.refuses("held already", "held", "hold", held)
    a.does("release it", "release", [held])
    tap.ok(f"{a.name}: it is released", "JobHeld" not in c.run("scontrol", "show", "job", held))
    a.refuses("a waiting job is not requeued", "(?i)not run|wait", "requeue", held)
    a.does("requeue a running job", "requeue", [run])
    tap.ok(f"{a.name}: it waits again", until(10, lambda: c.state(run) == "PENDING"), c.state(run))
    tap.ok(f"{a.name}: with one restart", "Restarts=1" in c.run("scontrol", "show", "job", run))
    a.does("cancel both at once", "cancel", [run, held])
    tap.equal(f"{a.name}: they are cancelled", {c.state(run), c.state(held)}, {"CANCELLED"})
    done = c.submit("-J", "short", "--mem=10", wrap="true")
    until(20, lambda: c.state(done) == "COMPLETED")
    a.refuses("finished work is never started again", "(?i)finished|done|ended|complete|no longer", "requeue", done)
    tap.equal(f"{a.name}: it stays finished", c.state(done), "COMPLETED")
    a.refuses("no such job", "999", "cancel", "999999", status=64)


def arrays(a):
    c = a.c
    array = c.submit("-J", "sweep", "--array=1-6", "--mem=10", "--begin=now+1hour")
    a.refuses("an array's bare id", "(?i)whole", "cancel", array, status=64)
    a.does("one task", "hold", [f"{array}_2"])
    text = c.run("squeue", "-h", "-a", "-r", "-j", array, "-o", "%K %r")
    tap.equal(f"{a.name}: that one alone", [t for t in text.splitlines() if "Held" in t][:9], ["2 JobHeldAdmin"])
    a.does("several tasks", "cancel", [f"{array}_[3-4]"], lines=[f"{array}_3", f"{array}_4"])
    left = c.run("squeue", "-h", "-a", "-r", "-j", array, "-o", "%K").split()
    tap.equal(f"{a.name}: the others wait on", sorted(left), ["1", "2", "5", "6"])
    status, out, err = a.run("cancel", array, "--whole-array")
    tap.ok(f"{a.name}: the whole array when that is said", status == 0, f"{status}\n{out}\n{err}")
    tap.equal(f"{a.name}: nothing of it waits", c.run("squeue", "-h", "-a", "-r", "-j", array, "-o", "%K"), "")


def dry_run(a):
    c, before = a.c, a.lines()
    status, out, err = a.run("drain", "n3", "--reason", "look only", "--dry-run", yes=False)
    tap.ok(f"{a.name}: a dry run shows the request", status == 0 and "state=drain" in out, f"{status}\n{out}\n{err}" + c.run("scontrol", "-o", "show", "nodes"))
    tap.ok(f"{a.name}: and changes nothing, writes nothing", not drained(c, "n3") and a.lines() == before)
    a.refuses("without a terminal --yes is needed", "--yes", "drain", "n3", "--reason", "x", yes=False, status=64)


def story(a):
    """Every accepted request has its intent before and its outcome after it, and the chain holds."""
    lines = a.lines()
    kinds = [(r["kind"], r["verb"], r["target"]) for r in lines]
    outcomes = [(v, t) for k, v, t in kinds if k == "outcome"]
    wanted = [x for x in a.expected]
    tap.ok(f"{a.name}: the audit has them all, in order", [x for x in outcomes if x in wanted] == wanted, f"{outcomes}\n{wanted}")
    for i, (kind, verb, target) in enumerate(kinds):
        if kind == "outcome" and ("intent", verb, target) not in kinds[:i]:
            tap.ok(f"{a.name}: an intent stands before each outcome", False, kinds)
            break
    else:
        tap.ok(f"{a.name}: an intent stands before each outcome", True)
    tap.equal(f"{a.name}: it verifies", a.verify()[0], 0)
    tap.equal(f"{a.name}: only its owner reads it", os.stat(a.audit).st_mode & 0o777, 0o600)
    with open(a.audit, "rb") as f:
        text = f.read()
    with open(a.audit, "wb") as f:
        f.write(text.replace(b"bad fan", b"bad fax", 1))
    status, words = a.verify()
    tap.ok(f"{a.name}: one changed letter is found", status == 1 and re.search(r"line \d", words), f"{status} {words}")


def ways(c):
    """What a source cannot carry, what a configuration forbids, and what cannot be written down is not done."""
    rest = {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret(), "prefer": "rest"}
    alone = Acting(c, "rest-only", rest)
    alone.refuses("drain over v0.0.38 without commands", "(?i)scontrol|command", "drain", "n1", "--reason", "x", "--mass", "--ticket", "1")
    held = c.submit("-J", "rest", "--mem=10", "--begin=now+1hour")
    alone.does("hold needs no command", "hold", [held])
    alone.does("nor does cancel", "cancel", [held])
    for word, match in (("off", "(?i)off|not allowed"), ("arm", "(?i)arm")):
        a = Acting(c, f"mode-{word}", {"conf": c.conf, "prefer": "text"}, f"actions: {word}\n")
        a.refuses(f"actions: {word}", match, "drain", "n1", "--reason", "x", "--mass", "--ticket", "1")
    armed = Acting(c, "armed", {"conf": c.conf, "prefer": "text"}, "actions: arm\n")
    armed.does("armed on purpose", "drain", ["n1"], "--reason", "x", "--mass", "--ticket", "1", "--arm")
    armed.does("and back", "resume", ["n1"], "--arm")
    nowhere = Acting(c, "nowhere", {"conf": c.conf, "prefer": "text"})
    nowhere.audit = "/proc/nowhere/audit"
    nowhere.path = config({"alpha": {"slurm": {"conf": c.conf, "prefer": "text"}}}, "nowhere.yaml", f"audit: {nowhere.audit}\n")
    status, out, err = nowhere.run("drain", "n1", "--reason", "x", "--mass", "--ticket", "1")
    tap.ok("no audit, no action", status not in (0, 1) and not drained(c, "n1"), f"{status}\n{out}\n{err}")
    full = f"{T}/full.audit"
    os.symlink("/dev/full", full)
    nowhere.path = config({"alpha": {"slurm": {"conf": c.conf, "prefer": "text"}}}, "full.yaml", f"audit: {full}\n")
    status, out, err = nowhere.run("drain", "n1", "--reason", "x", "--mass", "--ticket", "1")
    tap.ok("an audit on a link to a device is refused", status not in (0, 1) and not drained(c, "n1"), f"{status}\n{out}\n{err}")


def main():
    c = alpha()
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    both = {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret(), "prefer": "rest",
            "command": f"env SLURM_CONF={c.conf}"}
    for name, options in (("rest", both), ("text", {"conf": c.conf, "prefer": "text"})):
        a = Acting(c, name, options)
        nodes(a)
        others(a)
        jobs(a)
        arrays(a)
        dry_run(a)
        story(a)
    ways(c)


if __name__ == "__main__":
    tap.run(main)
