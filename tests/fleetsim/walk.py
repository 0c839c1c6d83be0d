#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An operator's round over the national fleet, on terminals of the sizes given (walk.py 80x24 120x36 300x80): the hottest
device, the job that waits longest, the worst node; drain a node, requeue its victim. Every figure that two screens show must be
the same on both, and be the fleet's. Time stands still in the fleet meanwhile."""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
folder = tempfile.TemporaryDirectory(prefix="suantop-walk.")
os.environ.update(T=folder.name, SUANTOP=BUILD + "/suantop", XDG_STATE_HOME=folder.name + "/state",
                  XDG_CONFIG_HOME=folder.name + "/config", TMPDIR=folder.name, TZ="UTC", LC_ALL="C.UTF-8")
sys.path.insert(0, SOURCE + "/tests/e2e")
import tap  # noqa: E402
from e2e import Dashboard, snapshot, until  # noqa: E402

CONFIG = folder.name + "/fleet.yaml"
CENTERS = 11


def start_fleet():
    process = subprocess.Popen([BUILD + "/suantop-fleetsim", "--seed", "5", "--speed", "0"], stdout=subprocess.PIPE,
                               text=True)
    text = process.stdout.read()
    with open(CONFIG, "w") as f:
        f.write(f"audit: {folder.name}/audit.log\nhistory: off\n" + text)
    urls = dict(re.findall(r'- id: (\w+).*?slurm: \{url: "(http://[\d.:]+)"', text, re.S))
    return process, urls


def whole_snapshot(at):
    for _ in range(4):  # a starved machine may be late with one of its lists
        status, doc, err = snapshot("-c", CONFIG, "-t", "120s", seconds=300)
        if status == 0:
            break
    bad = [s for s in doc["sources"] if s["state"] != "ok"] if doc else err
    tap.ok(f"{at}: the snapshot is complete", status == 0, (status, err, bad))
    return doc


def number(text):
    return int(re.sub(r"\D", "", text))


def ask(urls, center, path):
    with urllib.request.urlopen(f"{urls[center]}/slurm/v0.0.45/{path}", timeout=60) as answer:
        return json.loads(answer.read())


class Round:
    """One operator at one terminal."""

    def __init__(self, size):
        self.ui, self.at = Dashboard("-c", CONFIG, size=size), f"{size[0]}x{size[1]}"
        self.wide = size[0] >= 100

    def same(self, what, *figures):
        tap.ok(f"{self.at}: {what}: {figures[0]}", len(set(figures)) == 1, f"{figures}\n{self.ui.text()}")

    def read(self, pattern, what, seconds=10):
        """The groups of what the screen must show."""
        found = self.ui.wait(pattern, seconds)
        tap.ok(f"{self.at}: {what} is on the screen", found, f"no {pattern}\n{self.ui.text()}")
        return found.groups() if found else ("",) * re.compile(pattern).groups

    def view(self, key, title):
        self.ui.keys("esc", key)
        self.ui.wait(rf"suantop +{title}", 5)

    def sort_by(self, column):
        self.ui.keys(":", *f"sort {column}", "enter", "g", wait=0.05)
        self.ui.pump(0.5)

    def only(self, words):
        self.ui.keys("/", *words, "enter", wait=0.05)
        self.ui.pump(0.5)

    def ask_for(self, key, title):
        """A key that acts is not taken out of a burst of keys: once more when the machine was too slow to tell them apart."""
        for _ in range(3):
            self.ui.pump(0.5)
            self.ui.keys(key)
            if self.ui.wait(title, 5):
                break

    def confirm(self, name, reason=""):
        """Where a reason is needed, Tab goes from the ticket to it, and on to what must be typed; else that is asked first."""
        if reason:
            self.ui.keys("tab", *reason, "tab", wait=0.02)
        self.ui.keys(*name, wait=0.02)
        self.ui.wait(rf"> {name}", 5)
        for _ in range(3):
            self.ui.pump(1)
            self.ui.keys("enter")
            if not self.ui.wait(rf"> {name}", 0.5):
                break


