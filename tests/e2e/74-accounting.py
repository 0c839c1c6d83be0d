#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 100 s
"""A cluster with slurmdbd: what nobody watched is known afterwards, from slurmrestd and from sacct, exactly as sacct tells."""
import os
import pwd
import re
import shutil
import signal
import subprocess

import tap
from e2e import SRC, T, Cluster, alpha, config, snapshot, source, until

CAUSES = {"NODE_FAIL": "node", "PREEMPTED": "preempted", "REQUEUED": "operator"}


def bring_up(work, port):
    env = {
        **os.environ,
        "W": work,
        "PORT": str(port),
        "CLUSTER": "gamma",
        "NODES": "3",
        "DB": "1",
        "SLURMD_TIMEOUT": "5",
    }
    subprocess.run([f"{SRC}/tests/slurm/up.sh"], env=env, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return Cluster(work)


def as_user(c, user, *argv):
    u = pwd.getpwnam(user)
    subprocess.run(argv, env=c.env, user=u.pw_uid, group=u.pw_gid, extra_groups=[], check=True, timeout=60)


def running(c, job):
    return until(30, lambda: set(c.state(job).split()) == {"RUNNING"})  # an array's tasks have a line each


def history(c):
    """Jobs that end in all the ways that can be had without broken hardware."""
    one = ("--mem=100", "--gres=gpu:1")
    jobs = {name: c.submit("-J", name, *one, wrap=wrap) for name, wrap in (("well", "sleep 1"), ("badly", "exit 3"))}
    for name in "own", "root", "again":
        jobs[name] = c.submit("-J", name, *one)
    jobs["array"] = c.submit("-J", "array", "--array=0-2", *one)
    jobs["never"] = c.submit("-J", "never", "--hold", *one)
    for name in "own", "root", "again", "array":
        running(c, jobs[name])
    as_user(c, c.user, "scancel", jobs["own"])
    c.run("scancel", jobs["root"], jobs["never"], f"{jobs['array']}_1")
    c.run("scontrol", "requeue", "Incomplete", jobs["again"])
    # Whole nodes, so that the next in line must take one from somebody.
    jobs["weak"] = c.submit("-J", "weak", "-p", "low", "-w", "n3", "--no-requeue", "--exclusive")
    running(c, jobs["weak"])
    jobs["strong"] = c.submit("-J", "strong", "-p", "high", "-w", "n3", "--exclusive", wrap="sleep 1")
    jobs["dies"] = c.submit("-J", "dies", "-w", "n1", "--no-requeue", *one)
    running(c, jobs["dies"])
    c.kill("slurmd-n1", signal.SIGKILL)
    until(40, lambda: "NODE_FAIL" in c.state(jobs["dies"]))
    until(20, lambda: c.state(jobs["strong"]) == "COMPLETED")
    return jobs


def truth(c):
    """{job@start: cause} of the runs that were interrupted, as sacct has them."""
    out = c.run(
        *("sacct", "-D", "-X", "-a", "-n", "-P", "-S", "now-1hours", "-o", "JobID,State,UID,Start,NodeList"),
        check=True,
    )
    found = {}
    for line in out.splitlines():
        job, state, uid, start, nodes = line.split("|")
        by = re.fullmatch(r"CANCELLED by (\d+)", state)
        if start.isdigit() and nodes != "None assigned":
            cause = "operator" if by and by.group(1) != uid else CAUSES.get(state)
            if cause:
                found[f"{job}@{start}"] = cause
    return found


def told(doc, center):
    return {i["id"]: i["cause"] for i in doc["interruptions"] if i["center"] == center and i["seen_by"] == "accounting"}


def main():
    if not all(shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin") for p in ("slurmdbd", "mariadbd", "sacct")):
        tap.skip("accounting", "slurmdbd or mariadbd is not installed")
        return
    port = int(alpha().url.rsplit(":", 1)[1]) - 90 + 100  # between alpha and beta
    work = f"{T}/gamma"
    os.chmod(T, 0o755)
    c = bring_up(work, port)
    c.env["SLURM_TIME_FORMAT"] = "%s"
    try:
        check(c)
    finally:
        env = {**os.environ, "W": work, "WIPE": "1"}
        subprocess.run([f"{SRC}/tests/slurm/down.sh"], env=env, stdout=subprocess.DEVNULL, timeout=300)


def check(c):
    until(20, lambda: c.run("sinfo", "-h", "-t", "idle", "-o", "%D") == "3")
    jobs = history(c)
    until(30, lambda: len(truth(c)) >= 5)  # the controller tells slurmdbd when it has the time
    wanted = truth(c)
    tap.ok("sacct knows a node that died, a preemption, a requeue, operators", len(wanted) >= 5, wanted)
    tap.equal("and all the causes", set(wanted.values()), {"node", "preempted", "operator"})
    rest = {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret()}
    text = {"conf": c.conf, "prefer": "text"}
    path = config({"rest": {"slurm": rest}, "text": {"slurm": text}})
    status, doc, err = snapshot("-c", path)
    tap.equal("a snapshot is complete", (status, err), (0, ""))
    for center in "rest", "text":
        tap.equal(f"{center}: every interruption that nobody watched", told(doc, center), wanted)
        tap.ok(f"{center}: no word of missing accounting", "accounting" not in (source(doc, center)["note"] or ""))
    dead = next((i for i in doc["interruptions"] if i["center"] == "rest" and i["job"] == jobs["dies"]), {})
    tap.equal("the node that died is the suspect", (dead.get("node"), dead.get("devices")), ("n1", 1))
    os.kill(c.daemon("slurmdbd"), signal.SIGSTOP)
    try:
        status, doc, err = snapshot("-c", path)
        tap.equal("a silent slurmdbd fails no snapshot", (status, err), (0, ""))
        for center in "rest", "text":
            tap.ok(f"{center}: it is noted", "; accounting: " in source(doc, center)["note"], source(doc, center))
    finally:
        os.kill(c.daemon("slurmdbd"), signal.SIGCONT)


if __name__ == "__main__":
    tap.run(main)
