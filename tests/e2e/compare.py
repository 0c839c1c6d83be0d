#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py SNAPSHOT.json CENTER... - does a snapshot say what squeue and scontrol say?

Asks the Slurm of $SLURM_CONF by its own commands and takes their text apart here, by other code than
suantop's. Prints each difference and exits 1; `truth` and `differences` are for the tests."""
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone

US, RS = "\x1f", "\x1e"
# What squeue -O and scontrol call it, and what it is called here.
SQUEUE = {
    "JobArrayID": "Id",
    "Name": "Name",
    "UserName": "User",
    "Account": "Account",
    "Partition": "Partition",
    "State": "State",
    "Reason": "Reason",
    "PriorityLong": "Priority",
    "NumNodes": "NumNodes",
    "NumCPUs": "NumCPUs",
    "NodeList": "NodeList",
    "SubmitTime": "SubmitTime",
    "EligibleTime": "EligibleTime",
    "StartTime": "StartTime",
    "TimeLimit": "TimeLimit",
    "RestartCnt": "Restarts",
    "Requeue": "Requeue",
    "tres-per-node": "PerNode",
    "tres-per-job": "PerJob",
    "Licenses": "Licenses",
    "Reservation": "Reservation",
    "ReqNodes": "ReqNodes",
}
SCONTROL = {
    "UserId": "User",
    "JobState": "State",
    "TresPerNode": "PerNode",
    "TresPerJob": "PerJob",
    "ReqNodeList": "ReqNodes",
    **{
        k: k
        for k in (
            "Account Partition Reason Priority NumNodes NumCPUs NodeList SubmitTime EligibleTime StartTime TimeLimit "
            "Restarts Requeue Licenses Reservation"
        ).split()
    },
}
JOB_STATES = {
    "PENDING": "queued",
    "RUNNING": "running",
    "SUSPENDED": "suspended",
    "COMPLETING": "completing",
    "COMPLETED": "done",
    "FAILED": "failed",
    "TIMEOUT": "failed",
    "OUT_OF_MEMORY": "failed",
    "DEADLINE": "failed",
    "CANCELLED": "cancelled",
    "NODE_FAIL": "interrupted",
    "BOOT_FAIL": "interrupted",
    "PREEMPTED": "interrupted",
}
ENDED = ("done", "failed", "cancelled", "interrupted")
NODE_FLAGS = {
    "DRAIN": "drain",
    "MAINTENANCE": "maint",
    "RESERVED": "reserved",
    "COMPLETING": "completing",
    "PLANNED": "planned",
    "FAIL": "fail",
    "NOT_RESPONDING": "not_responding",
}
NO_TASK = "4294967294"  # what is left of an array when none waits any more
NOTHING = (None, "", "(null)", "N/A", "None", "NONE", "Unknown", "n/a")


def ask(*argv, env=None):
    env = {**os.environ, "SLURM_BITSTR_LEN": "0", "SQUEUE_ARRAY_UNIQUE": "1", "TZ": "UTC", **(env or {})}
    return subprocess.run(argv, env=env, stdout=subprocess.PIPE, check=True, timeout=30).stdout.decode(
        "utf-8", "replace"
    )


def given(value):
    return None if value in NOTHING else value


def expand(text):
    """n[1-3,7],x -> the names, as a sorted list."""
    out = []
    for part in re.findall(r"[^,\[]+(?:\[[^\]]*\][^,\[]*)?", text or ""):
        m = re.fullmatch(r"([^\[]*)\[([^\]]*)\](.*)", part)
        if not m:
            out.append(part)
            continue
        for one in m.group(2).split(","):
            low, _, high = one.partition("-")
            for i in range(int(low), int(high or low) + 1):
                out.append(f"{m.group(1)}{i:0{len(low)}d}{m.group(3)}")
    return sorted(out)


