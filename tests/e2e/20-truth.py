#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 60 s
"""Through the life of a cluster, every transport says what squeue and scontrol say."""
import json
import os
import pwd
import shutil
import stat
import subprocess

import compare
import tap
from e2e import SRC, SUANTOP, T, alive, alpha, config, snapshot, until

# What somebody may have in his profile; nothing of it may change what is seen.
SETTINGS = {
    "TZ": "Asia/Shanghai",
    "LC_ALL": "zh_CN.UTF-8",
    "SQUEUE_FORMAT": "%i",
    "SQUEUE_FORMAT2": "JobID",
    "SQUEUE_STATES": "PD",
    "SQUEUE_PARTITION": "high",
    "SQUEUE_USERS": "nobody",
    "SQUEUE_ARRAY": "1",
    "SQUEUE_SORT": "-i",
    "SLURM_TIME_FORMAT": "relative",
    "SLURM_BITSTR_LEN": "9",
    "SLURM_CLUSTERS": "nowhere",
    "http_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


TEXT = ("commands", "prefixed", "tcptext", "sshtext")


def transports(c):
    """{center: source} for root, and those for the operator (see below)."""
    rest = {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret()}
    root = {
        "commands": {"conf": c.conf},
        "prefixed": {"conf": c.conf, "command": "nice -n 1", "prefer": "text"},
        "tcp": {**rest, "prefer": "rest"},
        "socket": {"socket": c.socket, "prefer": "rest"},
        "auto": {**rest, "conf": c.conf},
        "tcptext": {**rest, "conf": c.conf, "prefer": "text"},
    }
    # rest_auth/local wants pipes of slurmrestd's own user, and slurmrestd must not be root's: as under sshd.
    operator = {
        "pipe": {"command": f"env SLURM_CONF={c.conf}", "conf": c.conf, "prefer": "rest"},
        "ssh": {"command": f"{T}/ssh login01", "conf": c.conf, "prefer": "rest"},
        "sshtext": {"command": f"{T}/ssh login01", "conf": c.conf, "prefer": "text"},
    }
    wrap = lambda d: {k: {"slurm": v} for k, v in d.items()}
    return wrap(root), wrap(operator)


def stand_in_for_ssh(c):
    """Like ssh: a host, then words that are joined and given to a shell that knows nothing of our environment."""
    path = f"{T}/ssh"
    with open(path, "w") as f:
        f.write(
            '#!/bin/sh\nwhile case $1 in -*) true ;; *) false ;; esac; do shift; done\n[ "$1" = login01 ] || exit 255\nshift\n'
            f'exec env -i PATH=/usr/bin:/bin SLURM_CONF={c.conf} sh -c "$*"\n'
        )
    os.chmod(path, 0o755)


class Operator:
    """Runs suantop as the operator, who can read neither root's files nor, perhaps, the build folder."""

    def __init__(self, c):
        self.user = pwd.getpwnam(c.operator)
        shutil.copy(SUANTOP, f"{T}/suantop")
        os.chmod(f"{T}/suantop", stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        os.chmod(T, 0o755)

    def snapshot(self, path, env):
        env = {**os.environ, **env, "HOME": self.user.pw_dir}
        env = {k: v for k, v in env.items() if not k.startswith("XDG_")}
        r = subprocess.run(
            [f"{T}/suantop", "snapshot", "-f", "json", "-c", path],
            env=env,
            cwd="/",
            user=self.user.pw_uid,
            group=self.user.pw_gid,
            extra_groups=[],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        return r.returncode, json.loads(r.stdout) if r.stdout else None, r.stderr.decode()


def schema_complaints(doc):
    """What the published description of the JSON says against it."""
    try:
        import jsonschema
    except ImportError:
        return []
    with open(f"{SRC}/docs/schema/snapshot-1.json") as f:
        validator = jsonschema.validators.validator_for(schema := json.load(f))(schema)
    return [f"schema: {e.json_path}: {e.message}" for e in validator.iter_errors(doc)][:5]


class Checker:
    def __init__(self, c):
        stand_in_for_ssh(c)
        self.cluster, self.operator = c, Operator(c)
        root, operator = transports(c)
        self.centers = [*root, *operator]
        self.root, self.other = config(root, "root.yaml"), config(operator, "operator.yaml")

    def take(self, env):
        """Differences by center, from a moment in which Slurm stood still."""
        for _ in range(8):
            before = compare.truth(self.cluster.env)
            found = {}
            for path, run in ((self.root, lambda p, e: snapshot("-c", p, env=e)), (self.other, self.operator.snapshot)):
                status, doc, err = run(path, env)
                if doc is None:
                    return {"all": [f"no snapshot: status {status}: {err}"]}
                if schema_complaints(doc):
                    return {"all": schema_complaints(doc)}
                for center in doc["centers"]:
                    ident = center["id"]
                    found[ident] = compare.differences(before, doc, ident, text=ident in TEXT)
                for e in doc["errors"]:
                    found.setdefault(e["center"], []).append(f"error: {e}")
            if compare.truth(self.cluster.env) == before:
                return found
        return {"all": ["Slurm did not stand still"]}

    def step(self, what, env={}):
        found = self.take(env)
        for center in self.centers:
            tap.none(f"{what}: {center}", found.get("all") or found.get(center, ["is not in the snapshot"]))


def main():
    c = alpha()
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    check = Checker(c)
    check.step("idle")

    gpu = c.submit("-J", "gpu", "--gres=gpu:h200:2", "-c2", "--mem=1000", "-w", "n1", "-t", "30")
    array = c.submit("-J", "array", "--array=0-40%2", "--gres=gpu:1", "-c1", "--mem=100", "-w", "n1", "--comment=x")
    stepped = c.submit("-J", "stepped", "--array=1-98:7", "-H", "--mem=10")
    held = c.submit("-J", "held", "-H", "--mem=10")
    c.submit("-J", "later", "--begin=now+1hour", "--mem=10")
    c.submit("-J", "after", f"--dependency=afterok:{gpu}", "--mem=10")
    licence = c.submit("-J", "licence", "-L", "matlab:3", "-N2", "-w", "n[2-3]", "--gpus=4", "--mem=100")
    c.submit("-J", "large", "-N4", "--gres=gpu:4", "--mem=100", "-t", "2-03:04:05")
    c.submit("-J", "a|b  作业 'x' \"y\" k=v $HOME", "--mem=10", "-H")
    c.submit("-J", "x" * 200, "--mem=10", "-H")
    until(15, lambda: c.state(gpu) == "RUNNING" and c.state(licence) == "RUNNING")
    check.step("submitted")
    check.step("with a user's own settings", SETTINGS)

    c.run("scontrol", "hold", c.submit("-J", "byroot", "--begin=now+1hour", "--mem=10"))
    c.run("scontrol", "release", held)
    until(15, lambda: c.state(held) != "PENDING")
    c.run("scontrol", "suspend", licence)
    check.step("held, released, suspended")
    c.run("scontrol", "resume", licence)

    c.run("scontrol", "update", "nodename=n4", "state=drain", "reason=ECC errors: ticket=4711 [gpu@3] 显存")
    c.run("scontrol", "update", "nodename=n1", "state=drain", "reason=while it works")
    check.step("drained and draining")
    c.run("scontrol", "update", "nodename=n[1,4]", "state=resume")
    check.step("resumed")

    c.run("scontrol", "update", f"jobid={stepped}_[1,8,15,22]", "comment=split")
    c.run("scontrol", "release", f"{stepped}_8")
    check.step("arrays split")

    c.run(
        "scontrol",
        "create",
        "reservation",
        "reservationname=maint1",
        "starttime=now+2hours",
        "duration=120",
        "users=root",
        "flags=maint,ignore_jobs",
        "nodes=n1",
    )
    c.run(
        "scontrol",
        "create",
        "reservation",
        "reservationname=now",
        "starttime=now",
        "duration=60",
        f"users={c.user},root",
        "nodes=n4",
    )
    inside = c.submit("-J", "inside", "--reservation=now", "--mem=10")
    until(15, lambda: c.state(inside) == "RUNNING")
    check.step("reservations and licences")

    before = c.state(gpu)
    c.run("scontrol", "requeue", gpu)
    until(20, lambda: c.state(gpu) == "PENDING")
    check.step(f"requeued ({before})")

    ends = {
        s: c.submit("-J", s, "--mem=10", wrap=w)
        for s, w in (("good", "true"), ("bad", "exit 3"), ("killed", "kill -9 $$"), ("cancelled", "sleep 600"))
    }
    until(15, lambda: c.state(ends["cancelled"]) == "RUNNING" and c.state(ends["killed"]) == "FAILED")
    c.run("scancel", ends["cancelled"], f"{array}_5")
    until(15, lambda: c.state(ends["cancelled"]) == "CANCELLED" and c.state(ends["bad"]) == "FAILED")
    check.step("ended, failed, cancelled")

    lost(c, check, licence)
    c.run("scontrol", "update", "nodename=n2", "state=down", "reason=PSU failure")
    check.step("set down")
    c.up()
    c.run("scontrol", "update", "nodename=n2", "state=resume", check=False)
    until(30, lambda: "DOWN" not in c.node("n3") and "*" not in c.node("n2") + c.node("n3"))
    check.step("back again")

    low = c.submit("-J", "low", "-N1", "-w", "n3", "-c7", "--mem=10")
    until(15, lambda: c.state(low) == "RUNNING")
    high = c.submit("-J", "high", "-p", "high", "-w", "n3", "-c8", "--mem=10")
    until(15, lambda: c.state(high) == "RUNNING")
    check.step(f"preempted ({c.state(low)})")

    c.run("bash", "-c", "squeue -h -o %A | xargs scancel")
    until(30, lambda: c.run("squeue", "-h", "-t", "R,CG,PD", "-o", "%A") == "")
    check.step("all cancelled")
    c.run("scontrol", "delete", "reservationname=maint1")
    c.run("scontrol", "delete", "reservationname=now")
    check.step("reservations gone")


def lost(c, check, job):
    """A node daemon dies under a job; the controller finds out by itself."""
    with open(c.conf) as f:
        text = f.read()
    with open(c.conf, "w") as f:
        f.write(text.replace("SlurmdTimeout=15", "SlurmdTimeout=3"))
    c.run("scontrol", "reconfigure")
    pid = c.daemon("slurmd-n3")
    c.kill("slurmd-n3")
    tap.ok("the node daemon is dead", not alive(pid))
    check.step("just lost")
    found = until(60, lambda: "DOWN" in c.node("n3"))
    tap.ok("the controller says that the node is down", found, c.node("n3"))
    until(20, lambda: c.state(job) not in ("RUNNING", "COMPLETING"))
    check.step(f"node lost, its job {c.state(job)}")
    with open(c.conf, "w") as f:
        f.write(text)
    c.run("scontrol", "reconfigure")


if __name__ == "__main__":
    tap.run(main)
