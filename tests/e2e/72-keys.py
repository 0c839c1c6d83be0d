#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 95 s
"""Every verb from the keyboard: what is asked before it, what is refused, what Slurm says afterwards, and that nothing
leaves for a target that the operator did not mean: rows that move, work that ends, and colleagues who are quicker."""
import json
import os
import random
import re
import time

import tap
from e2e import T, Dashboard, alpha, config, suantop, until

QUICK = {"nodes_interval": "1s", "jobs_interval": "1s", "diag_interval": "2s", "misc_interval": "2s"}
SLOW = {"nodes_interval": "600s", "jobs_interval": "600s", "diag_interval": "600s", "misc_interval": "600s"}
SHIM = """#!/bin/sh
# Writes down what is asked of Slurm; while a file says so a read of a node takes its time.
echo "$*" >>{log}
n=0
case "$*" in *"show node"*) while [ -e {wait} ] && [ $n -lt 80 ]; do sleep 0.1; n=$((n + 1)); done ;; esac
exec env SLURM_CONF={conf} "$@"
"""


class Desk:
    """A dashboard, its audit, and what it asked of Slurm."""

    def __init__(self, c, name, options, *argv, head="", size=(120, 36)):
        self.c, self.name = c, name
        self.audit, self.log, self.slow = (f"{T}/{name}.{x}" for x in ("audit", "log", "slow"))
        shim = f"{T}/{name}.shim"
        with open(shim, "w") as f:
            f.write(SHIM.format(log=self.log, wait=self.slow, conf=c.conf))
        os.chmod(shim, 0o755)
        open(self.log, "w").close()
        options = {**options, "command": shim}
        self.path = config({"alpha": {"slurm": options}}, f"{name}.yaml", f"audit: {self.audit}\nhistory: off\n{head}")
        self.ui = Dashboard("-c", self.path, *argv, size=size)
        self.ui.wait(r"OK|1 live", 15)
        self.said = ""

    # --- what is on the screen ---
    def line(self):
        """The row under the cursor, without its signs."""
        found = re.search(r"^▸(.*)$", self.ui.text(), re.M)
        return found.group(1).strip(" ✓*") if found else ""

    def at(self):
        return (self.line().split() or [""])[0]

    def view(self, key):
        self.ui.keys("esc", "esc", key)
        self.ui.wait(r"^ +(NODE|JOB|WHEN)", 5)

    def cursor(self, view, name):
        """Goes to a view and to the row that begins with the name."""
        self.view(view)
        self.ui.wait(rf"^[ ▸✓*]+{re.escape(name)} ", 12)
        for _ in range(8):  # a row that changes may move up past the cursor
            self.ui.keys("g")
            for _ in range(30):
                before = self.at()
                if before == name:
                    return True
                self.ui.keys("j", wait=0.05)
                if self.at() == before and self.ui.pump(0.3) and self.at() == before:
                    break
        return tap.ok(f"{self.name}: the cursor reaches {name}", False, self.ui.text())

    # --- what is done ---
    def ask(self, key, title):
        """Presses the key; the dialog is there with its request."""
        self.ui.keys(key)
        found = self.ui.wait(rf"{title}|look again", 5)
        if found and found.group() == "look again":  # the row that was there before has gone a moment ago
            self.ui.pump(1.6)
            self.ui.keys(key)
        if not self.ui.wait(title, 5):
            return tap.ok(f"{self.name}: {key} opens a dialog", False, self.ui.text())
        return self.prepared()

    def prepared(self):
        return until(8, lambda: self.ui.pump(0.1) and "being prepared" not in self.ui.text())

    def fill(self, reason="", ticket="", mass=False):
        """From the first field of a drain to its last."""
        for text in (ticket, reason, *(["mass"] if mass else [])):
            if text:
                self.ui.keys("text:" + text)
            self.ui.keys("tab")
        self.prepared()

    def agree(self, text):
        self.ui.keys("text:" + text, "enter")

    def told(self, pattern, seconds=12):
        found = self.ui.wait(pattern, seconds)
        self.said = self.ui.text()
        return found

    # --- what came of it ---
    def lines(self):
        if not os.path.exists(self.audit):
            return []
        with open(self.audit, encoding="utf-8") as f:
            return [json.loads(x) for x in f]

    def sent(self):
        """Commands that change something."""
        with open(self.log) as f:
            return [x for x in f.read().splitlines() if re.search(r"scontrol (update|requeue|hold|release|u?hold)|scancel", x)]

    def done(self, verb, target):
        return [r["state"] for r in self.lines() if (r["kind"], r["verb"], r["target"]) == ("outcome", verb, target)]

    def ok(self, what, good, more=""):
        return tap.ok(f"{self.name}: {what}", good, f"{more}\n{self.said or self.ui.text()}\n{self.ui.text()}")

    def nothing(self, what, before, seen=True):
        """Nothing was sent and nothing was written down since."""
        after = (self.lines(), self.sent())
        return self.ok(what, after == before and seen, f"{after[0][len(before[0]):]}\n{after[1][len(before[1]):]}")

    def state(self):
        return self.lines(), self.sent()

    def end(self):
        tap.equal(f"{self.name}: ends well", self.ui.quit(), 0)
        if os.path.exists(self.audit):
            tap.equal(f"{self.name}: the audit verifies", suantop("audit", "verify", self.audit)[0], 0)


