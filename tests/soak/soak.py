#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The dashboard, the wall and `record` for long over a simulated fleet that never stands still; see docs/soak.md.

    make soak SOAK_MINUTES=120                      or  SUANTOP_BUILDDIR=build tests/soak/soak.py
"""
import os
import random
import re
import select
import shutil
import signal
import statistics
import sys
import tempfile
import time

from fleets import INTERVAL, MISCHIEF, Fleet
from watched import HOME_SIZE, Watched

BUILD = os.path.abspath(os.environ.get("SUANTOP_BUILDDIR", "."))
MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))
SPEED = float(os.environ.get("SOAK_SPEED", "60"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
JUDGED_FROM = 120  # minutes: before that a slope is mostly the filling of what has a bound
SLOPE = 64.0  # kB an hour
FRAME = 5.0  # seconds that the clock on a screen may be late
SLACK = 3.0  # seconds beside the two intervals: a refresh of the screen, and this machine
FDS = 16  # more than in the first half: connections to exporters come and go
QUIET, REST_EVERY, SAMPLE_EVERY = 0.2, 30.0, 5.0
LOOKS = "1 2 3 4 5 6 7 8 9 j j j k G g pgdn pgup enter esc d esc y esc ? esc s t tab r z z i > < n * space".split()
FILTERS = (("/", "text:gpu", "enter"), ("/", "text:state=running", "enter"), ("/", "esc"))
TYPED = (*FILTERS, ("text::sort node asc", "enter"))
ACTIONS = (("2", "D"), ("2", "U"), ("5", "R"), ("4", "H"), ("4", "L"))


class Operator:
    """Who sits before the dashboard: looks by chance, sometimes acts, comes to rest to be compared with the truth."""

    def __init__(self, seat, chance):
        self.seat, self.chance = seat, chance

    def home(self, pump):
        """To the overview at its usual size, out of whatever is open."""
        self.seat.resize(*HOME_SIZE)
        for key in ("esc", "esc", "esc", "esc", "1", "esc", "esc", "g"):
            self.seat.keys(key)
            pump(QUIET)
        if "FROZEN" in self.seat.screen.text():
            self.seat.keys("z")
            pump(QUIET)

    def look(self):
        if self.chance.random() < 0.1:
            self.seat.keys(*self.chance.choice(TYPED))
        else:
            self.seat.keys(self.chance.choice(LOOKS))

    def resize(self):
        small = self.chance.random() < 0.1
        least, most = ((1, 12), (1, 30)) if small else ((12, 90), (40, 320))
        self.seat.resize(self.chance.randint(*most), self.chance.randint(*least))

    def act(self, pump):
        """One action, answered as the dialog wants it; the dialog's own rules may refuse."""
        view, key = self.chance.choice(ACTIONS)
        self.home(pump)
        self.seat.keys(view)
        if key == "U":  # a node that was drained here: others' reasons are not overwritten
            self.seat.keys("/", "text:soak", "enter")
        self.seat.keys(*["j"] * self.chance.randrange(12))
        pump(1)
        self.seat.keys(key)
        pump(1)
        text = self.seat.screen.text()
        target = re.search(r"target +(\S+)", text)
        if target:
            if re.search(r"^.*\breason\b.*Tab goes there", text, re.M):
                self.seat.keys("tab", "text:soak", "tab")
            self.seat.keys("text:" + (target[1] if "type the" in text else "y"))
            pump(1)  # an Enter that comes with the text is taken for a part of a paste
            self.seat.keys("enter")
            pump(1)


