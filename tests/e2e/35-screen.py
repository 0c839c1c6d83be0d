#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 35 s
"""What stands on the screen is what squeue and scontrol say, while the cluster changes under it."""
import re

import compare
import tap
from e2e import Dashboard, alpha, config, until

QUICK = {"nodes_interval": "1s", "jobs_interval": "1s", "diag_interval": "2s", "misc_interval": "2s"}


def status(node):
    """The one word that the program has for a node."""
    drain, busy = "drain" in node["flags"], node["state"] in ("mixed", "allocated")
    if node["state"] == "down":
        return "down"
    if "not_responding" in node["flags"]:
        return "no_answer"
    if drain:
        return "draining" if busy else "drained"
    return node["state"]


def number(pattern, text):
    found = re.search(pattern, text)
    return int(re.sub(r"\D", "", found.group(1))) if found else None


def rows(ui, view):
    """The lines of a view's table, by their first word."""
    ui.keys(view, wait=0.3)
    lines = [line.strip(" ▸✓*") for line in ui.text().splitlines()]
    heads = [i for i, line in enumerate(lines) if re.match(r"(JOB|NODE)\b", line)]
    table = lines[heads[0] + 1 : -1] if heads else []
    return {line.split()[0]: line for line in table if line}


def wrong(ui, t, text):
    """What the screen does not say, or says otherwise."""
    out = []
    jobs = t["listed"] if text else t["jobs"]
    sums = compare.totals({**t, "jobs": jobs})
    ui.keys("1", wait=0.3)
    head = ui.text()
    for what, pattern, key in (
        ("running", r"jobs +([\d ]+?) running", "jobs_running"),
        ("queued", r"running +([\d ]+?) queued", "jobs_queued"),
        ("held", r"([\d]+) held", "jobs_held"),
        ("nodes", r"nodes +([\d ]+?) in all", "nodes_total"),
        ("drained", r"([\d]+) drain ", "nodes_drained"),
        ("down", r"drain +([\d]+) down", "nodes_down"),
        ("GPUs", r"devices +([\d ]+?) in all", "devices_total"),
        ("GPUs used", r"([\d]+) used", "devices_allocated"),
    ):
        if number(pattern, head) != sums[key]:
            out.append(f"overview {what}: {number(pattern, head)}, Slurm {sums[key]}")
    nodes = rows(ui, "2")
    for name, node in t["nodes"].items():
        shown = nodes.get(name, "- missing")
        if shown.split()[1] != status(node) or (node["reason"] and node["reason"][:12] not in shown):
            out.append(f"node {name}: {shown}, Slurm {status(node)} {node['reason']}")
    for view, states in (("4", ("queued", "held")), ("5", ("running", "suspended", "completing"))):
        table = rows(ui, view)
        shown = {task: line for key, line in table.items() for task in compare.tasks_of(key) if task[0].isdigit()}
        want = {task: j for task, j in jobs.items() if j["state"] in states}
        if set(shown) != set(want):
            out.append(f"view {view}: {sorted(set(shown) ^ set(want))} on one side only")
        for task in set(shown) & set(want):
            line, job = shown[task], want[task]
            needed = [job["name"][:8], job["user"], job["pool"]]
            needed += job["nodes"][:1] + [job["state"]] if view == "5" else []
            missing = [w for w in needed if w not in line]
            if missing or (view == "4" and job["state"] == "held" and "held" not in line):
                out.append(f"view {view}: {line} lacks {missing} of {job['state']} {task}")
    return out


def main():
    c = alpha()
    until(20, lambda: c.run("sinfo", "-h", "-p", "low", "-t", "idle", "-o", "%D") == "4")
    rest = {"url": c.url, "insecure": "true", "user": "root", "token_file": c.secret(), "prefer": "rest", **QUICK}
    text = {"conf": c.conf, "prefer": "text", **QUICK}
    uis = {
        "slurmrestd": Dashboard("-c", config({"alpha": {"slurm": rest}}, "rest.yaml"), size=(220, 60)),
        "commands": Dashboard("-c", config({"alpha": {"slurm": text}}, "text.yaml"), size=(220, 60)),
    }

    def step(what):
        for name, ui in uis.items():
            found = []

            def agrees():
                found[:] = wrong(ui, compare.truth(c.env), name == "commands")
                return not found

            until(15, agrees)
            tap.none(f"{what}: {name}", found + ([ui.text()] if found else []))

    step("idle")
    run = c.submit("-J", "running", "--gres=gpu:h200:2", "-c2", "--mem=100", "-w", "n1")
    array = c.submit("-J", "array", "--array=1-12%2", "--gres=gpu:1", "--mem=100", "-w", "n2")
    held = c.submit("-J", "onhold", "-H", "--mem=10")
    c.submit("-J", "large", "-N4", "--gres=gpu:4", "--mem=100")
    until(15, lambda: c.state(run) == "RUNNING")
    step("submitted")
    c.run("scontrol", "release", held)
    c.run("scontrol", "hold", c.submit("-J", "byroot", "--begin=now+1hour", "--mem=10"))
    c.run("scontrol", "update", "nodename=n4", "state=drain", "reason=ECC errors")
    c.run("scontrol", "update", "nodename=n1", "state=drain", "reason=while working")
    step("held, released, drained, draining")
    c.run("scontrol", "update", "nodename=n3", "state=down", "reason=PSU failure")
    c.run("scontrol", "requeue", run)
    c.run("scancel", f"{array}_3", f"{array}_1")
    step("down, requeued, array tasks cancelled")
    c.run("scontrol", "update", "nodename=n[1,4]", "state=resume")
    c.kill("slurmd-n2")
    c.run("scontrol", "update", "nodename=n2", "state=down", "reason=lost")
    step("resumed, lost")
    c.up()
    until(30, lambda: "DOWN" not in c.node("n2") + c.node("n3"))
    c.run("bash", "-c", "squeue -h -o %A | xargs scancel")
    until(20, lambda: c.run("squeue", "-h", "-t", "R,CG,PD", "-o", "%A") == "")
    step("all back, all cancelled")
    for name, ui in uis.items():
        tap.equal(f"{name}: ends well", ui.quit(), 0)


if __name__ == "__main__":
    tap.run(main)
