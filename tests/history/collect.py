#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The history from outside: collect as a service, one-shots beside it, kill -9, takeover, damage, no room."""
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SRC = Path(os.environ.get("SUANTOP_SRCDIR") or Path(__file__).resolve().parents[2])
BUILD = Path(os.environ.get("SUANTOP_BUILDDIR") or ".")
sys.path.insert(0, str(SRC / "tests/e2e"))
import tap  # noqa: E402
from procs import heeds  # noqa: E402

SUANTOP = (BUILD / "suantop").resolve()
# How long a slow machine with sanitizers may take for what takes a second.
PATIENCE = 180


class Place:
    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="suantop-history-"))
        self.db = self.dir / "state/suantop/history.db"
        self.config = self.dir / "config.yaml"
        self.config.write_text("centers:\n  - id: here\n    sources:\n      - local: {}\n")
        self.env = {**os.environ, "XDG_STATE_HOME": str(self.dir / "state"), "HOME": str(self.dir)}
        self.started = []

    def collect(self, *args, **env):
        process = subprocess.Popen([SUANTOP, "collect", "-c", self.config, *args], env={**self.env, **env},
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.started.append(process)
        return process

    def run(self, *args, **options):
        return subprocess.run([SUANTOP, *args, "-c", self.config], env=self.env, capture_output=True, text=True,
                              timeout=PATIENCE, **options)

    def ask(self, sql):
        """None while there is no such database, or no answer."""
        try:
            db = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=5)
            try:
                return db.execute(sql).fetchone()[0]
            finally:
                db.close()
        except (sqlite3.Error, TypeError):
            return None

    def interruptions(self):
        out = self.run("snapshot", "-f", "json", "--only", "interruptions,centers")
        return out.returncode, [row["job"] for row in json.loads(out.stdout)["interruptions"]]

    def end(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        shutil.rmtree(self.dir)


def is_written(place):
    return (place.ask("SELECT value FROM meta WHERE key = 'rev'") or 0) > 0


def wait(test):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if test():
            return True
        time.sleep(0.05)
    return False


def stop(process):
    """(exit status, seconds, messages)"""
    begun = time.monotonic()
    process.terminate()
    _, messages = process.communicate(timeout=PATIENCE)
    return process.returncode, time.monotonic() - begun, messages


def add_interruption(place, job):
    db = sqlite3.connect(place.db, timeout=PATIENCE)
    now = int(time.time() * 1000)
    db.execute("INSERT INTO interruption (_center, _id, _at, _rev, id, job, at, cause) VALUES ('here', ?, ?, 0, ?, ?, ?, 'node')",
               (f"{job}@{now // 1000}", now, f"{job}@{now // 1000}", job, now))
    db.commit()
    db.close()


def test_service(place):
    name = Path(tempfile.mkdtemp(prefix="suantop-notify-", dir="/tmp")) / "s"  # the path of a socket must be short
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(name))
    manager.settimeout(PATIENCE)
    heard = []

    def hear(word):
        while not any(word in text for text in heard):
            heard.append(manager.recv(4096).decode())
        return True

    process = place.collect(NOTIFY_SOCKET=str(name), WATCHDOG_USEC="1000000")
    tap.ok("collect says that it is ready", hear("READY=1"))
    tap.ok("and how it is", hear("STATUS=the history is written to"))
    heard.clear()
    tap.ok("and that it is alive", hear("WATCHDOG=1"))
    tap.ok("the history is written", wait(lambda: is_written(place)))
    modes = [oct(p.stat().st_mode & 0o777) for p in (place.db, place.db.parent, place.dir / "state")]
    tap.equal("file and folders are private", modes, ["0o600", "0o700", "0o700"])
    manager.setblocking(False)
    try:  # what it said meanwhile: no more than a few messages wait, the next would be lost
        while True:
            manager.recv(4096)
    except BlockingIOError:
        manager.settimeout(PATIENCE)
    status, seconds, messages = stop(process)
    tap.equal("SIGTERM ends it", status, 0)
    tap.ok("and it says so", hear("STOPPING=1"))
    tap.ok("messages are on standard error", "is written to" in messages, messages)
    manager.close()
    shutil.rmtree(name.parent)


