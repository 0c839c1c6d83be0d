#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench_node.py BUILDDIR [SECONDS] - what suantop-node costs beside Debian's node_exporter, with the same families as far as both
have them, scraped as Prometheus does: one connection, gzip, OpenMetrics if there is.

Processor time is what the kernel accounts to all threads of a program and its children, in nanoseconds (schedstat), and what
its ended children took. Prints lines of NAME TAB VALUE for bench.py.
"""
import http.client, os, re, shutil, socket, subprocess, sys, time

BUILD = os.path.abspath(sys.argv[1])
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
ACCEPT = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "Accept-Encoding": "gzip",
          "X-Prometheus-Scrape-Timeout-Seconds": "10"}
TICK = os.sysconf("SC_CLK_TCK")


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as f:
            found += [int(p) for p in f.read().split()]
    return found + [c for p in found for c in children(p)]


def cpu_ns(pid):
    """All threads of it and of its children; of children that ended, to a hundredth of a second."""
    total = 0
    for p in [pid, *children(pid)]:
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{task}/schedstat") as f:
                    total += int(f.read().split()[0])
        except OSError:
            pass
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return total + (int(fields[13]) + int(fields[14])) * 10**9 // TICK


def memory(pid):
    """(RSS of it alone, RSS of all, PSS of all) in KiB; PSS shares out what several map."""
    rss, pss = [], []
    for p in [pid, *children(pid)]:
        with open(f"/proc/{p}/smaps_rollup") as f:
            text = f.read()
        rss.append(int(re.search(r"^Rss: +(\d+)", text, re.M)[1]))
        pss.append(int(re.search(r"^Pss: +(\d+)", text, re.M)[1]))
    return rss[0], sum(rss), sum(pss)


def wakeups(pid):
    total = 0
    for p in [pid, *children(pid)]:
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{task}/status") as f:
                    total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M)[1])
        except OSError:
            pass
    return total


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, name, argv, port):
        self.name, self.port = name, port
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        end = time.monotonic() + 10
        while True:
            try:
                self.link = http.client.HTTPConnection("127.0.0.1", port)
                self.scrape()
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def scrape(self):
        self.link.request("GET", "/metrics", headers=ACCEPT)
        return len(self.link.getresponse().read())

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def put(name, value):
    print(f"{name}\t{value}", flush=True)


def steady(servers, seconds, every, scrape):
    """Microseconds of processor time a step of `every` seconds, and wake-ups a second."""
    before = {s.name: (cpu_ns(s.pid), wakeups(s.pid)) for s in servers}
    steps = int(seconds / every)
    at = time.monotonic()
    for _ in range(steps):
        at += every
        if scrape:
            for s in servers:
                s.scrape()
        time.sleep(max(0, at - time.monotonic()))
    return {s.name: ((cpu_ns(s.pid) - before[s.name][0]) / 1000 / steps, (wakeups(s.pid) - before[s.name][1]) / seconds)
            for s in servers}


def storm(server, count):
    before = cpu_ns(server.pid)
    for _ in range(count):
        server.scrape()
    return (cpu_ns(server.pid) - before) / 1000 / count


def main():
    port = free_port()
    servers = [Server("suantop-node", [BUILD + "/suantop-node", "--listen", f"127.0.0.1:{port}", "--interval", "1"], port)]
    peer = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
    if peer:
        port = free_port()
        same = ["cpu", "hwmon", "loadavg", "meminfo", "rapl", "stat", "thermal_zone", "uname"]
        servers.append(Server("node_exporter", [peer, "--collector.disable-defaults", *(f"--collector.{c}" for c in same),
                                                "--web.disable-exporter-metrics", "--log.level=error",
                                                f"--web.listen-address=127.0.0.1:{port}"], port))
    time.sleep(3)
    for name, (us, wakes) in steady(servers, SECONDS, 1, True).items():
        put(f"{name} fresh us/scrape", f"{us:.0f}")
        put(f"{name} wakeups/s", f"{wakes:.1f}")
    for s in servers:
        put(f"{s.name} bytes", s.scrape())
        put(f"{s.name} storm us/scrape", f"{storm(s, 500):.0f}")
        put(f"{s.name} rss/all/pss KiB", " ".join(map(str, memory(s.pid))))
    put("suantop-node us/round", f"{steady(servers[:1], SECONDS / 2, 1, False)['suantop-node'][0]:.0f}")
    for s in servers:
        s.stop()


main()
