#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 40 s
"""What a Slurm cluster has to bear: one jobs and one nodes request per interval, whatever views are open."""
import collections
import os
import time

import tap
from e2e import Dashboard, alpha, config, until
from proxy import Proxy

VIEWS = "1", "2", "4", "5", "8"
# One that a busy machine held up may come near to the next, which was on time; two for one come nearer than that.
NEAR = 0.4


def times(requests):
    """{last part of the path, or "slurmdb": times}"""
    out = collections.defaultdict(list)
    for at, _, path in requests:
        part = path.split("?")[0].rstrip("/").rsplit("/", 1)[1]
        out["slurmdb" if path.startswith("/slurmdb/") else part].append(at)
    return out


def gaps(at):
    return [round(b - a, 2) for a, b in zip(at, at[1:])]


def main():
    c = alpha()
    port = int(c.url.rsplit(":", 1)[1])
    until(20, lambda: "unk" not in c.run("sinfo", "-h", "-o", "%t"))
    c.submit("-J", "some", "--mem=100")

    def watch(name, **options):
        proxy = Proxy(port)
        source = {
            "url": proxy.url,
            "insecure": "true",
            "user": "root",
            "token_file": c.secret(name=name),
            "prefer": "rest",
            **options,
        }
        ui = Dashboard("-c", config({"alpha": {"slurm": source}}, f"{name}.yaml"), size=(120, 40))
        return proxy, ui

    # Two at the same time: as shipped, and with short intervals so that many of them pass.
    shipped, calm = watch("shipped")
    quick, busy = watch("quick", nodes_interval="8s", jobs_interval="8s", diag_interval="8s")
    tap.ok("both come up", calm.wait("alpha", 15) and busy.wait("alpha", 15), busy.text())
    started, turn = time.monotonic(), 0
    while time.monotonic() - started < 34:
        for ui in calm, busy:
            ui.keys(VIEWS[turn % 5])
            ui.keys(*[("down", "d", "esc"), ("pgdn", "t", "t"), (">", "i"), ("/", "x", "esc", "esc")][turn % 4])
            ui.pump(0.3)
        turn += 1
    took = time.monotonic() - started
    for name, proxy, interval in (("as shipped", shipped, 30), ("every 8 s", quick, 8)):
        seen = proxy.take()
        by = times(seen)
        tap.none(f"{name}: only GET", [r for r in seen if r[1] != "GET"])
        for what in "jobs", "nodes":
            at, close = by[what], [g for g in gaps(by[what]) if g < interval * NEAR]
            # slurmrestd up to 26.05.2 may fail when asked what changed in nodes; then it is asked once more.
            spurious = 1 if what == "nodes" else 0
            tap.ok(f"{name}: one {what} request an interval", 1 <= len(at) <= took / interval + 2 + spurious, gaps(at))
            tap.ok(f"{name}: no two {what} requests within one interval", len(close) <= spurious, gaps(at))
        least = min(gaps(by["diag"]) or [99])
        tap.ok(
            f"{name}: diag is cheap and rare",
            least >= min(interval, 10) * NEAR and len(by["diag"]) <= took / min(interval, 10) + 3,
            gaps(by["diag"]),
        )
        tap.ok(
            f"{name}: no request for a single job or node",
            set(by) <= {"ping", "diag", "jobs", "nodes", "partitions", "reservations", "licenses", "slurmdb"},
            set(by),
        )
        once = len(by["slurmdb"]) <= 1
        tap.ok(f"{name}: a cluster without accounting is asked for it once", once, gaps(by["slurmdb"]))
        tap.ok(
            f"{name}: {len(seen)} requests in {took:.0f} s",
            len(seen) <= 12 + took / min(interval, 10) * 3 + took / 5,
            by,
        )
    hammer(calm, shipped)
    for ui in calm, busy:
        tap.equal("ends well", ui.quit(), 0)


def hammer(ui, proxy):
    """An impatient hand on F5."""
    began = time.monotonic()
    for _ in range(60):
        os.write(ui.master, b"\x1b[15~")
        ui.pump(0.05)
    ui.pump(1)
    by, took = times(proxy.take()), time.monotonic() - began
    for what in "jobs", "nodes":
        tap.ok(f"sixty times F5 in {took:.0f} s: few {what} requests", len(by[what]) <= 3 + max(0, took - 5), gaps(by[what]))


if __name__ == "__main__":
    tap.run(main)
