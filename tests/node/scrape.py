#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""suantop-node as it runs: scraped by curl and by a real Prometheus, with a made-up GPU driver that loses a GPU or hangs."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

SOURCE, BUILD = os.environ["SUANTOP_SRCDIR"], os.environ["SUANTOP_BUILDDIR"]
sys.path.insert(0, SOURCE + "/tests/e2e")
import tap  # noqa: E402
from procs import serve  # noqa: E402

PROGRAM = BUILD + "/suantop-node"
FIRST, SECOND = 'gpu="0000:41:00.0"', 'gpu="0000:c1:00.0"'


def until(probe, seconds=180):
    end = time.monotonic() + seconds
    while True:
        got = probe()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.05)


class Node:
    def __init__(self, folder, mode, *options):
        environment = {**os.environ, "STUB_NVML": mode, "LD_LIBRARY_PATH": BUILD + "/tests/unit/stub"}
        self.process = subprocess.Popen(
            [PROGRAM, "--listen", "127.0.0.1:0", "--interval", "1", "--timeout", "1", "--root", folder, *options],
            stderr=subprocess.PIPE, text=True, env=environment)
        listening = None
        while listening is None:  # what a collector has to say may come first
            line = self.process.stderr.readline()
            assert line, "it ended"
            listening = re.search(r"listening on 127\.0\.0\.1:(\d+)", line)
        self.port = int(listening.group(1))
        self.url = f"http://127.0.0.1:{self.port}"

    def curl(self, *arguments, path="/metrics"):
        return subprocess.run(["curl", "-sS", "-m", "60", *arguments, self.url + path],
                              capture_output=True, text=True, check=False).stdout

    def status(self, *arguments, path="/metrics"):
        return self.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments, path=path)

    def has(self, *lines):
        page = self.curl().splitlines()
        return all(line in page for line in lines)

    def children(self, of=""):
        """All, or those of a collector."""
        listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True,
                                text=True, check=False)
        lines = [line.split() for line in listed.stdout.splitlines()]
        return [int(words[0]) for words in lines if of == "" or of in words]

    def stop(self):
        children = self.children()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.process.stderr.close()
        return status, [pid for pid in children if os.path.exists(f"/proc/{pid}")]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def machine(folder):
    """A root with two GPUs on the bus and one thermal zone; the rest is this machine's."""
    for bus in ("41", "c1"):
        write(f"{folder}/sys/bus/pci/devices/0000:{bus}:00.0/class", "0x030200\n")
        write(f"{folder}/sys/bus/pci/devices/0000:{bus}:00.0/vendor", "0x10de\n")
    write(f"{folder}/sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n")
    write(f"{folder}/sys/class/thermal/thermal_zone0/temp", "47500\n")
    write(f"{folder}/sys/class/powercap/intel-rapl:0/name", "package-0\n")
    write(f"{folder}/sys/class/powercap/intel-rapl:0/energy_uj", "2500000\n")
    for name in ("loadavg", "meminfo", "stat", "uptime"):
        with open("/proc/" + name, encoding="utf-8") as f:
            write(f"{folder}/proc/{name}", f.read())
    write(f"{folder}/etc/hostname", "made-up\n")


GOOD = [f'suantop_node_collector_success{{collector="{c}"}} 1' for c in ("machine", "sensors", "nvml")]