def tasks_of(job_id):
    """14_[2-40:2%5] -> 14_2, 14_4 ...; what is no array stays what it is."""
    m = re.fullmatch(r"(\d+_)\[([^\]%]*)(?:%\d+)?\]", job_id)
    if not m:
        return [job_id]
    out = []
    for part in m.group(2).split(","):
        low, high, step = re.fullmatch(r"(\d+)(?:-(\d+))?(?::(\d+))?", part).groups()
        out += [f"{m.group(1)}{i}" for i in range(int(low), int(high or low) + 1, int(step or 1))]
    return out


def seconds(text):
    if text == "UNLIMITED":
        return -1
    m = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text)
    return None if not m else sum(int(v or 0) * k for v, k in zip(m.groups(), (86400, 3600, 60, 1)))


def moment(text):
    return None if text in NOTHING else text[:19]


def gpus(gres):
    """GPUs that a text such as gpu:h200:2(IDX:0-1),gpu:1 counts; other resources are none."""
    if gres in NOTHING:
        return 0
    parts = re.findall(r"(?:gres[:/])?gpu(?:[:=][A-Za-z]\w*)?[:=](\d+)|(?:gres[:/])?gpu(?![\w:=])", gres)
    return sum(int(n or 1) for n in parts)


def job_row(v):
    """One job from squeue's or scontrol's words."""
    state = JOB_STATES.get(v["State"], "unknown")
    if state == "queued" and (v["Reason"].startswith("JobHeld") or v["Priority"] == "0"):
        state = "held"
    nodes = int(v["NumNodes"].split("-")[0])
    row = {
        "name": v["Name"],
        "user": v["User"].split("(")[0],
        "account": given(v["Account"]),
        "pool": v["Partition"],
        "state": state,
        "priority": int(v["Priority"]),
        "node_count": nodes,
        "nodes": expand(given(v["NodeList"])),
        "submitted_at": moment(v["SubmitTime"]),
        "restarts": int(v["Restarts"]),
        "requeueable": v["Requeue"] == "1",
        "time_limit_seconds": seconds(v["TimeLimit"]),
        "reason": given(v["Reason"]),
        "licenses": given(v["Licenses"]),
        "reservation": given(v["Reservation"]),
        "required_nodes": expand(given(v["ReqNodes"])),
    }
    if gpus(v["PerJob"]):
        row["devices_requested"] = gpus(v["PerJob"])
    elif gpus(v["PerNode"]):
        row["devices_requested"] = gpus(v["PerNode"]) * nodes
    if state not in ENDED:  # slurmrestd forgets those of a job that never ran
        row["cpus"] = int(v["NumCPUs"].split("-")[0])
    if state in ("running", "completing"):
        row["started_at"] = moment(v["StartTime"])
    if state == "queued":
        row["eligible_at"] = moment(v["EligibleTime"])
    return row


def listed(env=None):
    """{task: fields} as squeue says it. It shows the waiting tasks of an array as one even where they differ; all that the
    commands can tell without a record for each task."""
    want = ",".join(f"{f}:{US}" for f in SQUEUE) + RS
    out = {}
    for record in ask("squeue", "-a", "-h", "-t", "all", "-O", want, env=env).split(US + RS + "\n")[:-1]:
        words = dict(zip(SQUEUE.values(), record.split(US)))
        for task in tasks_of(words["Id"]):
            out[task] = job_row(words)
    return out


def jobs(env=None):
    """{task: fields} as scontrol says it, record by record. (squeue -r merges waiting tasks, too.)"""
    out = {}
    for record in ask("scontrol", "-d", "-a", "show", "job", env=env).split("\n\n"):
        head = re.match(r"\s*JobId=(\d+)(?: ArrayJobId=(\d+) ArrayTaskId=(\S+))?.*? JobName=(.*)", record)
        if not head:
            continue
        number, array, task, name = head.groups()
        words = {"Name": name, "Reservation": "", "PerJob": "", "PerNode": ""}
        for key, word in SCONTROL.items():
            found = re.search(rf"(?<!\w){key}=(\S*)", record[head.end() :])
            words[word] = found.group(1) if found else words.get(word)
        row = job_row(words)
        if row["state"] == "running":
            given_out = re.findall(r"^ +Nodes=(\S+) CPU_IDs=\S* Mem=\S* GRES=(\S*)", record, re.M)
            row["devices_allocated"] = sum(len(expand(nodes)) * gpus(gres) for nodes, gres in given_out)
        ident = number if not array or task == NO_TASK else f"{array}_{task}" if task.isdigit() else f"{array}_[{task}]"
        for one in tasks_of(ident):
            out[one] = row
    return out