def test_restart(place):
    process = place.collect()
    wait(lambda: is_written(place))
    add_interruption(place, "14")
    tap.equal("a snapshot beside the collector has what is kept", place.interruptions(), (0, ["14"]))
    process.kill()
    process.wait()
    tap.equal("after kill -9, too", place.interruptions(), (0, ["14"]))
    tap.equal("the file is sound", place.ask("PRAGMA integrity_check"), "ok")
    tap.equal("--history off leaves it out",
              json.loads(place.run("snapshot", "-f", "json", "--history", "off", "--only", "interruptions").stdout)
              ["interruptions"], [])
    before = place.ask("SELECT max(_rev) FROM interruption")
    again = place.collect()
    tap.ok("the next collector goes on", wait(lambda: (place.ask("SELECT value FROM meta WHERE key = 'rev'") or 0) > before + 1))
    tap.equal("with what was there", place.interruptions(), (0, ["14"]))
    stop(again)


def test_takeover(place):
    log = place.dir / "log"

    def says(words):
        return log.exists() and words in log.read_text()

    first = place.collect()
    wait(lambda: is_written(place))
    place.collect("--log", str(log))
    tap.ok("a second collector reads", wait(lambda: says("another suantop writes it")))
    first.kill()
    first.wait()
    tap.ok("it takes over when the first is killed", wait(lambda: says("is written to")))


def test_damage(place):
    place.db.parent.mkdir(parents=True)
    place.db.write_bytes(b"no database at all\n" * 500)
    tap.ok("doctor tells of a damaged file", "FAIL  the history is not read" in place.run("doctor").stdout)
    status, rows = place.interruptions()
    tap.equal("a snapshot over a damaged file is complete all the same", (status, rows), (0, []))
    tap.equal("and leaves the file to the writer", len(list(place.db.parent.iterdir())), 1)
    out = place.run("check")
    tap.ok("check answers", out.returncode in (0, 1, 2) and out.stdout, out)
    process = place.collect()
    tap.ok("collect begins a new one", wait(lambda: is_written(place)))
    _, _, messages = stop(process)
    tap.ok("and says what became of the old one", ".corrupt-" in messages, messages)
    tap.equal("which is still there", len(list(place.db.parent.glob("history.db.corrupt-*"))), 1)


def no_room():
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_no_room(place):
    process = place.collect()
    wait(lambda: is_written(place))
    add_interruption(place, "15")
    process.kill()
    process.wait()
    out = place.run("snapshot", "-f", "json", "--only", "interruptions", preexec_fn=no_room)
    tap.equal("a snapshot without room to write has what it can read", out.returncode, 0)
    full = subprocess.Popen([SUANTOP, "collect", "-c", place.config], env=place.env, stderr=subprocess.PIPE, text=True,
                            preexec_fn=no_room)
    place.started.append(full)
    wait(lambda: heeds(full.pid) or full.poll() is not None)
    time.sleep(2)
    tap.equal("collect goes on without room", full.poll(), None)
    status, _, messages = stop(full)
    tap.equal("and ends as it should", status, 0)
    tap.ok("and says that nothing is written", "not written" in messages, messages)


def test_usage(place):
    tap.ok("doctor: there is none yet", "there is no history yet" in place.run("doctor").stdout)
    tap.ok("nor is one made by that", not place.db.exists())
    out = place.run("collect", "--history", "off")
    tap.equal("collect without a history is refused", out.returncode, 64)
    tap.ok("with words", "history" in out.stderr, out.stderr)
    units = [BUILD / "dist" / kind / "suantop-collect.service" for kind in ("system", "user")]
    texts = [unit.read_text() for unit in units]
    tap.ok("the units call the program by its path",
           all("/bin/suantop collect" in text and "@" not in text.split("ExecStart")[1].split("\n")[0] for text in texts))


if __name__ == "__main__":
    for test in (test_service, test_restart, test_takeover, test_damage, test_no_room, test_usage):
        place = Place()
        try:
            test(place)
        finally:
            place.end()
    tap.done()