def show(c, node):
    return c.run("scontrol", "-o", "show", "node", node)


def drained(c, node):
    return "DRAIN" in c.node(node)


def held(c, job):
    return bool(re.search("Reason=(JobHeld|job_requeued_in_held)", c.run("scontrol", "-o", "show", "job", job)))


def back(c, *nodes):
    for node in nodes:
        c.run("scontrol", "update", f"nodename={node}", "state=resume", check=False)
    until(5, lambda: not any(drained(c, n) for n in nodes))


# --- nodes ---------------------------------------------------------------------------------------------------------


def one_node(d):
    c = d.c
    d.cursor("2", "n1")
    d.ok("D on an idle node asks", d.ask("D", "Drain 1 node"))
    before = d.state()
    d.ui.keys("tab", "tab")
    d.agree("y")
    d.nothing("a drain without a reason is not sent", before, d.told("needs a reason"))
    d.ui.keys("text:bad fan", "tab")
    d.ok("what was typed for consent is still there", d.told(r"^ +.*> y"))
    d.prepared()
    d.ui.keys("enter")
    d.ok("y drains it, and the screen says when a read showed it", d.told("drain n1: confirmed"))
    d.ok("scontrol and sinfo -R say so", drained(c, "n1") and "suantop:- root bad" in c.run("sinfo", "-R", "-h"), show(c, "n1"))
    d.ok("the row says drained, with the reason", d.told(r"n1 +drained .*suantop:- root bad fan"))
    d.ask("D", "Drain 1 node")
    d.ok("again: refused in words", d.told("(?i)refused.*already drained|already drained"))
    d.ui.keys("esc")
    d.cursor("2", "n1")
    d.ask("U", "Resume 1 node")
    d.agree("y")
    d.ok("U brings it back", d.told("resume n1: confirmed") and not drained(c, "n1"), show(c, "n1"))


def taken_back(d):
    """U in view 9 takes a drain back."""
    c = d.c
    d.cursor("2", "n2")
    d.ask("D", "Drain 1 node")
    d.fill("look at it", "T-9")
    d.agree("Y")
    d.ok("a ticket and Y", d.told("drain n2: confirmed") and "suantop:T-9 root look at it" in show(c, "n2"), show(c, "n2"))
    d.view("9")
    d.ui.keys("g")
    d.ok("view 9 has it first", d.ui.wait(r"^▸.* drain +n2 +confirmed", 5))
    d.ok("U there asks about that node", d.ask("U", "Resume 1 node"))
    d.agree("y")
    d.ok("and takes it back", d.told("resume n2: confirmed") and not drained(c, "n2"), show(c, "n2"))


