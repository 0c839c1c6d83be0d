#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# takes 90 s
"""This machine and made-up accelerators through suantop-node, node_exporter, dcgm-exporter's page and a real Prometheus: they agree,
nothing is counted twice, what is missing is told, and a page that means ill costs its own target only."""
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import zlib

import tap
from e2e import T, Dashboard, alpha, config, snapshot, until
from procs import serve

BUILD = os.environ["SUANTOP_BUILDDIR"]
STUB = BUILD + "/tests/unit/stub"
started = []


def start(argv, is_up, env=None):
    """A server that listens where argv(port) tells it to, once is_up(port); the port."""
    p, at = serve(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    started.append(p)
    until(40, lambda: is_up(at))
    return at


def stop(process):
    process.terminate()
    process.wait(60)


def answers(at, path="/metrics", wanted=b""):
    try:
        with socket.create_connection(("127.0.0.1", at), 2) as s:
            s.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            s.settimeout(3)
            text = b""
            while chunk := s.recv(65536):
                text += chunk
            return b" 200 " in text[:20] and wanted in text
    except OSError:
        return False


def node(driver=True):
    return start(lambda at: [BUILD + "/suantop-node", "--listen", local(at), "--interval", "1"],
                 lambda at: answers(at, wanted=b"suantop_gpu_up" if driver else b"suantop_load1"),
                 env={"STUB_NVML": "ok", "LD_LIBRARY_PATH": STUB} if driver else None)


def prometheus(*targets, name="prom"):
    jobs = "".join(f"  - job_name: j{i}\n    static_configs: [{{targets: ['127.0.0.1:{t}']}}]\n" for i, t in enumerate(targets))
    with open(f"{T}/{name}.yml", "w") as f:
        f.write("global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n" + jobs)

    def all_scraped(at):
        return answers(at, "/api/v1/query?query=count(up==1)", f'"{len(targets)}"'.encode())

    at = start(lambda at: ["prometheus", f"--config.file={T}/{name}.yml", f"--storage.tsdb.path={T}/{name}", f"--web.listen-address={local(at)}"],
               all_scraped)
    time.sleep(3)
    return at


def dcgm(host, model="NVIDIA H100 80GB HBM3", devices=2, tensor=0.5):
    """A page as dcgm-exporter writes it."""
    lines = []
    for family, value in (("DCGM_FI_DEV_GPU_TEMP", 61), ("DCGM_FI_DEV_POWER_USAGE", 550.5), ("DCGM_FI_DEV_SM_CLOCK", 1830),
                          ("DCGM_FI_DEV_GPU_UTIL", 99), ("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", tensor)):
        lines += [f"# HELP {family} x", f"# TYPE {family} gauge"]
        lines += [f'{family}{{gpu="{i}",UUID="GPU-{host}-{i}",pci_bus_id="00000000:{i + 1}1:00.0",device="nvidia{i}",'
                  f'modelName="{model}",Hostname="{host}"}} {value}' for i in range(devices)]
    return "\n".join(lines) + "\n"


class Pages:
    """A server whose paths are what the test says: a text, or a function that has the connection."""

    def __init__(self, pages):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = pages.get(self.path)
                try:
                    if callable(page):
                        page(self)
                    else:
                        self.give(page.encode() if page else b"", "text/plain; version=0.0.4", 200 if page else 404)
                except OSError:
                    pass

            def give(self, body, kind, status=200, **headers):
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def exporter(*targets, **options):
    return {"exporter": {"targets": ",".join(map(str, targets)), "insecure": "true", "interval": "1s", **options}}


def local(at, path=""):
    return f"127.0.0.1:{at}{path}"


def of(doc, kind, center):
    return [r for r in doc[kind] if r["center"] == center]


def spread(values):
    return max(values) - min(values)


def three_ways(own, peer, prom):
    """This machine by its own files, by two exporters, and by Prometheus."""
    conf = config({
        "here": {"local": {}}, "own": exporter(local(own)), "peer": exporter(local(peer)),
        "prom": {"prometheus": {"url": f"http://{local(prom)}", "insecure": "true", "interval": "1s"}},
    })
    seen = []

    def is_calm():
        """What changes all the time is the same for all of them only while the machine is calm."""
        seen[:] = snapshot("-c", conf, "--timeout", "60s")
        rows = seen[1] and [r for c in ("here", "own", "peer", "prom") for r in of(seen[1], "nodes", c)]
        if not rows or None in (r["load"] for r in rows):
            return False
        loads, free, heat = ([r[k] for r in rows if r[k] is not None] for k in ("load", "memory_free_bytes", "temperature_celsius"))
        return spread(loads) < 1 and spread(free) < 0.05 * rows[0]["memory_total_bytes"] and spread(heat or [0]) < 10

    until(6, is_calm, 1)
    status, doc, err = seen
    tap.equal("a snapshot of all four ways is complete", (status, doc and doc["errors"]), (0, []))
    rows = {c: of(doc, "nodes", c) for c in ("here", "own", "peer", "prom")}
    tap.equal("each tells of one node, under one name", {c: [r["name"] for r in rs] for c, rs in rows.items()},
              {c: [rows["here"][0]["name"]] for c in rows})
    rows = {c: rs[0] for c, rs in rows.items()}
    for key in ("memory_total_bytes", "cpus_total", "os", "booted_at"):
        tap.equal(f"they agree on {key}", {r[key] for r in rows.values()}, {rows["here"][key]})
    loads = [r["load"] for r in rows.values()]
    tap.ok("and on the load, as far as a second goes", None not in loads and spread(loads) < 1, loads)
    free = [r["memory_free_bytes"] for r in rows.values()]
    tap.ok("and on free memory", spread(free) < 0.05 * rows["here"]["memory_total_bytes"], free)
    heat = {c: r["temperature_celsius"] for c, r in rows.items()}
    if heat["here"] is None:
        tap.equal("no sensor here: no way makes one up", set(heat.values()), {None})
    else:
        tap.ok("and on the temperature", spread(heat.values()) < 10, heat)
    tap.equal("the made-up GPUs are the same by exporter and Prometheus", [
        [(d["index"], d["uuid"], d["temperature_celsius"], d["power_watts"]) for d in of(doc, "devices", c)] for c in ("own", "prom")],
        [[(0, "GPU-0", 52, 312.5), (1, "GPU-1", 71, 312.5)]] * 2)


def total(doc, provenance="estimated", precision="fp16"):
    return next((f for f in doc["totals"]["flops"] if (f["provenance"], f["precision"]) == (provenance, precision)), None)


def one_total(own):
    """Two exporters, and a Prometheus that scrapes both: four devices, not eight; two of a model whose peak is known."""
    pages = Pages({"/metrics": dcgm("gpu2")})
    prom = prometheus(own, pages.port, name="both")
    conf = config({"mixed": [exporter(local(own)), exporter(local(pages.port)),
                             {"prometheus": {"url": f"http://{local(prom)}", "insecure": "true", "interval": "1s"}}]})
    status, doc, err = snapshot("-c", conf, "--timeout", "60s")
    tap.equal("a center of three sources is complete", (status, doc["errors"]), (0, []))
    tap.equal("each device is one row", sorted(d["uuid"] for d in doc["devices"]), ["GPU-0", "GPU-1", "GPU-gpu2-0", "GPU-gpu2-1"])
    tap.equal("and each node", len(doc["nodes"]), 2)
    got = total(doc)
    tap.ok("one total of FLOPS: half of two H100s", got and abs(got["flops_per_second"] / 989e12 - 1) < 0.01, got)
    tap.equal("that says from how many", got and (got["devices_reporting"], got["devices_known"]), (2, 4))
    tap.equal("and no other estimate", [f["precision"] for f in doc["totals"]["flops"] if f["provenance"] == "estimated"], ["fp16"])
    screen = Dashboard("-c", conf, size=(160, 40))
    tap.ok("the screen says so, too", screen.wait(r"0\.99.*from 2 of 4 devices", 20), screen.text())
    pages.stop()
    screen.keys("3")

    def is_old_beside_new():
        return screen.pump(0.1) and re.search(r"gpu2 .* ([1-5]\d|[89])s", screen.text()) and re.search(r"Made-up.* [0-3]s", screen.text())

    tap.ok("without that exporter its rows age, the others do not", until(30, is_old_beside_new), screen.text())
    screen.keys("1")
    tap.ok("and the total stands, with its coverage and the age of its oldest part",
           screen.wait(r"0\.99.*from 2 of 4 devices", 5) and screen.wait(r"mixed .* (([1-5]\d|[89])s|last seen)", 5), screen.text())
    tap.equal("it ends well", screen.quit(), 0)
    status, doc, err = snapshot("-c", conf, "--timeout", "8s")
    tap.equal("a new look without it is partial", (status, bool(doc["errors"])), (3, True))
    tap.equal("tells the devices that somebody tells of", sorted(d["uuid"] for d in doc["devices"]), ["GPU-0", "GPU-1"])
    got = total(doc)
    tap.ok("and no FLOPS that nobody measured, nor 0", got is None or got["flops_per_second"] is None, got)


def one_row(own):
    """A node of Slurm that an exporter and Prometheus tell of, too."""
    if "ALPHA" not in os.environ:
        tap.skip("a node through Slurm, exporter and Prometheus", "no Slurm at hand")
        return
    c = alpha()
    pages = Pages({"/metrics": dcgm("n1.example.org", devices=1)})
    prom = prometheus(pages.port, name="slurm")
    conf = config({"alpha": [{"slurm": {"conf": c.conf, "prefer": "text"}}, exporter(local(pages.port)),
                             {"prometheus": {"url": f"http://{local(prom)}", "insecure": "true", "interval": "1s"}}]})
    status, doc, err = snapshot("-c", conf, "--timeout", "60s")
    rows = [r for r in doc["nodes"] if r["name"].startswith("n1")]
    tap.equal("Slurm, exporter and Prometheus: one row", [r["name"] for r in rows], ["n1"])
    tap.ok("with Slurm's state and the exporter's heat", rows and rows[0]["state"] is not None
           and rows[0]["device_temperature_max_celsius"] == 61, rows)
    tap.equal("and one device", [(d["node"], d["uuid"]) for d in doc["devices"] if d["node"].startswith("n1")],
              [("n1", "GPU-n1.example.org-0")])
    pages.stop()


def endless(h):
    h.send_response(200)
    h.send_header("Content-Type", "text/plain")
    h.end_headers()
    block = "".join(f'DCGM_FI_DEV_GPU_TEMP{{gpu="{i}",UUID="GPU-e{i}",Hostname="endless"}} 50\n' for i in range(2000)).encode()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        h.wfile.write(block)


def drip(h):
    h.send_response(200)
    h.send_header("Content-Type", "text/plain")
    h.end_headers()
    for byte in dcgm("drip").encode()[:60]:
        h.wfile.write(bytes([byte]))
        h.wfile.flush()
        time.sleep(0.5)


def bomb():
    """A gigabyte of one comment, in a megabyte: made before anybody waits for it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(b"#" * (1 << 20)) for _ in range(1024)) + packer.flush()
    return lambda h: h.give(body, "text/plain", Content_Encoding="gzip")


def login(h):
    h.give(b"<!DOCTYPE html><html><body>\x1b[2J<form>Sign in</form></body></html>", "text/html")


def bad_pages(own):
    pages = Pages({"/metrics": dcgm("good"), "/endless": endless, "/drip": drip, "/bomb": bomb(), "/login": login,
                   "/short": lambda h: h.give(dcgm("short").encode()[:300], "text/plain", Content_Length="100000")})
    names = ("endless", "drip", "bomb", "login", "short")
    conf = config({"bad": exporter(*(local(pages.port, "/" + n) for n in names), local(pages.port), local(own), timeout="8s")})
    began = time.monotonic()
    status, doc, err = snapshot("-c", conf, "--timeout", "40s")
    took = time.monotonic() - began
    tap.ok("pages that mean ill do not hold up a snapshot", doc is not None and took < 100, f"{took} {err}")
    tap.equal("some targets are no source that failed", (status, doc and doc["errors"]), (0, []))
    uuids = {d["uuid"] for d in doc["devices"]}
    tap.ok("the good pages are there whole", {"GPU-good-0", "GPU-good-1", "GPU-0", "GPU-1"} <= uuids, uuids)
    source = next(s for s in doc["sources"] if s["center"] == "bad")
    tap.ok("how many targets answer is told", source["targets"] == 7 and 2 <= source["targets_answering"] <= 3, source)
    tap.ok("and which page was wrong", source["bad_elements"] > 0 or source["note"] or source["error"], source)
    tap.ok("nothing of a page reaches the output raw", "\x1b" not in json.dumps(doc, ensure_ascii=False))
    pages.stop()


def main():
    missing = [p for p in ("prometheus", "prometheus-node-exporter") if not shutil.which(p)]
    if missing or not os.path.exists(STUB + "/libnvidia-ml.so.1"):
        tap.skip("telemetry", f"not here: {' '.join(missing) or 'the made-up driver'}")
        return
    try:
        own = node()
        peer = start(lambda at: ["prometheus-node-exporter", f"--web.listen-address={local(at)}"], answers)
        plain = prometheus(own, peer, name="plain")
        three_ways(own, peer, plain)
        one_total(own)
        one_row(own)
        bad_pages(own)
    finally:
        for p in started:
            p.terminate()
        for p in started:
            p.wait(60)


tap.run(main)