def pages(folder):
    node = Node(folder, "ok", "--timeout", "60")
    early = node.curl()
    tap.ok("no GPU is down before its driver had time to answer", not re.search(r"suantop_gpu_up\{.*\} 0", early), early)
    tap.ok("all collectors answer", until(lambda: node.has(*GOOD)), node.curl())
    tap.ok("values with their units", node.has(
        'suantop_temperature_celsius{chip="thermal_zone0",sensor="temp",label="x86_pkg_temp"} 47.5',
        'suantop_energy_joules_total{zone="intel-rapl:0",label="package-0"} 2.5',
        f'suantop_gpu_power_watts{{{FIRST}}} 312.5', f"suantop_gpu_up{{{SECOND}}} 1",
        f"suantop_gpu_expected{{{SECOND}}} 1"), node.curl())
    plain = node.curl("-i")
    tap.ok("text 0.0.4 without being asked", "Content-Type: text/plain; version=0.0.4" in plain and "# EOF" not in plain, plain)
    om = node.curl("-i", "-H", "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
    tap.ok("OpenMetrics when asked", "Content-Type: application/openmetrics-text; version=1.0.0" in om
           and om.endswith("# EOF\n"), om)
    tap.equal("health", node.curl(path="/-/healthy"), "ok\n")
    tap.ok("HEAD has no body", node.curl("-I").startswith("HTTP/1.1 200"))
    tap.equal("POST, a long address, a large header, nowhere", [
        node.status("-d", "x=1"), node.status(path="/" + "a" * 2000),
        node.status("-H", "X-Long: " + "a" * 20000), node.status(path="/x")], ["405", "414", "431", "404"])
    second = subprocess.run([PROGRAM, "--listen", f"127.0.0.1:{node.port}"], capture_output=True, text=True,
                            check=False, timeout=120)
    tap.ok("a second one does not get the same port", second.returncode == 69 and "in use" in second.stderr, second)
    tap.equal("SIGTERM ends it and its children", node.stop(), (0, []))


def too_many(folder):
    """Readers that take nothing hold their place; the next one is refused at once, health is not."""
    node = Node(folder, "ok", "--max-scrapes", "1")
    until(lambda: node.has(*GOOD))
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    lazy.connect(("127.0.0.1", node.port))
    # Many requests on one connection, so that the answers outgrow what the sockets hold.
    lazy.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 4000)
    tap.ok("one scrape too many is told 503", until(lambda: node.status() == "503"))
    tap.equal("health meanwhile", node.curl(path="/-/healthy"), "ok\n")
    lazy.close()
    tap.ok("its place is free again", until(lambda: node.status() == "200"))
    node.stop()


def bad_drivers(folder):
    node = Node(folder, "lost")
    tap.ok("a lost GPU is down, the other goes on", until(lambda: node.has(
        f"suantop_gpu_up{{{FIRST}}} 1", f"suantop_gpu_up{{{SECOND}}} 0",
        'suantop_node_collector_success{collector="nvml"} 0', f'suantop_gpu_power_watts{{{FIRST}}} 312.5')), node.curl())
    node.stop()
    node = Node(folder, "hang")
    tap.ok("a driver that hangs for one GPU: that one is down, the rest goes on", until(lambda: node.has(
        f"suantop_gpu_up{{{FIRST}}} 1", f'suantop_gpu_temperature_celsius{{{FIRST}}} 52', f"suantop_gpu_up{{{SECOND}}} 0",
        f'suantop_gpu_health_info{{{SECOND},health="driver hung"}} 1', *GOOD[:2],
        'suantop_node_collector_success{collector="nvml"} 0')), node.curl())
    for _ in range(5):  # where the machine is busy even the good one may be late now and then
        children = node.children("nvml")
        time.sleep(3)
        if len(children) == 1 and children == node.children("nvml"):
            break
    tap.equal("no children come and go for it", (len(children), node.children("nvml")), (1, children))
    took = []
    while len(took) < 5 or min(took) > 0.9 and len(took) < 50:
        began = time.monotonic()
        node.curl()
        took.append(time.monotonic() - began)
    tap.ok("a scrape does not wait for it", min(took) < 0.9, took)
    tap.equal("SIGTERM ends it all the same", node.stop(), (0, []))
    node = Node(folder, "hanginit")
    tap.ok("a driver that hangs as it starts is started with more care", until(lambda: node.has(
        f"suantop_gpu_up{{{FIRST}}} 1", f"suantop_gpu_up{{{SECOND}}} 1", *GOOD)), node.curl())
    node.stop()
    node = Node(folder, "hanginit,hang")
    tap.ok("and when it then hangs for one GPU, the other goes on", until(lambda: node.has(
        f"suantop_gpu_up{{{FIRST}}} 1", f"suantop_gpu_up{{{SECOND}}} 0")), node.curl())
    node.stop()