class Soak:
    def __init__(self, folder):
        self.folder, self.chance = folder, random.Random(SEED)
        program = f"{BUILD}/suantop-fleetsim"
        self.churn, self.mortal = Fleet(program, "churn.conf", SPEED), Fleet(program, "mortal.conf", SPEED, mortal=True)
        config = f"{folder}/config.yaml"
        with open(config, "w") as f:
            f.write(f"audit: {folder}/audit.log\ncenters:\n{self.churn.centers}{self.mortal.centers}")
        env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": folder}
        for key in ("COLUMNS", "LINES", "NO_COLOR", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            env.pop(key, None)
        suantop = f"{BUILD}/suantop"
        common = ["-c", config]
        self.dashboard = Watched("dashboard", [suantop, *common, "--history", f"{folder}/d.db"], env)
        self.wall = Watched("wall", [suantop, "wall", *common, "--history", f"{folder}/w.db", "--dwell", "2s"], env)
        self.record = Watched("record", [suantop, "record", f"{folder}/rec", *common], env, terminal=False)
        self.all = [self.dashboard, self.wall, self.record]
        self.operator = Operator(self.dashboard, self.chance)
        self.compared = self.lost = self.killed = self.mischief = 0
        self.until = {}  # when a center behaves again
        self.sampled = self.next_trouble = time.monotonic()

    # ---- time passes ----

    def pump(self, seconds):
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            screens = {w.master: w for w in self.all if w.master is not None and w.process.poll() is None}
            for fd in select.select(list(screens), [], [], max(0, min(left, 0.1)))[0]:
                screens[fd].take()
            if left <= 0:
                break
        now = time.monotonic()
        if now - self.sampled >= SAMPLE_EVERY:
            self.sampled = now
            for w in self.all:
                if w.process.poll() is None:
                    w.sample()
        if now >= self.next_trouble:
            self.trouble(now)

    def trouble(self, now):
        """Centers begin and end to misbehave; one is killed, and comes back."""
        self.next_trouble = now + self.chance.uniform(2, 40)
        for center in [c for c, end in self.until.items() if end <= now]:
            del self.until[center]
            if center in self.churn.urls:
                self.churn.does(center, "none")
            else:
                self.mortal.start()
        center = self.chance.choice(("south", "west", "east"))  # the other is never in trouble
        if center in self.until or self.chance.random() < 0.5:
            return
        self.until[center] = now + self.chance.uniform(5, 60)
        if center in self.churn.urls:
            self.churn.does(center, self.chance.choice(MISCHIEF))
            self.mischief += 1
        else:
            self.mortal.kill()
            self.killed += 1

    def use(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.running():
            what = self.chance.random()
            if what < 0.3:
                self.operator.look()
            elif what < 0.34:
                self.operator.resize()
            elif what < 0.36:
                self.operator.act(self.pump)
            elif what < 0.38:
                self.wall.resize(self.chance.randint(10, 400), self.chance.randint(3, 120))
            self.pump(QUIET)

    # ---- is it true? ----

    def told(self, center):
        """(up, drained, down) of that center on the overview, None if it is not there."""
        lines = self.dashboard.screen.text().split("\n")
        head = next((line for line in lines if re.search(r"^ *CENTER\b.*\bUP\b.*\bDOWN\b", line)), None)
        row = next((line for line in lines if re.search(rf"^.. *(\S )?{center.title()}\b", line)), None)
        if not head or not row:
            return None
        ends = [re.search(rf"\b{word}\b", head).end() for word in ("UP", "DRAIN", "DOWN")]
        found = [re.search(r"(\d+)$", row[:end]) for end in ends]
        return tuple(int(f[1]) for f in found) if all(found) else None

    def compare(self):
        """What the dashboard shows of a center that behaves is what was true of it within the last two intervals."""
        self.operator.home(self.pump)
        self.wall.resize(*HOME_SIZE)
        centers = [(f, c) for f in (self.churn, self.mortal) for c in f.healthy()]
        true = {c: set() for _, c in centers}
        end = time.monotonic() + 2 * INTERVAL + SLACK
        while time.monotonic() < end:
            for fleet, c in centers:
                if fleet.since[c] is not None:
                    true[c].add(fleet.truth(c))
            self.pump(QUIET)
        for w in (self.dashboard, self.wall):
            age = w.frame_age()
            w.worst_frame = max(w.worst_frame, FRAME * 2 if age is None else age)
        for fleet, c in centers:
            if fleet.since[c] is None:  # it began to misbehave meanwhile
                continue
            self.compared += 1
            if self.told(c) not in true[c]:
                self.lost += 1
                print(f"lost: {c} shows {self.told(c)}, true was {sorted(true[c])}", file=sys.stderr)
                self.keep(f"lost-{self.lost}.txt", self.dashboard.screen.text())

    def keep(self, name, text):
        if "SOAK_KEEP" in os.environ:
            with open(os.path.join(os.environ["SOAK_KEEP"], name), "w") as f:
                f.write(text)

    # ---- all of it ----

    def running(self):
        return all(w.process.poll() is None for w in self.all)

    def kill(self):
        """Whatever still runs."""
        for w in self.all:
            if w.process.poll() is None:
                w.process.kill()
                w.process.wait()
        for fleet in (self.churn, self.mortal):
            fleet.kill()

    def run(self):
        began = time.monotonic()
        while time.monotonic() - began < MINUTES * 60 and self.running():
            self.use(min(REST_EVERY, max(2, MINUTES * 60 / 6)))
            if self.running():
                self.compare()
        died = [w.name for w in self.all if w.process.poll() is not None]
        status = {w.name: w.end() for w in self.all}
        for w in self.all:
            self.keep(f"{w.name}.csv", "\n".join(",".join(f"{v:g}" for v in s) for s in w.samples) + "\n")
        sent, seen = self.actions()
        good = [self.verdict(w, status[w.name]) for w in self.all]
        print(
            f"{(time.monotonic() - began) / 60:.1f} min at {SPEED:g} times the speed, seed {SEED}: {self.mischief} times "
            f"mischief, {self.killed} times killed; {sent} actions sent, {seen} of them seen in what was polled; "
            f"{self.compared} comparisons with the truth, {self.lost} lost updates"
        )
        for name in died:
            print(f"{name} ended by itself")
        return all(good) and not died and self.compared > 0 and self.lost == 0

    def actions(self):
        """By the journal: how many requests left, of how many the effect was seen."""
        with open(f"{self.folder}/audit.log") as f:
            kinds = re.findall(r'"kind":"(\w+)"', f.read())
        return kinds.count("intent"), kinds.count("seen")

    def verdict(self, w, status):
        half = len(w.samples) // 2
        early, late = w.samples[:half], w.samples[half:]
        warm = [s for s in w.samples if s[0] >= min(3600, w.samples[-1][0] / 2)]
        rss, data = (slope([(s[0], s[i]) for s in warm]) for i in (1, 2))
        fds, threads = ([s[i] for s in late] for i in (3, 4))
        print(
            f"{w.name}: RSS {w.samples[0][1]} kB at first, {w.samples[-1][1]} at last, {max(s[1] for s in w.samples)} at "
            f"most, {rss:+.0f} kB/h (data {data:+.0f}); descriptors {min(fds)}..{max(fds)}, threads "
            f"{min(threads)}..{max(threads)}; {w.samples[-1][5] / w.samples[-1][0] * 100:.1f} % of a core; {w.output} "
            f"bytes to its terminal, its clock {w.worst_frame:.1f} s late at most; exit {status}"
        )
        good = status == 0 and max(threads) - min(threads) <= 1 and max(fds) <= max(s[3] for s in early) + FDS
        return good and w.worst_frame <= FRAME and (MINUTES < JUDGED_FROM or rss <= SLOPE)


def slope(points):
    """kB an hour: the median of the slopes between all pairs (Theil and Sen), so that no peak bends it."""
    points = points[:: max(1, len(points) // 400)]
    pairs = [(q[1] - p[1]) / (q[0] - p[0]) for i, p in enumerate(points) for q in points[i + 1 :] if q[0] > p[0]]
    return 3600 * statistics.median(pairs) if pairs else 0.0


def main():
    folder, soak = tempfile.mkdtemp(prefix="suantop-soak-"), None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        soak = Soak(folder)
        sys.exit(0 if soak.run() else 1)
    finally:
        if soak:
            soak.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