def escapes(d):
    """Esc at each stage."""
    c, before = d.c, d.state()
    d.cursor("2", "n3")
    for what, keys in (
        ("at once", []),
        ("behind the ticket", ["text:T-1"]),
        ("behind the reason", ["text:T-1", "tab", "text:no"]),
        ("behind y", ["tab", "text:no", "tab", "text:y"]),
        ("with the dry run open", ["tab", "text:no", "tab", "C-d"]),
    ):
        d.ask("D", "Drain 1 node")
        d.ui.keys(*keys)
        d.ui.keys("esc", "esc")
        gone = until(3, lambda: d.ui.pump(0.05) and "Drain 1 node" not in d.ui.text())
        d.nothing(f"Esc {what} sends nothing", before, gone)
    d.ok("n3 is as it was", not drained(c, "n3"), show(c, "n3"))


def busy_node(d):
    c = d.c
    job = c.submit("-J", "atwork", "--gres=gpu:2", "--mem=10", "-w", "n1")
    until(20, lambda: c.state(job) == "RUNNING")
    d.cursor("2", "n1")
    d.ui.wait(r"^▸ n1 +mixed", 12)
    before = d.state()
    d.ok("D on running work asks for the name", d.ask("D", "Drain 1 node") and d.told("type the node's name"))
    d.ok("and tells whose it is", d.told(rf"1 job of {c.user}"))
    d.fill("gpu noise")
    for wrong in ("y", "n2", "N1", "n1 "):
        d.agree(wrong)
        d.nothing(f"{wrong!r} is not its name", before, "Drain 1 node" in d.ui.text())
        d.ui.keys(*["backspace"] * len(wrong), wait=0.03)
    d.agree("n1")
    d.ok("its name drains it", d.told("drain n1: confirmed") and drained(c, "n1"), show(c, "n1"))
    d.ok("the work goes on", c.state(job) == "RUNNING" and d.told(r"n1 +draining"), c.state(job))
    back(c, "n1")
    c.run("scancel", job)


def several(d):
    c = d.c
    d.cursor("2", "n1")
    d.ui.keys("text::sort node asc", "enter", "g", "space", "space")
    before = d.state()
    d.ok("two marked nodes ask for a count", d.ask("D", "Drain 2 nodes") and d.told("(?i)refused.*20 %"))
    d.fill("half of it")
    d.ui.keys("tab")
    d.agree("2")
    d.nothing("half of a pool is refused", before, d.told("(?i)refused"))
    d.ui.keys("esc", "esc")
    d.ask("D", "Drain 2 nodes")
    d.fill("half of it", "T-2", mass=True)
    d.ok("mass and a ticket lift the brake", d.told("type how many to drain"))
    d.agree("3")
    d.nothing("3 is not how many", before, "Drain 2 nodes" in d.ui.text())
    d.ui.keys("backspace")
    d.agree("2")
    d.ok("2 is", d.told("drain 2 nodes: 2 confirmed") and drained(c, "n1") and drained(c, "n2"), show(c, "n1"))
    d.view("9")
    d.ui.keys("g")
    d.ui.wait(r"^▸.* drain +n[12] ", 5)
    d.ok("U on one of them is about all that the operation drained", d.ask("U", "Resume 2 nodes"))
    d.agree("2")
    d.ok("and takes all back", d.told("resume 2 nodes: 2 confirmed") and not drained(c, "n1") and not drained(c, "n2"))


def others(d):
    c = d.c
    c.run("scontrol", "update", "nodename=n4", "state=drain", "reason=NHC: gpu lost")
    d.cursor("2", "n4")
    d.ui.wait(r"^▸ n4 +drained .*NHC", 12)
    before = d.state()
    d.ask("D", "Drain 1 node")
    d.ok("another's reason is told", d.told("NHC: gpu lost"))
    d.fill("mine")
    d.agree("y")
    d.nothing("and not overwritten", before, "NHC: gpu lost" in show(c, "n4"))
    d.ui.keys("esc", "esc")
    d.cursor("2", "n4")
    d.ask("U", "Resume 1 node")
    d.agree("y")
    d.nothing("nor is it resumed by a key", before, d.told("not ours") and drained(c, "n4"))
    d.ui.keys("esc", "esc", "text::resume n4", "enter")
    d.ui.wait("Resume 1 node", 5)
    d.prepared()
    d.agree("y")
    d.ok("by its name it is", d.told("resume n4: confirmed") and not drained(c, "n4"), show(c, "n4"))