def hottest_of(doc):
    """The highest temperature of a device, and the names of those that have just it."""
    told = [(d["temperature_celsius"], f"{d['node']}/{d['index']}") for d in doc["devices"] if d["temperature_celsius"] is not None]
    most = max(told)[0]
    return most, [name for celsius, name in told if celsius == most]


def overview(r, doc):
    r.ui.wait(rf"{CENTERS} live", 20)
    r.read("SIMULATED", "that it is simulated")
    centers = doc["centers"]
    total = {k: int(sum(c[k] or 0 for c in centers)) for k in
             ("devices_total", "nodes_total", "nodes_down", "jobs_running", "jobs_queued")}
    # What the snapshot waited for comes to the screen piece by piece.
    reporting = sum(f["devices_reporting"] for c in centers for f in c["flops"] if (f["precision"], f["provenance"]) == ("fp16", "estimated"))
    for what in (f"from {reporting:,} of {total['devices_total']:,}", f"^ nodes +{total['nodes_total']:,} ",
                 f"^ jobs +{total['jobs_running']:,} running +{total['jobs_queued']:,} queued"):
        r.ui.wait(what.replace(",", "."), 30)
    devices, = r.read(r"^ devices +([^a-z\n]+?) (?:in )?all", "the number of devices")
    nodes, down = r.read(r"^ nodes +([^a-z\n]+?) in all .* (\d+) down", "the number of nodes")
    running, queued, oldest = r.read(r"^ jobs +([^a-z\n]+?) running +([^a-z\n]+?) queued +oldest +(\S+)", "the number of jobs")
    most, names = hottest_of(doc)
    r.ui.wait("|".join(rf" {most:.0f}°C {re.escape(name)}\b" for name in names), 30)
    degrees, hottest = r.read(r" (\d+)°C (\S+/\d+)", "the hottest device")
    r.same("the degrees of the hottest device, screen and snapshot", degrees, f"{most:.0f}")
    tap.ok(f"{r.at}: no device is hotter, not even by a part of a degree", hottest in names, (most, names, r.ui.text()))
    for what, text, field in (("devices", devices, "devices_total"), ("nodes", nodes, "nodes_total"),
                              ("nodes down", down, "nodes_down"), ("jobs running", running, "jobs_running"),
                              ("jobs queued", queued, "jobs_queued")):
        r.same(f"{what}, screen and snapshot", number(text), total[field])
    return {"devices": number(devices), "hottest": hottest, "degrees": degrees, "oldest": oldest, "nodes": number(nodes), "down": number(down),
            "running": number(running), "queued": number(queued)}


def hottest_device(r, seen):
    r.view("3", "Devices")
    most, = r.read(r"max +(\d+)", "the highest temperature")
    r.sort_by("temperature_celsius")
    hottest = re.escape(seen["hottest"]).replace("/", " +")
    r.ui.wait(rf"^▸ {hottest} ", 10)
    node, index = r.read(r"^▸ (\S+) +(\d+) ", "the first row")
    r.same("the hottest device, overview and devices", seen["hottest"], f"{node}/{index}")
    r.same("its degrees", seen["degrees"], most)
    if r.wide:
        whole, = r.read(r"devices +([^a-z\n]+?) in all", "that not all devices tell of themselves")
        r.same("devices, overview and devices", seen["devices"], number(whole))
    return node


def longest_wait(r, seen):
    r.view("4", "Queued")
    queued, oldest = r.read(r"^ ([^a-z\n]+?) queued +oldest +(\S+)", "the queue")
    r.same("queued, overview and queue", seen["queued"], number(queued))
    for _ in range(3):  # our clock goes on: what has just become an hour more is that everywhere a moment later
        row, = r.read(r"^▸ (.*)", "the first row")
        if seen["oldest"] == oldest and f" {oldest} " in row:
            break
        r.view("1", "Overview")
        seen["oldest"], = r.read(r"^ jobs .* queued +oldest +(\S+)", "the oldest of the queued")
        r.view("4", "Queued")
        oldest, = r.read(r"^ [^a-z\n]+? queued +oldest +(\S+)", "the oldest of the queue")
    r.same("the longest wait, overview and queue", seen["oldest"], oldest)
    tap.ok(f"{r.at}: it is the first row's", f" {oldest} " in row, r.ui.text())


