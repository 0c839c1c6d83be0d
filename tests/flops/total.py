#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One center whose devices come from two exporters and a Prometheus: one total, each device once, with what it covers. A source
goes: the total is what the others tell, its coverage and what is said about completeness change, and nothing is made up."""
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

sys.path[:0] = [os.environ["SUANTOP_SRCDIR"] + "/tests/e2e", os.environ["SUANTOP_SRCDIR"] + "/tests/prometheus"]
import servers  # noqa: E402
import tap  # noqa: E402

PEAK = 989e12
CLOCK = 1.83e9  # at which that peak holds


def gpus(node, first, count, activity):
    out = []
    for i in range(first, first + count):
        labels = f'gpu="{i}",UUID="GPU-{node}-{i}",device="nvidia{i}",modelName="{servers.H100}",Hostname="{node}"'
        out += [f"DCGM_FI_DEV_GPU_TEMP{{{labels}}} {50 + i}", f"DCGM_FI_DEV_POWER_USAGE{{{labels}}} 500",
                f"DCGM_FI_DEV_SM_CLOCK{{{labels}}} {CLOCK / 1e6}", f"DCGM_FI_DEV_GPU_UTIL{{{labels}}} 100",
                f"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{{{labels}}} {activity}"]
    return out


def prometheus(sums, devices):
    """A server that knows sums of so many devices, and no series of its own."""
    def sample(value, **labels):
        return {"metric": labels, "value": [0, str(value)]}

    model = {"model": servers.H100}
    kind = dict(model, precision="fp16", provenance="estimated")
    told = [sample(1, suantop="nodes"), sample(devices, suantop="devices"),
            sample(devices, __name__="center:gpus:count", state="reporting", **model),
            sample(sums, __name__="center:flops:sum", **kind), sample(devices, __name__="center:flops:count", **kind),
            sample(devices * PEAK, __name__="center:flops_peak:sum", **kind)]

    def answer(handler, body):
        path = urllib.parse.urlsplit(handler.path).path
        query = urllib.parse.parse_qs(body).get("query", [""])[0]
        result = told if "center:(" in query else []
        data = {"version": "2.42.0", "goVersion": "go1.19"} if path.endswith("/buildinfo") else \
            {"alerts": []} if path.endswith("/alerts") else {"resultType": "vector", "result": result}
        return 200, "application/json", json.dumps({"status": "success", "data": data})

    return servers.Page(answer)


def snapshot(folder, ports):
    sources = "".join(f"      - exporter: {{insecure: true, targets: '127.0.0.1:{p}'}}\n" for p in ports[:2])
    servers.write(folder + "/flops.yaml",
                  "history: off\ncenters:\n  - id: a\n    kind: intelligent\n    capacity: {fp64: 1 PFLOPS}\n    sources:\n" + sources +
                  f"      - prometheus: {{insecure: true, url: 'http://127.0.0.1:{ports[2]}'}}\n")
    done = subprocess.run([servers.BUILD + "/suantop", "snapshot", "-c", folder + "/flops.yaml", "-f", "json", "-t", "10s"],
                          capture_output=True, text=True, check=False, timeout=60)
    return json.loads(done.stdout), done.returncode


def cell(snap, precision, provenance):
    found = [t for t in snap["totals"]["flops"] if (t["precision"], t["provenance"]) == (precision, provenance)]
    tap.ok(f"one total of {precision} {provenance} at most", len(found) <= 1, found)
    return found[0] if found else None


def holds(name, snap, flops, reporting, known):
    """The total, and that the center says the same."""
    t = cell(snap, "fp16", "estimated")
    tap.ok(name, t and abs(t["flops_per_second"] / flops - 1) < 1e-4 and
           (t["devices_reporting"], t["devices_known"]) == (reporting, known), t)
    c = snap["centers"][0]
    tap.ok(f"{name}: so says the center", c["flops"] == snap["totals"]["flops"] and c["flops_provenance"] == "estimated" and
           (c["flops_devices"], c["flops_devices_known"]) == (reporting, known),
           {k: v for k, v in c.items() if k.startswith("flops")})


def main():
    with tempfile.TemporaryDirectory() as folder:
        one = servers.exporter(lambda: gpus("cn1", 0, 8, 0.5))
        two = servers.exporter(lambda: gpus("cn2", 0, 8, 0.25))
        three = prometheus(2e15, 12)
        ports = [one.port, two.port, three.port]
        s, rc = snapshot(folder, ports)
        tap.equal("all answer", (rc, s["complete"]), (0, True))
        holds("each device once: the exporters tell of more than the server", s, 8 * 0.75 * PEAK, 16, 16)
        tap.ok("the age of the total is told", 0 <= cell(s, "fp16", "estimated")["age_seconds"] < 30)
        tap.equal("what is declared stands as declared", (cell(s, "fp64", "nameplate")["declared"],
                                                          cell(s, "fp64", "nameplate")["flops_per_second"]), (True, 1e15))
        tap.equal("busy devices make no FP64", cell(s, "fp64", "estimated"), None)
        two.stop()
        s, rc = snapshot(folder, ports)
        tap.equal("an exporter is gone, and it is said", (rc, s["complete"], len(s["errors"])), (3, False, 1))
        holds("the server tells of more now: its sum alone", s, 2e15, 12, 12)
        three.stop()
        s, rc = snapshot(folder, ports)
        tap.equal("the server is gone as well", (rc, len(s["errors"])), (3, 2))
        holds("what is left is told as what it is", s, 8 * 0.5 * PEAK, 8, 8)
        one.stop()
        s, rc = snapshot(folder, ports)
        tap.equal("nothing is left, and nothing is made up", cell(s, "fp16", "estimated"), None)


tap.run(main)