# --- jobs ----------------------------------------------------------------------------------------------------------


def jobs(d):
    c = d.c
    run = c.submit("-J", "longrun", "--gres=gpu:1", "--mem=10")
    later = [c.submit("-J", f"later{i}", "--mem=10", "--begin=now+1hour") for i in range(3)]
    until(20, lambda: c.state(run) == "RUNNING")
    d.cursor("4", later[0])
    d.ask("H", "Hold 1 job")
    d.agree("y")
    d.ok("H holds a waiting job", d.told(f"hold {later[0]}: confirmed") and held(c, later[0]))
    d.cursor("4", later[0])
    d.ask("L", "Release 1 job")
    d.agree("y")
    d.ok("L releases it", d.told(f"release {later[0]}: confirmed") and not held(c, later[0]))
    d.view("4")
    d.ui.keys("text:/later", "enter", "*")
    d.ok("three marked at once ask for the count", d.ask("H", "Hold 3 jobs"))
    d.agree("3")
    d.ok("3 holds them all", d.told("hold 3 jobs: 3 confirmed") and all(held(c, j) for j in later))
    d.view("9")
    d.ui.keys("g")
    d.ui.wait(r"^▸.* hold +\d+ ", 5)
    d.ask("L", "Release 3 jobs")
    d.agree("3")
    d.ok("L in view 9 takes that back", d.told("release 3 jobs: 3 confirmed") and not any(held(c, j) for j in later))
    d.cursor("5", run)
    before = d.state()
    d.ok("R on a running job asks for its id", d.ask("R", "Requeue 1 job") and d.told("type the job's id"))
    d.agree("y")
    d.nothing("y is not its id", before, "Requeue 1 job" in d.ui.text())
    d.ui.keys("backspace")
    d.agree(run)
    d.ok("its id requeues it", d.told(f"requeue {run}: confirmed") and until(10, lambda: c.state(run) == "PENDING"), c.state(run))
    d.ok("held, so that somebody looks first", until(5, lambda: held(c, run)) and "Restarts=1" in c.run("scontrol", "show", "job", run))
    d.cursor("4", run)
    d.ask("L", "Release 1 job")
    d.agree("y")
    d.ok("L lets it wait for its turn", d.told(f"release {run}: confirmed") and until(5, lambda: not held(c, run)))
    d.cursor("4", run)
    d.ask("C", "Cancel 1 job")
    d.agree("y")
    d.ok("C on a waiting job needs y alone", d.told(f"cancel {run}: confirmed") and c.state(run) == "CANCELLED", c.state(run))
    run = c.submit("-J", "another", "--mem=10")
    until(20, lambda: c.state(run) == "RUNNING")
    d.cursor("5", run)
    d.ask("C", "Cancel 1 job")
    d.agree(run)
    d.ok("C on a running job ends it", d.told(f"cancel {run}: confirmed") and until(10, lambda: c.state(run) == "CANCELLED"), c.state(run))
    d.view("4")
    d.ui.keys("text:/later", "enter", "*")
    d.ask("C", "Cancel 3 jobs")
    d.agree("3")
    d.ok("three at once", d.told("cancel 3 jobs: 3 confirmed") and {c.state(j) for j in later} == {"CANCELLED"})
    d.ui.keys("esc", "esc")


# --- what moves ----------------------------------------------------------------------------------------------------


