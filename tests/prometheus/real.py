#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The collector `prometheus` against a real Prometheus with the shipped rules, and a real VictoriaMetrics."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

sys.path[:0] = [os.environ["SUANTOP_SRCDIR"] + "/tests/e2e", os.environ["SUANTOP_SRCDIR"] + "/tests/prometheus"]
import servers  # noqa: E402
import tap  # noqa: E402
from servers import H100, SOURCE, until  # noqa: E402

RULES = SOURCE + "/dist/suantop.rules.yaml"
ALERTS = """groups:
  - name: test
    interval: 1s
    rules:
      - alert: TargetDown
        expr: up{job="dead"} == 0
        labels: {severity: page, gpu: "7"}
        annotations: {summary: "a target is \\u001b[31mdown"}
      - alert: hot_node/cn1
        expr: vector(1)
        for: 1h
        labels: {severity: info}
"""


def near(a, b, share=0.02):
    return a is not None and b is not None and abs(a - b) <= share * max(abs(a), abs(b), 1e-9)


def scrape_config(targets):
    return "scrape_configs:\n" + "".join(
        f"  - job_name: {job}\n    static_configs: [{{targets: ['127.0.0.1:{port}'], labels: {{center: zb}}}}]\n"
        for job, port in targets.items())


def start_exporters(stack, folder):
    """{job: port}"""
    dead = servers.DeadPort()
    stack.callback(dead.stop)
    targets = {"dead": dead.port}
    for name, lines in (("dcgm", servers.dcgm), ("npu", servers.npu), ("amd", servers.amd), ("mlu", servers.mlu)):
        page = servers.exporter(lines)
        stack.callback(page.stop)
        targets[name] = page.port
    program, port = servers.suantop_node(folder)
    if program is not None:
        stack.callback(program.stop)
        targets["suantop"] = port
    if shutil.which("prometheus-node-exporter"):
        program = servers.Program("prometheus-node-exporter", "--web.listen-address=127.0.0.1:PORT")
        stack.callback(program.stop)
        targets["node"] = program.port
    return targets