def records(*what, env=None):
    """Records of `scontrol -o show`, as {key: value}; a value ends before the next " Key="."""
    for line in ask("scontrol", "-a", "-o", *what, env=env).split("\n"):
        pairs = re.findall(r"(?:^| )([A-Z][\w/:]*)=(.*?)(?= [A-Z][\w/:]*=|$)", line)
        if pairs:
            yield {k: v.strip() for k, v in pairs}


def node_state(text):
    base, *flags = text.split("+")
    marks = {"*": "not_responding"}
    out = {NODE_FLAGS.get(f.rstrip("*"), f.lower()) for f in flags}
    out |= {marks[c] for c in text if c in marks}
    return base.rstrip("*~#$@^!%-").lower(), sorted(out)


def nodes(env=None):
    out = {}
    for v in records("-d", "show", "node", env=env):
        state, flags = node_state(v["State"])
        row = {
            "state": state,
            "flags": flags,
            "cpus_total": int(v["CPUTot"]),
            "cpus_allocated": int(v["CPUAlloc"]),
            "memory_total_bytes": int(v["RealMemory"]) << 20,
            "memory_allocated_bytes": int(v["AllocMem"]) << 20,
            "devices_total": gpus(v["Gres"]),
            "devices_allocated": gpus(v["GresUsed"]),
            "pools": sorted(v["Partitions"].split(",")),
            "address": v["NodeAddr"],
            "booted_at": moment(v["BootTime"]),
            "version": given(v.get("Version")),
            "reason": None,
            "reason_by": None,
            "reason_at": None,
        }
        m = re.fullmatch(r"(.*) \[(\S+)@([^\]]+)\]", v.get("Reason", ""))
        if m:
            row.update(reason=m.group(1), reason_by=m.group(2), reason_at=moment(m.group(3)))
        out[v["NodeName"]] = row
    return out


def pools(env=None):
    return {
        v["PartitionName"]: {
            "state": v["State"],
            "nodes": expand(v["Nodes"]),
            "nodes_total": int(v["TotalNodes"]),
            "cpus_total": int(v["TotalCPUs"]),
            "is_default": v["Default"] == "YES",
            "time_limit_seconds": seconds(v["MaxTime"]),
            "priority_tier": int(v["PriorityTier"]),
        }
        for v in records("show", "partition", env=env)
    }


def reservations(env=None):
    return {
        v["ReservationName"]: {
            "nodes": expand(v["Nodes"]),
            "node_count": int(v["NodeCnt"]),
            "starts_at": moment(v["StartTime"]),
            "ends_at": moment(v["EndTime"]),
            "users": sorted(v["Users"].split(",")),
        }
        for v in records("show", "reservation", env=env)
        if "ReservationName" in v
    }


def licenses(env=None):
    return {
        v["LicenseName"]: {"total": int(v["Total"]), "used": int(v["Used"]), "free": int(v["Free"])}
        for v in records("show", "licenses", env=env)
        if "LicenseName" in v
    }


def truth(env=None):
    """What Slurm says now, from a moment in which it said the same twice."""
    for _ in range(20):
        one = {"jobs": jobs(env), "nodes": nodes(env), "listed": listed(env)}
        other = {"pools": pools(env), "reservations": reservations(env), "licenses": licenses(env)}
        if one == {"jobs": jobs(env), "nodes": nodes(env), "listed": listed(env)}:
            return {**one, **other}
    raise RuntimeError("Slurm does not come to rest")