def moving_rows(d):
    """Rows come and go above the cursor: the dialog is about the job that was seen there, or does not open."""
    c, rnd, wrong, asked = d.c, random.Random(7), [], 0
    crowd = [c.submit("-J", f"crowd{i}", "--mem=10", "--begin=now+1hour") for i in range(8)]
    d.cursor("4", crowd[4])
    d.ui.keys("text::sort age", "enter")
    before = d.state()
    for i in range(60):
        if i >= 12 and asked > 3:
            break
        pick = rnd.choice(crowd)
        if len(crowd) > 8 or rnd.random() < 0.5 and len(crowd) > 4:
            crowd.remove(pick)
            c.run("scancel", pick)
        else:
            crowd.append(c.submit("-J", f"crowd{i + 8}", "--mem=10", "--begin=now+1hour"))
        d.ui.keys(rnd.choice("jk"), wait=0.01)
        d.ui.pump(rnd.random() * 1.2)
        looked, saw = time.monotonic(), d.at()
        os.write(d.ui.master, b"H")
        is_quick = time.monotonic() - looked < 1  # the program takes no key for a row that has come in the second before it
        found = d.ui.wait(r"── Hold 1 job[\s\S]*?target +(\d+) |look again|no longer|gone|no row", 4)
        if found and found.group(1):
            asked += 1
            if found.group(1) != saw and is_quick:
                wrong.append(f"saw {saw}, asked about {found.group(1)}")
        elif not found:
            wrong.append(f"saw {saw}: {d.ui.text()}")
        d.ui.keys("esc", wait=0.05)
    tap.none(f"{d.name}: the dialog names the job that was under the cursor", wrong)
    d.nothing("and Esc sent nothing", before, asked > 3)
    for _ in range(5):  # on a busy machine the key may come when the row has been there for a while
        crowd.append(c.submit("-J", "crowd", "--mem=10", "--begin=now+1hour"))
        gone = crowd.pop(1)
        d.cursor("4", gone)
        c.run("scancel", gone)
        until(10, lambda: d.ui.pump(0.02) and d.at() != gone)
        d.ui.keys("H")
        told = d.told("just gone|look again|── Hold 1 job")
        if told and "Hold" not in told.group():
            break
        d.ui.keys("esc")
    d.nothing("a row that has just taken the place is not acted on", before, told and "Hold 1 job" not in d.ui.text())
    c.run("scancel", *crowd)


def under_the_dialog(d):
    """Polls show what happened while the dialog is open."""
    c = d.c
    run = c.submit("-J", "ends", "--mem=10")
    until(20, lambda: c.state(run) == "RUNNING")
    d.cursor("5", run)
    before = d.state()
    d.ask("R", "Requeue 1 job")
    c.run("scancel", run)
    d.ok("a job that ends under the dialog is refused there", d.told("(?i)refused.*|is gone"))
    d.agree(run)
    d.nothing("and nothing is sent", before)
    d.ui.keys("esc", "esc")
    d.cursor("2", "n3")
    d.ask("D", "Drain 1 node")
    d.fill("mine")
    d.ui.keys("text:y")
    c.run("scontrol", "update", "nodename=n3", "state=drain", "reason=colleague")
    d.ok("a colleague's drain under the dialog is told", d.told("colleague|meanwhile"))
    d.ui.keys("enter")
    d.nothing("and nothing is sent over it", before, "colleague" in show(c, "n3"))
    d.ui.keys("esc", "esc")
    back(c, "n3")


