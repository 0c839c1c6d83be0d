#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Centers that misbehave, each in its own way: what is told of each, by name; and that the one that is well does not notice.

MISCHIEF_SECONDS (21): how long the fleet of fifty is watched; tests/bench/nation.py says what keys cost meanwhile."""
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
folder = tempfile.TemporaryDirectory(prefix="suantop-mischief.")
os.environ.update(T=folder.name, SUANTOP=BUILD + "/suantop", XDG_STATE_HOME=folder.name + "/state",
                  XDG_CONFIG_HOME=folder.name + "/config", TMPDIR=folder.name, TZ="UTC", LC_ALL="C.UTF-8")
sys.path[:0] = [SOURCE + "/tests/e2e", SOURCE + "/tests/fleetsim"]
import tap  # noqa: E402
from e2e import Dashboard, snapshot, source, until  # noqa: E402
from fleet import Fleet, proc  # noqa: E402

SECONDS = float(os.environ.get("MISCHIEF_SECONDS", 21))
INTERVAL_S = 2
SLACK_S = 6  # of a machine on which others build; who waited for the others would wait for a quarter of a minute
RARELY = 0.25  # what share of the looks may find more than that, on a machine that stands still for seconds
KINDS = """
model | m | driver=NVIDIA H800 | exporter=dcgm | idle=70 | power=700 | memory=85.9G | clock=1.98G | limit=87
work | w | name=train | share=1 | sizes=1,2 | hours=200 | spread=0 | activity=0.6
"""
# What the program must say of a source (its error, its hint, its bad example), and that it is not well.
SAYS = {"stall": r"has not answered yet|no answer|in time", "drip": r"drips", "cut": r"ended early|closed", "401": r"credentials",
        "429": r"429", "500": r"500", "garbage": r"JSON|answer|byte|control|expected", "types": r"not slurmrestd's",
        "redirect": r"302.*127\.0\.0\.2.*not followed", "endless": r"drips|larger|longer|within|time"}


def scenario(count, version=lambda i: 45, nodes=4):
    lines = ["title | mischief, simulated", KINDS]
    for i in range(1, count + 1):
        lines.append(f"center | c{i:02} | load=0.7 | queued=4 | rate=0 | version={version(i)}")
        lines.append(f"pool | p | prefix=c{i:02}-n | nodes={nodes} | devices=2 | model=m")
    path = folder.name + "/mischief.conf"
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return path


def complaint(row):
    return " | ".join(str(row[k]) for k in ("error", "mend", "bad_example", "note") if row.get(k))


def each_is_told():
    """One center for each kind, all at once, and one that is well."""
    kinds = list(SAYS)
    fleet = Fleet(scenario(len(kinds) + 1), folder.name, exporters=False, every="1s")
    for i, kind in enumerate(kinds, 1):
        fleet.does(f"c{i:02}", kind)
    well = f"c{len(kinds) + 1:02}"
    _, doc, err = snapshot("-c", fleet.config, "-t", "13s")
    for i, kind in enumerate(kinds, 1):
        bad = source(doc, f"c{i:02}")
        said = complaint(bad) + str([e for e in doc["errors"] if f"c{i:02}" in str(e)])
        tap.ok(f"{kind}: its source is not well", bad["state"] not in ("ok", "stale"), bad)
        tap.ok(f"{kind}: it is told in words, of the center by name", f"c{i:02}" in said and re.search(SAYS[kind], said, re.I | re.S), said)
    center = next(c for c in doc["centers"] if c["id"] == well)
    tap.ok("the one that is well is whole", center["nodes_total"] == 4 and source(doc, well)["state"] == "ok", err)
    fleet.end()


def ages(doc):
    """Every figure that is an age or a waiting time."""
    for part in ("centers", "nodes", "devices", "jobs", "sources", "interruptions"):
        for row in doc[part]:
            for key, value in row.items():
                if isinstance(value, (int, float)) and not isinstance(value, bool) and re.search(r"age_|wait|_in_s|since|elapsed|run_s", key):
                    yield part, row.get("id") or row.get("name"), key, value


def clocks_are_told():
    fleet = Fleet(scenario(3), folder.name, exporters=True, every="1s")
    fleet.does("c01", "skew")
    fleet.does("c02", "skew&by=-7200")
    for far in ("nan", "1e300"):
        try:
            fleet.does("c03", "skew&by=" + far)
            tap.ok(f"a clock cannot be {far} s ahead", False)
        except urllib.error.HTTPError as e:
            tap.equal(f"a clock cannot be {far} s ahead", e.code, 400)
    _, doc, _ = snapshot("-c", fleet.config, "-t", "10s")
    ahead, behind, right = (source(doc, f"c0{i}") for i in (1, 2, 3))
    tap.ok("a clock that is ahead is told, by how much", 10780e3 < ahead["clock_ahead_ms"] < 10820e3, ahead)
    tap.ok("in words", "ahead of ours" in ahead["mend"], ahead)
    tap.ok("one that is behind", -7220e3 < behind["clock_ahead_ms"] < -7180e3 and "behind ours" in behind["mend"], behind)
    tap.ok("one that is right", abs(right["clock_ahead_ms"]) < 10000 and not right["mend"], right)
    alerts = {(a["rule"], a["center"]) for a in doc["alerts"] if a["rule"] == "clock_skew"}
    tap.equal("alerts name the two", alerts, {("clock_skew", "c01"), ("clock_skew", "c02")})
    tap.none("no age is below zero", [a for a in ages(doc) if a[3] < 0])
    ui = Dashboard("-c", fleet.config, size=(200, 60))
    ui.wait(r"3 centers . 3 live", 20)
    shown = []
    for view in "12345678":
        ui.keys(view, wait=0.6)
        shown += [f"view {view}: {line}" for line in ui.text().splitlines() if re.search(r"(^|\s)-\d+(s|m|h|d)", line)]
    tap.none("no screen shows one", shown)
    ui.keys("7")
    tap.ok("view 7 names the source and says which way", ui.wait(r"c01.*ahead of ours", 10), ui.text())
    tap.equal("q ends it", ui.quit(), 0)
    fleet.end()


def versions_change_under_way():
    """One was upgraded from v0.0.38, one goes back to it, one answers its old paths in the new shape."""
    fleet = Fleet(scenario(4, lambda i: 38 if i in (1, 3) else 45), folder.name, exporters=False, every="1s")
    ui = Dashboard("-c", fleet.config, size=(200, 60))
    ui.keys("8")
    tap.ok("all are well", ui.wait(r"4 ok", 20), ui.text())
    fleet.does("c01", "version")
    fleet.does("c02", "version")
    fleet.does("c03", "shape")
    began = time.monotonic()
    tap.ok("the new version is found", ui.wait(r"c01/slurm +\w+ +ok +slurmrestd v0\.0\.45", 15), ui.text())
    tap.ok("the old one, too", ui.wait(r"c02/slurm +\w+ +ok +slurmrestd v0\.0\.38", 15), ui.text())
    took = time.monotonic() - began
    tap.ok("within two intervals and the back-off of a few failures", took < 90, f"{took:.1f} s")
    tap.ok("an answer in another shape loses nothing, or says so", ui.wait(r"c03/slurm +\w+ +(ok|failed)", 10), ui.text())
    ui.keys("1")

    def all_there():
        ui.pump(0.1)
        rows = {m[1]: m[2] for m in re.finditer(r"(c0[1-4]) .*? (\d+) +0 +0 ", ui.text())}
        return all(rows.get(f"c0{i}") == "4" for i in (1, 2, 3, 4))

    tap.ok("their nodes are there", until(10, all_there), ui.text())
    for center in ("c01", "c02", "c03"):
        fleet.does(center, "none")
    ui.keys("8")
    tap.ok("and back", ui.wait(r"c01/slurm +\w+ +ok +slurmrestd v0\.0\.38", 15) and ui.wait(r"4 ok", 15), ui.text())
    tap.equal("q ends it", ui.quit(), 0)
    fleet.end()


def one_of_fifty_does_not_notice():
    kinds = [*SAYS, "skew", "version", "shape"]
    fleet = Fleet(scenario(50, lambda i: 38 if i % 3 == 0 else 45), folder.name, exporters=True, every=f"{INTERVAL_S}s")
    ui = Dashboard("-c", fleet.config, size=(200, 60))
    tap.ok("all fifty are live", ui.wait(r"50 centers . 50 live", 30), ui.text())
    for i in range(1, 50):
        fleet.does(f"c{i:02}", kinds[i % len(kinds)])
    ui.keys("8", "/", *"c50", "enter", wait=0.1)
    late, slow, seen, keys, first = [], [], 0, 0, None
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or seen <= 20 and time.monotonic() < end + 9 * SECONDS:
        ui.pump(0.2)
        found = re.search(r"c50/slurm +(?:c50 +)?(\w+) .*? (\d+)(s|m|h)\s", ui.text())
        if found:
            seen += 1
            if found[1] != "ok" or found[3] != "s" or int(found[2]) > 2 * INTERVAL_S + SLACK_S:
                late.append(found[0])
        took, keys = ui.answer("i", 3), keys + 1
        if took > 3:
            slow.append(took)
        if first is None and time.monotonic() > end - SECONDS / 2:
            first = proc(ui.pid)
    last = proc(ui.pid)
    tap.ok("the fiftieth was looked at all the time", seen > 20, seen)
    tap.ok(f"and was not older than two intervals of {INTERVAL_S} s", len(late) <= RARELY * seen, late)
    tap.ok("no key waited for them", len(slow) <= RARELY * keys, slow)
    tap.ok("descriptors do not grow", last.fds <= first.fds + 16, (first, last))
    # Where the machine is busy, half a short watch is not yet all that there will be.
    tap.ok("memory does not grow", last.rss <= first.rss + (4 if SECONDS > 60 else 48) * 1024, (first, last))
    ui.keys("esc", "8", "esc", "g", wait=0.3)
    text = ui.text()
    for _ in range(3):
        ui.keys("pgdn", wait=0.3)
        text += ui.text()
    # Of a body that never ends nobody knows before its half minute is over.
    bad = [f"c{i:02}" for i in range(1, 50) if kinds[i % len(kinds)] in SAYS and (SECONDS > 60 or kinds[i % len(kinds)] != "endless")]
    tap.none("each that fails is told so", [c for c in bad if not re.search(c + r"/slurm +\w* +(failed|paused|stale|starting)", text)])
    if SECONDS >= 100:  # a center is an alert when it has been silent for a minute
        ui.keys("7", "g", wait=0.5)
        text = ui.text()
        for _ in range(4):
            ui.keys("pgdn", wait=0.3)
            text += ui.text()
        tap.none("an alert names each", [c for c in bad if not re.search(r"\b" + c + r"\b", text)])
    tap.equal("q ends it, at once", ui.quit(), 0)
    _, doc, _ = snapshot("-c", fleet.config, "-t", "8s")
    named = {e["source"].split("/")[0] if "source" in e else e.get("center") for e in doc["errors"]}
    tap.none("the snapshot names each", [c for c in bad if c not in named and c not in str(doc["errors"])])
    fleet.end()


def a_configuration_is_written_whole():
    """Or not at all: nobody would miss what a full disk left out."""
    r = subprocess.run([BUILD + "/suantop-fleetsim", "-s", scenario(60, nodes=1), "-c", "/dev/full"], capture_output=True, text=True,
                       timeout=30)
    tap.ok("a disk that is full is told, and ends it", r.returncode > 64 and "/dev/full: cannot be written" in r.stderr, r)


def main():
    only = os.environ.get("ONLY")
    if only:
        globals()[only]()
        return
    a_configuration_is_written_whole()
    each_is_told()
    clocks_are_told()
    versions_change_under_way()
    one_of_fifty_does_not_notice()


tap.run(main)
