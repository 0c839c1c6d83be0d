#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 110 s
"""kill -9 at random moments: of a collector, of a dashboard that is draining several nodes, of the command line doing
the same. The audit verifies with at most one open intent for each kill, the history opens whole, and no node is drained
without its intent in the audit. SUANTOP_KILLS=1000 (and E2E_TIMEOUT) for more than the check has time for."""
import glob
import json
import os
import random
import re
import sqlite3
import subprocess
import time

import tap
from e2e import SUANTOP, T, Dashboard, alpha, config, suantop, until

QUICK = {"nodes_interval": "1s", "jobs_interval": "1s", "diag_interval": "1s", "misc_interval": "2s"}
AUDIT, DB = f"{T}/audit", f"{T}/history.db"
KILLS = int(os.environ.get("SUANTOP_KILLS", "60"))
SEED = int(os.environ.get("SUANTOP_SEED", "5"))
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}


def lines():
    """What the audit tells; a line that a kill cut off is no line."""
    out = []
    if os.path.exists(AUDIT):
        with open(AUDIT, encoding="utf-8", errors="replace") as f:
            for text in f:
                try:
                    out.append(json.loads(text))
                except ValueError:
                    pass
    return out


def open_intents():
    over = {(r["op"], r["seq"]) for r in lines() if r["kind"] == "outcome"}
    return [r for r in lines() if r["kind"] == "intent" and (r["op"], r["seq"]) not in over]


def sent_on(ticket):
    """Commands that go on without whoever sent them."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                line = f.read()
        except OSError:
            continue
        if f"suantop:{ticket} ".encode() in line:
            found.append(line)
    return found


def after_kill(c, ticket):
    """What is wrong now; nodes are brought back for the next one."""
    time.sleep(0.2)  # a child that has just begun is a command then
    until(10, lambda: not sent_on(ticket))
    status, out, err = suantop("audit", "verify", AUDIT)
    wrong = [] if status == 0 else [f"{ticket}: audit verify: {status} {out!r} {err!r}"]
    left = [r["target"] for r in open_intents() if r["ticket"] == ticket]
    if len(left) > 1:
        wrong.append(f"{ticket}: {len(left)} open intents: {left}")
    intents = {r["target"] for r in lines() if r["kind"] == "intent" and r["ticket"] == ticket}
    text = c.run("scontrol", "-o", "show", "nodes")
    out = {line.split()[0].split("=")[1]: line for line in text.splitlines() if "DRAIN" in line.split("State=")[1].split()[0]}
    for node, line in out.items():
        if f"suantop:{ticket} " not in line or node not in intents:
            wrong.append(f"{ticket}: {node} is drained, intents {sorted(intents)}: {line}")
    if out:
        c.run("scontrol", "update", "nodename=" + ",".join(out), "state=resume")
    return wrong, len(out)


def history():
    if not os.path.exists(DB):
        return [], 0
    with sqlite3.connect(DB) as db:
        said = db.execute("PRAGMA integrity_check").fetchall()
    return ([] if said == [("ok",)] else [f"integrity_check: {said}"]), 1


def kill_collector(path, rnd, i):
    p = subprocess.Popen([SUANTOP, "collect", "-c", path, "--history", DB], **QUIET)
    time.sleep(rnd.choice((0.02, 0.1, 0.3, 1.0)) * rnd.random() * 2)
    p.kill()
    p.wait()
    return history()[0]


def kill_command(c, path, rnd, i):
    ticket = f"T-{i}"
    p = subprocess.Popen([SUANTOP, "drain", "n[1-4]", "--reason", "to be killed", "--ticket", ticket, "--mass", "--yes",
                          "-c", path, "--history", DB], **QUIET)
    if rnd.random() < 0.7:  # most of them while it acts
        until(5, lambda: any(r.get("ticket") == ticket for r in lines()) or p.poll() is not None, 0.002)
        time.sleep(rnd.random() * 0.25)
    else:
        time.sleep(rnd.random() * 0.6)
    p.kill()
    p.wait()
    return after_kill(c, ticket)


def kill_dashboard(c, path, rnd, i):
    ticket = f"T-{i}"
    ui = Dashboard("-c", path, "--history", DB, size=(120, 36))
    ui.wait("1 live", 10)
    ui.keys("2", wait=0.05)
    until(10, lambda: ui.pump(0.05) and len(re.findall(r"^[ ▸]+n[1-4] +(?:idle|mixed|allocated) ", ui.text(), re.M)) == 4)
    ui.keys("*", "D", wait=0.1)
    ui.wait("Drain 4 nodes", 5)
    ui.keys("text:" + ticket, "tab", "text:to be killed", "tab", "text:mass", "tab", wait=0.05)
    until(8, lambda: ui.pump(0.1) and "type how many" in ui.text() and "being prepared" not in ui.text())
    ui.keys("text:4", "enter", wait=0.08)
    ui.pump(rnd.random() * 0.3)
    ui.process.kill()
    ui.process.wait()
    os.close(ui.master)
    return after_kill(c, ticket)


def main():
    c, rnd, wrong, drained, counts = alpha(), random.Random(SEED), [], [], {"collector": 0, "command": 0, "dashboard": 0}
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    options = {"conf": c.conf, "prefer": "text", **QUICK}
    path = config({"alpha": {"slurm": options}}, head=f"audit: {AUDIT}")
    job = c.submit("-J", "shaken", "--mem=10", "--gres=gpu:1")
    for i in range(KILLS):
        kind = ("collector", "command", "command", "collector", "command", "collector", "command", "collector", "command", "dashboard")[i % 10]
        counts[kind] += 1
        if i % 12 == 0:  # so that there is something to be written
            c.run("scontrol", "requeue", job, check=False)
            c.run("scontrol", "update", f"jobid={job}", "StartTime=now", check=False)
        if kind == "collector":
            wrong += kill_collector(path, rnd, i)
            continue
        until(10, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "drain,down,no_respond", "-o", "%D") in ("", "0"))
        found, nodes = (kill_command if kind == "command" else kill_dashboard)(c, path, rnd, i)
        wrong += found + history()[0]
        drained.append(nodes)
    tap.none(f"{KILLS} kills ({counts}, seed {SEED}): audit, history and nodes are right after each", wrong)
    tap.ok("some of them hit in the middle", [n for n in drained if 0 < n < 4] or len(open_intents()) > 0, (drained, len(open_intents())))
    tap.ok("at most one open intent for each kill", len(open_intents()) <= len(drained), len(open_intents()))
    status, out, err = suantop("snapshot", "-f", "json", "-c", path, "--history", DB)
    tap.ok("the history opens", status == 0 and json.loads(out)["centers"], err)
    tap.none("and is whole", history()[0])
    tap.ok("nothing of it had to be set aside", not [f for f in os.listdir(T) if "damaged" in f or "corrupt" in f], os.listdir(T))
    status, out, err = suantop("drain", "n1", "--reason", "afterwards", "--mass", "--ticket", "T", "--yes", "-t", "60s", "-c", path, "--history", DB)
    tap.ok("it can be acted as before", status == 0, out + err)
    status, out, err = suantop("audit", "verify", AUDIT)
    tap.ok("and the audit goes on where it was cut off", status == 0, out + err)


if __name__ == "__main__":
    tap.run(main)
