#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The collector `prometheus` against a server that refuses, warns, shows a login page, lies or never answers: clear words in
the SOURCE row, what can be used is used, and the other sources go on."""
import json
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path[:0] = [os.environ["SUANTOP_SRCDIR"] + "/tests/e2e", os.environ["SUANTOP_SRCDIR"] + "/tests/prometheus"]
import servers  # noqa: E402
import tap  # noqa: E402

HELLO = {"status": "success", "data": {"version": "2.42.0", "goVersion": "go1.19"}}


def sample(value, **labels):
    return {"metric": labels, "value": [time.time(), value]}


def vector(*samples, **more):
    return {"status": "success", "data": {"resultType": "vector", "result": list(samples)}, **more}


COUNTS = (sample("1", suantop="nodes"), sample("1", suantop="devices"),
          sample("1", __name__="center:gpus:count", model="A", state="reporting"))
DEVICE = {"Hostname": "cn1", "gpu": "0", "modelName": "A"}


def usual(path, query):
    if path.endswith("/buildinfo"):
        return HELLO
    if path.endswith("/alerts"):
        return {"status": "success", "data": {"alerts": []}}
    if "center:(" in query:
        return vector(*COUNTS)
    if "DCGM_FI_DEV_GPU_TEMP" in query:
        return vector(sample("61", __name__="DCGM_FI_DEV_GPU_TEMP", **DEVICE))
    return vector(sample("1.5", __name__="node_load1", instance="cn1:9100"))


class Bad:
    """A server that answers as usual, but what `fault` says to a query (None = as usual)."""

    def __init__(self, fault, login=False):
        self.asked = []
        self.fault, self.login = fault, login
        self.page = servers.Page(self.answer)
        self.port = self.page.port

    def answer(self, handler, body):
        path = urllib.parse.urlsplit(handler.path).path
        query = urllib.parse.parse_qs(body).get("query", [""])[0]
        self.asked.append((path, query))
        if self.login:
            return 200, "text/html", "<!DOCTYPE html><title>Sign in</title>"
        got = self.fault(handler, query) if query and self.fault else None
        if got is not None:
            return got
        return 200, "application/json", json.dumps(usual(path, query))


def error(status, kind, text):
    body = json.dumps({"status": "error", "errorType": kind, "error": text})
    return lambda handler, query: (status, "application/json", body)


def first(handler, query, wanted, answer):
    return (200, "application/json", json.dumps(answer)) if wanted in query else None


def drip(handler, query):
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    return 0, "", None


def hang(handler, query):
    time.sleep(60)
    return 0, "", None


def cut_short(handler, query):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(json.dumps(vector(*COUNTS)).encode()[:-20])
    handler.close_connection = True
    return 0, "", None


def words(folder, name, fault, state, *wanted, login=False, **options):
    bad = Bad(fault, login)
    s = servers.snapshot(folder, bad.port, **options)
    bad.page.stop()
    source = s["sources"][0]
    said = " ".join(str(source[k]) for k in ("error", "mend", "note"))
    tap.ok(name, source["state"] == state and all(w in said for w in wanted), f"{source['state']}: {said}")
    return s, bad


def refusals(folder):
    words(folder, "503", error(503, "timeout", "query timed out in expression evaluation"), "failed",
          "HTTP status 503: timeout: query timed out in expression evaluation", "too much to do")
    words(folder, "422 of VictoriaMetrics, whose kind of error is the status", error(422, "422", "too many points"), "failed",
          "HTTP status 422: too many points")
    words(folder, "a login page", None, "failed", "a web page (HTML) came instead of JSON", "path_prefix", login=True)
    words(folder, "something else that speaks HTTP", lambda *_: (404, "text/plain", "404 page not found"), "failed",
          "no API of Prometheus at this address")
    words(folder, "an answer that is cut short", cut_short, "failed")
    words(folder, "a token is wanted", lambda *_: (401, "text/plain", "Unauthorized"), "failed", "does not accept us without a token")


def partial(folder):
    s, _ = words(folder, "a warning is shown", lambda h, q: first(h, q, "DCGM_FI_DEV_SM_CLOCK|", vector(
        sample("61", __name__="DCGM_FI_DEV_GPU_TEMP", **DEVICE), warnings=["store 3 is \x1b[31munavailable"])), "ok",
        "partial answer: store 3 is", "unavailable")
    tap.equal("and what came with it is used", [d["temperature_celsius"] for d in s["devices"]], [61])
    tap.ok("nothing of it moves a terminal", "\x1b" not in json.dumps(s["sources"]) and "\\u001b" not in json.dumps(s["sources"]))
    s, _ = words(folder, "samples of all kinds", lambda h, q: first(h, q, "DCGM_FI_DEV_SM_CLOCK|", vector(
        sample("61", __name__="DCGM_FI_DEV_GPU_TEMP", **DEVICE), sample("NaN", __name__="DCGM_FI_DEV_POWER_USAGE", **DEVICE),
        {"metric": "x"}, 7, {"metric": {}, "value": [1]}, sample("1e999", __name__="DCGM_FI_DEV_SM_CLOCK", **DEVICE),
        sample("50", __name__="DCGM_FI_DEV_GPU_TEMP", Hostname="x" * 100000, gpu="0"),
        sample("51", __name__="DCGM_FI_DEV_GPU_TEMP", Hostname="\x1b[2J\n", gpu="0"))), "ok")
    good = [d for d in s["devices"] if d["node"] == "cn1"]
    tap.equal("the good one is there, without what is no number", [(d["temperature_celsius"], d["power_watts"], d["clock_hertz"]) for d in good],
              [(61, None, None)])
    tap.ok("the bad ones are counted", s["sources"][0]["bad_elements"] >= 3, s["sources"][0])


def a_source_that_hangs(folder):
    """The other one is not slower for it."""
    for name, fault in (("hangs", hang), ("drips", drip)):
        slow, good = Bad(fault), Bad(None)
        servers.write(folder + "/two.yaml", "history: off\ncenters:\n" + "".join(
            f"  - id: {c}\n    sources:\n      - prometheus: {{url: 'http://127.0.0.1:{p}', insecure: true, interval: 5s}}\n"
            for c, p in (("slow", slow.port), ("good", good.port))))
        began = time.monotonic()
        done = subprocess.run([servers.BUILD + "/suantop", "snapshot", "-c", folder + "/two.yaml", "-f", "json", "-t", "6s"],
                              capture_output=True, text=True, check=False, timeout=120)
        took = time.monotonic() - began
        s = json.loads(done.stdout)
        tap.equal(f"beside a server that {name} the other tells its device", [d["center"] for d in s["devices"]], ["good"])
        tap.ok(f"and the time limit holds ({name})", done.returncode == 3 and took < 50, (done.returncode, took))
        slow.page.stop()
        good.page.stop()


def many_devices(handler, query):
    if "center:(" not in query:
        return None
    return 200, "application/json", json.dumps(vector(
        sample("1", suantop="nodes"), sample("1000", suantop="devices"),
        sample("1000", __name__="center:gpus:count", model="A", state="reporting")))


def somebody_looks(folder):
    """More devices than are asked for singly: not before somebody enters the center."""
    server = Bad(many_devices)
    servers.write(folder + "/look.yaml", "history: off\ncenters:\n  - id: zb\n    sources:\n"
                  f"      - prometheus: {{url: 'http://127.0.0.1:{server.port}', insecure: true}}\n")
    child, screen = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", LINES="36", COLUMNS="120", XDG_STATE_HOME=folder)
        os.execv(servers.BUILD + "/suantop", ["suantop", "-c", folder + "/look.yaml"])

    shown = b""

    def pump(seconds, is_over):
        nonlocal shown
        end = time.monotonic() + seconds
        while time.monotonic() < end and not is_over():
            if select.select([screen], [], [], 0.1)[0]:
                shown += os.read(screen, 65536)
        return is_over()

    def asked(word, seconds):
        return pump(seconds, lambda: any(word in a + b for a, b in server.asked))

    tap.ok("the first round ends", asked("/api/v1/alerts", 100) and pump(100, lambda: b"zb" in shown))
    tap.ok("1000 devices are not asked for", not asked("DCGM_FI_DEV_SM_CLOCK", 1))
    os.write(screen, b"\r")
    tap.ok("somebody enters the center: now they are", asked("DCGM_FI_DEV_SM_CLOCK", 80))
    os.kill(child, signal.SIGTERM)
    os.close(screen)
    os.waitpid(child, 0)
    server.page.stop()


def few_requests(folder):
    bad = Bad(None)
    servers.snapshot(folder, bad.port)
    tap.equal("one round: server, sums, nodes, devices, alerts", len(bad.asked), 5)
    bad.page.stop()


def main():
    threading.stack_size(256 * 1024)
    with tempfile.TemporaryDirectory() as folder:
        refusals(folder)
        partial(folder)
        a_source_that_hangs(folder)
        few_requests(folder)
        somebody_looks(folder)


tap.run(main)