def worst_node(r, seen):
    r.view("2", "Nodes")
    nodes, down = r.read(r"^ ([^a-z\n]+?) nodes +(\d+) down", "the number of nodes")
    r.same("nodes and down, overview and nodes", (seen["nodes"], seen["down"]), (number(nodes), int(down)))
    r.read(r"^▸ \S+ .*down", "the worst node on top")


def drain(r, urls, node):
    r.only(node)
    r.read(rf"^▸ {node} .*allocated", "the node with the hottest device")
    r.ask_for("D", "Drain 1 node")
    r.read(rf"Drain 1 node[^\n]*\n(?:.*\n)+?.*target +{node}", "what would be drained")
    r.confirm(node, "too hot")
    r.read(rf"^▸ {node} .*draining", "the node, draining", 30)
    told = ask(urls, center_of(node), f"node/{node}")["nodes"][0]
    tap.ok(f"{r.at}: the fleet drained it, with the reason", "DRAIN" in told["state"] and "too hot" in told["reason"], told)


def center_of(node):
    return {"zb": "zhangbei", "hh": "hohhot", "wh": "wuhan", "xa": "xian", "sh": "shanghai", "sj": "sanjiangyuan"}[node[:2]]


def requeue_victim(r, urls, node):
    r.ui.keys("enter")
    job, = r.read(rf"^▸ (\d+) ", f"what runs on {node}")
    r.ask_for("R", "Requeue 1 job")
    r.read(rf"Requeue 1 job[^\n]*\n(?:.*\n)+?.*target +{job}", "what would be requeued")
    r.read(r"effect .*held", "that it will be held")
    r.confirm(job)
    waits = until(20, lambda: r.ui.pump(0.2) and "PENDING" in str(ask(urls, center_of(node), f"job/{job}")["jobs"][0]["job_state"]))
    tap.ok(f"{r.at}: job {job} waits again", waits, f"{ask(urls, center_of(node), f'job/{job}')}\n{r.ui.text()}")
    r.view("4", "Queued")
    r.only(job)
    r.read(rf"^▸ {job} .*", "the job among those that wait", 30)
    r.read(rf"^▸ {job} .*(held|release)", "that it is held", 5)


def after(r, seen):
    """The overview again: what was done shows in the sums, as soon as each center was asked once more."""
    doc = whole_snapshot(r.at)
    running, held = (int(sum(c[k] or 0 for c in doc["centers"])) for k in ("jobs_running", "jobs_held"))
    r.ui.keys("esc", "esc")
    r.view("1", "Overview")
    shown = until(60, lambda: r.ui.pump(0.2) and re.search(rf"^ jobs +{running:,} running".replace(",", "."), r.ui.text(), re.M))
    tap.ok(f"{r.at}: jobs running, screen and snapshot: {running}", shown, r.ui.text())
    tap.ok(f"{r.at}: one less runs or others took its places, and it is held", running >= seen["running"] - 1 and held >= 1,
           (running, seen, held))


def walk(size, urls):
    doc = whole_snapshot(size)
    r = Round(size)
    seen = overview(r, doc)
    node = hottest_device(r, seen)
    longest_wait(r, seen)
    worst_node(r, seen)
    drain(r, urls, node)
    requeue_victim(r, urls, node)
    after(r, seen)
    tap.equal(f"{r.at}: q ends it", r.ui.quit(), 0)


def main():
    for name in sys.argv[1:] or ["80x24"]:
        size = tuple(map(int, name.split("x")))
        fleet, urls = start_fleet()
        try:
            walk(size, urls)
        finally:
            fleet.terminate()
        tap.equal("the fleet ends when it is told", fleet.wait(60), 0)


tap.run(main)