def start_prometheus(stack, folder, targets):
    with open(RULES, encoding="utf-8") as f:
        servers.write(folder + "/rules.yaml", f.read().replace("interval: 30s", "interval: 1s").replace("interval: 1m", "interval: 1s"))
    servers.write(folder + "/alerts.yaml", ALERTS)
    servers.write(folder + "/prometheus.yml", "global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s}\n"
                  "rule_files: [rules.yaml, alerts.yaml]\n" + scrape_config(targets))
    program = servers.Program("prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                              "--web.listen-address=127.0.0.1:PORT", log=folder + "/prometheus.log")
    stack.callback(program.stop)
    return program.port


def is_warm(port, targets):
    up = servers.query(port, "up")
    rated = servers.query(port, 'rate(node_cpu_seconds_total{mode="idle"}[2m])')
    return len(up) == len(targets) and sum(up.values()) == len(targets) - 1 and (rated or "node" not in targets)


def by(rows, *keys):
    return {tuple(r[k] for k in keys): r for r in rows}


def check_devices(who, s):
    devices = by(s["devices"], "node", "index")
    gpus = [devices.get(("cn1", i), {}) for i in range(8)]
    tap.equal(who + ": temperatures of the GPUs of dcgm-exporter", [d.get("temperature_celsius") for d in gpus], [50 + i for i in range(8)])
    tap.equal(who + ": their memory's", [d.get("memory_temperature_celsius") for d in gpus], [60 + i for i in range(8)])
    tap.equal(who + ": power, clock, model", [(d.get("power_watts"), d.get("clock_hertz"), d.get("model")) for d in gpus],
              [(300.5 + i, 1.5e9, H100) for i in range(8)])
    tap.ok(who + ": tensor utilisation", all(near(d.get("tensor_utilization_percent"), 10 * i) for i, d in enumerate(gpus)), gpus)
    tap.equal(who + ": memory", {d.get("memory_total_bytes") for d in gpus}, {(1024 + 80000 + 535) * 1048576})
    tap.equal(who + ": the XID of one", [d.get("xid_last") for d in gpus], [79 if i == 3 else None for i in range(8)])
    npus = [d for d in s["devices"] if d["model"] == "Ascend910B3"]
    tap.equal(who + ": NPUs", [(d["index"], d["temperature_celsius"], d["health"], d["memory_temperature_celsius"]) for d in npus],
              [(0, 40, "ok", None), (1, 41, "unhealthy", None)])
    amd = devices.get(("cn3", 0), {})
    tap.equal(who + ": an AMD GPU", (amd.get("temperature_celsius"), amd.get("power_watts"), amd.get("model")), (45, 500, "MI300X"))
    mlu = devices.get(("cn4", 2), {})
    tap.equal(who + ": an MLU", [mlu.get(k) for k in ("temperature_celsius", "power_watts", "tensor_utilization_percent", "vendor")],
              [55, 350, 80, "Cambricon"])


def check_suantop_node(who, s):
    devices = by(s["devices"], "node", "index")
    two = [devices.get(("made-up", i), {}) for i in (0, 1)]
    tap.ok(who + ": GPUs of suantop-node by the index that another series tells", all(
        d.get("power_watts") == 312.5 and d.get("pci") and d.get("health") == "ok" for d in two), two)
    node = by(s["nodes"], "name").get(("made-up",), {})
    tap.equal(who + ": its sensor", (node.get("temperature_celsius"), node.get("temperature_sensor")),
              (47.5, "thermal_zone0 x86_pkg_temp"))


def check_node(who, port, s):
    """What node_exporter says of this machine, by the server itself."""
    name = os.uname().nodename.split(".")[0]
    node = by(s["nodes"], "name").get((name,), {})
    total = list(servers.query(port, "node_memory_MemTotal_bytes").values())
    tap.ok(who + ": memory of this machine", total and node.get("memory_total_bytes") == total[0], node)
    seen = Seen(port, "max(node_load1)")
    tap.ok(who + ": load", seen.soon(node.get("load")), (node.get("load"), seen.range))
    tap.ok(who + ": processor time", node.get("cpu_utilization_percent") is not None, node)
    seen = Seen(port, "max(node_hwmon_temp_celsius > 0 < 200)")
    if seen.range:
        tap.ok(who + ": hottest sensor", seen.soon(node.get("temperature_celsius")), (node, seen.range))
    else:
        tap.skip(who + ": hottest sensor", "this machine has none")


class Seen:
    """What a figure that changes all the time was in the last minutes."""

    def __init__(self, port, expression):
        self.port, self.expression = port, expression
        self.look()

    def look(self):
        self.range = [v for f in ("min", "max")
                      for v in servers.query(self.port, f"{f}_over_time(({self.expression})[5m:200ms])").values()]
        return self.range

    def soon(self, value):
        """Whether it was that: the newest value is in the range from the next of its steps on, 200 ms later at most."""
        return value is not None and servers.until(
            lambda: self.look() and self.range[0] - 0.01 <= value <= self.range[1] + 0.01, 60)


def check_sums(who, s, rules):
    sums = by(s["aggregates"], "model", "precision", "provenance")
    row = sums.get((H100, "none", "none"), {})
    tap.equal(who + ": sums of a model", [row.get(k) for k in ("devices", "reporting", "temperature_max_celsius", "power_watts")],
              [8, 8, 57, sum(300.5 + i for i in range(8))])
    tap.ok(who + ": mean and p99", near(row.get("temperature_mean_celsius"), 53.5) and near(row.get("temperature_p99_celsius"), 56.93)
           and near(row.get("tensor_utilization_percent"), 35), row)
    tap.ok(who + ": each model is there", {(m, "none", "none") for m in ("Ascend910B3", "MI300X", "MLU590")} <= set(sums), list(sums))
    if not rules:
        return
    flops, plate = sums.get((H100, "fp16", "estimated"), {}), sums.get((H100, "fp16", "nameplate"), {})
    tap.ok(who + ": FLOPS", near(flops.get("flops"), 2.8 * 1.5e9 * 132 * 4096, 1e-6) and near(flops.get("flops_peak"), 8 * 989e12, 1e-6)
           and flops.get("reporting") == 8 and near(plate.get("flops"), 8 * 989e12, 1e-6), (flops, plate))


def check_alerts(s, dead):
    alerts = {a["rule"]: a for a in s["alerts"] if a["origin"] == "zb/prometheus"}
    down, other = alerts.get("TargetDown", {}), alerts.get("hot_node/cn1", {})
    tap.equal("an alert of the server", [down.get(k) for k in ("state", "severity", "device", "node")], ["firing", "critical", "7", "127.0.0.1"])
    tap.ok("its words, without what a terminal obeys", "down" in down.get("summary", "") and "\x1b" not in down.get("summary", ""), down)
    tap.equal("one that is called like one of ours", [other.get(k) for k in ("state", "severity")], ["pending", "info"])
    tap.ok("they count in the totals", s["totals"].get("alerts_critical", 1) >= 1, s["totals"])


def check_prometheus(folder, port, targets):
    models = 5 if "suantop" in targets else 4
    until(lambda: is_warm(port, targets) and len(servers.query(port, 'center:gpus:count{state="reporting"}')) == models and
          servers.query(port, "center:flops:sum") and servers.query(port, "center:scrape_age_seconds:max") and
          len(servers.query(port, 'ALERTS{alertstate="firing",alertname="TargetDown"} or ALERTS{alertstate="pending"}')) == 2)
    s = servers.snapshot(folder, port)
    source = s["sources"][0]
    tap.equal("Prometheus: which server", (source["via"], source["state"], source["bad_elements"]), ("Prometheus", "ok", 0))
    tap.ok("Prometheus: the rules are found", "sums from the recording rules" in source["note"], source["note"])
    check_devices("Prometheus", s)
    check_sums("Prometheus", s, True)
    if "suantop" in targets:
        check_suantop_node("Prometheus", s)
    if "node" in targets:
        check_node("Prometheus", port, s)
    check_alerts(s, targets["dead"])
    s = servers.snapshot(folder, port, match='center="other"', rules="site:", alerts="false")
    tap.equal("another center on the same server: nothing", (s["devices"], s["nodes"], s["alerts"], s["aggregates"]), ([], [], [], []))
    s = servers.snapshot(folder, port, match='center="zb"', rules="nosuch:", devices="5")
    tap.equal("too many devices: none singly", len(s["devices"]), 0)
    check_sums("without rules", s, False)
    tap.ok("without rules: it says so", "recording rules are missing" in s["sources"][0]["note"], s["sources"][0]["note"])
    s = servers.snapshot(folder, port, map="device.temperature_celsius = 2 * DCGM_FI_DEV_GPU_TEMP{_}; node.load = broken(")
    tap.ok("a broken map: what needs none is there, and it says so", len(s["nodes"]) > 0 and "without computed figures: invalid parameter" in
           s["sources"][0]["note"] and by(s["devices"], "node", "index")[("cn1", 7)]["temperature_celsius"] == 114, s["sources"][0]["note"])


def check_victoria(stack, folder, targets):
    if shutil.which("victoria-metrics") is None:
        tap.skip("VictoriaMetrics", "it is not installed")
        return
    servers.write(folder + "/victoria.yml", "global: {scrape_interval: 2s, scrape_timeout: 2s}\n" + scrape_config(targets))
    program = servers.Program("victoria-metrics", f"-promscrape.config={folder}/victoria.yml", f"-storageDataPath={folder}/vm",
                              "-httpListenAddr=127.0.0.1:PORT", log=folder + "/victoria.log")
    stack.callback(program.stop)
    port = program.port
    until(lambda: is_warm(port, targets))
    s = servers.snapshot(folder, port)
    tap.equal("VictoriaMetrics: which server", (s["sources"][0]["via"], s["sources"][0]["state"]), ("VictoriaMetrics", "ok"))
    check_devices("VictoriaMetrics", s)
    check_sums("VictoriaMetrics", s, False)
    if "suantop" in targets:
        check_suantop_node("VictoriaMetrics", s)
    if "node" in targets:
        check_node("VictoriaMetrics", port, s)
    s = servers.snapshot(folder, port, path_prefix="/prometheus")
    tap.equal("VictoriaMetrics: below its other path", len(s["devices"]) >= 11, True)


def check_rules():
    if shutil.which("promtool") is None:
        tap.skip("promtool takes the rules", "it is not installed")
        return
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)
    tap.ok("promtool takes the rules", done.returncode == 0, done.stdout + done.stderr)


def main():
    check_rules()
    if shutil.which("prometheus") is None:
        tap.skip("a real Prometheus", "it is not installed")
        return
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        targets = start_exporters(stack, folder)
        port = start_prometheus(stack, folder, targets)
        check_prometheus(folder, port, targets)
        check_victoria(stack, folder, targets)


tap.run(main)
