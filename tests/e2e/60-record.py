#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 25 s
"""A recording replayed is the cluster as it was; and polls one after the other are as true as a first one."""
import json
import os
import shutil
import subprocess
import time

import compare
import tap
from e2e import SUANTOP, T, Dashboard, alpha, config, snapshot, suantop, until

# What may differ between a live snapshot and a replayed one: times of asking, and what the asking itself changes.
VOLATILE = (
    "age_seconds",
    "waited_seconds",
    "ran_seconds",
    "left_seconds",
    "starts_in_seconds",
    "out_for_seconds",
    "progress_percent",
    "oldest_wait_seconds",
    "waited",
    "ran",
    "left",
    "starts_in",
    "out_for",
    "oldest_wait",
    "load",
    "memory_free_bytes",
    "booted_at",
    "last_busy_at",
    "expected_start_at",
)

CENTERS = ("tcp", "socket", "text")


def still(rows):
    return [{k: v for k, v in r.items() if k not in VOLATILE} for r in rows]


def by_key(doc, entity):
    return {(r["center"], r.get("id") or r["name"]): r for r in still(doc[entity])}


def so_far(before):
    """What a copy of the recording, replayed, says otherwise than Slurm."""
    shutil.rmtree(f"{T}/copy", ignore_errors=True)
    shutil.copytree(f"{T}/rec", f"{T}/copy")
    status, out, err = suantop("replay", f"{T}/copy", "-f", "json")
    if not out:
        return [f"status {status}: {err}"]
    return [d for center in CENTERS for d in compare.differences(before, json.loads(out), center)]


def caught_up(c):
    """Slurm stands still, and the recorder has asked since: what Slurm said then, and whether that came to be."""
    seen = {}

    def is_still():
        seen["truth"] = compare.truth(c.env)
        return not so_far(seen["truth"]) and compare.truth(c.env) == seen["truth"]

    until(30, is_still, 1)
    return seen["truth"]


def main():
    c = alpha()
    until(20, lambda: "unk" not in c.run("sinfo", "-h", "-o", "%t"))
    quick = {"nodes_interval": "1s", "jobs_interval": "1s", "diag_interval": "1s"}
    conf = config(
        {
            "tcp": {
                "slurm": {
                    "url": c.url,
                    "insecure": "true",
                    "user": "root",
                    "token_file": c.secret(),
                    "prefer": "rest",
                    **quick,
                }
            },
            "socket": {"slurm": {"socket": c.socket, "prefer": "rest", **quick}},
            "text": {"slurm": {"conf": c.conf, "prefer": "text", **quick}},
        }
    )
    c.submit("-J", "first", "--gres=gpu:1", "--mem=100")
    gone = c.submit("-J", "second", "--mem=100", "-H")
    with open(f"{T}/rec.err", "wb") as err:
        recorder = subprocess.Popen([SUANTOP, "record", f"{T}/rec", "-c", conf], stderr=err)
    until(20, lambda: os.path.isdir(f"{T}/rec") and not so_far(compare.truth(c.env)), 1)
    # Things change under the eyes of a source that asks again and again.
    array = c.submit("-J", "array", "--array=0-20%3", "--mem=100")
    c.run("scontrol", "update", "nodename=n2", "state=drain", "reason=while recording")
    time.sleep(4)  # a poll or more sees it
    c.run("scontrol", "release", gone)
    c.run("scancel", f"{array}_7", f"{array}_0")
    c.run("scontrol", "update", "nodename=n2", "state=resume")
    time.sleep(6)  # many polls
    before = caught_up(c)
    status, live, err = snapshot("-c", conf)
    recorder.terminate()
    tap.equal("record ends with 0 on TERM", recorder.wait(60), 0)
    tap.equal("the live snapshot is complete", status, 0)
    tap.equal("recordings are for their owner only", oct(os.stat(f"{T}/rec").st_mode & 0o777), "0o700")

    status, out, err = suantop("replay", f"{T}/rec", "-f", "json")
    tap.ok("replay as a snapshot", status == 0 and out, f"{status} {err}")
    replayed = json.loads(out)
    for center in CENTERS:
        tap.none(f"after many polls {center} says what Slurm says", compare.differences(before, replayed, center))
    for entity in "nodes", "pools", "reservations", "licenses":
        one, two = by_key(live, entity), by_key(replayed, entity)
        tap.none(
            f"replayed {entity} are those of the live snapshot",
            [f"{k}: live {one.get(k)}, replayed {two.get(k)}" for k in {*one, *two} if one.get(k) != two.get(k)],
        )
    one, two = by_key(live, "jobs"), by_key(replayed, "jobs")
    tap.none(
        "replayed jobs are those of the live snapshot",
        [f"{k}: live {one[k]}, replayed {two.get(k)}" for k in one if one[k] != two.get(k)],
    )
    status, again, _ = suantop("replay", f"{T}/rec", "-f", "json")
    tap.ok("the same recording gives the same bytes", again == out, "differs")
    status, out, err = suantop("record", f"{T}/rec", "-c", conf, seconds=60)
    tap.ok("a recording is not overwritten", status not in (0, None) and b"new directory" in err, f"{status} {err}")
    screen()
    torn()


def screen():
    ui = Dashboard("replay", f"{T}/rec", "--speed", "20")
    tap.ok("replay on a terminal says that it is one", ui.wait("REPLAY", 10), ui.text())
    ui.keys("5")
    tap.ok("and shows the jobs", ui.wait("first", 10), ui.text())
    tap.equal("and ends well", ui.quit(), 0)


def torn():
    """A recording whose end is missing is read up to there."""
    for name in sorted(os.listdir(f"{T}/rec")):
        path = f"{T}/rec/{name}"
        if name.endswith(".zst"):
            os.truncate(path, os.path.getsize(path) * 2 // 3)
    status, out, err = suantop("replay", f"{T}/rec", "-f", "json")
    tap.ok(
        "a torn recording is read up to the tear",
        status in (0, 3) and out and len(json.loads(out)["nodes"]) >= 4,
        f"{status} {err}",
    )
    for name in sorted(os.listdir(f"{T}/rec")):
        if name.endswith(".zst"):
            with open(f"{T}/rec/{name}", "r+b") as f:
                f.seek(30)
                f.write(os.urandom(40))
    status, out, err = suantop("replay", f"{T}/rec", "-f", "json")
    tap.ok(
        "a damaged one is refused or read, with words",
        status is not None and status >= 0 and (err or out),
        f"{status} {err}",
    )


if __name__ == "__main__":
    tap.run(main)
