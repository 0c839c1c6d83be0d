#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulated Prometheus beside a real one that scrapes the same simulated pages: both give the same answers, to us and to
the collector. The simulation stands nearly still meanwhile, so that a scrape more or less makes no difference."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
sys.path[:0] = [SOURCE + "/tests/e2e", SOURCE + "/tests/prometheus"]
import servers  # noqa: E402
import tap  # noqa: E402

EXPORTERS = {"s-a": ("dcgm-exporter", 9400, 12), "s-b": ("dcgm-exporter", 9400, 6), "s-n": ("npu-exporter", 8082, 8),
             "s-m": ("suantop-node", 19400, 8)}
QUERIES = [
    "up", "up == 0", "count by (job) (up)", "DCGM_FI_DEV_GPU_TEMP", 'DCGM_FI_DEV_GPU_TEMP{Hostname=~"s-a000[1-3]"} > 40',
    "npu_chip_info_power", "suantop_gpu_job_info", "suantop_gpu_pipe_active_ratio", "{__name__=~'suantop_(load1|cpus)'}",
    "quantile by (modelName) (0.9, DCGM_FI_DEV_POWER_USAGE)", "topk(3, suantop_load1)", "sum without (gpu, device) (DCGM_FI_DEV_GPU_UTIL)",
    'label_replace(max by (instance) (npu_chip_info_temperature), "host", "$1", "instance", "(.*):.*")',
    'label_join(suantop_gpu_info, "both", "/", "instance", "index", "nosuch")', "DCGM_FI_DEV_FB_USED / on (UUID) DCGM_FI_DEV_FB_FREE",
    "suantop_gpu_temperature_celsius * on (instance, gpu) group_left (model, uuid) suantop_gpu_info",
    "DCGM_FI_DEV_GPU_TEMP unless on (instance) DCGM_FI_DEV_GPU_TEMP > 50", "1 - avg(DCGM_FI_PROF_PIPE_TENSOR_ACTIVE)", "vector(2) ^ 3",
    "-suantop_cpus", "count(timestamp(npu_chip_info_temperature) > time() - 20)", "absent(nosuch)", "sum(nosuch)", "2 > bool 1", "'text'",
    '{__name__=~"suantop:fp16_.*"}',
    '{__name__=~"center:(gpus:count|gpu_.*|flops.*)",state!="silent"}',
]
WRONG = ["", "sum(", "up{", "up[5m", "{}", "nosuch(up)", "1 > 2", "up up", "DCGM_FI_DEV_GPU_TEMP * on (instance) DCGM_FI_DEV_GPU_TEMP",
         'label_replace(up, "a", "b", "c", "(")', "sum(1)"]