def behind_the_back(d):
    """No poll tells in time: the read just before sending does."""
    c = d.c
    run = c.submit("-J", "ends", "--mem=10")
    until(20, lambda: c.state(run) == "RUNNING")
    d.ui.keys("f5")
    d.cursor("5", run)
    before = d.sent()
    d.ask("C", "Cancel 1 job")
    c.run("scancel", run)
    until(10, lambda: c.state(run) == "CANCELLED")
    d.agree(run)
    d.ok("a job that ended: nothing is sent, and words say so", d.told(f"cancel {run}: refused: already cancelled") and d.sent() == before, d.sent())
    d.cursor("2", "n3")
    d.ask("D", "Drain 1 node")
    d.fill("mine")
    c.run("scontrol", "update", "nodename=n3", "state=drain", "reason=colleague")
    d.agree("y")
    d.ok("a colleague was quicker: nothing is sent", d.told("drain n3: refused: already drained: colleague") and d.sent() == before, d.sent())
    d.ok("the colleague's reason stands", "colleague" in show(c, "n3"))
    tap.none(f"{d.name}: the audit has no intent for either", [r for r in d.lines() if r["kind"] == "intent"])
    back(c, "n3")
    d.cursor("2", "n4")
    until(20, lambda: d.ui.keys("f5") or (d.ui.wait("n3 +idle", 1) and d.ui.wait("n4 +idle", 1)))
    d.ask("D", "Drain 1 node")
    d.fill("slowly")
    open(d.slow, "w").close()
    d.agree("y")
    d.ok("the row is pending, as something that is not yet so", d.told(r"n4 +.*(drain…|pending)", 8))
    os.unlink(d.slow)
    d.ok("until it is confirmed", d.told("drain n4: confirmed") and d.told(r"n4 +drained"))
    d.ok("by one request", len([x for x in d.sent() if "nodename=n4" in x]) == 1, d.sent())
    back(c, "n4")


# --- what must not act ---------------------------------------------------------------------------------------------


def looks_only(c, options):
    for name, argv, head, words in (
        ("read-only", ["--read-only"], "", "read-only"),
        ("off", [], "actions: off", "actions are off|actions: off"),
    ):
        d = Desk(c, name, options, *argv, head=head, size=(80, 24))
        d.cursor("2", "n3")
        for key in "DU":
            d.ui.keys("esc", key)
            d.nothing(f"{key} says why not", ([], []), d.told(words, 5) and not re.search("── (Drain|Resume)", d.ui.text()))
        d.ui.keys("text::drain n3", "enter")
        d.nothing(":drain does not either", ([], []), d.told(words, 5) and "── Drain" not in d.ui.text())
        d.end()


def armed(c, options):
    d = Desk(c, "arm", options, head="actions: arm", size=(80, 24))
    d.cursor("2", "n3")
    d.ask("D", "Drain 1 node")
    d.ok("not armed: the dialog refuses", d.told("(?i)refused.*arm"))
    d.fill("x")
    d.agree("y")
    d.nothing("and sends nothing", ([], []))
    d.ui.keys("esc", "esc", "text::arm alpha", "enter")
    d.ok(":arm asks for the center's id", d.told("(?i)arm.*alpha|alpha.*arm"))
    d.agree("beta")
    d.ok("another word does not arm", "ARMED" not in d.ui.text())
    d.ui.keys(*["backspace"] * 4, wait=0.05)
    d.agree("alpha")
    d.ok("its id does, and the header says so", d.told(r"ARMED alpha (10|9) min"))
    d.cursor("2", "n3")
    d.ask("D", "Drain 1 node")
    d.fill("armed now")
    d.agree("y")
    d.ok("it drains now", d.told("drain n3: confirmed") and drained(c, "n3"), show(c, "n3"))
    d.ui.keys("text::disarm", "enter")
    d.ok(":disarm ends it", d.told("no center is armed") and "ARMED" not in d.ui.text())
    d.cursor("2", "n3")
    d.ask("U", "Resume 1 node")
    d.agree("y")
    d.ok("and refuses again", d.told("(?i)refused.*arm") and drained(c, "n3"))
    d.ui.keys("esc", "esc")
    d.end()
    back(c, "n3")


def main():
    c = alpha()
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    rest = {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret(), "prefer": "rest", **QUICK}
    d = Desk(c, "rest", rest)
    for step in (one_node, taken_back, escapes, busy_node, several, others, jobs, moving_rows, under_the_dialog):
        step(d)
    d.end()
    text = {"prefer": "text"}
    slow = Desk(c, "text", {**text, **SLOW})
    behind_the_back(slow)
    slow.end()
    looks_only(c, {**text, **QUICK})
    armed(c, {**text, **QUICK})


if __name__ == "__main__":
    tap.run(main)