def xids(folder):
    """From the driver's events and the kernel's log: one that both tell of is counted once."""
    began = time.time()
    with open("/proc/uptime", encoding="utf-8") as f:
        now = int(float(f.read().split()[0]) * 1e6)
    write(f"{folder}/dev/kmsg", f"4,7,{now},-;NVRM: Xid (PCI:0000:C1:00): 79, pid=1, GPU has fallen off the bus.\n"
          f"4,8,{now},-;NVRM: Xid (PCI:0000:41:00): 94, pid=1, Contained\n")
    node = Node(folder, "xid")
    tap.ok("XIDs, each counted once", until(lambda: node.has(
        f'suantop_gpu_xid_errors_total{{{SECOND},xid="79"}} 1', f'suantop_gpu_xid_errors_total{{{SECOND},xid="13"}} 2',
        f'suantop_gpu_xid_errors_total{{{FIRST},xid="94"}} 1')), node.curl())
    last = re.search(r'gpu_xid_last_timestamp_seconds\{[^}]*xid="94"\} (\S+)', node.curl())
    tap.ok("and when the last one was", last and abs(float(last.group(1)) - began) < 30, last and last.group(1))
    node.stop()
    os.remove(f"{folder}/dev/kmsg")


def files_of_others(folder):
    """Jobs that a prolog wrote down, and metrics that other programs wrote."""
    write(f"{folder}/gpustat/0", "4711 1000\n")
    write(f"{folder}/text/mthreads.prom", "# TYPE mt_fan gauge\nmt_fan{card=\"0\"} 55\n"
          'suantop_gpu_up{gpu="0000:99:00.0"} 1\nsuantop_gpu_temperature_celsius{gpu="0000:99:00.0"} 66\n')
    node = Node(folder, "ok", "--jobs-jobstats", f"{folder}/gpustat", "--textfile", f"{folder}/text")
    tap.ok("jobs and metrics from files", until(lambda: node.has(
        f'suantop_gpu_job_info{{{FIRST},job="4711",user="1000"}} 1', 'mt_fan{card="0"} 55', "# TYPE mt_fan gauge",
        'suantop_gpu_temperature_celsius{gpu="0000:99:00.0"} 66', 'suantop_textfile_error{file="mthreads.prom"} 0',
        'suantop_node_collector_success{collector="textfile"} 1')), node.curl())
    om = node.curl("-H", "Accept: application/openmetrics-text;version=1.0.0")
    tap.ok("in OpenMetrics, too", "# TYPE mt_fan gauge\n" in om and om.endswith("# EOF\n"), om)
    node.stop()


def query(url, expression):
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}), timeout=30) as r:
            return json.load(r)["data"]["result"]
    except OSError:
        return []


def prometheus(folder):
    name = "a real Prometheus scrapes it and tells the value"
    if shutil.which("prometheus") is None:
        tap.skip(name, "prometheus is not installed")
        return
    node = Node(folder, "ok")
    write(folder + "/prometheus.yml", "global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n"
          f"  - job_name: node\n    static_configs: [{{targets: ['127.0.0.1:{node.port}']}}]\n")
    server, port = serve(lambda port: [
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        got = until(lambda: query(url, f"suantop_gpu_power_watts{{{FIRST}}}"))
        tap.equal(name, [r["value"][1] for r in got], ["312.5"])
        tap.equal("it joins the model on", [r["metric"].get("model") for r in query(
            url, f"suantop_gpu_power_watts{{{FIRST}}} * on(gpu) group_left(model) suantop_gpu_info")], ["Made-up ?H100?"])
    finally:
        server.terminate()
        server.wait(60)
        node.stop()


def main():
    if not os.path.exists(BUILD + "/tests/unit/stub/libnvidia-ml.so.1"):
        tap.skip("suantop-node", "the made-up driver was not built")
    else:
        with tempfile.TemporaryDirectory() as folder:
            machine(folder)
            for part in (pages, too_many, bad_drivers, xids, files_of_others, prometheus):
                part(folder)
    tap.done()


main()
