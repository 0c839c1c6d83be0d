#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""nation.py BUILDDIR - one suantop over the whole of `suantop-fleetsim -s scale`, on this machine: 50 centers, 100,000 nodes,
800,000 devices, 500,000 jobs. Prints name, tab, value; bench.py makes rows of it.

Environment: SCENARIO (scale), STEADY (60) seconds of steady state, KEYS (200), MISCHIEF=1: then 49 of the centers misbehave in
all ways at once, for STEADY seconds more, and the fiftieth is watched."""
import os
import re
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")
SOURCE = os.path.dirname(os.path.dirname(HERE))
folder = tempfile.TemporaryDirectory(prefix="suantop-nation.")
os.environ.update(SUANTOP_SRCDIR=SOURCE, SUANTOP_BUILDDIR=BUILD, T=folder.name, SUANTOP=BUILD + "/suantop",
                  XDG_STATE_HOME=folder.name + "/state", XDG_CONFIG_HOME=folder.name + "/config", TZ="UTC", LC_ALL="C.UTF-8")
sys.path[:0] = [SOURCE + "/tests/e2e", SOURCE + "/tests/fleetsim"]
from e2e import Dashboard  # noqa: E402
from fleet import Fleet, proc  # noqa: E402

SCENARIO = os.environ.get("SCENARIO", "scale")
STEADY = float(os.environ.get("STEADY", 60))
KEYS = int(os.environ.get("KEYS", 200))
PATIENCE = 240
WRONG = ["stall", "drip", "cut", "401", "429", "500", "garbage", "types", "redirect", "endless", "skew", "version", "shape"]


def tell(name, value):
    print(f"{name}\t{value}", flush=True)


def count(text, pattern):
    """A number with gaps for thousands, behind the word that stands before it; 0 = not there yet."""
    found = re.search(pattern, text)
    return int(re.sub(r"\D", "", found[1])) if found else 0


def first_picture(ui, began, wanted):
    """Seconds until all centers are live, until all nodes and jobs are there, until all devices are."""
    at = dict.fromkeys(wanted)
    while None in at.values() and time.monotonic() - began < PATIENCE:
        ui.pump(0.25)
        text = ui.text()
        for name, (pattern, least) in wanted.items():
            if at[name] is None and count(text, pattern) >= least:
                at[name] = time.monotonic() - began
    return at


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0


def press(ui, number):
    """Milliseconds to the first byte of the answer, of keys that change the picture."""
    took = []
    for i in range(number):
        took.append(1000 * ui.answer(("down", "pgdn", "up", "pgup")[i % 4], 3))
        ui.pump(0.02)
    return took


def tell_keys(name, ui):
    for view, key in (("overview", "1"), ("devices", "3"), ("queued", "4")):
        ui.keys(key, "g", wait=1)
        took = press(ui, KEYS // 3)
        tell(f"{name} {view} ms p50/p99", f"{statistics.median(took):.1f} {percentile(took, 0.99):.1f}")
    ui.keys("1", wait=1)


def steady(ui, fleet, seconds):
    before, sim, began = proc(ui.pid), proc(fleet.process.pid), time.monotonic()
    ui.pump(seconds)
    took = time.monotonic() - began
    after, sim_after = proc(ui.pid), proc(fleet.process.pid)
    tell("steady cpu s/min", f"{(after.cpu - before.cpu) * 60 / took:.2f}")
    tell("steady wakeups/s", f"{(after.switches - before.switches) / took:.0f}")
    tell("steady fleetsim cpu s/min", f"{(sim_after.cpu - sim.cpu) * 60 / took:.2f}")
    tell("steady rss MiB", f"{after.rss / 1024:.0f}")
    tell("fleetsim rss MiB", f"{sim_after.rss / 1024:.0f}")
    tell("descriptors", after.fds)


def mischief(ui, fleet, seconds):
    centers = sorted(fleet.urls)
    for i, center in enumerate(centers[:-1]):
        fleet.does(center, WRONG[i % len(WRONG)])
    well = centers[-1]
    ui.keys("8", "/", *(well + "/slurm"), "enter", wait=0.2)
    before, oldest, end = proc(ui.pid), 0, time.monotonic() + seconds
    took = []
    while time.monotonic() < end:
        for key in ("7", "8"):  # each changes the picture; another order of one row does not
            took.append(1000 * ui.answer(key, 3))
            ui.pump(0.25)
        found = re.search(well + r"/slurm +.*? (\d+)s\s", ui.text())
        oldest = max(oldest, int(found[1]) if found else 999)
    after = proc(ui.pid)
    tell("mischief oldest s of the fiftieth", oldest)
    tell("mischief keys ms p50/p99", f"{statistics.median(took):.1f} {percentile(took, 0.99):.1f}")
    tell("mischief rss MiB before/after", f"{before.rss / 1024:.0f} {after.rss / 1024:.0f}")
    tell("mischief descriptors before/after", f"{before.fds} {after.fds}")


def main():
    began = time.monotonic()
    fleet = Fleet(SCENARIO, folder.name)
    tell("fleetsim starts s", f"{time.monotonic() - began:.1f}")
    small = SCENARIO != "scale"
    ui = Dashboard("-c", fleet.config, size=(200, 60))
    began = time.monotonic()
    wanted = {"all centers live": (r"centers . (\d+) live", len(fleet.urls)),
              "nodes": (r"^ nodes +([\d\s]+?) in all", 1 if small else 100000),
              "pages of the devices": (r"E from ([\d\s]+?) of", 1 if small else 630000),  # of 640,000 that count FP16
              "devices": (r"^ devices +([\d\s]+?) in all", 1 if small else 800000),
              "jobs": (r"running +([\d\s]+?) queued", 1 if small else 380000)}
    wanted = {name: (re.compile(pattern, re.M), least) for name, (pattern, least) in wanted.items()}
    for name, at in first_picture(ui, began, wanted).items():
        tell(f"first picture: {name} s", f"{at:.1f}" if at else "never")
    tell("first picture cpu s", f"{proc(ui.pid).cpu:.1f}")
    for line in ui.text().splitlines()[4:7]:
        print("#" + line[:120].rstrip())
    tell_keys("keys", ui)
    steady(ui, fleet, STEADY)
    if os.environ.get("MISCHIEF"):
        mischief(ui, fleet, STEADY)
    began = time.monotonic()
    status = ui.quit()
    tell("exit", f"{status} after {time.monotonic() - began:.1f} s")
    fleet.end()


main()