def start_fleet(stack, config):
    fleet = subprocess.Popen([BUILD + "/suantop-fleetsim", "-s", SOURCE + "/tests/fleetsim/telemetry.conf", "--speed=0.01", "--seed=3",
                              "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stack.callback(fleet.wait, 60)
    stack.callback(fleet.stdin.close)
    text = fleet.stdout.read()
    servers.write(config, text)
    return text, {c: int(p) for c, p in re.findall(r'- id: (\w+).*?slurm: \{url: "http://[\d.]+:(\d+)"', text, re.S)}


def start_prometheus(stack, folder, fleet_port):
    """Targets by the names that they have at the site, wherever they really are."""
    jobs = ""
    for prefix, (job, port, nodes) in EXPORTERS.items():
        targets = ", ".join(f"'{prefix}{i:04d}:{port}'" for i in range(1, nodes + 1))
        jobs += (f"  - job_name: {prefix}\n    static_configs: [{{targets: [{targets}]}}]\n    relabel_configs:\n"
                 f"      - {{target_label: job, replacement: {job}}}\n"
                 "      - {source_labels: [__address__], target_label: instance}\n"
                 "      - {source_labels: [__address__], regex: '(.*):.*', target_label: __metrics_path__, replacement: /$1/metrics}\n"
                 f"      - {{target_label: __address__, replacement: '127.0.0.1:{fleet_port}'}}\n")
    with open(SOURCE + "/dist/suantop.rules.yaml", encoding="utf-8") as f:
        servers.write(folder + "/rules.yaml", re.sub("interval: .*", "interval: 1s", f.read()))
    servers.write(folder + "/prometheus.yml", "global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s}\n"
                  "rule_files: [rules.yaml]\nscrape_configs:\n" + jobs)
    program = servers.Program("prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
                              "--web.listen-address=127.0.0.1:PORT", log=folder + "/prometheus.log")
    stack.callback(program.stop)
    return program.port


def ask(port, expression, post=True):
    """(status, type of the result or error, {labels: value})"""
    form = urllib.parse.urlencode({"query": expression})
    url = f"http://127.0.0.1:{port}/api/v1/query"
    try:
        with urllib.request.urlopen(*((url, form.encode()) if post else (url + "?" + form,)), timeout=60) as r:
            answer, status = json.load(r), r.status
    except urllib.error.HTTPError as e:
        answer, status = json.load(e), e.code
    if answer["status"] == "error":
        assert set(answer) == {"status", "errorType", "error"}, answer
        return status, answer["errorType"], answer["error"]
    data = answer["data"]
    if data["resultType"] != "vector":
        return status, data["resultType"], {"": data["result"][1]}
    return status, "vector", {json.dumps(s["metric"], sort_keys=True): float(s["value"][1]) for s in data["result"]}


def differences(a, b):
    """What one of them says and the other does not: digits of a page are few."""
    return [(k, a.get(k), b.get(k)) for k in sorted(a.keys() | b.keys())
            if k not in a or k not in b or (isinstance(a[k], float) and abs(a[k] - b[k]) > 1e-3 * abs(a[k]) + 1e-6)]


def ask_both(real, simulated, q, post):
    """Again where they differ: between a scrape and a question there may have been a step of the simulation."""
    def ask_once():
        a, b = ask(real, q), ask(simulated, q, post)
        if q.startswith("topk"):  # of equals each may take another
            a, b = ((*x[:2], dict(enumerate(sorted(x[2].values())))) for x in (a, b))
        answers[:] = a, b
        return a[:2] == b[:2] and not differences(a[2], b[2])
    answers = []
    servers.until(ask_once, 120)
    return answers


def the_same_answers(real, simulated):
    for i, q in enumerate(QUERIES):
        a, b = ask_both(real, simulated, q, i % 2 == 0)
        tap.equal(f"{q}: kind of answer", b[:2], a[:2])
        tap.none(f"{q}: the same samples", differences(a[2], b[2])[:5])
        if "center:" in q:
            tap.ok("it is about all sums", len(a[2]) > 20, a[2])
    for q in WRONG:
        a, b = ask(real, q), ask(simulated, q)
        tap.equal(f"{q!r} is refused in the same way", b[:2], a[:2])
        tap.ok(f"{q!r}: with the same beginning", b[2][:25] == a[2][:25], (a[2], b[2]))
    a, b = (json.load(urllib.request.urlopen(f"http://127.0.0.1:{p}/api/v1/status/buildinfo", timeout=60)) for p in (real, simulated))
    tap.equal("build information has the same members", sorted(b["data"]), sorted(a["data"]))


def figures(rows, names, *keys):
    return {str([r.get(k) for k in keys] + [n]): r[n] for r in rows for n in names if r.get(n) is not None}


def the_collector_sees_the_same(folder, real, simulated):
    def look():
        both[:] = [servers.snapshot(folder, p, devices="1000") for p in (real, simulated)]
        return not differences(*(figures(s["devices"], ("temperature_celsius",), "node", "index") for s in both))
    both = []
    servers.until(look, 120)
    a, b = both
    tap.equal("the collector: one server as the other", [s["sources"][0]["note"].split(";")[0] for s in (b,)],
              [s["sources"][0]["note"].split(";")[0] for s in (a,)])
    sums = ("devices", "reporting", "temperature_max_celsius", "temperature_p99_celsius", "temperature_mean_celsius", "power_watts",
            "tensor_utilization_percent", "flops", "flops_peak")
    for what, names, keys in (("aggregates", sums, ("model", "precision", "provenance")),
                              ("devices", ("temperature_celsius", "power_watts", "clock_hertz", "memory_used_bytes",
                                           "tensor_utilization_percent"), ("node", "index")),
                              ("nodes", ("cpus_total", "memory_total_bytes", "temperature_celsius"), ("name",))):
        one, other = figures(a[what], names, *keys), figures(b[what], names, *keys)
        tap.ok(f"the collector: {what} are there", len(one) > 20, a[what][:3])
        tap.none(f"the collector: {what} are the same", differences(one, other)[:5])


def three_ways(folder, config, text):
    sources = {c: re.findall(r"^      - (\w+):", part, re.M) for c, part in re.findall(r"- id: (\w+)(.*?)(?=  - id|\Z)", text, re.S)}
    tap.equal("each center has what its scenario says", sources,
              {"sums": ["slurm", "prometheus"], "pages": ["slurm", "exporter"], "nothing": ["slurm"]})
    servers.write(config, f"history: off\naudit: {folder}/audit.log\n" + text)
    done = subprocess.run([BUILD + "/suantop", "snapshot", "-c", config, "-f", "json", "-t", "60s"], capture_output=True, text=True,
                          check=False, timeout=180)
    doc = json.loads(done.stdout)
    bad = [s for s in doc["sources"] if s["state"] != "ok"]
    tap.ok("all three are watched without an error", done.returncode == 0 and not bad, (done.stderr, bad))
    hot = {c["id"]: c.get("temperature_max_celsius") for c in doc["centers"]}
    tap.ok("two of them know how hot it is", (hot["sums"] or 0) > 30 and (hot["pages"] or 0) > 30 and hot["nothing"] is None, hot)
    alone = {d["center"] for d in doc["devices"]}
    tap.equal("devices stand singly where that was asked for", alone, {"sums", "pages"})


def main():
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        config = folder + "/fleet.yaml"
        text, ports = start_fleet(stack, config)
        three_ways(folder, config, text)
        if shutil.which("prometheus") is None:
            tap.skip("a real Prometheus says the same", "it is not installed")
            return
        real, simulated = start_prometheus(stack, folder, ports["sums"]), ports["sums"]
        expected = sum(n for _, _, n in EXPORTERS.values())
        servers.until(lambda: len(servers.query(real, "up")) == expected and not differences(
            servers.query(real, QUERIES[-1]), servers.query(simulated, QUERIES[-1])))
        the_same_answers(real, simulated)
        the_collector_sees_the_same(folder, real, simulated)


tap.run(main)
