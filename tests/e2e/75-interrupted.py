#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 125 s
"""Interruptions of real jobs: a slurmd that dies, preemption, a requeue by hand; with accounting and without it. What
view 6, the overview and the snapshot tell agrees with what was done, outlives the dashboard, and is shared by several."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import tap
from e2e import SRC, SUANTOP, T, Cluster, Dashboard, alpha, alive, config, suantop, until
from procs import heeds

QUICK = {"nodes_interval": "1s", "jobs_interval": "1s", "diag_interval": "2s", "misc_interval": "2s", "accounting_interval": "2s"}
ROW = r"^[ ▸✓*]*\d\d:\d\d .*\b{name}\b.*$"
DB = f"{T}/history.db"


def start_accounting(c):
    """A cluster with slurmdbd in a folder of its own; the process that brings it up, None where that is not installed."""
    path = os.environ["PATH"] + ":/usr/sbin"
    if not all(shutil.which(x, path=path) for x in ("slurmdbd", "mariadbd", "mariadb-install-db", "sacctmgr")):
        return None
    port = int(re.search(r"SlurmctldPort=(\d+)", open(c.conf).read()).group(1)) + 300
    env = {**os.environ, "W": f"{T}/ledger", "PORT": str(port), "CLUSTER": "ledger", "NODES": "4", "DB": "1"}
    return subprocess.Popen([f"{SRC}/tests/slurm/up.sh"], env=env, stdout=open(f"{T}/ledger.log", "w"), stderr=subprocess.STDOUT)


def stop_accounting():
    subprocess.run([f"{SRC}/tests/slurm/down.sh"], env={**os.environ, "W": f"{T}/ledger", "WIPE": "1"}, stdout=subprocess.DEVNULL)


class Told:
    """What the snapshot says, by center and name of the job."""

    def __init__(self, path, history=DB):
        only = "centers,interruptions,attempts,outages,hours,jobs,alerts"
        status, out, err = suantop("snapshot", "-f", "json", "--only", only, "-c", path, "--history", history)
        self.doc = json.loads(out) if out else {}
        self.status, self.err = status, err
        self.rows = {(r["center"], r["name"]): r for r in self.doc.get("interruptions", [])}

    def of(self, center, name):
        return self.rows.get((center, name), {})

    def outages(self, center, node):
        return [r for r in self.doc.get("outages", []) if r["center"] == center and r["node"] == node]


def seen_running(ui, times, *names):
    """Until the dashboard shows each of these jobs so often among those that run: without accounting nobody else would know."""
    ui.keys("esc", "esc", "5")
    until(20, lambda: ui.pump(0.1) and all(len(re.findall(rf"\b{name}\b", ui.text())) >= times for name in names))


def start(clusters):
    """The same story on each cluster; what its jobs are called and when they started."""
    for c in clusters:
        c.jobs = {
            "limit": c.submit("-J", "limit", "--time=1", "--mem=10", "-w", "n4"),
            "train": c.submit("-J", "train", "-N2", "--gres=gpu:2", "--mem=10", "-w", "n1,n2"),
            "victim": c.submit("-J", "victim", "--gres=gpu:4", "--mem=10", "-w", "n3"),
            "byhand": c.submit("-J", "byhand", "--gres=gpu:1", "--mem=10", "-w", "n4"),
            "onhold": c.submit("-J", "onhold", "--gres=gpu:1", "--mem=10", "-w", "n4"),
            "owner": c.submit("-J", "owner", "--gres=gpu:1", "--mem=10", "-w", "n4"),
            "fails": c.submit("-J", "fails", "--mem=10", "-w", "n4", wrap="sleep 4; exit 3"),
            "killed": c.submit("-J", "killed", "--mem=10", "-w", "n4", wrap="sleep 4; kill -9 $$"),
        }
    for c in clusters:
        for name in ("train", "victim", "byhand", "onhold", "owner"):
            until(20, lambda: c.state(c.jobs[name]) == "RUNNING")
        c.began = began(c, "train")


def began(c, name):
    return int(c.run("squeue", "-h", "-j", c.jobs[name], "-o", "%S") and c.run(
        "bash", "-c", f"date -d $(squeue -h -j {c.jobs[name]} -o %S) +%s"))


def happen(clusters):
    """What ends them."""
    for c in clusters:
        c.killed = time.time()
        c.kill("slurmd-n2")
        c.run("scontrol", "requeue", c.jobs["byhand"])
        c.run("scontrol", "requeuehold", c.jobs["onhold"])
        c.run("setpriv", "--reuid", c.user, "--clear-groups", "scancel", c.jobs["owner"])
        c.jobs["vip"] = c.submit("-J", "vip", "-p", "high", "--gres=gpu:4", "--mem=10", "-w", "n3")


def seconds(text):
    import calendar

    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def judged(c, told, exact):
    """Are the rows those that should be?"""
    name, out = c.name, []
    train = told.of(name, "train")
    if not train:
        return [f"no interruption of train: {sorted(told.rows)}"]
    want = {"cause": "node", "node": "n2", "attempt": 1, "devices": 4, "node_count": 2, "nodes": ["n1", "n2"],
            "job": c.jobs["train"], "user": c.user, "pool": "low", "planned": False, "outcome": "waiting", "resolved": False}
    out += [f"train: {k} is {train[k]}, not {v}" for k, v in want.items() if train[k] != v]
    ran, hours = seconds(train["at"]) - seconds(train["started_at"]), train["gpu_hours_lost_ceiling"]
    if abs(seconds(train["started_at"]) - c.began) > 1:
        out.append(f"train: started {train['started_at']}, Slurm {c.began}")
    if not c.killed - 2 <= seconds(train["at"]) <= time.time():
        out.append(f"train: ended {train['at']}")
    if abs(hours - 4 * ran / 3600) > 0.005 or not 0 < train["gpu_hours_lost"] <= hours:
        out.append(f"train: lost {train['gpu_hours_lost']} of at most {hours} in {ran} s")
    # Without accounting a preemption is seen only by who took the nodes.
    causes = {"victim": {"preempted"}, "byhand": {"operator"}, "onhold": {"operator"}}
    if not exact:
        causes = {"victim": {"preempted", "unknown"}, "byhand": {"unknown"}, "onhold": {"unknown"}}
    for job, words in causes.items():
        row = told.of(name, job)
        if row.get("cause") not in words or row.get("job") != c.jobs[job]:
            out.append(f"{job}: {row.get('cause')} ({row.get('evidence')}), not {words}")
    if exact:
        out += [f"{n}: {r['evidence']} is not from accounting" for (k, n), r in told.rows.items()
                if k == name and not r["evidence"].startswith("accounting")]
    if told.of(name, "onhold").get("outcome") != "held":
        out.append(f"onhold: {told.of(name, 'onhold').get('outcome')}")
    all_of = sorted(r["name"] for r in told.doc["interruptions"] if r["center"] == name)
    return out + ([f"not each once: {all_of}"] if all_of != ["byhand", "onhold", "train", "victim"] else [])


def look(ui, view, pattern, seconds=15):
    ui.keys("esc", "esc", view)
    return ui.wait(pattern, seconds)


def agree(what, ui, path, names):
    """View 1, view 6 and the snapshot tell one story."""
    told, count = Told(path), {}
    for row in told.doc["interruptions"]:
        count[row["center"]] = count.get(row["center"], 0) + 1
    found = []
    look(ui, "1", "interrupted in 24 h")
    text = ui.text()
    total = re.search(r"([\d ]+) interrupted in 24 h", text)
    if not total or int(total.group(1).replace(" ", "")) != len(told.doc["interruptions"]):
        found.append(f"overview: {total and total.group(0)}, snapshot {count}")
    for center in told.doc["centers"]:
        if center["interruptions_day"] != count.get(center["id"], 0):
            found.append(f"{center['id']}: {center['interruptions_day']}, rows {count}")
        lost = sum(r["gpu_hours_lost"] for r in told.doc["interruptions"] if r["center"] == center["id"])
        if abs((center["gpu_hours_lost_day"] or 0) - lost) > 1e-6:
            found.append(f"{center['id']}: lost {center['gpu_hours_lost_day']}, rows {lost}")
    look(ui, "6", r"\d+ interruptions? +in 24 h|\d+ interruptions +in +24 h")
    text = ui.text()
    head = re.search(r"([\d ]+) interruptions? +in +24 h", text)
    if not head or int(head.group(1)) != len(told.doc["interruptions"]):
        found.append(f"view 6: {head and head.group(0)}, snapshot {len(told.doc['interruptions'])}")
    for (center, name), row in told.rows.items():
        line = re.search(ROW.format(name=name) if len(count) == 1 else rf"^[ ▸✓*]*\d\d:\d\d +{center} .*\b{name}\b.*$", text, re.M)
        if row["resolved"] or row["acknowledged_at"]:
            continue
        if not line or row["cause"] not in line.group(0) or row["job"] not in line.group(0).split():
            found.append(f"view 6 on {center} {name} ({row['cause']}): {line and line.group(0)}")
    tap.none(f"{what}: overview, view 6 and snapshot agree", found and found + [text])


def select(ui, center, name):
    look(ui, "6", "in 24 h")
    ui.keys("text:/name=" + name + " center=" + center, "enter")
    return ui.wait(rf"^▸.*{center}.*{name}", 5)


def ask(ui, key, title):
    """Opens the dialog: a key that comes while the rows move is refused, and is pressed again."""
    for _ in range(4):
        ui.keys(key)
        if ui.wait(title, 4):
            return until(8, lambda: ui.pump(0.1) and "being prepared" not in ui.text())
    return tap.ok(f"{key} asks: {title}", False, ui.text())


def again(ui, clusters, path):
    """From the row in view 6: a held job is released, a running one is requeued."""
    c = clusters[-1]
    tap.ok("the held job is found in view 6", select(ui, c.name, "onhold"), ui.text())
    ask(ui, "L", "Release 1 job")
    ui.keys("text:y", "enter")
    tap.ok("L there releases it", ui.wait(f"release {c.jobs['onhold']}: confirmed", 10), ui.text())
    tap.ok("and NOW says that it waits", ui.wait(r"^▸.*onhold.*queued", 10), ui.text())
    c.run("scontrol", "update", f"jobid={c.jobs['onhold']}", "StartTime=now")
    until(20, lambda: c.state(c.jobs["onhold"]) == "RUNNING")
    ui.keys("e")
    tap.ok("then that it runs", ui.wait(r"^▸.*onhold.*running", 15), ui.text())
    ask(ui, "R", "Requeue 1 job")
    ui.keys("text:" + c.jobs["onhold"], "enter")
    tap.ok("R there requeues it", ui.wait(f"requeue {c.jobs['onhold']}: confirmed", 10), ui.text())
    rows = []

    def twice():
        rows[:] = [r for r in Told(path).doc["interruptions"] if (r["center"], r["name"]) == (c.name, "onhold")]
        return len(rows) == 2 and {r["cause"] for r in rows if r["attempt"] == 2} == {"operator"}

    tap.ok("which is a second interruption, by an operator: us", until(15, twice, 1), rows)
    ui.keys("e", "esc", "esc")


def outage(clusters, path):
    for c in clusters:
        before = Told(path).outages(c.name, "n2")
        tap.ok(f"{c.name}: the outage of n2 is open", before and not before[-1]["ended_at"], before)
        c.up()
    for c in clusters:
        rows = []
        until(40, lambda: rows.__setitem__(slice(None), Told(path).outages(c.name, "n2")) or (rows and rows[-1]["ended_at"]), 1)
        tap.ok(f"{c.name}: slurmd is back, its outage has ended", rows and rows[-1]["ended_at"] and rows[-1]["kind"] == "down", rows)


def apart(clusters, path):
    """What ended by itself is in the hours, not among the interruptions."""
    for c in clusters:
        sums = {}

        def counted():
            hours = [h for h in Told(path).doc["hours"] if h["center"] == c.name]
            sums.update({k: sum(h[k] or 0 for h in hours) for k in ("ended_failed", "ended_time_limit", "ended_oom")})
            return sums["ended_failed"] == 2 and sums["ended_time_limit"] == 1

        until(60, counted, 2)
        tap.equal(f"{c.name}: failures and time limits are counted apart", sums, {"ended_failed": 2, "ended_time_limit": 1, "ended_oom": 0})
        told = Told(path)
        tap.ok(f"{c.name}: and are no interruptions", not {n for k, n in told.rows if k == c.name} & {"limit", "fails", "killed", "owner"}, told.rows)


def acknowledge(ui, c, path):
    tap.ok("the row of train is there", select(ui, c.name, "train"), ui.text())
    ui.keys("a", wait=0.5)
    tap.ok("a acknowledges, and says who did", ui.wait(rf"{c.name} .*train.* root ", 5), ui.text())
    gone = until(15, lambda: ui.pump(0.1) and not re.search(rf"{c.name} .*train", ui.text()))
    tap.ok("a moment later it leaves the view", gone, ui.text())
    ui.keys("e", wait=0.5)
    tap.ok("e shows it again", ui.wait(rf"{c.name} .*train", 5), ui.text())
    ui.keys("e")
    said = until(10, lambda: Told(path).of(c.name, "train").get("acknowledged_by") == "root", 1)
    tap.ok("the snapshot tells who did", said, Told(path).of(c.name, "train"))


def shared(c, path, ui):
    """A collector brings it, dashboards read it; it is killed, and another takes over."""
    rows = lambda: {(r["center"], r["id"]): bool(r["acknowledged_at"]) for r in Told(path).doc["interruptions"]}  # noqa: E731
    before = rows()
    tap.equal("the dashboard ends well", ui.quit(), 0)
    collector = subprocess.Popen([SUANTOP, "collect", "-c", path, "--history", DB], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    one = Dashboard("-c", path, "--history", DB, size=(200, 50))
    two = Dashboard("-c", path, "--history", DB, size=(200, 50))
    tap.ok("what was is there again", look(one, "6", rf"{len(before)} interruptions? +in +24 h"), f"{before}\n{rows()}\n{one.text()}")
    tap.ok("with what was acknowledged", {k: v for k, v in rows().items() if k in before} == before, (rows(), before))
    tap.ok("train is not in the default view", not re.search(rf"{c.name} .*train", one.text()), one.text())
    job = c.submit("-J", "thenew", "--mem=10", "--gres=gpu:1", "-w", "n1")
    for desk in (one, two):
        seen_running(desk, 1, "thenew")
    time.sleep(4)  # the collector, too
    c.run("scontrol", "requeuehold", job)
    for name, desk in (("one", one), ("two", two)):
        tap.ok(f"dashboard {name} tells a new one", look(desk, "6", rf"{c.name} .*thenew", 15), desk.text())
    tap.ok("it is one, whoever saw it", len([r for r in Told(path).doc["interruptions"] if r["name"] == "thenew"]) == 1)
    collector.kill()
    collector.wait()
    select(one, c.name, "thenew")
    one.keys("a", wait=0.5)
    gone = until(25, lambda: two.pump(0.2) and not re.search(rf"{c.name} .*thenew", two.text()))
    tap.ok("the collector was killed; what one acknowledges reaches the other", gone, one.text() + two.text())
    tap.ok("and is kept", until(20, lambda: Told(path).of(c.name, "thenew").get("acknowledged_at"), 1), Told(path).of(c.name, "thenew"))
    for desk in (one, two):
        tap.equal("a dashboard ends well", desk.quit(), 0)
    end = subprocess.Popen([SUANTOP, "collect", "-c", path, "--history", DB], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(20, lambda: heeds(end.pid))
    time.sleep(2)
    end.send_signal(signal.SIGTERM)
    tap.equal("a collector ends well when told to", end.wait(60), 0)
    tap.ok("all is there at the end", set(before) <= set(rows()), (before, rows()))


def main():
    a = alpha()
    coming = start_accounting(a)
    until(20, lambda: a.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    clusters = [a]
    if coming is None:
        tap.skip("accounting tells causes exactly", "slurmdbd or mariadb is not installed")
    elif tap.ok("a cluster with accounting comes up", coming.wait(300) == 0, open(f"{T}/ledger.log").read()):
        clusters.insert(0, Cluster(f"{T}/ledger"))
        until(20, lambda: clusters[0].run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    path = config({c.name: {"slurm": {"conf": c.conf, "prefer": "text", **QUICK}} for c in clusters}, head=f"audit: {T}/audit")
    try:
        ui = Dashboard("-c", path, "--history", DB, size=(200, 50))
        ui.wait("centers? .*live", 15)
        start(clusters)
        seen_running(ui, len(clusters), "train", "victim", "byhand", "onhold", "owner")
        ui.keys("1")
        happen(clusters)
        for c in clusters:
            found = []
            until(60, lambda: ui.pump(0.1) and not (found.__setitem__(slice(None), judged(c, Told(path), c is not a)) or found), 1)
            tap.none(f"{c.name}: each interruption, its cause, its loss", found)
        agree("after it happened", ui, path, clusters)
        acknowledge(ui, clusters[0], path)
        again(ui, clusters, path)
        outage(clusters, path)
        apart(clusters, path)
        agree("at the end", ui, path, clusters)
        shared(clusters[0], path, ui)
        tap.equal("the audit verifies", suantop("audit", "verify", f"{T}/audit")[0], 0)
    finally:
        if coming is not None:
            stop_accounting()


if __name__ == "__main__":
    tap.run(main)
