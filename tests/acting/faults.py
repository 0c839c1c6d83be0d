#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The program's own verbs against a cluster that does wrong what the test wants: whatever breaks, each confirmed
request leaves at most once, after its line in the journal, and nothing after the first one that did not go well."""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(os.environ.get("SUANTOP_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("SUANTOP_BUILDDIR") or ".")
sys.path[:0] = [str(SRC / "tests/e2e"), str(SRC / "tests/fake")]

import tap  # noqa: E402
from slurmworld import World  # noqa: E402

CONFIG = """actions: {actions}
centers:
  - id: hpc
    name: hpc
    kind: super
    sources:
      - slurm: {{url: "http://127.0.0.1:{port}", insecure: true, prefer: rest, accounting: off}}
"""
MUTATES = "POST /slurm/v0.0.40/node/n1"


class Run:
    """One command of suantop on a world of its own."""

    def __init__(self, world, verb, *args, actions="confirm", yes=True):
        self.world = world
        self.folder = tempfile.TemporaryDirectory(prefix="suantop-acting-")
        home = Path(self.folder.name)
        self.journal = home / "suantop/audit.jsonl"
        config = home / "config.yaml"
        config.write_text(CONFIG.format(actions=actions, port=world.port))
        self.environment = dict(os.environ, HOME=str(home), XDG_STATE_HOME=str(home), TZ="UTC")
        self.late = []  # requests that arrived before their intent was on the disk
        world.seen = self.look
        words = ["--config", config, "--center", "hpc", "--history", "off", "--ticket", "T1", "--mass"]
        self.done = self.suantop(verb, *args, *words, *(["--yes"] if yes else []))
        self.out = self.done.stdout + self.done.stderr

    def suantop(self, *args):
        return subprocess.run([BUILD / "suantop", *args], env=self.environment, capture_output=True, text=True,
                              errors="replace", stdin=subprocess.DEVNULL, timeout=120)

    def lines(self, kind):
        if not self.journal.exists():
            return []
        return [r for r in map(json.loads, self.journal.read_text().splitlines()) if r["kind"] == kind]

    def look(self, request):
        if request.mutates() and not any(f"{request.method} {request.path}" in r["request"] for r in self.lines("intent")):
            self.late.append(request)

    def complaints(self):
        """What must hold whatever happened."""
        sent, found = self.world.mutations(), []
        keys = [(r.method, r.path) for r in sent]
        found += [f"sent twice: {k}" for k in set(keys) if keys.count(k) > 1]
        found += [f"sent before its intent was written: {r.path}" for r in self.late]
        intents, outcomes = self.lines("intent"), self.lines("outcome")
        if len(intents) < len(sent) or len(intents) != len(outcomes):
            found.append(f"{len(sent)} sent, {len(intents)} intents, {len(outcomes)} outcomes")
        if self.journal.exists() and self.suantop("audit", "verify", self.journal).returncode != 0:
            found.append("the chain of the journal does not hold")
        found += [f"a redirect was followed: {r.path}" for r in self.world.redirected]
        return found


def drains(name, says, sent, status, *fault):
    """Two nodes are drained; so many requests left for each; the first says so."""
    world = World(jobs={14: "RUNNING"})
    if fault:
        world.fault(*fault)
    run = Run(world, "drain", "n1", "n2", "--reason", "bad fan")
    got = (len(world.mutations("/node/n1")), len(world.mutations("/node/n2")))
    first = next((line for line in run.out.splitlines() if line.startswith("n1 ")), "")
    found = run.complaints()
    if got != sent:
        found.append(f"sent {got}, wanted {sent}")
    if not re.search(says, first):
        found.append(f'"{first}" does not say "{says}"')
    if run.done.returncode != status:
        found.append(f"exit status {run.done.returncode}, wanted {status}")
    world.close()
    return f"drain, {name}", found + ([run.out] if found else [])


def stop(world):
    world.nodes["n1"].update(reason="NHC: bad disk", by="root")


def take_out(world):
    world.nodes["n1"].update(state=["IDLE", "DRAIN"], reason="NHC: bad disk", by="root")


def rename(world):
    world.cluster = "other"


ANSWERS = (("error", r"not drained"), ("500", r"500"), ("401", r"credentials|HTTP status 401"),
           ("redirect", r"redirects are not followed"), ("html", r"HTML"))
# Nobody said whether it was done, so the node itself is asked.
LOST = (("lost", r"drained \(.*confirmed\)"), ("reset", r"drained \(.*confirmed\)"), ("broken", r"drained \(.*confirmed\)"),
        ("unread", r"not drained \(unconfirmed\)"), ("502", r"not drained \(unconfirmed\)"),
        ("empty", r"not drained \(unconfirmed\)"))
READ_AGAIN = (("other", r"was about n2"), ("gone", r"does not exist any more"), ("500", r"read again"),
              ("lost", r"read again"), ("html", r"read again"), ("empty", r"read again"),
              (stop, r"root wrote a reason on it meanwhile: NHC: bad disk"), (take_out, r"already drained"),
              (rename, r"it is other, not hpc"))
CASES = [
    ("all is well", r"drained", (1, 1), 0),
    *((f"answered by {what}", says, (1, 0), 2, "POST", "/node/n1", what) for what, says in ANSWERS),
    *((f"the reply is {what}", says, (1, 0), 1, "POST", "/node/n1", what) for what, says in LOST),
    ("the connection it was read on is dead", r"drained", (1, 1), 0, "GET", "/node/", "cut"),
    ("read late", r"drained", (1, 1), 0, "GET", "/node/n1", "slow", 1, 1.5),
    *((f"when read again: {getattr(what, '__name__', what)}", says, (0, 0), 2, "GET", "/node/n1", what)
      for what, says in READ_AGAIN),
]


def test(name, complaints):
    tap.none(name, complaints)


def jobs():
    world = World(jobs={14: "RUNNING", 15: "PENDING"})
    run = Run(world, "cancel", "14")
    test("cancel sends one DELETE", run.complaints() + [r.path for r in world.mutations()
                                                         if (r.method, r.path) != ("DELETE", "/slurm/v0.0.40/job/14")])
    tap.equal("it is cancelled", world.jobs["14"]["state"], "CANCELLED")
    run = Run(world, "hold", "15")
    held = [r.body for r in world.mutations("/job/15")] == ['{"hold":true}']
    test("hold sends one POST, and writes it down", [] if held and len(run.lines("intent")) == 1 else [run.out])
    world.close()


def nothing():
    world = World(jobs={14: "RUNNING"})
    run = Run(world, "drain", "n1", "--reason", "bad fan", "--dry-run")
    test("--dry-run shows the request", [] if MUTATES in run.out else [run.out])
    Run(world, "drain", "n1", "--reason", "bad fan", yes=False)  # nobody there to answer
    Run(world, "drain", "n1", "--reason", "bad fan", actions="off")
    Run(world, "drain", "n1", "--reason", "bad fan", actions="arm")
    for verb in ("snapshot", "check"):
        home = Path(run.folder.name)
        run.suantop(verb, "--config", home / "config.yaml")
    test("--dry-run, no answer, off, not armed, snapshot and check send nothing",
         [f"{r.method} {r.path}" for r in world.mutations()])
    tap.equal("and write no intent", run.lines("intent"), [])
    world.close()


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for label, complaints in pool.map(lambda case: drains(*case), CASES):
        test(label, complaints)
jobs()
nothing()
tap.done()