LISTS = {"nodes", "required_nodes", "pools", "flags", "users", "accounts", "features"}
TIMES = re.compile(r".*_at$")


def same(key, got, want):
    if key == "name" and not want.isprintable():  # shown with signs in the place of what is not
        return bool(got)
    if key in LISTS:
        got = ",".join(got) if isinstance(got, list) else got or ""
        return expand(got) == expand(",".join(want))
    if TIMES.match(key):
        return (got or "")[:19] == (want or "")
    if want is None:
        return got in NOTHING
    if key == "job reason":  # the commands write an explanation instead of the code, or the codes of several tasks
        return got is not None and " " not in got and (got == want.split(",")[0] or " " in want or "_" in want)
    return got == want


def rows(doc, entity, center, key):
    """Rows by name; jobs by task, as `squeue -r` lists them."""
    mine = [r for r in doc[entity] if r["center"] == center]
    if entity != "jobs":
        return {r[key]: r for r in mine}
    return {task: r for r in mine for task in tasks_of(r["id"])}


def miscounted(doc, center):
    """Rows of an array's rest that do not say how many tasks they stand for."""
    mine = [r for r in doc["jobs"] if r["center"] == center]
    return [f"{center} jobs {r['id']} tasks: {r['tasks']}" for r in mine if r["tasks"] != len(tasks_of(r["id"]))]


def totals(t):
    """What the center's row must say, summed up from squeue's and scontrol's lines."""
    out = {
        k: 0
        for k in (
            "jobs_running",
            "jobs_queued",
            "jobs_held",
            "nodes_total",
            "nodes_drained",
            "nodes_down",
            "cpus_total",
            "cpus_allocated",
            "devices_total",
            "devices_allocated",
        )
    }
    for j in t["jobs"].values():
        key = {"running": "jobs_running", "queued": "jobs_queued", "held": "jobs_held"}.get(j["state"])
        if key:
            out[key] += 1
    for n in t["nodes"].values():
        down = n["state"] in ("down", "error") or "not_responding" in n["flags"]
        out["nodes_total"] += 1
        out["nodes_down"] += down
        out["nodes_drained"] += "drain" in n["flags"] and not down
        for k in ("cpus_total", "cpus_allocated", "devices_total", "devices_allocated"):
            out[k] += n[k]
    return out


def differences(t, doc, center, skip=(), text=False):
    """skip: "entity.field" or "entity" that this transport cannot tell; text: see listed()."""
    t = {**t, "jobs": t["listed"]} if text else t
    out = miscounted(doc, center)
    keys = {"jobs": "id", "nodes": "name", "pools": "name", "reservations": "name", "licenses": "name"}
    for entity, key in keys.items():
        if entity in skip:
            continue
        want, got = t[entity], rows(doc, entity, center, key)
        if set(want) != set(got):
            out.append(
                f"{center} {entity}: only in Slurm {sorted(set(want) - set(got))}, "
                f"only in the snapshot {sorted(set(got) - set(want))}"
            )
        for name in sorted(set(want) & set(got)):
            for field, value in want[name].items():
                shown = got[name].get(field, "no such key")
                if f"{entity}.{field}" not in skip and not same(
                    "job reason" if entity == "jobs" and field == "reason" else field, shown, value
                ):
                    out.append(f"{center} {entity} {name} {field}: Slurm {value!r}, snapshot {shown!r}")
    shown = next((c for c in doc["centers"] if c["id"] == center), {})
    for field, value in totals(t).items():
        if shown.get(field) != value:
            out.append(f"{center} total {field}: Slurm {value}, snapshot {shown.get(field)}")
    return out


def unix(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()


def via(doc, center):
    return next((s["via"] or "" for s in doc["sources"] if s["center"] == center), "")


if __name__ == "__main__":
    with open(sys.argv[1]) as f:
        document = json.load(f)
    now = truth()
    found = [d for c in sys.argv[2:] for d in differences(now, document, c, text="Slurm commands" in via(document, c))]
    print("\n".join(found) or "no difference")
    sys.exit(1 if found else 0)
